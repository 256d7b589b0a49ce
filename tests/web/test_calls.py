"""来电: why a call rang where it rang, in words, to whom it concerns."""

from __future__ import annotations

from flask.testing import FlaskClient

from router.store.calls.explain import in_words
from tests.web.conftest import PEOPLE
from tests.web.test_board import _sign_in


def test_every_reason_and_stage_has_words_in_both_languages() -> None:
    body = {"call": "c1", "who": ["A"], "stage": "everyone"}
    assert in_words("Rang", body, PEOPLE, "zh") == "响铃 陈晨：满三声，人人可接"
    assert in_words("Rang", body, PEOPLE, "en") == "rings 陈晨: three rings are over, everyone rings"
    forfeit = {"person": "B", "sheet": "call", "why": "no_answer"}
    assert in_words("Forfeit", forfeit, PEOPLE, "zh") == "接电组 李丽 轮空：三声未接"
    assert in_words("DeviceChanged", {"person": "A"}, PEOPLE, "zh") == ""


def test_the_calls_page_needs_a_sign_in_and_says_when_there_are_none(client: FlaskClient) -> None:
    assert client.get("/calls").status_code == 302
    _sign_in(client, "supervisor")
    assert "这一天没有来电" in client.get("/calls?date=2026-01-01").get_data(as_text=True)
    assert client.get("/calls?date=nonsense").status_code == 200
    assert client.get("/calls/none").status_code == 404

"""看板: what the page shows, to whom, and that hostile input stays text."""

from __future__ import annotations

import re
import time

from flask.testing import FlaskClient

from router.core import inputs
from router.core.desk import Desk
from router.core.words import PersonId
from router.wire.board import BoardPlan
from tests.web.conftest import PASSWORD, DeskSource


def _sign_in(client: FlaskClient, name: str, password: str = PASSWORD) -> int:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").get_data(as_text=True))
    assert token is not None
    data = {"username": name, "password": password, "csrf_token": token[1]}
    return client.post("/login", data=data).status_code


def _board(client: FlaskClient) -> str:
    """The page once the first board has come; waits at most 5 s."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        text = client.get("/board").get_data(as_text=True)
        if "实时" in text:
            return text
        time.sleep(0.02)
    raise AssertionError(text)


def test_nobody_sees_the_board_without_signing_in(client: FlaskClient) -> None:
    assert client.get("/board").status_code == 302
    assert client.get("/board/stream").status_code == 302


def test_the_board_tells_whose_turn_it_is_and_what_rings(client: FlaskClient) -> None:
    assert _sign_in(client, "supervisor") == 302
    text = _board(client)
    assert "138****5678" in text
    assert "13812345678" not in text
    assert re.search(r'派给\s*<bdi class="person">李丽</bdi>', text)
    assert "◆接待中" in text
    assert "↷待补接" in text
    assert "第1轮" in text


def test_nobody_checked_in_is_an_alarm(client: FlaskClient, desk: Desk) -> None:
    for person in "ABCD":
        desk.handle(inputs.PresenceChanged(person=PersonId(person), presence="off"), 3000)
    _sign_in(client, "supervisor")
    assert "无人在岗" in _board(client)


def test_eight_wrong_passwords_lock_the_account_for_a_while(client: FlaskClient) -> None:
    for _ in range(8):
        assert _sign_in(client, "manager", "wrong") == 200
    assert _sign_in(client, "manager") == 200
    assert client.get("/board").status_code == 302


def test_pages_forbid_inline_script_and_framing(client: FlaskClient) -> None:
    policy = client.get("/login").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy


def test_a_day_without_a_plan_of_its_own_is_told_to_the_supervisor(client: FlaskClient, source: DeskSource) -> None:
    source.beside["plan"] = BoardPlan(day="2026-11-24", origin="earlier", of="2026-11-23")
    _sign_in(client, "supervisor")
    assert "今天未发布，沿用昨天（2026-11-23）的排班" in _board(client)


def test_an_older_plan_is_named_by_its_date(client: FlaskClient, source: DeskSource) -> None:
    source.beside["plan"] = BoardPlan(day="2026-11-24", origin="earlier", of="2026-11-20")
    _sign_in(client, "supervisor")
    assert "今天未发布，沿用 2026-11-20 的排班" in _board(client)


def test_a_day_without_any_plan_is_an_alarm(client: FlaskClient, source: DeskSource) -> None:
    source.beside["plan"] = BoardPlan(day="2026-11-24", origin="none", of="2026-11-24")
    _sign_in(client, "supervisor")
    assert "今天没有排班" in _board(client)


def test_a_published_plan_needs_no_words(client: FlaskClient, source: DeskSource) -> None:
    source.beside["plan"] = BoardPlan(day="2026-11-24", origin="published", of="2026-11-24")
    _sign_in(client, "supervisor")
    assert "今天" not in _board(client)

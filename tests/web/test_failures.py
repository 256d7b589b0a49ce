"""Whatever goes wrong has a page of ours, in the reader's language, that keeps what was typed."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine

from router.core.desk import Desk
from router.core.words import PersonId
from router.wire.errors import EngineUnreachableError
from tests.logged import Witness
from tests.web.conftest import DeskSource, make_app
from tests.web.test_board import _sign_in

WHY = "客户点名要王伟"
ACT = {"person": "A", "group": "call", "reason": "other", "note": WHY, "key": "k1"}


class AwayAtTimes(DeskSource):
    """An engine that can be taken away."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.away = False

    def board(self) -> dict[str, object]:
        if self.away:
            raise EngineUnreachableError("the engine does not answer")
        return super().board()


@pytest.fixture
def source(desk: Desk) -> AwayAtTimes:
    return AwayAtTimes(desk)


@pytest.fixture
def app(source: AwayAtTimes, tmp_path: Path) -> Iterator[Flask]:
    """The application, with a page that breaks."""
    made = make_app(source, tmp_path)

    def breaks() -> str:
        raise RuntimeError("secret of the house")

    made.view_functions["notices.page"] = breaks
    yield made
    source.over.set()
    made.extensions["hotline"]["sessions"].remove()


@pytest.fixture
def boss(client: FlaskClient) -> FlaskClient:
    """A supervisor's browser."""
    assert _sign_in(client, "supervisor") == 302
    return client


def _token(text: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    assert found is not None, text
    return found[1]


def _sent_again(client: FlaskClient, page: str) -> tuple[int, str]:
    """Press the page's button."""
    [form] = re.findall(r'(?s)<form method="post" action="([^"]+)">(.*?)</form>', page)
    fields = re.findall(r'(?s)<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', form[1])
    data = {name: html.unescape(value) for name, value in fields} | {"csrf_token": _token(form[1])}
    answer = client.post(form[0], data=data)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_page_that_was_open_all_day_still_works(boss: FlaskClient, desk: Desk) -> None:
    page = boss.get("/acts/suspend?person=A").get_data(as_text=True)
    now = time.time()
    with pytest.MonkeyPatch.context() as later:
        later.setattr("itsdangerous.timed.time.time", lambda: now + 12 * 3600)
        assert boss.post("/acts/suspend", data={**ACT, "csrf_token": _token(page)}).status_code == 302
    assert desk.office.people[PersonId("A")].suspended


def test_a_page_of_another_session_keeps_what_was_typed_and_sends_it_again(boss: FlaskClient, desk: Desk) -> None:
    answer = boss.post("/acts/suspend", data={**ACT, "csrf_token": "of-yesterday"})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    assert '<html lang="zh-CN">' in page
    assert WHY in page
    assert not desk.office.people[PersonId("A")].suspended
    assert _sent_again(boss, page)[0] == 302
    assert desk.office.people[PersonId("A")].suspended


def test_nobody_is_offered_to_send_what_another_site_wrote(boss: FlaskClient) -> None:
    answer = boss.post("/acts/suspend", data=ACT, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400
    assert "<form" not in answer.get_data(as_text=True)


def test_who_is_signed_out_meanwhile_signs_in_and_sends_it_again(client: FlaskClient, desk: Desk) -> None:
    answer = client.post("/acts/suspend", data=ACT)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert WHY in page
    assert _sign_in(client, "supervisor") == 302
    assert _sent_again(client, page)[0] == 302
    assert desk.office.people[PersonId("A")].suspended


def test_with_the_engine_away_what_was_typed_waits_until_it_is_back(
    boss: FlaskClient, source: AwayAtTimes, desk: Desk
) -> None:
    token = _token(boss.get("/acts/suspend?person=A").get_data(as_text=True))
    source.away = True
    answer = boss.post("/acts/suspend", data={**ACT, "csrf_token": token})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert WHY in page
    assert boss.get("/acts/suspend?person=A").status_code == 503
    source.away = False
    assert _sent_again(boss, page)[0] == 302
    assert desk.office.people[PersonId("A")].suspended


def test_with_the_database_away_the_page_says_so_and_keeps_what_was_typed(app: Flask, boss: FlaskClient) -> None:
    sessions = app.extensions["hotline"]["sessions"]
    sessions.configure(bind=create_engine("sqlite:////nonexistent/hotline.db"))
    for answer in (boss.get("/calls"), boss.post("/acts/suspend", data=ACT)):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "数据库没有应答" in answer.get_data(as_text=True)
    assert WHY in answer.get_data(as_text=True)
    api = boss.get("/api/v1/calls?from=2026-11-24", headers={"Authorization": "Bearer hotline_x"})
    assert (api.status_code, api.get_json()["id"]) == (503, "database-away")


@pytest.mark.parametrize(("path", "status"), [("/customers/99", 404), ("/nowhere", 404), ("/acts/suspend/x", 404)])
def test_what_is_not_here_is_told_in_the_reader_s_language(boss: FlaskClient, path: str, status: int) -> None:
    answer = boss.get(path)
    assert answer.status_code == status
    assert "这里没有" in answer.get_data(as_text=True)
    with boss.session_transaction() as session:
        session["language"] = "en"
    assert "This is not here" in boss.get(path).get_data(as_text=True)


def test_what_is_not_for_one_s_role_is_told(client: FlaskClient) -> None:
    _sign_in(client, "consultant")
    answer = client.get("/board")
    assert answer.status_code == 403
    assert "您的角色不能用" in answer.get_data(as_text=True)


def test_a_method_that_is_none_is_told_with_those_that_are(boss: FlaskClient) -> None:
    answer = boss.post("/board", data={"csrf_token": _token(boss.get("/board").get_data(as_text=True))})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "这个地址不能这样用" in answer.get_data(as_text=True)


def test_what_is_too_large_is_refused_before_it_is_read(boss: FlaskClient) -> None:
    answer = boss.post("/acts/suspend", data={**ACT, "note": "x" * 600_000})
    assert answer.status_code == 413
    assert "太大" in answer.get_data(as_text=True)


def test_only_where_a_file_is_asked_for_much_is_read(boss: FlaskClient) -> None:
    token = _token(boss.get("/day").get_data(as_text=True))

    def sends(path: str, size: int) -> int:
        head = f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        head += '--b\r\nContent-Disposition: form-data; name="file"; filename="forms.csv"\r\n\r\n'
        body = head.encode() + b"x" * size + b"\r\n--b--\r\n"
        with boss.post(path, data=body, content_type="multipart/form-data; boundary=b") as answer:
            return answer.status_code

    assert sends("/import/forms", 4_000_000) == 302
    assert sends("/import/forms", 9_000_000) == 413
    assert sends("/acts/suspend", 4_000_000) == 413


def test_what_breaks_is_logged_under_the_number_that_the_page_shows(boss: FlaskClient, logged: Witness) -> None:
    answer = boss.get("/notices")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    number = re.search(r"<code>([0-9a-f]{8})</code>", page)
    assert number is not None
    assert "secret of the house" not in page
    assert any(number[1] in line for line in logged.lines)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/v1/none", 404), ("PUT", "/api/v1/calls", 405)])
def test_a_program_gets_one_shape_of_refusal(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert set(answer.get_json()) == {"type", "title", "status", "detail", "id", "what", "cure", "faults"}
    assert answer.get_json()["status"] == status


def test_no_secret_is_kept(client: FlaskClient) -> None:
    page = client.post("/login", data={"username": "supervisor", "password": "geheim-genug"}).get_data(as_text=True)
    assert "geheim-genug" not in page

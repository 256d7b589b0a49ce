"""Wall screens and tablets: let in by a one-time code, read the board and nothing else, put out at once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from router.store.tables.audit import AuditRow
from router.store.tables.devices import DeviceRow
from router.web import live, reading_on
from router.web.access import ROUTES, SCREENS, Open
from tests.web.test_access import _rules
from tests.web.test_board import _sign_in
from tests.web.test_sessions import is_in


@pytest.fixture
def screen(app: Flask) -> FlaskClient:
    """A browser on the wall, in which nobody signs in."""
    return app.test_client()


@pytest.fixture
def boss(app: Flask) -> FlaskClient:
    client = app.test_client()
    _sign_in(client, "administrator")
    return client


def _post(client: FlaskClient, page: str, path: str, **data: str) -> str:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).get_data(as_text=True))
    assert token is not None
    answer = client.post(path, data={**data, "csrf_token": token[1]}, follow_redirects=True)
    return str(answer.get_data(as_text=True))


def code_on(screen: FlaskClient) -> str:
    """Have the screen ask; the code that it shows."""
    shown = re.search(r"<code>([A-Z2-9]{4}-[A-Z2-9]{4})</code>", _post(screen, "/device", "/device"))
    assert shown is not None
    return shown[1]


def let_in(boss: FlaskClient, code: str, kind: str = "wall") -> str:
    return _post(boss, "/devices", "/devices", code=code, name="大厅", kind=kind)


def test_a_screen_is_let_in_by_the_code_that_it_shows_once(app: Flask, screen: FlaskClient, boss: FlaskClient) -> None:
    assert not is_in(screen)
    code = code_on(screen)
    assert not is_in(screen), "asking alone is nothing"
    assert "现在没有设备显示这个代码" in let_in(boss, "AAAA-AAAA")
    assert "已允许" in let_in(boss, f" {code.lower()} ")
    assert screen.get("/device").headers["Location"] == "/"
    assert is_in(screen)
    assert "现在没有设备显示这个代码" in let_in(boss, code)
    with app.extensions["hotline"]["sessions"].session_factory() as session:
        told = session.scalars(select(AuditRow).where(AuditRow.what == "device")).all()
    assert [(line.who, line.about) for line in told] == [("administrator", "device:大厅")]


@pytest.mark.parametrize("kind", sorted(SCREENS))
def test_a_device_reads_the_board_and_can_do_nothing_else(
    app: Flask, screen: FlaskClient, boss: FlaskClient, kind: str
) -> None:
    let_in(boss, code_on(screen), kind)
    page = screen.get("/board").get_data(as_text=True)
    assert "大厅" in page
    assert 'action="/logout"' not in page
    allowed = set()
    for rule, method in _rules(app):
        if rule.arguments or isinstance(ROUTES[rule.endpoint], Open) or rule.endpoint.endswith("stream"):
            continue
        answer = screen.open(rule.rule, method=method)
        if answer.status_code not in (401, 403) and "/login" not in answer.headers.get("Location", ""):
            allowed.add(rule.endpoint)
    assert allowed == {"board.page"}
    reached = {endpoint for endpoint, who in ROUTES.items() if isinstance(who, frozenset) and who & SCREENS}
    assert reached == {"board.page", "board.stream"}


def test_a_device_needs_no_click_for_weeks_and_is_put_out_at_once(
    app: Flask, screen: FlaskClient, boss: FlaskClient
) -> None:
    let_in(boss, code_on(screen))
    with app.extensions["hotline"]["sessions"].session_factory() as session:
        row = session.scalars(select(DeviceRow)).one()
        row.approved_at, row.asked_at, row.seen_at = (row.asked_at - timedelta(days=300) for _time in range(3))
        session.commit()
        device = row.id
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "BEAT_SECONDS", 0.05)
        patch.setattr(reading_on, "EVERY_SECONDS", 0.05)
        stream = screen.get("/board/stream", buffered=False)
        messages = cast("Iterator[bytes]", stream.response)
        assert b"data:" in next(messages)
        with app.extensions["hotline"]["sessions"].session_factory() as session:
            session.get_one(DeviceRow, device).revoked_at = row.asked_at
            session.commit()
        deadline = time.monotonic() + 5
        for _message in messages:
            assert time.monotonic() < deadline, "the stream goes on"
        stream.close()
    assert not is_in(screen)


def test_the_administrator_puts_a_device_out_by_the_list(app: Flask, screen: FlaskClient, boss: FlaskClient) -> None:
    let_in(boss, code_on(screen))
    assert is_in(screen)
    found = re.search(r"/devices/(\d+)/revoke", boss.get("/devices").get_data(as_text=True))
    assert found is not None
    assert "已停用" in _post(boss, "/devices", found[0])
    assert not is_in(screen)
    _post(boss, "/devices", found[0])
    other = app.test_client()
    _sign_in(other, "supervisor")
    assert other.get("/devices").status_code == 403


def test_a_code_lives_ten_minutes_and_few_may_ask_at_once(app: Flask, screen: FlaskClient, boss: FlaskClient) -> None:
    code = code_on(screen)
    with app.extensions["hotline"]["sessions"].session_factory() as session:
        session.scalars(select(DeviceRow)).one().asked_at -= timedelta(minutes=11)
        session.commit()
    assert "现在没有设备显示这个代码" in let_in(boss, code)
    for _ in range(20):
        code_on(screen)
    assert "<code>" not in _post(app.test_client(), "/device", "/device")


def test_who_signs_in_at_a_device_is_themselves(screen: FlaskClient, boss: FlaskClient) -> None:
    let_in(boss, code_on(screen), "tablet")
    _sign_in(screen, "supervisor")
    assert screen.get("/acts/suspend?person=A").status_code == 200

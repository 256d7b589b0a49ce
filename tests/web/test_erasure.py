"""Forgetting a person by the page: what would go is shown first, what goes is that, and the record says who and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from router.core.errors import Refusal
from router.store.customers.numbers import add_number, new_customer
from router.store.tables.audit import AuditRow
from router.store.tables.customers import CustomerRow, NumberRow
from router.store.tables.notices import NoticeRow
from router.store.tables.office import SiteRow
from router.wire.errors import EngineUnreachableError, RefusedError
from tests.web.conftest import DeskSource
from tests.web.test_board import _sign_in

NUMBER, FURTHER, OTHER = "+8613900000001", "+8613900000002", "+8613900000003"
TYPED = "139 0000 0001"


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The database, with a customer of two numbers and another of one."""
    with app.extensions["hotline"]["sessions"].session_factory() as made:
        made.add(SiteRow(id=1, name="锦绣江南售楼处", zone="Asia/Shanghai", language="zh", region="CN"))
        made.flush()
        customer = new_customer(made, datetime.now(UTC), "王")
        add_number(made, NUMBER, customer)
        add_number(made, FURTHER, customer, further=True)
        add_number(made, OTHER, new_customer(made, datetime.now(UTC), "李"))
        details = {"number": "13900000002"}
        made.add(NoticeRow(site_id=1, key="n", what="callback", at=datetime.now(UTC), details=details))
        made.commit()
        yield made


@pytest.fixture
def boss(app: Flask, session: Session) -> FlaskClient:
    """The administrator."""
    assert _left(session) == {NUMBER, FURTHER, OTHER}
    client = app.test_client()
    _sign_in(client, "administrator")
    return client


def _form(page: str, action: str) -> dict[str, str]:
    """The hidden fields of a form, as it was rendered."""
    found = re.search(rf'<form method="post" action="{action}".*?</form>', page, re.S)
    assert found is not None, page
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0]))


def _look(client: FlaskClient, number: str = TYPED) -> str:
    form = _form(client.get("/erasure").get_data(as_text=True), "/erasure")
    return client.post("/erasure", data={**form, "number": number}).get_data(as_text=True)


def _erase(client: FlaskClient, page: str, **typed: str) -> tuple[int, str]:
    data = {**_form(page, "/erasure/erase"), "number": TYPED, "reason": "本人要求", "sure": "yes", **typed}
    answer = client.post("/erasure/erase", data=data)
    status = answer.status_code
    if status == 302:
        answer = client.get(answer.headers["Location"])
    return status, answer.get_data(as_text=True)


def _left(session: Session) -> set[str | None]:
    session.rollback()
    return set(session.scalars(select(NumberRow.number)))


def test_what_would_go_is_counted_and_nothing_goes(boss: FlaskClient, session: Session, source: DeskSource) -> None:
    page = _look(boss)
    assert re.search(r"号码</th><td>2<.*客户</th><td>1<.*通知和消息</th><td>1<", page, re.S)
    assert "139****0002" in page
    assert not {"13900000001", TYPED, NUMBER, FURTHER[3:]} & set(re.findall(r"[+\d][\d ]{8,}\d", page)), "masked"
    assert _left(session) == {NUMBER, FURTHER, OTHER}
    assert source.erased == []


def test_it_is_forgotten_as_by_the_command_and_put_on_record(
    app: Flask, boss: FlaskClient, session: Session, source: DeskSource
) -> None:
    in_files: list[list[str]] = []
    app.extensions["hotline"]["erase_in_files"] = in_files.append
    status, said = _erase(boss, _look(boss), reason="本人要求，13900000001")
    assert (status, "已抹除" in said) == (302, True)
    assert _left(session) == {None, OTHER}
    assert set(session.scalars(select(CustomerRow.name))) == {"", "李"}
    assert "13900000002" not in str(session.scalars(select(NoticeRow.details)).all())
    assert source.erased == [(NUMBER, "administrator"), (FURTHER, "administrator")]
    assert in_files == [[NUMBER, FURTHER]]
    line = session.scalars(select(AuditRow).where(AuditRow.what == "erasure")).one()
    assert (line.who, line.rows, line.why) == ("administrator", 2, "本人要求，139****0001")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"number": "139 0000 0003"}, "与刚才查看的号码不同"),
        ({"number": "x"}, "与刚才查看的号码不同"),
        ({"as_shown": "made-up"}, "与刚才查看的号码不同"),
        ({"reason": " "}, "请写明理由"),
        ({"sure": ""}, "请写明理由"),
    ],
)
def test_a_slip_forgets_nobody(boss: FlaskClient, session: Session, typed: dict[str, str], said: str) -> None:
    status, page = _erase(boss, _look(boss), **typed)
    assert (status, said in page) == (422, True)
    assert _left(session) == {NUMBER, FURTHER, OTHER}


def test_what_came_after_the_preview_is_looked_at_first(boss: FlaskClient, session: Session) -> None:
    page = _look(boss)
    customer = session.scalars(select(CustomerRow).where(CustomerRow.name == "王")).one()
    add_number(session, "+8613900000004", customer, further=True)
    session.commit()
    assert _erase(boss, page)[0] == 422
    assert NUMBER in _left(session)


def test_without_the_router_nothing_is_half_forgotten_and_the_reason_is_kept(
    boss: FlaskClient, session: Session, source: DeskSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_number: str, *, by: str) -> int:
        raise EngineUnreachableError(by)

    page = _look(boss)
    monkeypatch.setattr(source, "erase", away)
    status, said = _erase(boss, page)
    assert (status, 'value="本人要求"' in said) == (503, True)
    assert _left(session) == {NUMBER, FURTHER, OTHER}
    monkeypatch.undo()
    assert _erase(boss, said)[0] == 302
    assert _left(session) == {None, OTHER}


def test_a_number_that_never_called_is_forgotten_all_the_same(
    boss: FlaskClient, session: Session, source: DeskSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_number: str, *, by: str) -> int:  # noqa: ARG001  (the port's)
        raise RefusedError(Refusal("number-unknown"))

    monkeypatch.setattr(source, "erase", unknown)
    assert _erase(boss, _look(boss))[0] == 302
    assert _left(session) == {None, OTHER}


def test_files_that_can_not_be_written_are_said(app: Flask, boss: FlaskClient, session: Session) -> None:
    def refused(_numbers: object) -> int:
        raise PermissionError(13, "Permission denied")

    app.extensions["hotline"]["erase_in_files"] = refused
    assert "hotline erase" in _erase(boss, _look(boss))[1]
    assert _left(session) == {None, OTHER}


def test_what_is_no_number_is_said_to_be_none(boss: FlaskClient) -> None:
    assert "这不是号码" in _look(boss, "abc")

"""What is sent twice is done once, and who decides on what is not so any more is told: over real requests at once."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.core.desk import Desk
from router.core.inputs import CallbackAssigned, Input
from router.store.tables.answers import AnswerRow
from router.store.tables.customers import CallbackRow, NumberRow
from router.store.tables.findings import FindingRow, ReconcileRunRow
from router.store.tables.forms import FormRevisionRow, FormRow
from router.wire.errors import EngineUnreachableError
from tests.store.conftest import empty_url, postgres
from tests.web.browsing import served
from tests.web.conftest import PASSWORD, DeskSource, make_app
from tests.web.test_forms import PURCHASE, record

__all__ = ["empty_url", "postgres", "record"]
NOW = datetime.now(UTC)
ON_SQLITE = pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)  # nothing here depends on the kind


class Source(DeskSource):
    """An engine that may be away."""

    away = False

    def tell(self, told: Input, *, source: str, key: str = "", facts: dict[str, str] | None = None) -> int:
        if self.away:
            raise EngineUnreachableError("the engine does not answer")
        if isinstance(told, CallbackAssigned):  # owed on record alone: the desk here never missed the call
            self.told.append((key, told))
            return len(self.told)
        return super().tell(told, source=source, key=key, facts=facts)


@pytest.fixture
def source(desk: Desk) -> Source:
    return Source(desk)


@pytest.fixture
def app(source: Source, tmp_path: Path, empty_url: str) -> Iterator[Flask]:
    """The application on a database of each kind."""
    made = make_app(source, tmp_path, url=empty_url)
    yield made
    source.over.set()
    made.extensions["hotline"]["sessions"].remove()
    made.extensions["hotline"]["sessions"].get_bind().dispose()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as at:
        yield at


@pytest.fixture
def database(app: Flask) -> Engine:
    found: Engine = app.extensions["hotline"]["sessions"].get_bind()
    return found


class Browser:
    """Somebody's browser: pages, their forms as they were rendered, and sending them."""

    def __init__(self, address: str, name: str) -> None:
        self.address = address
        self.session = requests.Session()
        self.session.trust_env = False
        self.sign_in(name)

    def sign_in(self, name: str) -> None:
        token = self.forms("/login")[0]
        answer = self.send("/login", {**token, "username": name, "password": PASSWORD})
        assert answer.status_code == 302, answer.text

    def get(self, path: str) -> str:
        return self.session.get(f"{self.address}{path}").text

    def forms(self, path: str, wanted: str = "") -> list[dict[str, str]]:
        """The hidden fields of each form of a page, or of those that lead to `wanted`."""
        found = re.findall(r'(?s)<form\b([^>]*method="post"[^>]*)>(.*?)</form>', self.get(path))
        return [fields_of(body) for head, body in found if wanted in head]

    def send(self, path: str, data: dict[str, str]) -> requests.Response:
        return self.session.post(f"{self.address}{path}", data=data, allow_redirects=False)


def fields_of(text: str) -> dict[str, str]:
    fields = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', text)
    fields += re.findall(r'(?s)<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', text)
    return {name: html.unescape(value) for name, value in fields}


def at_once(*acts: Callable[[], requests.Response]) -> list[requests.Response]:
    """Done by two who press in the same instant."""
    ready = threading.Barrier(len(acts))

    def act(one: Callable[[], requests.Response]) -> requests.Response:
        ready.wait()
        return one()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def rows(database: Engine, table: type[Any]) -> list[Any]:
    with Session(database, expire_on_commit=False) as session:
        return list(session.scalars(select(table).order_by(table.id)).unique())


PAPER = {**PURCHASE, "consultant": "A", "number": "13900000001"}


@pytest.mark.usefixtures("record")
def test_a_double_tap_files_one_form_and_both_taps_are_answered_alike(address: str, database: Engine) -> None:
    secretary = Browser(address, "secretary")
    [form] = secretary.forms("/forms/new", "call-form")
    sent = {**form, **PAPER}
    answers = at_once(*[lambda: secretary.send("/forms/new", sent)] * 3)
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(rows(database, FormRow)) == 1
    again = secretary.send("/forms/new", sent)  # Back, and sent again
    assert (again.status_code, again.headers["Location"]) == (302, answers[0].headers["Location"])
    assert "来电表已提交" in secretary.get(again.headers["Location"])
    assert len(rows(database, FormRow)) == 1


@ON_SQLITE
@pytest.mark.usefixtures("record")
def test_a_page_that_was_sent_with_something_else_in_it_is_refused_and_can_be_meant(
    address: str, database: Engine
) -> None:
    secretary = Browser(address, "secretary")
    [form] = secretary.forms("/forms/new", "call-form")
    assert secretary.send("/forms/new", {**form, **PAPER}).status_code == 302
    other = secretary.send("/forms/new", {**form, **PAPER, "name": "李先生"})
    assert other.status_code == 409
    assert "已经提交过" in other.text
    assert "李先生" in other.text
    assert len(rows(database, FormRow)) == 1
    assert secretary.send("/forms/new", fields_of(other.text)).status_code == 302
    assert [row.fields["name"] for row in rows(database, FormRow)] == ["王女士", "李先生"]


@ON_SQLITE
@pytest.mark.usefixtures("record")
def test_what_was_refused_may_be_sent_again_from_the_same_page(address: str, database: Engine) -> None:
    secretary = Browser(address, "secretary")
    [form] = secretary.forms("/forms/new", "call-form")
    assert secretary.send("/forms/new", {**form, **PAPER, "media": "电视"}).status_code == 422
    assert secretary.send("/forms/new", {**form, **PAPER}).status_code == 302
    assert len(rows(database, FormRow)) == 1


@ON_SQLITE
@pytest.mark.usefixtures("record")
def test_a_page_of_somebody_else_in_this_browser_is_not_sent_in_another_s_name(address: str, database: Engine) -> None:
    browser = Browser(address, "secretary")
    [form] = browser.forms("/forms/new", "call-form")
    browser.send("/logout", {"csrf_token": form["csrf_token"]})
    browser.sign_in("administrator")
    answer = browser.send("/forms/new", {**form, **PAPER, "csrf_token": browser.forms("/forms/new")[0]["csrf_token"]})
    assert answer.status_code == 409
    assert "给另一个人的" in answer.text
    assert "王女士" in answer.text
    assert rows(database, FormRow) == []


@pytest.mark.usefixtures("record")
def test_two_who_file_for_one_call_at_once_are_asked_whether_a_second_is_meant(address: str, database: Engine) -> None:
    pages = [Browser(address, "consultant"), Browser(address, "secretary")]
    sent = [page.forms("/forms/new?call=c1", "call-form")[0] | PURCHASE | {"consultant": "B"} for page in pages]
    answers = at_once(
        lambda: pages[0].send("/forms/new", {**sent[0], "name": "张先生"}),
        lambda: pages[1].send("/forms/new", {**sent[1], "name": "李女士"}),
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    asked = next(place for place, answer in enumerate(answers) if answer.status_code == 409)
    assert "确实要再交一份吗" in answers[asked].text
    assert ("张先生", "李女士")[asked] in answers[asked].text
    assert len(rows(database, FormRow)) == 1
    meant = fields_of(re.findall(r"(?s)<form[^>]*call-form.*?</form>", answers[asked].text)[0])
    assert pages[asked].send("/forms/new", {**PURCHASE, "consultant": "B", **meant}).status_code == 302
    assert [row.nth for row in rows(database, FormRow)] == [1, 2]


@pytest.mark.usefixtures("record")
def test_of_two_corrections_at_once_the_second_sees_who_changed_what(address: str, database: Engine) -> None:
    pages = [Browser(address, "consultant"), Browser(address, "secretary")]
    first = pages[0].forms("/forms/new?call=c1", "call-form")[0]
    to = pages[0].send("/forms/new", {**first, **PURCHASE}).headers["Location"]
    sent = [page.forms(f"{to}/correct", "call-form")[0] | PURCHASE | {"consultant": "B"} for page in pages]
    names = ("张先生", "李女士")
    answers = at_once(
        lambda: pages[0].send(f"{to}/correct", {**sent[0], "name": names[0], "why": "听错了甲"}),
        lambda: pages[1].send(f"{to}/correct", {**sent[1], "name": names[1], "why": "听错了乙"}),
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    lost = next(place for place, answer in enumerate(answers) if answer.status_code == 409)
    page = html.unescape(answers[lost].text)
    assert "其间已被别人改动" in page
    assert f"王女士 → {names[1 - lost]}" in page
    assert names[lost] in page
    assert len(rows(database, FormRevisionRow)) == 2
    assert pages[lost].send(f"{to}/correct", fields_of(answers[lost].text)).status_code == 302
    assert [row.values["name"] for row in rows(database, FormRevisionRow)] == ["王女士", names[1 - lost], names[lost]]


@pytest.mark.usefixtures("record")
def test_of_two_decisions_about_a_finding_at_once_one_counts(address: str, database: Engine) -> None:
    made: dict[str, Any] = {
        "site_id": 1,
        "day": date(2026, 5, 14),
        "kind": "missing_form",
        "slot": "x",
        "person": "A",
        "call": "c1",
    }
    with Session(database) as session:
        session.add(FindingRow(**made, found_at=NOW, changed_at=NOW))
        session.add(ReconcileRunRow(site_id=1, day=made["day"], started_at=NOW, ended_at=NOW, slots=[]))
        session.commit()
    pages = [Browser(address, "supervisor"), Browser(address, "supervisor")]
    path, page = f"/check/{rows(database, FindingRow)[0].id}", "/check?date=2026-05-14"
    sent = [pages[0].forms(page, "confirm")[0], pages[1].forms(page, "dismiss")[0]]
    answers = at_once(
        lambda: pages[0].send(f"{path}/confirm", sent[0]),
        lambda: pages[1].send(f"{path}/dismiss", {**sent[1], "note": "纸表上有"}),
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert "supervisor: " in lost.text
    if lost is answers[1]:
        assert "纸表上有" in lost.text
    with Session(database) as session:
        assert len(session.scalars(select(FindingRow)).one().acts) == 1


@pytest.fixture
def owed(database: Engine, record: Session) -> int:
    """A call back that nobody has yet."""
    with Session(database) as session:
        number = record.scalars(select(NumberRow)).one()
        row = CallbackRow(site_id=1, number_id=number.id, owed_since=NOW - timedelta(hours=1), version=1)
        session.add(row)
        session.commit()
        return row.id


def test_of_two_who_assign_a_call_back_at_once_one_counts(address: str, source: Source, owed: int) -> None:
    pages = [Browser(address, "supervisor"), Browser(address, "supervisor")]
    sent = [page.forms("/callbacks", "assign")[0] for page in pages]
    answers = at_once(
        lambda: pages[0].send(f"/callbacks/{owed}/assign", {**sent[0], "person": "A"}),
        lambda: pages[1].send(f"/callbacks/{owed}/assign", {**sent[1], "person": "B"}),
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert sum(isinstance(told, CallbackAssigned) for _key, told in source.told) == 1


@ON_SQLITE
def test_an_assignment_that_the_router_did_not_hear_of_can_be_sent_again(
    address: str, source: Source, owed: int
) -> None:
    page = Browser(address, "supervisor")
    sent = page.forms("/callbacks", "assign")[0] | {"person": "A"}
    source.away = True
    assert page.send(f"/callbacks/{owed}/assign", sent).status_code == 302
    assert "路由没有应答" in page.get("/callbacks")
    source.away = False
    assert page.send(f"/callbacks/{owed}/assign", sent).status_code == 302
    assert [told.person for _key, told in source.told if isinstance(told, CallbackAssigned)] == ["A"]


@ON_SQLITE
def test_a_call_back_that_was_made_meanwhile_says_by_whom(address: str, database: Engine, owed: int) -> None:
    page = Browser(address, "supervisor")
    sent = page.forms("/callbacks", "assign")[0] | {"person": "A"}
    with Session(database) as session:
        row = session.get_one(CallbackRow, owed)
        row.settled_at, row.settled_by = NOW, "C"
        session.commit()
    answer = page.send(f"/callbacks/{owed}/assign", sent)
    assert answer.status_code == 409
    assert "王伟" in answer.text


@ON_SQLITE
@pytest.mark.usefixtures("record")
def test_nobody_s_number_is_kept_to_know_a_form_by(address: str, database: Engine) -> None:
    secretary = Browser(address, "secretary")
    secretary.send("/forms/new", {**secretary.forms("/forms/new", "call-form")[0], **PAPER})
    [kept] = rows(database, AnswerRow)
    assert "13900000001" not in repr(vars(kept))


@pytest.mark.usefixtures("record")
def test_what_a_process_that_died_had_claimed_is_taken_up(address: str, database: Engine) -> None:
    secretary = Browser(address, "secretary")
    sent = {**secretary.forms("/forms/new", "call-form")[0], **PAPER}
    secretary.send("/forms/new", sent)
    with Session(database) as session:
        row = session.scalars(select(AnswerRow)).one()
        row.answer, row.begun_at = None, NOW - timedelta(minutes=2)
        session.commit()
    assert secretary.send("/forms/new", sent).status_code == 302
    assert len(rows(database, FormRow)) == 2  # a form on paper has no call to know it by

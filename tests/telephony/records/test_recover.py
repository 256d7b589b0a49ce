"""Calls that the router missed come into its log once, with who answered, and what is owed to whom nobody answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from router.engine.link_times import LinkTimes
from router.store.customers.erasure import erase_numbers
from router.store.pbx.queries import blind_intervals_of_day
from router.store.tables.calls import CallRow
from router.store.tables.customers import CallbackRow, CustomerRow, NumberRow
from router.store.tables.forms import FormRow
from router.telephony.private.instance import CDR_FILE, CEL_FILE
from router.telephony.records import Recovery, recover_missed
from tests.databases import empty_on
from tests.store.conftest import postgres  # noqa: F401  (a fixture)
from tests.telephony.records.asterisk import File, race
from tests.telephony.records.book import Book

CALL = "hotline-1795520813.1000"
STARTED = datetime(2026, 11, 24, 11, 46, 53, 741556, tzinfo=UTC)
ANSWERED = datetime(2026, 11, 24, 11, 46, 53, 756930, tzinfo=UTC)
NOW = STARTED + timedelta(hours=3)
MISSED = race(1).replace("PJSIP/101-00000001", "").replace("ANSWERED", "NO ANSWER")
OUT = (
    '"hotline-1795521813.9","hotline-1795521813.9","PJSIP/103-00000009","PJSIP/mobiles-0000000a","103","13900000001",'
    '"hotline-phones","1795521813.000000","1795521820.000000","1795521900.000000","ANSWERED","Dial",'
    '"PJSIP/13900000001@mobiles,60","9"\n'
)


@pytest.fixture(params=["sqlite", "postgresql"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book]:
    url = empty_on(request.getfixturevalue("postgres")) if request.param == "postgresql" else ""
    File(tmp_path / CEL_FILE)
    made = Book(tmp_path, url=url)
    yield made
    made.close()


@pytest.fixture
def legs(tmp_path: Path) -> File:
    return File(tmp_path / CDR_FILE)


def recover(book: Book, now: datetime = NOW) -> Recovery:
    book.read()
    return recover_missed(book.database, book.site, link_times=book.asterisk / "link.log", now=now)


def log(book: Book) -> list[CallRow]:
    with Session(book.database) as session:
        return list(session.scalars(select(CallRow).order_by(CallRow.arrived_at)))


def call_backs(book: Book) -> list[CallbackRow]:
    with Session(book.database) as session:
        return list(session.scalars(select(CallbackRow)))


def router_was_away(book: Book) -> None:
    """From a minute before the call to five minutes after it began."""
    for at in (STARTED - timedelta(minutes=1), STARTED + timedelta(minutes=5), NOW):
        writer = LinkTimes(book.asterisk / "link.log")
        writer.beat(int(at.timestamp() * 1000), is_linked=True)


def known(book: Book, **values: object) -> None:
    """A call that the router has in its log."""
    row = {"site_id": 1, "id": "c0000000000000000001", "uniqueid": CALL, "arrived_at": STARTED, "marks": [], **values}
    with Session(book.database) as session:
        session.add(CallRow(**row))
        session.commit()


def customer(book: Book, owner: str, contact: datetime) -> None:
    with Session(book.database) as session:
        who = CustomerRow(site_id=1, owner=owner, last_contact_at=contact, known_since=contact)
        session.add(NumberRow(site_id=1, customer=who, journal="j", key=1, number="+8613900000001"))
        session.commit()


def test_a_call_that_the_log_lacks_comes_in_with_who_answered_and_only_once(book: Book, legs: File) -> None:
    legs.writes(race(1))
    assert recover(book) == Recovery(added=1, corrected=0, blind=0)
    (row,) = log(book)
    assert (row.uniqueid, row.recovered, row.served_by, row.hotline, row.trunk) == (
        CALL,
        True,
        "fallback",
        "4008001234",
        "carrier",
    )
    assert (row.arrived_at, row.answered_at, row.person, row.answerer) == (STARTED, ANSWERED, "A", "A")
    assert row.missed_why is None
    assert not call_backs(book)
    assert recover(book) == Recovery(added=0, corrected=0, blind=0)
    assert len(log(book)) == 1


def test_a_missed_caller_is_owed_a_call_back_by_the_owner_once(book: Book, legs: File) -> None:
    customer(book, "C", STARTED - timedelta(days=2))
    legs.writes(MISSED)
    recover(book)
    recover(book)
    (row,) = log(book)
    assert (row.answered_at, row.person, row.missed_why) == (None, None, "closed")
    (owed,) = call_backs(book)
    assert (owed.person, owed.call_id, owed.owed_since, owed.settled_at) == ("C", row.id, STARTED, None)


def test_an_owner_of_long_ago_owes_nothing_the_supervisor_assigns_it(book: Book, legs: File) -> None:
    customer(book, "C", STARTED - timedelta(days=8))
    legs.writes(MISSED)
    recover(book)
    assert [owed.person for owed in call_backs(book)] == [None]


def test_a_caller_who_was_rung_back_since_is_owed_nothing(book: Book, legs: File) -> None:
    legs.writes(MISSED + OUT)
    recover(book)
    (owed,) = call_backs(book)
    assert (owed.settled_by, owed.settled_at) == ("C", datetime(2026, 11, 24, 12, 3, 40, tzinfo=UTC))


def test_a_withheld_number_is_owed_nothing(book: Book, legs: File) -> None:
    legs.writes(MISSED.replace('"13900000001"', '""'))
    recover(book)
    assert (len(log(book)), call_backs(book)) == (1, [])


def test_what_the_router_saw_is_left_alone(book: Book, legs: File) -> None:
    known(book, missed_why="abandoned")
    legs.writes(race(1))
    assert recover(book) == Recovery(added=0, corrected=0, blind=0)
    assert [(row.person, row.missed_why) for row in log(book)] == [(None, "abandoned")]


def test_a_call_that_ended_while_the_router_was_away_gets_its_answer(book: Book, legs: File) -> None:
    known(book, missed_why="abandoned")
    router_was_away(book)
    legs.writes(race(1))
    assert recover(book) == Recovery(added=0, corrected=1, blind=2)
    (row,) = log(book)
    assert (row.person, row.answered_at, row.missed_why, row.recovered) == ("A", ANSWERED, None, True)
    assert recover(book).corrected == 0


def test_a_call_that_the_journal_brings_after_all_is_there_once_with_its_form(book: Book, legs: File) -> None:
    legs.writes(race(1))
    recover(book)
    with Session(book.database) as session:
        form = FormRow(site_id=1, call_id=log(book)[0].id, consultant="A", kind="purchase", filed_at=NOW)
        session.add(form)
        session.commit()
    known(book, person="A", answered_at=ANSWERED)
    recover(book)
    assert [row.id for row in log(book)] == ["c0000000000000000001"]
    with Session(book.database) as session:
        assert session.scalars(select(FormRow.call_id)).all() == ["c0000000000000000001"]


def test_a_call_of_this_moment_is_left_to_the_journal(book: Book, legs: File) -> None:
    legs.writes(race(1))
    assert recover(book, now=STARTED + timedelta(minutes=2)).added == 0


def test_the_page_can_say_when_the_router_was_away_and_how_many_calls_were_put_in(book: Book, legs: File) -> None:
    router_was_away(book)
    legs.writes(race(1))
    recover(book)
    recover(book)
    with Session(book.database) as session:
        found = blind_intervals_of_day(session, STARTED.astimezone(book.site.zone).date(), book.site.zone)
    assert [(row.started_at.replace(microsecond=0), count) for row, count in found] == [
        ((STARTED - timedelta(minutes=1)).replace(microsecond=0), 1),
        ((STARTED + timedelta(minutes=5)).replace(microsecond=0), 0),
    ]


def test_an_erased_number_is_gone_from_the_records_too(book: Book, legs: File) -> None:
    legs.writes(race(1) + OUT)
    recover(book)
    whose = log(book)[0].number_id
    with Session(book.database) as session:
        erase_numbers(session, 1, ["+8613900000001"], NOW)
        session.commit()
    assert {row.number for row in book.rows()} == {""}
    recover(book)
    assert [row.number_id for row in log(book)] == [whose]
    assert whose is not None
    with Session(book.database) as session:
        assert set(session.scalars(select(NumberRow.number))) == {None}

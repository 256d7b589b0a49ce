"""Customers on record: several numbers, merges, blocks, contacts; what the writer makes of each event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.core import inputs
from router.core.words import CallId, Number, PersonId
from router.engine.feed import JournalFeed
from router.engine.ports import Letter
from router.store.customers.callbacks import open_callbacks
from router.store.customers.changes import MergeError, carry_out, merge_of, untold_owners
from router.store.customers.numbers import NumberError, block, known_numbers, open_blocks, row_of_number, unblock
from router.store.customers.queries import Terms, customer_shown, customers_on_record, customers_shown, history_of
from router.store.follow.events import FactKind
from router.store.follow.writer import DatabaseWriter
from router.store.tables.calls import CallRow
from router.store.tables.customers import CallbackRow, ContactRow, CustomerRow, MergeRow, NumberRow
from router.wire.observation import Observation
from tests.engine.office import CHEN, LI, TestOffice, office

FIRST, FURTHER = Number("+8613800000001"), Number("+8613900000002")
NINE = round(datetime(2026, 11, 24, 1, tzinfo=UTC).timestamp() * 1000)
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
TERMS = Terms(now=NOW, lapse=timedelta(days=7), people=frozenset({"chen", "li", "wang"}))


def follow(folder: Path, database: Engine) -> None:
    feed = JournalFeed(folder / "journal.db")
    writer = DatabaseWriter(database, feed)
    while writer.step():
        pass
    feed.close()


def answered(made: TestOffice, call: str, number: Number, by: PersonId, /, **facts: str) -> None:
    """A call that somebody answers and that ends."""
    arrived = inputs.CallArrived(call=CallId(call), number=number)
    made.mailbox.put(Letter(input=arrived, source="test", facts={"uniqueid": f"u-{call}", **facts}))
    made.work()
    made.tell(inputs.Taken(call=CallId(call), person=by, fact=True))
    made.tell(inputs.HungUp(call=CallId(call)))


def test_a_blocked_call_enters_the_log_and_nothing_is_owed(tmp_path: Path, database: Engine) -> None:
    with office(tmp_path, now=NINE) as made:
        made.open_slot(CHEN, LI)
        facts = {"caller": str(FIRST), "uniqueid": "u1", "hotline": "4008001234"}
        seen = Observation(what=FactKind.BLOCKED, call=CallId("c1"), person=PersonId(""), source="ami", facts=facts)
        done = made.mailbox.observe(seen)
        made.work()
        done.result(0)
        assert made.desk.office.calls == {}
    follow(tmp_path, database)
    with Session(database) as session:
        call = session.scalars(select(CallRow)).one()
        assert call.number is not None
        assert (call.number.number, call.uniqueid, call.missed_why) == (FIRST, "u1", "blocked")
        assert (call.is_missed, call.slot_name, call.ended_at) == (False, "白班", call.arrived_at)
        assert open_callbacks(session) == []


def test_a_follow_up_is_on_record_with_who_and_how(tmp_path: Path, database: Engine) -> None:
    with office(tmp_path, now=NINE) as made:
        made.open_slot(CHEN, LI)
        answered(made, "c1", FIRST, CHEN)
        made.tell(inputs.Contacted(number=FIRST, person=CHEN), at=NINE + 60_000, facts={"how": "visit", "by": "chen"})
        made.tell(inputs.Contacted(number=FIRST, person=LI), at=NINE + 90_000)
    follow(tmp_path, database)
    with Session(database) as session:
        rows = session.scalars(select(ContactRow).order_by(ContactRow.id)).all()
        assert [(row.person, row.how, row.by) for row in rows] == [
            ("chen", "visit", "chen"),
            ("li", "callback", "test"),
        ]
        customer = session.scalars(select(CustomerRow)).one()
        assert customer.last_contact_at == datetime(2026, 11, 24, 1, 1, tzinfo=UTC), "R16.2: only the owner's counts"


def two_customers(folder: Path, database: Engine) -> None:
    """Chen owns one number, Li another, as it turns out, of the same customer."""
    with office(folder, now=NINE) as made:
        made.open_slot(CHEN, LI)
        answered(made, "c1", FIRST, CHEN)
        made.now += 60_000
        answered(made, "c2", FURTHER, LI)
    follow(folder, database)


def merge(session: Session, owner: str, reason: str = "同一人") -> None:
    lines = []
    for number in (FIRST, FURTHER):
        row = row_of_number(session, number)
        assert row is not None
        line = customer_shown(session, row.customer_id, TERMS)
        assert line is not None
        lines.append(line)
    carry_out(session, merge_of(session, lines[0], lines[1]), owner, by="zhang", reason=reason, now=NOW)
    session.commit()


def test_two_customers_become_one_with_the_chosen_owner_and_their_history(tmp_path: Path, database: Engine) -> None:
    two_customers(tmp_path, database)
    with Session(database) as session:
        with pytest.raises(MergeError, match="one of the two"):
            merge(session, "wang")
        with pytest.raises(MergeError, match="reason"):
            merge(session, "li", reason=" ")
        session.rollback()
        merge(session, "li")
        lines, count = customers_shown(session, TERMS)
        assert count == 1
        assert [number.number for number in lines[0].numbers] == [FIRST, FURTHER]
        assert lines[0].row.owner == "li"
        history = history_of(session, lines[0].row.id)
        assert [call.id for call in history.calls] == ["c2", "c1"]
        assert [(row.merged_owner, row.reason) for row in session.scalars(select(MergeRow))] == [("li", "同一人")]
        assert [(row.number.number, row.owner) for row in untold_owners(session)] == [(FIRST, "li")]
        assert known_numbers(session).further == {FURTHER: FIRST}
        assert [number for number, _, _ in customers_on_record(session)] == [FIRST]


def test_a_later_call_from_the_further_number_is_the_one_customers_and_stands_under_its_own_number(
    tmp_path: Path, database: Engine
) -> None:
    two_customers(tmp_path, database)
    with Session(database) as session:
        merge(session, "chen")
    with office(tmp_path, now=NINE + 600_000) as made:
        answered(made, "c3", FIRST, CHEN, caller=str(FURTHER), number=f"0{FURTHER[3:]}")
        made.tell(inputs.Contacted(number=FURTHER, person=LI))  # what is still said of the number itself
    follow(tmp_path, database)
    with Session(database) as session:
        call = session.get_one(CallRow, (1, "c3"))
        assert call.number is not None
        assert (call.number.number, call.number.customer.owner) == (FURTHER, "chen")
        contact = call.number.customer.last_contact_at
        assert contact == datetime.fromtimestamp(NINE / 1000 + 600, UTC)


def test_a_customer_who_is_owed_a_call_back_is_not_merged_away(tmp_path: Path, database: Engine) -> None:
    two_customers(tmp_path, database)
    with Session(database) as session:
        row = row_of_number(session, FURTHER)
        assert row is not None
        session.add(CallbackRow(site_id=1, number_id=row.id, owed_since=NOW, person="li"))
        session.commit()
        with pytest.raises(MergeError, match="owed a call back"):
            merge(session, "li")


def test_a_number_is_blocked_once_with_a_reason_and_the_block_stays_on_record(database: Engine) -> None:
    with Session(database) as session:
        for number, reason, why in (("", "x", "withheld"), (FIRST, " ", "reason")):
            with pytest.raises(NumberError, match=why):
                block(session, number, reason=reason, by="zhang", now=NOW)
        row = block(session, FIRST, reason="推销", by="zhang", now=NOW)
        with pytest.raises(NumberError, match="already"):
            block(session, FIRST, reason="推销", by="zhang", now=NOW)
        assert known_numbers(session).blocked == {FIRST}
        unblock(session, FIRST, by="li", now=NOW)
        assert (row.removed_by, open_blocks(session)) == ("li", [])
        with pytest.raises(NumberError, match="not blocked"):
            unblock(session, FIRST, by="li", now=NOW)


def test_a_new_journal_knows_a_further_number_for_one(tmp_path: Path, database: Engine) -> None:
    two_customers(tmp_path, database)
    with Session(database) as session:
        merge(session, "chen")
    (tmp_path / "new").mkdir()
    with office(tmp_path / "new", now=NINE + 900_000) as made:
        made.open_slot(CHEN, LI)
        answered(made, "c9", FIRST, CHEN, caller=str(FURTHER))
    follow(tmp_path / "new", database)
    with Session(database) as session:
        rows = session.scalars(select(NumberRow).where(NumberRow.number == FURTHER)).all()
        assert len({row.customer_id for row in rows}) == 1
        assert [row.further for row in rows] == [True, True]


def test_an_erased_number_takes_the_name_of_the_list_and_the_block_with_it(tmp_path: Path, database: Engine) -> None:
    with office(tmp_path, now=NINE) as made:
        made.open_slot(CHEN, LI)
        answered(made, "c1", FIRST, CHEN)
    follow(tmp_path, database)
    with Session(database) as session:
        session.scalars(select(CustomerRow)).one().name = "王女士"
        block(session, FIRST, reason="推销", by="zhang", now=NOW)
        session.commit()
    with office(tmp_path, now=NINE + 60_000) as made:
        done = made.mailbox.erase(FIRST, "zhang")
        made.work()
        done.result(0)
    follow(tmp_path, database)
    with Session(database) as session:
        assert {row.name for row in session.scalars(select(CustomerRow))} == {""}
        assert known_numbers(session).blocked == set()

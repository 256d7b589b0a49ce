"""The database follows the journal: everything once, in order, whenever it is there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, inspect, select, text, update
from sqlalchemy.orm import Session

from router.core import inputs
from router.core.words import CallId, FormKind, Group, Number
from router.engine.feed import JournalFeed
from router.store.calls.queries import call_with, calls_of_customer, calls_of_day, missed_calls_of_day, trail_of_call
from router.store.customers.callbacks import open_callbacks
from router.store.customers.queries import customer_with, customers_on_record
from router.store.database import open_database
from router.store.fairness.queries import turns_of_day
from router.store.follow import writer as writer_module
from router.store.follow.apply import apply
from router.store.follow.queries import failed_events
from router.store.follow.writer import DatabaseAwayError, DatabaseWriter
from router.store.migrate import migrate_database
from router.store.tables.applied import EventAppliedRow
from router.store.tables.calls import TrailRow, TurnRow
from router.store.tables.customers import CallbackRow, NumberRow
from router.store.tables.office import SiteRow
from tests.engine.office import CALLER, CARRIER_WROTE, CHEN, LI, WANG, TestOffice, office

MORNING = 1_795_000_000_000  # 2026-11-18 in Shanghai
ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 18)
Ask = Callable[[], Session]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[TestOffice]:
    """An office that opens in the morning."""
    with office(tmp_path, now=MORNING) as one:
        one.open_slot()
        yield one


@pytest.fixture
def writer(database: Engine, tmp_path: Path, made: TestOffice) -> Iterator[DatabaseWriter]:
    """The writer of that office."""
    feed = JournalFeed(tmp_path / "journal.db")
    assert made.journal.id == feed.journal
    yield DatabaseWriter(database, feed)
    feed.close()


def _catch_up(writer: DatabaseWriter) -> None:
    while writer.step():
        pass


def _answered_call(made: TestOffice, call: str = "c1") -> CallId:
    known = made.call_comes(call)
    made.tell(inputs.PhoneRang(call=known, person=CHEN), at=made.now + 100)
    made.tell(inputs.Answered(call=known, person=CHEN), at=made.now + 5000)
    made.tell(inputs.HungUp(call=known), at=made.now + 60_000, facts={"ended_by": "caller"})
    return known


def test_an_answered_call_is_in_the_log_with_all_that_is_known(
    made: TestOffice, writer: DatabaseWriter, ask: Ask
) -> None:
    call_id = _answered_call(made)
    made.tell(inputs.FormFiled(call=call_id, kind=FormKind.PURCHASE))
    _catch_up(writer)
    [call] = calls_of_day(ask(), DAY, ZONE)
    assert (call.hotline, call.uniqueid, call.systemname) == ("02887654321", "170.c1", "pbx1")
    assert call.number is not None
    assert (call.number.number, call.number.as_sent) == (CALLER, CARRIER_WROTE)
    assert (call.answerer, call.person, call.stage, call.turn, call.late) == (CHEN, CHEN, "rotation", "used", False)
    assert (call.slot_name, call.missed_why, call.form_kind, call.ended_by) == ("白班", None, "purchase", "caller")
    assert call.answered_at is not None
    assert call.ended_at is not None
    assert [call.answered_at.timestamp(), call.ended_at.timestamp()] == [
        (MORNING + 5100) / 1000,
        (MORNING + 65_100) / 1000,
    ]
    assert call_with(ask(), "170.c1") is not None


def test_the_trail_of_a_call_says_why_it_rang_there(made: TestOffice, writer: DatabaseWriter, ask: Ask) -> None:
    made.tell(inputs.PresenceChanged(person=CHEN, presence="break"))
    call_id = made.call_comes("c1")
    _catch_up(writer)
    steps = trail_of_call(ask(), call_id)
    assert [step.kind for step in steps] == ["CallArrived", "Decision", "Forfeit", "Rang"]
    arrived, decision, _forfeit, rang = steps
    assert "R10" in (decision.rules or [])
    assert decision.body["seen"][0] == {"person": "chen", "sheet": "call", "turn": "due", "owed": False, "why": "break"}
    assert (rang.body["who"], rang.body["stage"]) == (["li"], "rotation")
    assert arrived.body["facts"]["hotline"] == "02887654321"


def test_no_number_stands_outside_its_table(
    made: TestOffice, writer: DatabaseWriter, database: Engine, ask: Ask
) -> None:
    _answered_call(made)
    made.tell(inputs.HungUp(call=made.call_comes("c2", Number("+8613800000002"), "013800000002")))
    made.tell(inputs.CallbackAssigned(number=Number("+8613800000002"), person=LI, by="boss"))
    made.tell(inputs.Contacted(number=Number("+8613800000002"), person=LI))
    _catch_up(writer)
    assert len(failed_events(ask())) == 0
    with database.connect() as connection:
        names = inspect(connection).get_table_names()
        for name in set(names) - {"customer_number"}:
            rows = connection.execute(text(f'SELECT * FROM "{name}"')).all()  # noqa: S608  (names from the database)
            assert "1380000000" not in repr(rows), name


def test_a_missed_call_owes_a_call_back_until_somebody_speaks_with_the_caller(
    made: TestOffice, writer: DatabaseWriter, ask: Ask
) -> None:
    made.tell(inputs.HungUp(call=made.call_comes("c1")), at=made.now + 3000)
    made.tell(inputs.HungUp(call=made.call_comes("c2")), at=made.now + 3000)
    _catch_up(writer)
    [owed] = open_callbacks(ask())
    assert (owed.number.number, owed.person, owed.missed_calls, owed.call_id) == (CALLER, CHEN, 2, "c2")
    assert [call.missed_why for call in missed_calls_of_day(ask(), DAY, ZONE)] == ["abandoned", "abandoned"]
    made.tell(inputs.CallbackAssigned(number=CALLER, person=LI, by="boss"))
    _catch_up(writer)
    [owed] = open_callbacks(ask())
    assert (owed.person, owed.assigned_by, owed.missed_calls) == (LI, "boss", 2)
    made.tell(inputs.Contacted(number=CALLER, person=WANG))
    _catch_up(writer)
    assert not open_callbacks(ask())
    [settled] = ask().scalars(select(CallbackRow)).all()
    assert (settled.settled_by, settled.settled_call_id) == (WANG, None)


def test_a_call_back_is_settled_by_the_callers_own_next_call(
    made: TestOffice, writer: DatabaseWriter, ask: Ask
) -> None:
    made.tell(inputs.HungUp(call=made.call_comes("c1")))
    call_id = _answered_call(made, "c2")
    _catch_up(writer)
    [settled] = ask().scalars(select(CallbackRow)).all()
    assert (settled.settled_by, settled.settled_call_id) == (CHEN, call_id)


def test_a_call_outside_all_slots_is_closed_and_has_no_slot(database: Engine, tmp_path: Path, ask: Ask) -> None:
    with office(tmp_path, now=MORNING) as made:
        made.call_comes("c1")
        feed = JournalFeed(tmp_path / "journal.db")
        _catch_up(DatabaseWriter(database, feed))
        feed.close()
    [call] = calls_of_day(ask(), DAY, ZONE)
    assert (call.slot_name, call.missed_why) == (None, "closed")


def test_a_withheld_number_is_nobodys_customer(made: TestOffice, writer: DatabaseWriter, ask: Ask) -> None:
    made.tell(inputs.HungUp(call=made.call_comes("c1", Number(""), "anonymous")))
    _catch_up(writer)
    [call] = calls_of_day(ask(), DAY, ZONE)
    assert call.number is None
    assert not open_callbacks(ask())
    assert ask().scalars(select(func.count()).select_from(NumberRow)).one() == 0


def test_owner_and_last_contact_are_the_desks(made: TestOffice, writer: DatabaseWriter, ask: Ask) -> None:
    call_id = _answered_call(made)
    _catch_up(writer)
    [(number, owner, contact)] = customers_on_record(ask())
    assert (number, owner, contact.timestamp()) == (CALLER, CHEN, (MORNING + 5100) / 1000)
    made.tell(inputs.FormFiled(call=call_id, kind=FormKind.PURCHASE, asked_for=LI), at=made.now + 1000)
    _catch_up(writer)
    session = ask()
    customer = customer_with(session, CALLER)
    assert customer is not None
    assert customer.owner == LI
    assert [call.id for call in calls_of_customer(session, customer.id)] == [call_id]
    made.tell(inputs.FormFiled(call=call_id, kind=FormKind.OTHER))
    _catch_up(writer)
    assert customers_on_record(ask()) == []


def test_the_history_of_turns_tells_each_turn_with_its_round_and_call(
    made: TestOffice, writer: DatabaseWriter, ask: Ask
) -> None:
    call_id = made.call_comes("c1")
    made.tell(inputs.PhoneRang(call=call_id, person=CHEN))
    made.now += 16_000
    made.work()  # Chen's three rings are over
    made.tell(inputs.Answered(call=call_id, person=LI))
    made.tell(inputs.HungUp(call=call_id), at=made.now + 1000)
    _answered_call(made, "c2")
    made.tell(inputs.TurnHandedOut(group=Group.CALL, person=LI, by="boss", why="sorry"))
    _catch_up(writer)
    told = [(row.person, row.what, row.why, row.round, row.call_id) for row in turns_of_day(ask(), DAY, ZONE)]
    assert told[:2] == [
        ("chen", "offered", "rotation", 1, "c1"),
        ("chen", "forfeited", "no_answer", 1, "c1"),
    ]
    assert told[-1] == ("li", "restored", "supervisor", told[-1][3], None)
    [handed_out] = ask().scalars(select(TurnRow).where(TurnRow.by == "boss")).all()
    assert handed_out.note == "sorry"


def test_who_took_an_open_call_has_it_as_everyone_may(made: TestOffice, writer: DatabaseWriter, ask: Ask) -> None:
    call_id = made.call_comes("c1")
    made.tell(inputs.PhoneRang(call=call_id, person=CHEN))
    made.tell(inputs.PresenceChanged(person=LI, presence="meeting"))
    made.tell(inputs.Taken(call=call_id, person=LI), at=made.now + 16_000)
    made.tell(inputs.HandedOver(call=call_id, person=WANG), at=made.now + 1000)
    _catch_up(writer)
    [call] = calls_of_day(ask(), DAY, ZONE)
    assert (call.stage, call.turn, call.late, call.answerer, call.person) == ("everyone", "none", True, LI, WANG)


def test_a_refused_input_is_in_the_trail_and_changes_nothing_else(
    made: TestOffice, writer: DatabaseWriter, ask: Ask
) -> None:
    call_id = _answered_call(made)
    made.tell(inputs.HungUp(call=call_id), at=made.now + 9000)
    _catch_up(writer)
    assert trail_of_call(ask(), call_id)[-1].refused.startswith("call-over ")
    [call] = calls_of_day(ask(), DAY, ZONE)
    assert call.ended_at is not None
    assert call.ended_at.timestamp() == (MORNING + 65_100) / 1000


def test_every_event_counts_once_however_often_the_writer_starts(
    made: TestOffice, writer: DatabaseWriter, database: Engine, tmp_path: Path, ask: Ask
) -> None:
    _answered_call(made)
    _catch_up(writer)
    before = ask().scalars(select(func.count()).select_from(TrailRow)).one()
    feed = JournalFeed(tmp_path / "journal.db")
    again = DatabaseWriter(database, feed)
    assert not again.step()
    _answered_call(made, "c2")
    _catch_up(again)
    assert writer.step()  # it finds its claim lost, and reads anew how far the other has come
    assert not writer.step()
    feed.close()
    trail = ask().scalars(select(func.count()).select_from(TrailRow)).one()
    assert trail > before
    assert [call.id for call in calls_of_day(ask(), DAY, ZONE)] == ["c1", "c2"]


def test_a_batch_is_all_or_nothing(
    made: TestOffice, writer: DatabaseWriter, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _answered_call(made)

    def lose_the_connection(ledger: object, item: object) -> None:
        if getattr(item, "input", None) == inputs.HungUp(call=CallId("c1")):
            raise DatabaseAwayError("the cable was pulled")
        apply(ledger, item)  # type: ignore[arg-type]  # as the writer calls it

    monkeypatch.setattr(writer_module, "apply", lose_the_connection)
    with pytest.raises(DatabaseAwayError):
        writer.step()
    assert not calls_of_day(ask(), DAY, ZONE)
    monkeypatch.setattr(writer_module, "apply", apply)
    _catch_up(writer)
    assert [call.answerer for call in calls_of_day(ask(), DAY, ZONE)] == [CHEN]
    assert not failed_events(ask())


def test_an_event_that_the_database_will_not_take_holds_up_none_after_it(
    made: TestOffice, writer: DatabaseWriter, ask: Ask
) -> None:
    made.tell(inputs.PresenceChanged(person=CHEN, presence="present", by="x" * 70))
    made.journal._db.execute(
        "UPDATE event SET body = replace(body, 'PresenceChanged', 'NewerThing') WHERE kind='input'"
    )
    _answered_call(made)
    _catch_up(writer)
    [failed] = failed_events(ask())
    assert "NewerThing" in failed.why
    assert [call.id for call in calls_of_day(ask(), DAY, ZONE)] == ["c1"]


def test_an_erased_number_is_gone_from_the_database_too(made: TestOffice, writer: DatabaseWriter, ask: Ask) -> None:
    _answered_call(made)
    _catch_up(writer)
    made.mailbox.erase(CALLER, "boss")
    made.work()
    _answered_call(made, "c2")
    _catch_up(writer)
    rows = ask().scalars(select(NumberRow).order_by(NumberRow.id)).all()
    assert [(row.number, row.as_sent) for row in rows] == [(None, None), (CALLER, CARRIER_WROTE)]
    assert rows[0].erased_at is not None
    assert rows[0].customer_id != rows[1].customer_id
    assert len(calls_of_day(ask(), DAY, ZONE)) == 2


def test_what_was_erased_before_the_database_heard_of_it_never_gets_there(
    made: TestOffice, writer: DatabaseWriter, ask: Ask
) -> None:
    _answered_call(made)
    made.mailbox.erase(CALLER, "boss")
    made.work()
    _catch_up(writer)
    [row] = ask().scalars(select(NumberRow)).all()
    assert (row.number, row.as_sent) == (None, None)
    assert not failed_events(ask())


def test_a_new_journal_goes_on_with_the_customers_of_the_old_one(
    made: TestOffice, writer: DatabaseWriter, database: Engine, tmp_path: Path, ask: Ask
) -> None:
    _answered_call(made)
    _catch_up(writer)
    (tmp_path / "new").mkdir()
    with office(tmp_path / "new", now=MORNING + 1_000_000) as later:
        later.open_slot()
        later.call_comes("c2")
        feed = JournalFeed(tmp_path / "new" / "journal.db")
        _catch_up(DatabaseWriter(database, feed))
        feed.close()
    session = ask()
    customer = customer_with(session, CALLER)
    assert customer is not None
    assert [call.id for call in calls_of_customer(session, customer.id)] == ["c2", "c1"]


def test_a_caller_whom_nobody_took_after_a_transfer_is_to_be_called_back(
    made: TestOffice, writer: DatabaseWriter, ask: Ask
) -> None:
    call = made.call_comes("c1")
    who = made.desk.office.calls[call].ringing[0]
    made.tell(inputs.Answered(call=call, person=who), at=made.now + 2_000)
    made.tell(inputs.HungUp(call=call, lost=True), at=made.now + 9_000)
    _catch_up(writer)
    assert [(row.call_id, row.person) for row in open_callbacks(ask())] == [("c1", who)]
    assert missed_calls_of_day(ask(), DAY, ZONE) == [], "it was answered"


def test_a_call_back_that_another_journal_knew_of_is_settled_by_whoever_speaks_with_the_number(
    made: TestOffice, writer: DatabaseWriter, database: Engine, tmp_path: Path, ask: Ask
) -> None:
    missed = made.call_comes("c1")
    made.tell(inputs.HungUp(call=missed), at=made.now + 2_000)
    _catch_up(writer)
    (tmp_path / "new").mkdir()
    with office(tmp_path / "new", now=MORNING + 1_000_000) as later:  # the journal was lost: this desk knows of no debt
        feed = JournalFeed(tmp_path / "new" / "journal.db")
        follower = DatabaseWriter(database, feed)
        later.open_slot()
        later.tell(inputs.CustomerKnown(number=CALLER, owner=LI, last_contact=MORNING))
        again = later.call_comes("c2")
        _catch_up(follower)
        assert [row.call_id for row in open_callbacks(ask())] == ["c1"], "nobody has spoken with them yet"
        later.tell(inputs.HungUp(call=again), at=later.now + 2_000)
        _catch_up(follower)
        assert [(row.call_id, row.missed_calls) for row in open_callbacks(ask())] == [("c2", 2)], "one debt a number"
        later.tell(inputs.Contacted(number=CALLER, person=LI), at=later.now + 60_000)
        _catch_up(follower)
        feed.close()
    assert not open_callbacks(ask())
    assert [row.settled_by for row in ask().scalars(select(CallbackRow))] == [LI]


def test_with_the_database_away_the_writer_waits_and_catches_up(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "PATIENCE_SECONDS", (0.05,))
    database = open_database(empty_url)  # no tables yet: as good as away
    with office(tmp_path, now=MORNING) as made:
        made.open_slot()
        writer = DatabaseWriter(database, JournalFeed(tmp_path / "journal.db"))
        made.on_commit.append(writer.tell)
        over = threading.Event()
        thread = threading.Thread(target=writer.run, args=(over,), name="database-writer")
        thread.start()
        try:
            _answered_call(made)  # the office goes on meanwhile
            _wait_until(lambda: writer.state.trouble != "")
            migrate_database(database)
            _wait_until(lambda: "no site" in writer.state.trouble)
            with Session(database) as session:
                session.add(SiteRow(id=1, name="x", zone="Asia/Shanghai", language="zh", region="CN"))
                session.commit()
            _wait_until(lambda: writer.state.applied == made.journal.last_seq)
            assert writer.state.trouble == ""
            _answered_call(made, "c2")
            _wait_until(lambda: writer.state.applied == made.journal.last_seq)
        finally:
            over.set()
            writer.tell()
            thread.join(10)
        assert not thread.is_alive()
    with Session(database) as session:
        assert len(calls_of_day(session, DAY, ZONE)) == 2
    database.dispose()


def _wait_until(true: Callable[[], bool]) -> None:
    limit = threading.Event()
    for _ in range(400):
        if true():
            return
        limit.wait(0.025)
    raise AssertionError("waited 10 s in vain")


def test_a_page_that_writes_does_not_keep_the_writer_from_its_work(
    made: TestOffice, database: Engine, tmp_path: Path, ask: Ask
) -> None:
    _answered_call(made)

    def follow() -> None:
        feed = JournalFeed(tmp_path / "journal.db")
        _catch_up(DatabaseWriter(database, feed))
        feed.close()

    with Session(database) as page:
        page.execute(update(SiteRow).values(name="新名字"))
        worker = threading.Thread(target=follow)
        worker.start()
        worker.join(0.2)
        page.commit()
        worker.join(10)
        assert not worker.is_alive()
    assert len(calls_of_day(ask(), DAY, ZONE)) == 1
    assert ask().scalars(select(EventAppliedRow.seq)).one() > 0


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)  # SQLite has no server
def test_a_connection_that_the_server_cuts_costs_one_try_at_most(
    made: TestOffice, writer: DatabaseWriter, database: Engine, ask: Ask
) -> None:
    made.call_comes("c1")
    _catch_up(writer)
    with database.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"))
    _answered_call(made, "c2")
    try:
        _catch_up(writer)
    except DatabaseAwayError:
        _catch_up(writer)
    assert [call.id for call in calls_of_day(ask(), DAY, ZONE)] == ["c1", "c2"]

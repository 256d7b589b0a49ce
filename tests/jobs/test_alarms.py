"""Alarms that ring, each from the board of a real engine: no link, nobody there, a record that stands still."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from router.core import inputs
from router.engine.feed import JournalFeed
from router.engine.journal import Journal
from router.engine.journal_reader import JournalEntry
from router.jobs.machine import Machine
from router.jobs.watch import Watch
from router.store.follow.writer import DatabaseWriter
from router.wire.board import OfficeBoard, board_from_json, board_to_json
from router.wire.errors import JournalError
from router.wire.failure import failure_on_record, keep_room, put_failure
from tests.engine.office import CHEN, LI, WANG, TestOffice
from tests.engine.office import office as engine_office
from tests.jobs.test_notices import Office, Server, database, server

__all__ = ["database", "server"]


APPRISE = pytest.mark.filterwarnings("ignore:'imghdr'")  # one of its many plug-ins


class RealBoard:
    """The board as it crosses the engine's socket."""

    def __init__(self, made: TestOffice) -> None:
        self._made = made

    def board(self) -> OfficeBoard:
        return board_from_json(board_to_json(self._made.shown()))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[TestOffice]:
    """An engine in the middle of its morning, with everybody present."""
    with engine_office(tmp_path, now=1_795_000_000_000) as one:
        one.open_slot()
        for person in (CHEN, LI, WANG):
            one.tell(inputs.PresenceChanged(person=person, presence="present"))
        yield one


@pytest.fixture
def office(database: Engine) -> Office:
    return Office(database)


def _follow(office: Office, tmp_path: Path) -> None:
    feed = JournalFeed(tmp_path / "journal.db")
    writer = DatabaseWriter(office.database, feed)
    while writer.step():
        pass
    feed.close()


def _look(watch: Watch, office: Office, *, seconds: int) -> list[str]:
    """Look on for so long, every two seconds; what has been told by then."""
    for _ in range(seconds // 2):
        watch.look()
        office.clock.now += timedelta(seconds=2)
    return [what for what, _ in office.notices()]


@pytest.fixture
def watch(made: TestOffice, office: Office, tmp_path: Path) -> Watch:
    """Somebody who looks on while all is well."""
    _follow(office, tmp_path)
    made_watch = Watch(desk=RealBoard(made), telling=office.telling, clock=office.clock)
    assert _look(made_watch, office, seconds=90) == []
    return made_watch


def test_a_link_to_the_pbx_that_is_lost_is_told(made: TestOffice, office: Office, watch: Watch) -> None:
    made.beside = replace(made.beside, pbx=False)
    assert _look(watch, office, seconds=14) == ["router_blind"]


def test_nobody_of_those_on_the_sheets_is_told(made: TestOffice, office: Office, watch: Watch, tmp_path: Path) -> None:
    for person in (CHEN, LI, WANG):
        made.tell(inputs.PresenceChanged(person=person, presence="off"))
    made.tell(inputs.PersonKnown(person=inputs.PersonId("guard"), presence="present"))
    _follow(office, tmp_path)
    assert _look(watch, office, seconds=14) == ["nobody_on_duty"]


def test_a_fallback_list_that_asterisk_does_not_take_is_told(made: TestOffice, office: Office, watch: Watch) -> None:
    made.beside = replace(made.beside, standby_stale=True)
    assert _look(watch, office, seconds=14) == ["fallback_stale"]


def test_a_database_that_does_not_follow_is_told_after_a_minute_and_not_before(
    made: TestOffice, office: Office, watch: Watch, tmp_path: Path
) -> None:
    made.call_comes("c1")
    assert _look(watch, office, seconds=50) == []
    assert _look(watch, office, seconds=20) == ["record_behind"]
    _follow(office, tmp_path)
    assert _look(watch, office, seconds=70) == ["record_behind"], "it is over"


def test_a_database_that_follows_a_busy_office_is_not_behind(
    made: TestOffice, office: Office, watch: Watch, tmp_path: Path
) -> None:
    for count in range(17):  # at no look all of it is on record
        call = made.call_comes(f"c{count}")
        _follow(office, tmp_path)
        made.tell(inputs.HungUp(call=call))
        assert _look(watch, office, seconds=4) == []


def _wait_for(server: Server) -> None:
    limit = threading.Event()
    for _ in range(500):
        if server.got:
            return
        limit.wait(0.02)


@contextmanager
def _no_answer(database: Engine) -> Iterator[None]:
    """Every statement fails, as with a server that is gone."""

    def fail(*_: object) -> None:
        raise OperationalError("any", {}, Exception("gone"))

    event.listen(database, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(database, "before_cursor_execute", fail)


@APPRISE
def test_what_the_database_can_not_take_is_told_past_it(
    made: TestOffice, office: Office, watch: Watch, server: Server
) -> None:
    office.robot(server)
    with _no_answer(office.database):
        for _ in range(40):
            made.tell(inputs.Tick(), at=made.now + 2_000)
            watch.look()
            office.clock.now += timedelta(seconds=2)
    _wait_for(server)
    assert len(server.got) == 1
    assert b"\\u6570\\u636e\\u5e93" in server.got[0][1] or "数据库".encode() in server.got[0][1]


def test_a_journal_that_can_not_be_written_is_told_with_why(made: TestOffice, office: Office, tmp_path: Path) -> None:
    note = tmp_path / "journal.failure"
    keep_room(note)
    machine = Machine(folder=tmp_path, journal_failure=note)
    watch = Watch(desk=RealBoard(made), telling=office.telling, clock=office.clock, machine=machine.troubles)
    assert _look(watch, office, seconds=4) == []
    (tmp_path / "full").mkdir()
    with Journal(tmp_path / "full" / "journal.db") as journal:
        pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
        journal._db.execute(f"PRAGMA max_page_count={pages}")
        large = JournalEntry(seq=1, at_ms=0, kind="input", source="test", body={"is": "Tick", "why": "x" * 100_000})
        with pytest.raises(JournalError, match="disk is full") as full:
            journal.write([large])
    put_failure(note, full.value.message)
    assert failure_on_record(note) == full.value.message
    assert _look(watch, office, seconds=4) == ["journal_failing"]


@APPRISE
def test_a_database_that_hangs_holds_up_no_alarm(
    made: TestOffice, office: Office, watch: Watch, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.robot(server)
    monkeypatch.setattr(watch._record._asking, "patience_seconds", 0.1)
    monkeypatch.setattr(watch._writing, "patience_seconds", 0.1)
    made.beside = replace(made.beside, pbx=False)
    with office.database.connect() as other:
        other.execute(text("BEGIN IMMEDIATE"))  # whoever wants to write now waits for five seconds
        _look(watch, office, seconds=14)
        _wait_for(server)
        other.rollback()
    assert len(server.got) == 1
    assert watch._writing._thread is not None
    watch._writing._thread.join(10)

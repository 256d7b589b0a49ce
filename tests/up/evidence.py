"""What a call leaves behind: the router's log, Asterisk's own records, channels, threads and descriptors.

May live here: reading those of a running service, and comparing them.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from router.config.load import load_site
from tests.telephony.phones.people import until
from tests.telephony.records.book import Book
from tests.up.service import HOTLINE, Service

PATIENCE = 20.0
CROSSED_SECONDS = 2.0
FOLLOWED = "SELECT coalesce(max(seq), 0) FROM event WHERE kind IN ('input', 'refused', 'erasure', 'fact')"
ROOM = 2  # descriptors and threads that may come with what is made once, such as a pooled connection


class Evidence:
    """What one service has left behind so far."""

    def __init__(self, service: Service) -> None:
        self._service = service
        book = Path(tempfile.mkdtemp(prefix="book", dir=service.folder))
        self._book = Book(book, service.data / "asterisk", site=load_site(service.config))
        self._base: dict[int, tuple[int, int]] = {}
        self._excused: set[str] = set()  # calls whose records went down with a killed Asterisk

    def excuse_calls_so_far(self) -> None:
        """Asterisk was killed: what it had not written yet is lost."""
        self._excused |= {row["uniqueid"] for row in self.log()}

    def excuse_calls_without_a_router(self) -> int:
        """The fallback served calls while no engine ran: they come into the log from Asterisk's records, later."""
        alone = set(self.asterisks()) - {row["uniqueid"] for row in self.log()}
        self._excused |= alone
        return len(alone)

    def count_anew(self) -> None:
        """Take the engine's threads and descriptors as they are now for what a service at rest has."""
        pid = self._engine_pid()
        self._base = {pid: _used(pid)}

    def close(self) -> None:
        """Let go of the database that Asterisk's records are read into."""
        self._book.close()

    # --- after each test

    def is_complete(self) -> None:
        """No channel, thread or descriptor is left; each call is in the log once, and as Asterisk has it."""
        until("no channel is left", lambda: not self._service.channels(), PATIENCE)
        until("nothing grows in the engine", self._is_no_more_than_before, PATIENCE)
        try:
            until("log and Asterisk's records are equal", lambda: not self.differences(), PATIENCE)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.differences()}") from None

    def _engine_pid(self) -> int:
        pid = self._service.pid_of("main engine")
        assert pid is not None, "no engine runs"
        return pid

    def _is_no_more_than_before(self) -> bool:
        pid = self._engine_pid()
        if pid not in self._base:
            self._base = {pid: _used(pid)}  # another engine: it begins anew
            return True
        now, before = _used(pid), self._base[pid]
        return all(here <= there + ROOM for here, there in zip(now, before, strict=True))

    # --- the two records

    def differences(self) -> list[str]:
        """What the router's log and Asterisk's records say differently, call by call; empty when they agree."""
        logged = self.log()
        ids = [row["uniqueid"] for row in logged]
        found = [f"{one} is in the log {ids.count(one)} times" for one in sorted(set(ids)) if ids.count(one) > 1]
        theirs = self.asterisks()
        found += [f"{one} is in Asterisk's records alone" for one in sorted(set(theirs) - set(ids) - self._excused)]
        for row in logged:
            if row["uniqueid"] not in self._excused:
                found += self._difference(row, theirs.get(row["uniqueid"]))
        return found

    def _difference(self, row: dict[str, Any], theirs: frozenset[str] | None) -> list[str]:
        one = row["uniqueid"]
        if row["ended_at"] is None:
            return [f"{one} has not ended in the log"]
        if theirs is None:
            return [f"{one} is in the log alone"]
        ours = {row["answerer"], row["person"]} - {None}
        if ours and not theirs and _talked_seconds(row) < CROSSED_SECONDS:
            return []  # the caller gave up in the instant of the answer: then the router's word counts (R24)
        if not ours <= theirs or bool(ours) != bool(theirs):
            return [f"{one}: the log says {ours or 'nobody'}, Asterisk says {theirs or 'nobody'}"]
        return []

    def log(self) -> list[dict[str, Any]]:
        """The router's log, by arrival."""
        rows = _rows(self._service.data / "hotline.db", 'SELECT * FROM "call" ORDER BY arrived_at')
        return [dict(row) for row in rows]

    def logged(self, number: str) -> dict[str, Any]:
        """The newest call of a number, once it has ended and the database has followed the journal so far.

        The whole number: another test's caller whose number ends with the same digits is somebody else.
        """
        found: list[dict[str, Any]] = []
        stored = (number, f"+86{number}")
        (written,) = _rows(self._service.data / "journal.db", FOLLOWED)[0]

        def is_there() -> bool:
            query = 'SELECT c.* FROM "call" c JOIN customer_number n ON n.id = c.number_id WHERE n.number IN (?, ?)'
            query += " ORDER BY c.arrived_at DESC"
            database = self._service.data / "hotline.db"
            (followed,) = _rows(database, "SELECT coalesce(max(seq), 0) FROM event_applied")[0]
            found[:] = [dict(row) for row in _rows(database, query, *stored)]
            return followed >= written and bool(found) and found[0]["ended_at"] is not None

        until(f"the call of {number} is in the log", is_there, PATIENCE)
        return found[0]

    def turns(self, call: str) -> list[tuple[str, str, str]]:
        """What a call did to people's turns, in order: person, what, why."""
        query = "SELECT person, what, why FROM turn WHERE call_id = ? ORDER BY seq, position"
        return [tuple(row) for row in _rows(self._service.data / "hotline.db", query, call)]

    def asterisks(self) -> dict[str, frozenset[str]]:
        """Asterisk's own records, read anew: who talked on each call, by the trunk channel's uniqueid."""
        self._book.read()
        ended = [one.call for one in self._book.calls().values() if one.call.ended_at]
        return {call.call_id: frozenset(call.talked) for call in ended}


def evidence_of(service: Service) -> Evidence:
    """What a new service leaves behind, counted from after a first call, which makes what is made once."""
    caller = service.caller("13900000000").dials(HOTLINE)
    first = service.engine.board().next
    service.phone[first].answers()
    caller.hears(service.phone[first])
    caller.hangs_up()
    service.settle()
    made = Evidence(service)
    made.logged("13900000000")
    made.count_anew()
    return made


@contextmanager
def at_rest(service: Service, evidence: Evidence) -> Iterator[None]:
    """At rest before and after; nothing is left behind, and every call is on record."""
    service.settle()
    yield
    service.everybody_hangs_up()
    service.everybody_is_in()
    service.settle()
    evidence.is_complete()


def _talked_seconds(row: dict[str, Any]) -> float:
    answered, ended = (datetime.fromisoformat(row[name]) for name in ("answered_at", "ended_at"))
    return (ended - answered).total_seconds()


def _rows(path: Path, query: str, *values: str) -> list[sqlite3.Row]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
    try:
        connection.row_factory = sqlite3.Row
        return connection.execute(query, values).fetchall()
    except sqlite3.OperationalError:
        return []  # no call yet, no table yet
    finally:
        connection.close()


def _used(pid: int) -> tuple[int, int]:
    """Threads and descriptors of a process."""
    folder = Path("/proc") / str(pid)
    return len(list((folder / "task").iterdir())), len(list((folder / "fd").iterdir()))

"""What log, Asterisk and the commands say of a played day. May live here: reading those, and the day as it was played.

A call is named by its number and its place among that number's calls, so that each side can be compared by itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from router.config.load import load_site
from router.desk_client.forms import tell_forms
from router.store.database import open_database
from router.store.forms.queries import untold_revisions
from router.store.tables.calls import CallRow
from router.store.tables.findings import FindingRow, ReconcileRunRow
from router.telephony.records import RecordedCall, read_records, recover_missed
from tests.telephony.phones.people import until
from tests.telephony.records.book import Book
from tests.up.day_of_calls import DayOfCalls, Played
from tests.up.service import ROOT

PATIENCE = 60.0
Spoken = tuple[str, tuple[str, ...]]  # a caller's number, and who talked


class Reckoning:
    """One played day, its log and its records."""

    def __init__(self, day: DayOfCalls) -> None:
        self.day, self.service = day, day.service
        self.site = load_site(self.service.config)
        self.date = date.fromisoformat(day.date)
        self._asterisk: list[RecordedCall] = []
        self._runs_before = 0

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The service's own database."""
        database = open_database(f"sqlite:///{self.service.data / 'hotline.db'}")
        try:
            with Session(database) as session:
                yield session
        finally:
            database.dispose()

    def is_complete(self) -> None:
        """Wait until Asterisk has written every call and the router those that it saw; what it missed comes in then."""
        until("Asterisk has written every call", self._asterisk_is_complete, PATIENCE)
        until("the database has followed the journal", self._the_router_is_done, PATIENCE)
        self._recover()

    def _asterisk_is_complete(self) -> bool:
        folder = self.service.folder / f"book{datetime.now(UTC).timestamp()}"
        folder.mkdir()
        book = Book(folder, self.service.data / "asterisk", site=self.site)
        try:
            book.read()
            self._asterisk = [call for call in book.calls().values() if call.call.ended_at]
        finally:
            book.close()
        return len(self._asterisk) >= len(self.day.played)

    def _the_router_is_done(self) -> bool:
        seen = [call for call in self.day.played if not call.is_unseen]
        rows = self.log()
        return len(rows) >= len(seen) and all(row.ended_at for row in rows)

    def _recover(self) -> None:
        """As in ten minutes: calls of the last five are left to the journal."""
        later = datetime.now(UTC) + timedelta(minutes=10)
        database = open_database(f"sqlite:///{self.service.data / 'hotline.db'}")
        try:
            read_records(database, self.site, self.service.data / "asterisk")
            recover_missed(database, self.site, link_times=self.service.data / "link.log", now=later)
        finally:
            database.dispose()

    def log(self) -> list[CallRow]:
        """The router's log, by arrival."""
        with self.session() as session:
            calls = select(CallRow).options(joinedload(CallRow.number)).order_by(CallRow.arrived_at)
            return list(session.scalars(calls))

    # --- the day, three times

    def as_played(self) -> list[Spoken]:
        """By the phones."""
        return sorted((_local(call.number), tuple(sorted(call.talked))) for call in self.day.played)

    def in_asterisk(self) -> list[Spoken]:
        """By Asterisk's own records."""
        calls = [one.call for one in self._asterisk]
        return sorted((_local(call.number), tuple(sorted(set(call.talked)))) for call in calls)

    def in_the_log(self) -> list[Spoken]:
        """By the router's log, which names who answered and who was last on the call."""
        return sorted((number_of(row), _talked(row)) for row in self.log())

    def recovered(self) -> list[str]:
        """Numbers of the calls that came into the log from Asterisk's records."""
        return sorted(number_of(row) for row in self.log() if row.recovered)

    def row_of(self, call: Played) -> CallRow:
        """The log's row of a played call: of one number's calls they come in order."""
        rows = [row for row in self.log() if number_of(row) == call.number]
        calls = [one for one in self.day.played if one.number == call.number]
        return rows[calls.index(call)]

    # --- the commands

    def reconcile(self) -> dict[str, Any]:
        """`hotline reconcile --date D --json`."""
        said: dict[str, Any] = json.loads(self.day.says("reconcile", "--date", str(self.date), "--json"))
        return said

    def found(self, said: dict[str, Any]) -> list[tuple[str, ...]]:
        """The findings: kind, slot, person, call, form."""
        keys = ("kind", "slot", "person", "call", "form")
        return sorted(tuple(one[key] for key in keys) for one in said["findings"])

    def starts_to_reconcile(self) -> subprocess.Popen[str]:
        """The same as a process of its own."""
        self._runs_before = self._runs()
        where = ["--config", str(self.service.config), "--data", str(self.service.data)]
        command = [sys.executable, "-m", "router.cli.main", "reconcile", "--date", str(self.date), "--json", *where]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def has_begun(self, started: subprocess.Popen[str]) -> None:
        """Wait until its run is on record as begun."""
        until("its run has begun", lambda: self._runs() > self._runs_before or started.poll() is not None, PATIENCE)

    def _runs(self) -> int:
        with self.session() as session:
            return session.scalar(select(func.count()).select_from(ReconcileRunRow)) or 0

    def on_record(self) -> list[tuple[str, ...]]:
        """The findings in the database: as `found`, and each one's state."""
        with self.session() as session:
            rows = session.scalars(select(FindingRow)).all()
            return sorted((row.kind, row.slot, row.person, row.call, row.form, row.state) for row in rows)

    def replay(self) -> str:
        """`hotline replay D`."""
        return self.day.says("replay", str(self.date))

    def desk_hears_of_the_forms(self) -> None:
        """As a page tells it of a form that is filed."""
        with self.session() as session:
            tell_forms(session, self.service.engine, datetime.now(UTC))
            until("the desk has heard of every form", lambda: not untold_revisions(session), PATIENCE)


def _talked(row: CallRow) -> tuple[str, ...]:
    return tuple(sorted({person for person in (row.answerer, row.person) if person}))


def number_of(row: CallRow) -> str:
    """As the caller's telephone has it."""
    return _local(row.number.number or "") if row.number else ""


def _local(number: str) -> str:
    return number.removeprefix("+86")


def per_slot(calls: Iterable[Played]) -> Counter[str]:
    """How many of these calls each slot has."""
    return Counter(call.slot for call in calls)

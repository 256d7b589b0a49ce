"""Reads a day from a folder of CSV files (DOMAIN 6 "Files"): for offices without a database, and for tests.

May live here: what the columns mean, and the mistakes in their values; no joining or judging. All mistakes are
collected, so that they can be said at once: what is missing (`DayFiles.broken`) can't be left out, bad rows can.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TypeVar

from router.config.form import REQUIRED, lacking
from router.reading.numbering import Numbering
from router.reconcile.collector import collector_paused
from router.reconcile.csv_file import BadRow, CsvRow, CsvTable, read_table
from router.reconcile.rows import CLOSED, FORM_KINDS, DaySlot, FormRecord, PbxRecord, RouterRecord, Sources

COLUMNS: dict[str, tuple[str, ...]] = {
    "slots.csv": ("slot", "from", "to"),
    "pbx.csv": ("call_id", "started_at", "caller", "answered_at", "ended_at", "answered_by"),
    "calls.csv": ("call_id", "arrived_at", "caller", "answered_at", "ended_at", "consultant"),
    "forms.csv": (
        *("form_id", "call_id", "number", "consultant", "taken_at", "filed_at", "slot", "kind"),
        *("name", "media", "intent", "appointment"),
    ),
    "display.csv": ("slot", "count"),
}
OPTIONAL_FILE = "display.csv"

_TIME_OF_DAY = re.compile("([0-9]{1,2}):([0-9]{2})")
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,9}")
_MINUTES_A_DAY = 24 * 60

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFiles:
    """What a folder holds: the rows that could be read, and everything that could not, in the order of `COLUMNS`."""

    sources: Sources
    broken: tuple[BadRow, ...]
    bad_rows: tuple[BadRow, ...]


def read_folder(folder: Path, zone: tzinfo, numbering: Numbering) -> DayFiles:
    """Read a day's files. `display.csv` may be missing; the zone is the one that slots are meant in."""
    with collector_paused():
        return _Folder(folder, zone, numbering).read()


class _Folder:
    """A folder while it is read: what is known so far, and the mistakes."""

    def __init__(self, folder: Path, zone: tzinfo, numbering: Numbering) -> None:
        self.folder, self.zone, self.numbering = folder, zone, numbering
        self.broken: list[BadRow] = []
        self.bad_rows: list[BadRow] = []
        self.slots: list[DaySlot] = []  # those read so far, which a later one must not overlap
        self.known_slots: Collection[str] | None = None  # None: slots.csv is missing, so that any slot may be right
        self.seen: set[str] = set()  # what must not come twice in the file at hand

    def read(self) -> DayFiles:
        self.records("slots.csv", self.slot)
        if not self.broken:
            self.known_slots = {CLOSED, *(slot.name for slot in self.slots)}
        sources = Sources(
            slots=tuple(sorted(self.slots, key=lambda slot: slot.start_minute)),
            pbx=tuple(self.records("pbx.csv", self.pbx_row)),
            calls=tuple(self.records("calls.csv", self.router_row)),
            forms=tuple(self.records("forms.csv", self.form_row)),
            displays={slot: count for slot, count in self.records(OPTIONAL_FILE, self.display) if count is not None},
        )
        return DayFiles(sources=sources, broken=tuple(self.broken), bad_rows=tuple(self.bad_rows))

    def records(self, file: str, make: Callable[[str, CsvRow], _Made | None]) -> list[_Made]:
        """The rows of one file that can be read; the others are noted."""
        path = self.folder / file
        if file == OPTIONAL_FILE and not path.exists():
            return []
        table: CsvTable = read_table(path, COLUMNS[file])
        self.broken.extend(table.broken)
        self.seen = set()
        made = []
        for row in table.rows:
            record = make(f"{file}:{row.line}", row)
            if row.problems:
                self.bad_rows.append(BadRow(file=file, line=row.line, problems=tuple(row.problems)))
            elif record is not None:
                made.append(record)
        return made

    def slot(self, _name: str, row: CsvRow) -> DaySlot | None:
        """R1: slots do not overlap; a slot does not cross midnight."""
        name, start, end = row.values["slot"], self.minute(row, "from"), self.minute(row, "to")
        if name in ("", CLOSED):
            row.report("bad-slot-name", "slot")
        elif any(slot.name == name for slot in self.slots):
            row.report("slot-twice", "slot")
        if start is None or end is None:
            return None
        if end <= start:
            row.report("slot-ends-early", "to")
        elif any(slot.start_minute < end and start < slot.end_minute for slot in self.slots):
            row.report("slots-overlap", "from")
        slot = DaySlot(name=name, start_minute=start, end_minute=end)
        if not row.problems:
            self.slots.append(slot)
        return slot

    def pbx_row(self, name: str, row: CsvRow) -> PbxRecord | None:
        started_at = self.start(row, "started_at")
        answered_at, ended_at = self.time(row, "answered_at"), self.time(row, "ended_at")
        if started_at is None:
            return None
        return PbxRecord(
            row=name,
            call_id=row.values["call_id"],
            number=self.numbering.one(row.values["caller"]),
            started_at=started_at,
            answered_at=answered_at,
            ended_at=ended_at,
            answered_by=row.values["answered_by"],
        )

    def router_row(self, name: str, row: CsvRow) -> RouterRecord | None:
        self.once(row, "call_id")
        arrived_at = self.start(row, "arrived_at")
        answered_at, ended_at = self.time(row, "answered_at"), self.time(row, "ended_at")
        if arrived_at is None:
            return None
        return RouterRecord(
            row=name,
            call_id=row.values["call_id"],
            number=self.numbering.one(row.values["caller"]),
            arrived_at=arrived_at,
            answered_at=answered_at,
            ended_at=ended_at,
            consultant=row.values["consultant"],
        )

    def form_row(self, name: str, row: CsvRow) -> FormRecord:
        self.once(row, "form_id")
        values = row.values
        if values["kind"] not in ("", *FORM_KINDS):
            row.report("unknown-kind", "kind")
        if values["slot"]:
            self.check_slot(row)
        return FormRecord(
            form_id=values["form_id"] or name,
            call_id=values["call_id"],
            numbers=self.numbering.several(values["number"]),
            consultant=values["consultant"],
            taken_at=self.time(row, "taken_at"),
            filed_at=self.time(row, "filed_at"),
            slot=values["slot"],
            kind=values["kind"],
            lacks=lacking(REQUIRED, values),  # R21's, whatever an office settles in [form]
        )

    def display(self, _name: str, row: CsvRow) -> tuple[str, int | None]:
        self.check_slot(row)
        self.once(row, "slot", "slot-twice")
        count = row.values["count"]
        if not count:
            return row.values["slot"], None
        if not _WHOLE_NUMBER.fullmatch(count) or int(count) < 0:
            row.report("bad-count", "count")
            return row.values["slot"], None
        return row.values["slot"], int(count)

    def check_slot(self, row: CsvRow) -> None:
        if self.known_slots is not None and row.values["slot"] not in self.known_slots:
            row.report("unknown-slot", "slot")

    def once(self, row: CsvRow, column: str, problem: str = "id-twice") -> None:
        """A value that must not come twice: of two rows the later one is bad; an empty value is none."""
        value = row.values[column]
        if value and value in self.seen:
            row.report(problem, column)
        self.seen.add(value)

    def start(self, row: CsvRow, column: str) -> datetime | None:
        """The time a call began, which every call row must have."""
        if not row.values[column]:
            row.report("no-start", column)
        return self.time(row, column)

    def time(self, row: CsvRow, column: str) -> datetime | None:
        """A time in UTC, or None where it is empty or can't be read (which is noted)."""
        text = row.values[column]
        if not text:
            return None
        try:
            return parse_time(text, self.zone)
        except ValueError:
            row.report("bad-time", column)
            return None

    def minute(self, row: CsvRow, column: str) -> int | None:
        """Minutes from midnight, up to 24:00."""
        found = _TIME_OF_DAY.fullmatch(row.values[column])
        minute = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else _MINUTES_A_DAY + 1
        if minute > _MINUTES_A_DAY:
            row.report("bad-slot-time", column)
            return None
        return minute


def parse_time(text: str, zone: tzinfo) -> datetime:
    """An ISO 8601 time with offset, in UTC. Raises ValueError without an offset, or where the zone can't say it."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no offset in {text!r}")
    try:
        return moment.astimezone(zone).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} lies outside the calendar") from error

"""What the phones' display counted (电话显示数, R23) from a file: date, slot and count a row, all of them or none.

May live here: reading and judging these rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from router.exchange.faults import BadCell, check_rows, code_of, faults_of_file
from router.reading.moments import MomentError, read_day
from router.reading.tables import Heads, TableRead

HEADS = Heads(
    titles={
        "date": ("date", "日期"),
        "slot": ("slot", "时段", "班次"),
        "count": ("count", "电话显示数", "显示数", "来电数", "次数"),
    },
    needed=("slot", "count"),
)
DATED = replace(HEADS, needed=("date", "slot", "count"))
MOST_CALLS = 100_000
_COUNT = re.compile(r"([0-9]{1,6})(?:\.0*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayCount:
    """What the display counted in one slot of a date."""

    day: date
    slot: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsPreview:
    """What a file would do: counts to keep, those on record already, rows that can't be taken, unknown titles."""

    counts: tuple[DisplayCount, ...]
    known: tuple[int, ...]
    bad: tuple[BadCell, ...]
    unknown: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Tells this preview from any other."""
        return code_of(*self.counts, self.known, self.bad, self.unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountTerms:
    """What a file of counts is read by: the slots of a date, what is on record, the date of a file without one."""

    slots_of: Callable[[date], Collection[str]]
    on_record: Callable[[date], Mapping[str, int | None]]
    day: date | None = None

    @property
    def heads(self) -> Heads:
        """The columns that are needed."""
        return HEADS if self.day else DATED


def look_through(table: TableRead, terms: CountTerms) -> CountsPreview:
    """Read every row, changing nothing."""
    check_rows(table)
    counts, known, bad = list[DisplayCount](), list[int](), list[BadCell]()
    seen: set[tuple[date, str]] = set()
    for row in table.rows:
        wrong = faults_of_file([row])
        read = _read(row.cells, terms) if not wrong else None
        if isinstance(read, tuple):
            wrong = [BadCell(line=row.number, column=read[0], fault=read[1])]
        elif read is not None and (read.day, read.slot) in seen:
            wrong = [BadCell(line=row.number, column="slot", fault="twice")]
        elif read is not None:
            seen.add((read.day, read.slot))
            if terms.on_record(read.day).get(read.slot) == read.count:
                known.append(row.number)
            else:
                counts.append(read)
        bad += wrong
    return CountsPreview(counts=tuple(counts), known=tuple(known), bad=tuple(bad), unknown=table.unknown)


def _read(cells: Mapping[str, str], terms: CountTerms) -> DisplayCount | tuple[str, str]:
    """The count of a row, or its column and what is wrong with it."""
    at = terms.day
    if cells.get("date"):
        try:
            at = read_day(cells["date"])
        except MomentError as error:
            return "date", error.fault
    if at is None:
        return "date", "missing"
    slot = cells.get("slot", "")
    if slot not in terms.slots_of(at):
        return "slot", "no-such-slot" if slot else "missing"
    text = unicodedata.normalize("NFKC", cells.get("count", ""))
    found = _COUNT.fullmatch(text)
    if found is None or int(found[1]) > MOST_CALLS:
        return "count", "not-a-count" if text else "missing"
    return DisplayCount(day=at, slot=slot, count=int(found[1]))

"""What the phones' display counted (电话显示数, R23) from a file: date, slot and count a row, all of them or none.

May live here: reading and judging these rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from router.exchange.forms_in import BadCell
from router.exchange.reading import TableFileError, TableRow

TITLES = {"date": "date", "日期": "date", "slot": "slot", "时段": "slot", "count": "count", "电话显示数": "count"}
MOST_CALLS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayCount:
    """What the display counted in one slot of a date."""

    day: date
    slot: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsPreview:
    """What a file would do: counts to keep, rows that can't be taken."""

    counts: tuple[DisplayCount, ...]
    bad: tuple[BadCell, ...]


def look_through(
    lines: Iterable[TableRow], slots_of: Callable[[date], Collection[str]], *, day: date | None = None
) -> CountsPreview:
    """Read every row; `day` is for files without a date. Raises `TableFileError` where a column is missing."""
    lines = list(lines)
    titles = {TITLES[title]: title for title in (lines[0].cells if lines else {}) if title in TITLES}
    missing = {"slot", "count", *(() if day else ("date",))} - titles.keys()
    if lines and missing:
        raise TableFileError(
            f"columns are missing: {', '.join(sorted(missing))}", cure="date,slot,count; without a date name it: --date"
        )
    counts, bad = list[DisplayCount](), list[BadCell]()
    for line in lines:
        cells = {key: line.cells.get(title, "") for key, title in titles.items()}
        read = _read(cells, slots_of, day)
        if isinstance(read, DisplayCount):
            counts.append(read)
        else:
            bad.append(BadCell(line=line.number, column=read[0], fault=read[1]))
    return CountsPreview(counts=tuple(counts), bad=tuple(bad))


def _read(
    cells: dict[str, str], slots_of: Callable[[date], Collection[str]], day: date | None
) -> DisplayCount | tuple[str, str]:
    """The count of a row, or its column and what is wrong with it."""
    try:
        at = date.fromisoformat(cells["date"]) if cells.get("date") else day
    except ValueError:
        at = None
    if at is None:
        return "date", "not-a-date"
    if cells["slot"] not in slots_of(at):
        return "slot", "no-such-slot"
    if not cells["count"].isascii() or not cells["count"].isdigit() or int(cells["count"]) > MOST_CALLS:
        return "count", "not-a-count"
    return DisplayCount(day=at, slot=cells["slot"], count=int(cells["count"]))

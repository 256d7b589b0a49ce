"""The table in a file: where it begins, what its columns are, its rows. May live here: finding that.

The head is the row among the first that has the most titles that are understood; above it there may be blank lines and
a title, left of it empty columns. Titles are compared without spaces, stars, brackets and case. What is not understood
is told (`TableRead.unknown`), and a file without a table is an error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from router.reading.errors import TableFileError
from router.reading.sheets import LOOKED_AT, MOST_BYTES, UNREADABLE, SheetRow, TableSheet, text_of
from router.reading.workbooks import OLE, ZIP, sheets_of
from router.texts import Listing, _

UNREADABLE_CELL: Final = "unreadable"
TOO_MANY_CELLS: Final = "too-many-cells"
BETWEEN_COLUMNS: Final = ";"
"""What parts the values of several columns that mean one thing."""

_LEFT_OUT = re.compile(r"[\s*＊:：_\-./\\'\"#]+")
_HINT = re.compile(r"[(\[【〔].*?[)\]】〕]")


@dataclass(frozen=True, kw_only=True)
class Heads:
    """The titles that are understood: key -> titles; which keys must be there; which may stand in several columns."""

    titles: Mapping[str, Sequence[str]]
    needed: Sequence[str] = ()
    several: frozenset[str] = frozenset()

    def key_of(self, title: str) -> str | None:
        """The key that a title stands for."""
        hintless = _HINT.sub("", unicodedata.normalize("NFKC", title))
        return self._known.get(as_compared(title)) or self._known.get(as_compared(hintless))

    @cached_property
    def _known(self) -> dict[str, str]:
        return {as_compared(one): key for key, ones in self.titles.items() for one in (*ones, key)}

    @property
    def listed(self) -> str:
        """All titles, for people."""
        return "; ".join(f"{key}: {', '.join(dict.fromkeys(titles))}" for key, titles in self.titles.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row: its number in the file, what its columns say by key, and what is wrong with cells (key -> fault)."""

    number: int
    cells: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """A table: the keys of its columns, the titles that nobody understood, and its rows."""

    keys: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    rows: tuple[TableRow, ...] = ()


def as_compared(title: str) -> str:
    """A title without what people put around it."""
    seen = unicodedata.normalize("NFKC", title)
    seen = "".join(char for char in seen if unicodedata.category(char) not in ("Cf", "Cc"))
    return _LEFT_OUT.sub("", seen).casefold()


def read_table(content: bytes, heads: Heads) -> TableRead:
    """The one table of a CSV or XLSX file. Raises `TableFileError`."""
    if len(content) > MOST_BYTES:
        raise TableFileError(
            _("the file has %(bytes)s bytes", bytes=len(content)),
            cure=_("at most %(most_bytes)s: split it", most_bytes=MOST_BYTES),
        )
    if not content.strip():
        raise TableFileError(_("the file is empty"), cure=_("its first lines name the columns"))
    sheet, place = _found(content, heads)
    return _table(sheet, place, heads)


def _found(content: bytes, heads: Heads) -> tuple[TableSheet, int]:
    """The sheet with the table, and the place of its head."""
    if content.startswith(OLE):
        raise TableFileError(
            _("an old workbook, or one with a password"), cure=_("open it, and save it as XLSX without one")
        )
    if content.startswith(ZIP):
        sheets = [(sheet, *_head(sheet.rows, heads)) for sheet in sheets_of(content)]
        tables = [(sheet, place) for sheet, place, score in sheets if _is_head(score, heads)]
        if len(tables) > 1:
            names = ", ".join(sheet.name for sheet, _ in tables)
            raise TableFileError(
                _("several sheets hold a table: %(names)s", names=names), cure=_("keep one of them in the file")
            )
        if not tables:
            best = max(sheets, key=lambda one: one[2], default=None)
            raise _no_table(best[0].rows if best else [], heads)
        return tables[0]
    text = text_of(content)
    scores = {delimiter: _head(text.first_rows(delimiter), heads)[1] for delimiter in text.delimiters}
    delimiter = max(scores, key=lambda one: scores[one])
    sheet = text.sheet(delimiter)
    place, score = _head(sheet.rows, heads)
    if not _is_head(score, heads):
        raise _no_table(sheet.rows, heads)
    return sheet, place


def _head(rows: Sequence[SheetRow], heads: Heads) -> tuple[int, int]:
    """Which row is the head, and how many different titles of it are understood."""
    scores = [len({heads.key_of(cell) for cell in row.cells} - {None}) for row in rows[:LOOKED_AT]]
    best = max(scores, default=0)
    return (scores.index(best) if scores else 0), best


def _is_head(score: int, heads: Heads) -> bool:
    """One title alone may be a heading over something else; a table of one column needs no more."""
    return score >= min(2, max(1, len(heads.needed)))


def _no_table(rows: Sequence[SheetRow], heads: Heads) -> TableFileError:
    seen = " | ".join(printable(cell) for cell in rows[0].cells[:8]) if rows else ""
    return TableFileError(
        _(
            "no table is found: no row names its columns%(row)s",
            row=_(" (the first row: %(cells)s)", cells=seen[:160]) if seen else "",
        ),
        cure=_("the titles understood are %(listed)s", listed=heads.listed),
    )


def printable(text: str) -> str:
    """A text of a file on one line, for messages."""
    return "".join(char if char.isprintable() else "?" for char in text)[:60]


def _table(sheet: TableSheet, place: int, heads: Heads) -> TableRead:
    head = sheet.rows[place].cells
    keys = [heads.key_of(title) if title else None for title in head]
    _check_head(head, keys, heads)
    body = [row for row in sheet.rows[place + 1 :] if row.cells != head]  # a head that is printed on each page
    rows = [read for row in body if (read := _row(row, keys)) is not None]
    unknown = [printable(title) for title, key in zip(head, keys, strict=True) if title and key is None]
    for column, title in enumerate(head):
        if not title and any(len(row.cells) > column and row.cells[column] for row in body):
            unknown.append(f"({column + 1})")
    return TableRead(keys=frozenset(filter(None, keys)), unknown=tuple(unknown), rows=tuple(rows))


def _check_head(head: Sequence[str], keys: Sequence[str | None], heads: Heads) -> None:
    missing = [heads.titles[key][0] for key in heads.needed if key not in keys]
    if missing:
        raise TableFileError(
            _("columns are missing: %(missing)s", missing=Listing(missing)),
            cure=_("the titles understood are %(listed)s", listed=heads.listed),
        )
    for key in dict.fromkeys(filter(None, keys)):
        titles = [title for title, one in zip(head, keys, strict=True) if one == key]
        if len(titles) > 1 and key not in heads.several:
            raise TableFileError(
                _(
                    "columns are there twice: %(names)s mean the same (%(key)s)",
                    names=Listing(map(printable, titles)),
                    key=key,
                ),
                cure=_("keep one of them"),
            )


def _row(row: SheetRow, keys: Sequence[str | None]) -> TableRow | None:
    """The row by key; None where no column of ours says anything and nothing is wrong."""
    cells: dict[str, str] = {}
    faults: dict[str, str] = {}
    for key, cell in zip(keys, row.cells, strict=False):
        if key is None:
            continue
        if UNREADABLE in cell:
            faults[key] = UNREADABLE_CELL
        elif cell:
            cells[key] = BETWEEN_COLUMNS.join(filter(None, (cells.get(key), cell)))
    if any(row.cells[len(keys) :]):
        faults[""] = TOO_MANY_CELLS  # a comma without quotes has moved all that follows it
    return TableRow(number=row.number, cells=cells, faults=faults) if cells or faults else None

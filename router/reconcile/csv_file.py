"""A CSV file as named rows: UTF-8 with or without a BOM, a header line, columns in any order (DOMAIN 6 "Files").

May live here: the shape of CSV files and its mistakes; not what the values mean (`files.py`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from router.reconcile.texts import PROBLEMS
from router.texts import Language, _

_SHOWN = 60  # characters of a value that are said in a message
HEADER_LINE = 1
_END = "\0end of file"  # a line put after the last one


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """One thing that is wrong: its id in `texts.PROBLEMS`, the column and the value as written."""

    id: str
    column: str = ""
    value: str = ""

    def text(self, language: Language) -> str:
        """What is wrong and its cure, on one line whatever the value holds."""
        return (
            PROBLEMS[self.id].fill(column=printable(self.column), value=f'"{printable(self.value)}"').render(language)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row (or the header, or a missing file: line 1) that can't be read, and why."""

    file: str
    line: int
    problems: tuple[RowProblem, ...]

    def why(self, language: Language) -> str:
        """All that is wrong with the row, with cures."""
        return _("; also ").render(language).join(problem.text(language) for problem in self.problems)


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: the physical line on which it begins (the header is line 1) and its trimmed values by column."""

    line: int
    values: dict[str, str]
    problems: list[RowProblem] = field(default_factory=list)

    def report(self, problem: str, column: str) -> None:
        """Note that the value of a column can't be read."""
        self.problems.append(RowProblem(id=problem, column=column, value=self.values[column]))


@dataclass(slots=True)
class CsvTable:
    """A file's rows. `broken` says why there are none: no file, or a column is missing."""

    file: str
    rows: Iterable[CsvRow] = ()
    broken: tuple[BadRow, ...] = ()


@dataclass(frozen=True, slots=True)
class _CsvRecord:
    """One record as the csv module splits it, and the line on which it begins."""

    line: int
    cells: list[str]
    swallowed_end: bool


def read_table(path: Path, columns: Sequence[str]) -> CsvTable:
    """Read the columns of a file; further columns are ignored, blank lines are no rows."""
    table = CsvTable(path.name)
    try:
        # Bytes that are no UTF-8 stay visible as lone surrogates, so that only the rows that hold them are bad.
        text = path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="surrogateescape")
        records = list(_records(text))
    except FileNotFoundError:
        return _broken(table, RowProblem(id="no-file"))
    except (OSError, csv.Error) as error:
        return _broken(table, RowProblem(id="unreadable-file", value=str(getattr(error, "strerror", None) or error)))
    header = [name.strip() for name in records[0].cells] if records else []
    problems = [RowProblem(id="no-column", column=name) for name in columns if name not in header]
    problems += [RowProblem(id="column-twice", column=name) for name in columns if header.count(name) > 1]
    if problems:
        return _broken(table, *problems)
    places = {name: header.index(name) for name in columns}
    table.rows = (_row(record, places) for record in islice(records, 1, None))
    return table


def _broken(table: CsvTable, *problems: RowProblem) -> CsvTable:
    table.broken = tuple(BadRow(file=table.file, line=HEADER_LINE, problems=(problem,)) for problem in problems)
    return table


def _records(text: str) -> Iterator[_CsvRecord]:
    """The records that are not blank: a line, or several where a quoted value goes over its end."""
    reader = csv.reader((*io.StringIO(text, newline=""), _END), skipinitialspace=True)
    begins = HEADER_LINE
    for cells in reader:
        if cells == [_END]:
            return
        # Whoever swallowed the end has an open quotation mark, and perhaps swallowed other rows, too.
        if any(cell.strip() for cell in cells):
            yield _CsvRecord(begins, cells, swallowed_end=cells[-1].endswith(_END))
        begins = reader.line_num + 1


def _row(record: _CsvRecord, places: dict[str, int]) -> CsvRow:
    cells = record.cells
    values = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
    row = CsvRow(record.line, values)
    if record.swallowed_end:
        row.problems.append(RowProblem(id="open-quote", value=cells[-1].removesuffix(_END)))
        return row
    for name, value in values.items():
        if not value.isascii() and any("\udc80" <= char <= "\udcff" for char in value):
            row.report("not-utf8", name)
    return row


def printable(text: str) -> str:
    """The text on one line: what can't be printed is written as an escape, and a long text is cut."""
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in cut)

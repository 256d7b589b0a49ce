"""A CSV or XLSX file as rows of text, whatever programme wrote it. May live here: reading, and its limits.

Files come from outside: too large ones are refused before they are unpacked.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook

from router.errors import RequestError

MOST_BYTES = 20 * 1024 * 1024
MOST_UNZIPPED_BYTES = 200 * 1024 * 1024
MOST_ROWS = 100_000
ZIP = b"PK\x03\x04"


class TableFileError(RequestError):
    """A file that can't be read as a table."""

    id = "table-file"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row by column title; `number` is the line in the file, the head being the first."""

    number: int
    cells: dict[str, str]


def read_table(content: bytes) -> list[TableRow]:
    """The rows of a CSV (UTF-8 or GB18030) or XLSX file; blank ones are none. Raises `TableFileError`."""
    if len(content) > MOST_BYTES:
        raise TableFileError(f"the file has {len(content)} bytes", cure=f"at most {MOST_BYTES}: split it")
    rows = _xlsx(content) if content.startswith(ZIP) else _csv(content)
    if not rows:
        raise TableFileError("the file is empty", cure="the first line names the columns")
    if len(rows) > MOST_ROWS:
        raise TableFileError(f"the file has {len(rows)} rows", cure=f"at most {MOST_ROWS}: split it")
    head = [cell.strip() for cell in rows[0]]
    twice = {title for title in head if title and head.count(title) > 1}
    if twice:
        raise TableFileError(f"columns are there twice: {', '.join(sorted(twice))}", cure="name each column once")
    lines = [
        TableRow(number=number, cells={title: cell.strip() for title, cell in zip(head, row, strict=False) if title})
        for number, row in enumerate(rows[1:], 2)
    ]
    return [line for line in lines if any(line.cells.values())]


def _csv(content: bytes) -> list[Sequence[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise TableFileError("the file is neither UTF-8 nor GB18030", cure="save it as CSV UTF-8")
    try:
        return [[_undone(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        raise TableFileError(f"not CSV: {error}", cure="save it as CSV or XLSX") from error


def _undone(cell: str) -> str:
    """A cell without the quote that keeps spreadsheets from calculating it (`defusedcsv`)."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "@+-=|%" else cell


def _xlsx(content: bytes) -> list[Sequence[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > MOST_UNZIPPED_BYTES:
            raise TableFileError(f"the workbook unpacks to {size} bytes", cure="split it")
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, CalamineError, IndexError) as error:
        raise TableFileError(f"not a workbook: {error}", cure="save it as XLSX or CSV") from error
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    """A cell as people see it; whole numbers without the decimal point that the format gives them (phones)."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, (date, time, timedelta)):
        return str(cell)
    return str(cell)

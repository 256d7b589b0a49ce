"""A file from outside as sheets of text, whatever program wrote it. May live here: bytes, encodings, CSV; and limits.

Too much is refused before it is taken into memory. A cell that can't be read whole (a NUL, bytes of no encoding, a
spreadsheet's error) is marked by `UNREADABLE`, so that the row which needs it can be refused and named.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from router.reading.errors import TableFileError
from router.texts import _

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 500
MOST_CELLS: Final = 3_000_000
LOOKED_AT: Final = 60
"""How many rows are looked at for the head of the table."""

DELIMITERS: Final = (",", "\t", ";", "|", "，", "；")
UNREADABLE: Final = "\ufffe"
"""Stands in a cell for what could not be read; no text may hold it."""

_MOST_DELIMITERS_A_LINE = 20_000
_BAD = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SEP_LINE = re.compile(r'"?sep=(.)"?[ \t]*\r?\n', re.IGNORECASE)
_QUOTED_TEXT = re.compile(r'="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One row: its number in the file (a text's line, a sheet's row) and its cells, without empty ones at the end."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSheet:
    """One way to read a sheet or a text: its name, "" for a text, and its rows, blank ones left out."""

    rows: list[SheetRow] = field(default_factory=list)
    name: str = ""


def cell_text(text: str) -> str:
    """A cell without what spreadsheets put around it to keep it a text, and with what can't be read marked.

    >>> cell_text('="13900000001"'), cell_text("'+86139")
    ('13900000001', '+86139')
    """
    found = _QUOTED_TEXT.fullmatch(text)
    text = found[1] if found else text
    if len(text) > 1 and text[0] == "'" and text[1] in "@+-=|%0123456789":
        text = text[1:]  # `defusedcsv` and Excel keep a cell from being calculated by a quote
    return _BAD.sub(UNREADABLE, text).strip().strip("\ufeff").strip()


def trimmed(cells: list[str]) -> list[str]:
    """Cells without the empty ones at the end."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text that may be CSV, with the delimiters to try."""

    text: str
    delimiters: tuple[str, ...] = DELIMITERS
    first_line: int = 1

    def first_rows(self, delimiter: str) -> list[SheetRow]:
        """The rows among which the head is looked for; none where this is no CSV with that delimiter."""
        try:
            return list(islice(self._rows(delimiter), LOOKED_AT))
        except (csv.Error, TableFileError):
            return []

    def sheet(self, delimiter: str) -> TableSheet:
        """All rows. Raises `TableFileError`."""
        rows, cells = list[SheetRow](), 0
        for row in self._rows(delimiter):
            rows.append(row)
            cells += len(row.cells)
            check_size(len(rows), len(row.cells), cells)
        return TableSheet(rows=rows)

    def _rows(self, delimiter: str) -> Iterator[SheetRow]:
        lines = io.StringIO(self.text, newline="")
        reader = csv.reader(self._checked(lines, delimiter), delimiter=delimiter, strict=True)
        begins = self.first_line
        try:
            for cells in reader:
                kept = trimmed([cell_text(cell) for cell in cells])
                if kept:
                    yield SheetRow(number=begins, cells=kept)
                begins = self.first_line + reader.line_num
        except csv.Error as error:
            raise TableFileError(
                _("not CSV, from line %(begins)s on: %(error)s", begins=begins, error=error),
                cure=_("mend the quotation marks there, or save it as XLSX"),
            ) from error

    def _checked(self, lines: Iterator[str], delimiter: str) -> Iterator[str]:
        for line in lines:
            if line.count(delimiter) > _MOST_DELIMITERS_A_LINE:
                raise too_wide(line.count(delimiter) + 1)
            yield line


def text_of(content: bytes) -> Text:
    """The text of a file: UTF-8, UTF-16 by its mark, or GB18030. Raises `TableFileError`."""
    text = _decoded(content)
    while text.startswith("\ufeff"):
        text = text[1:]
    if re.match(r"\s*<(?:!doctype html|html|table|\?xml|meta|head)", text, re.IGNORECASE):
        raise TableFileError(
            _("a web page or XML, whatever it is called"), cure=_("open it, and save it as XLSX or CSV")
        )
    told = _SEP_LINE.match(text)
    if told:
        return Text(text=text[told.end() :], delimiters=(told[1],), first_line=2)
    return Text(text=text)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace").replace("\ufffd", UNREADABLE)
    bare = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return bare.decode("utf-8")
    except UnicodeDecodeError:
        pass
    utf8 = bare.decode("utf-8", errors="surrogateescape")
    bad = sum("\udc80" <= char <= "\udcff" for char in utf8)
    good = sum(char > "\x7f" for char in utf8) - bad
    if good >= bad or bare is not content:
        return utf8  # UTF-8 with a few broken bytes; as GB18030 the whole file would be other words
    gb = content.decode("gb18030", errors="surrogateescape")
    broken = sum("\udc80" <= char <= "\udcff" for char in gb)
    if broken * 20 > len(gb):
        raise TableFileError(_("the file is neither UTF-8 nor GB18030"), cure=_("save it as CSV UTF-8 or XLSX"))
    return gb


def check_size(rows: int, columns: int, cells: int) -> None:
    """Raises `TableFileError` for more than we take into memory."""
    if rows > MOST_ROWS:
        raise TableFileError(_("more than %(most_rows)s rows", most_rows=MOST_ROWS), cure=_("split the file"))
    if columns > MOST_COLUMNS:
        raise too_wide(columns)
    if cells > MOST_CELLS:
        raise TableFileError(
            _("more than %(most_cells)s cells", most_cells=MOST_CELLS), cure=_("split the file, or leave out columns")
        )


def too_wide(columns: int) -> TableFileError:
    """The error for a table that is wider than any list of people."""
    return TableFileError(
        _(
            "the table is %(columns)s columns wide, at most %(most_columns)s are read",
            columns=columns,
            most_columns=MOST_COLUMNS,
        ),
        cure=_("delete the columns behind the table, and save it anew"),
    )

"""XLSX files as sheets of text. May live here: measuring a workbook before it is read, and what its cells say.

The library that reads workbooks makes room for the rectangle from A1 to the last cell at once: one cell at XFD1048576
would end the process. So each sheet is measured first, as a stream, and the library gets just what was measured.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.etree import ElementTree
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from router.reading.errors import TableFileError
from router.reading.sheets import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    UNREADABLE,
    SheetRow,
    TableSheet,
    cell_text,
    trimmed,
)
from router.texts import _

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_UNZIPPED_BYTES: Final = 200 * 1024 * 1024
MOST_PARTS: Final = 2000
EXACT: Final = 1e15
"""From here on a spreadsheet's numbers have lost digits."""

_SAVE = _("save it as XLSX or CSV")


def sheets_of(content: bytes) -> list[TableSheet]:
    """The sheets that people see, else the hidden ones. Raises `TableFileError`."""
    parts = _parts(content)
    measures = _measured(parts)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(_zipped(parts)))
        known = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        seen = [one for one in known if one.visible == SheetVisibleEnum.Visible] or known
        return [_sheet(book, one.name, measures.get(one.name, _Measure())) for one in seen]
    except CalamineError as error:
        raise _no_workbook(error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the library's way to say that it was surprised
            raise
        raise _no_workbook(error) from error


def _no_workbook(error: BaseException) -> TableFileError:
    return TableFileError(_("not a workbook: %(error)s", error=" ".join(str(error).split())[:120]), cure=_SAVE)


def _sheet(book: CalamineWorkbook, name: str, measure: _Measure) -> TableSheet:
    rows = []
    for number, cells in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1):
        texts = [cell_text(_text(cell)) for cell in cells]
        for column in measure.unreadable.get(number, ()):
            texts += [""] * (column - len(texts))
            texts[column - 1] = UNREADABLE
        kept = trimmed(texts)
        if kept:
            rows.append(SheetRow(number=number, cells=kept))
    return TableSheet(rows=rows, name=name)


def _text(cell: object) -> str:
    """A cell as people see it: whole numbers without a point, one that has lost digits as such, dates in ISO."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        if abs(cell) >= EXACT:
            return f"{cell:e}"
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        rounded = cell + timedelta(microseconds=500_000)
        return rounded.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, (date, time, timedelta)):
        return str(cell)
    return str(cell)


# --- what is in the file, measured ------------------------------------------------------------------------------------


def _parts(content: bytes) -> dict[str, bytes]:
    """The parts that hold text, each no longer than it says."""
    parts: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [one for one in archive.infolist() if one.filename.lower().endswith((".xml", ".rels"))]
            size = sum(one.file_size for one in members)
            if size > MOST_UNZIPPED_BYTES or len(members) > MOST_PARTS:
                raise TableFileError(_("the workbook unpacks to %(size)s bytes", size=size), cure=_("split it"))
            for member in members:
                with archive.open(member) as part:
                    parts[member.filename.replace("\\", "/")] = part.read(member.file_size)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise _no_workbook(error) from error
    if "xl/workbook.xml" not in parts:
        raise TableFileError(
            _("not an XLSX workbook"), cure=_("open it, and save it as XLSX (ods, xlsb and others are not read)")
        )
    return parts


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


@dataclass(slots=True)
class _Measure:
    """How far a sheet reaches, by cells that hold something; and which of these can't be read (row -> columns)."""

    rows: int = 0
    columns: int = 0
    unreadable: dict[int, list[int]] = field(default_factory=dict)


def _measured(parts: Mapping[str, bytes]) -> dict[str, _Measure]:
    """Sheet name -> its measure; every sheet is measured, named or not. Raises `TableFileError`."""
    measures = {path: _measure(part) for path, part in parts.items() if path.lower().startswith("xl/worksheets/")}
    try:
        relations = {
            one.get("Id"): posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/")
            for one in _tree(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"))
        }
        sheets = [one for one in _tree(parts["xl/workbook.xml"]).iter() if one.tag.rpartition("}")[2] == "sheet"]
    except ElementTree.ParseError as error:
        raise _no_workbook(error) from error
    found = {}
    for sheet in sheets:
        relation = next((value for key, value in sheet.attrib.items() if key.rpartition("}")[2] == "id"), None)
        path = relations.get(relation, "")
        if path in parts and path not in measures:
            measures[path] = _measure(parts[path])  # a sheet may stand in any place
        found[sheet.get("name", "")] = measures.get(path, _Measure())
    return found


def _tree(part: bytes) -> ElementTree.Element:
    _no_entities(part)
    return ElementTree.fromstring(part)  # noqa: S314  (it declares no entities: just looked)


def _no_entities(part: bytes) -> None:
    def declared(*_what: object) -> None:
        raise TableFileError(_("not a workbook: it declares entities"), cure=_SAVE)

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    try:
        parser.Parse(part, True)
    except expat.ExpatError as error:
        raise _no_workbook(error) from error


def _measure(part: bytes) -> _Measure:
    """Walk through a sheet, keeping nothing but where its cells lie. Raises `TableFileError`."""
    walk = _Walk()
    parser = expat.ParserCreate()
    parser.StartElementHandler = walk.starts
    parser.EndElementHandler = walk.ends
    parser.StartDoctypeDeclHandler = walk.declares
    try:
        parser.Parse(part, True)
    except expat.ExpatError as error:
        raise _no_workbook(error) from error
    return walk.measure


class _Walk:
    """Follows rows and cells; a cell counts from its value on (whole rows may be coloured out to XFD)."""

    def __init__(self) -> None:
        self.measure = _Measure()
        self.row = self.column = 0
        self.is_error = self.has_formula = self.has_value = False

    def declares(self, *_what: object) -> None:
        raise TableFileError(_("not a workbook: it declares entities"), cure=_SAVE)

    def starts(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "row":
            self.row, self.column = _whole(attributes.get("r"), self.row + 1), 0
        elif tag == "c":
            self.column += 1
            if "r" in attributes:
                self.row, self.column = _place(attributes["r"], self.row)
            self.is_error, self.has_formula, self.has_value = attributes.get("t") == "e", False, False
        elif tag == "f":
            self.has_formula = True
        elif tag in ("v", "is"):
            self.has_value = True
            self._counts()

    def ends(self, name: str) -> None:
        is_cell = name.rpartition(":")[2] == "c"
        if is_cell and (self.is_error or (self.has_formula and not self.has_value)):
            self._counts()
            self.measure.unreadable.setdefault(self.row, []).append(self.column)

    def _counts(self) -> None:
        seen = self.measure
        seen.rows, seen.columns = max(seen.rows, self.row), max(seen.columns, self.column)
        if seen.rows > MOST_ROWS or seen.columns > MOST_COLUMNS or seen.rows * seen.columns > MOST_CELLS:
            raise TableFileError(
                _(
                    "a sheet reaches to row %(rows)s, column %(columns)s; at most %(most_rows)s rows, "
                    "%(most_columns)s columns and %(most_cells)s cells are read",
                    rows=seen.rows,
                    columns=seen.columns,
                    most_rows=MOST_ROWS,
                    most_columns=MOST_COLUMNS,
                    most_cells=MOST_CELLS,
                ),
                cure=_("delete the rows and columns behind the table, and save it anew"),
            )


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _place(text: str, row: int) -> tuple[int, int]:
    """`XFD1048576` as row and column."""
    letters = text.rstrip("0123456789")
    column = 0
    for letter in letters[:4].upper():
        column = column * 26 + (ord(letter) - 64 if "A" <= letter <= "Z" else MOST_COLUMNS + 1)
    return _whole(text[len(letters) :], row), column

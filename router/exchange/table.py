"""A table on its way in or out: a head and rows of text. May live here: that, and writing it as CSV or XLSX.

Names and remarks come from callers and people, so a cell may begin like a formula: CSV goes through `defusedcsv`, and
the XLSX writer makes text of everything. Numbers are in national form, which needs no leading plus.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter
from defusedcsv import csv

from router.errors import RequestError
from router.texts import _

WIDEST = 40  # characters; longer cells wrap
MIME = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`title` names the sheet; every row has as many cells as the head."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def written(table: Table, kind: str) -> bytes:
    """The table as a file: `csv` or `xlsx`. Raises `RequestError` for another kind."""
    if kind == "csv":
        return as_csv(table)
    if kind == "xlsx":
        return as_xlsx(table)
    raise RequestError(_("no such kind of file: %(kind)s", kind=f"{kind!r}"), cure=_("csv or xlsx"))


def as_csv(table: Table) -> bytes:
    """CSV that spreadsheets open well: UTF-8 with a byte-order mark, CRLF, nothing that would count as a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.head)
    writer.writerows(table.rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(table: Table) -> bytes:
    """A workbook with one sheet: head in bold and kept in sight, filters, widths; every cell is text."""
    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet(table.title[:31] or None)
        bold = book.add_format({"bold": True, "bottom": 1})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        sheet.write_row(0, 0, table.head, bold)
        for number, row in enumerate(table.rows, 1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell, text)
        for column, title in enumerate(table.head):
            cells = (row[column] for row in table.rows)
            sheet.set_column(column, column, min(WIDEST, max(map(_width, (title, *cells))) + 2))
        sheet.freeze_panes(1, 0)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.head) - 1)
    return stream.getvalue()


def _width(text: str) -> int:
    """How wide a text is, in characters of the Latin kind; a Chinese one takes two."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)

"""A file of ours as rows by title. May live here: that reading, for tests of what pages and commands write."""

from __future__ import annotations

from router.reading.sheets import text_of
from router.reading.workbooks import ZIP, sheets_of


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV or XLSX file by the titles of its first one."""
    sheet = sheets_of(content)[0] if content.startswith(ZIP) else text_of(content).sheet(",")
    head, *rows = (row.cells for row in sheet.rows)
    return [dict(zip(head, row + [""] * (len(head) - len(row)), strict=True)) for row in rows]

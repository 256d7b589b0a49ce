"""Files out and in: opened well by spreadsheets, harmless, and read back as they were written."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from router.errors import RequestError
from router.exchange.table import Table, as_csv, as_xlsx, written
from router.reading.sheets import cell_text
from router.reading.tables import Heads, read_table

HOSTILE = ('=HYPERLINK("http://x","y")', "@SUM(A1)", "+1+1", "-2+3", "|cmd", "%0", "\t=1+1")

HEADS = Heads(titles={"编号": ("编号",), "备注": ("备注",)})
cells = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=20).map(cell_text)
tables = st.lists(st.lists(cells, min_size=2, max_size=2), max_size=5).map(
    lambda rows: Table(title="来电表", head=["编号", "备注"], rows=[row for row in rows if any(row)])
)


def _read(content: bytes) -> list[list[str]]:
    rows = read_table(content, HEADS).rows
    assert not any(row.faults for row in rows)
    return [[row.cells.get("编号", ""), row.cells.get("备注", "")] for row in rows]


@given(table=tables)
@settings(max_examples=60, deadline=None)
def test_what_is_written_as_xlsx_is_read_back(table: Table) -> None:
    assert _read(as_xlsx(table)) == [list(row) for row in table.rows]


@given(table=tables)
@settings(max_examples=60, deadline=None)
def test_what_is_written_as_csv_is_read_back(table: Table) -> None:
    rows = [list(row) for row in table.rows if not any("|" in cell or cell.startswith("'") for cell in row)]
    assert _read(as_csv(Table(title="x", head=table.head, rows=rows))) == rows


@pytest.mark.parametrize("cell", HOSTILE)
def test_a_cell_that_begins_like_a_formula_is_not_one(cell: str) -> None:
    table = Table(title="x", head=["备注"], rows=[[cell]])
    first = next(csv.reader(io.StringIO(as_csv(table).decode("utf-8-sig").splitlines()[1])))[0]
    assert first[0] not in "=@+-|%"
    with zipfile.ZipFile(io.BytesIO(as_xlsx(table))) as archive:
        assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()
        assert "hyperlink" not in archive.read("xl/worksheets/sheet1.xml").decode()


def test_numbers_stay_text_in_a_workbook() -> None:
    content = as_xlsx(Table(title="x", head=["电话"], rows=[["02512345678"]]))
    assert CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1] == ["02512345678"]


def test_there_are_two_kinds_of_files() -> None:
    with pytest.raises(RequestError, match="pdf"):
        written(Table(title="x", head=[], rows=[]), "pdf")

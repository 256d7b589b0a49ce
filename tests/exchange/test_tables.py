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
from router.exchange.reading import MOST_BYTES, TableFileError, TableRow, read_table
from router.exchange.table import Table, as_csv, as_xlsx, written

HOSTILE = ('=HYPERLINK("http://x","y")', "@SUM(A1)", "+1+1", "-2+3", "|cmd", "%0", "\t=1+1")

cells = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20).map(str.strip)
tables = st.lists(st.lists(cells, min_size=2, max_size=2), max_size=5).map(
    lambda rows: Table(title="来电表", head=["编号", "备注"], rows=[row for row in rows if any(row)])
)


def _read(content: bytes) -> list[list[str]]:
    return [list(line.cells.values()) for line in read_table(content)]


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


def test_a_file_of_an_older_spreadsheet_is_read() -> None:
    assert read_table("姓名,电话\r\n王女士,139\r\n\r\n".encode("gb18030")) == [
        TableRow(number=2, cells={"姓名": "王女士", "电话": "139"})
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"a,a\n1,2\n", "twice"),
        (b"PK\x03\x04 no zip", "not a workbook"),
        (b'a,b\n"open', "not CSV"),
        (b"x" * (MOST_BYTES + 1), "bytes"),
    ],
)
def test_what_is_no_table_is_refused_with_a_cure(content: bytes, said: str) -> None:
    with pytest.raises(TableFileError, match=said) as caught:
        read_table(content)
    assert caught.value.cure


def test_there_are_two_kinds_of_files() -> None:
    with pytest.raises(RequestError, match="pdf"):
        written(Table(title="x", head=[], rows=[]), "pdf")

"""Tables in files: found wherever they begin, whole, and never half-read in silence."""

from __future__ import annotations

import csv
import io
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.reading.errors import TableFileError
from router.reading.sheets import MOST_BYTES
from router.reading.tables import Heads, TableRead, read_table
from tests.reading.files import inline, table_at, workbook

HEADS = Heads(
    titles={"name": ("姓名", "客户姓名"), "numbers": ("电话", "手机"), "owner": ("置业顾问",)},
    needed=("numbers", "owner"),
    several=frozenset({"numbers"}),
)
HEAD, ROW = "姓名,电话,置业顾问", "王,13900000001,A"
READ = {"name": "王", "numbers": "13900000001", "owner": "A"}


def read(content: bytes | str) -> TableRead:
    return read_table(content.encode() if isinstance(content, str) else content, HEADS)


def rows(content: bytes | str) -> list[dict[str, str]]:
    return [dict(row.cells) for row in read(content).rows]


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}\n{ROW}\n".encode(),
        f"\ufeff\ufeff{HEAD}\r\n{ROW}".encode(),
        f"{HEAD}\r{ROW}\r".encode(),
        f"{HEAD}\n{ROW}\n".encode("gb18030"),
        f"{HEAD}\n{ROW}\n".encode("utf-16"),
        f"{HEAD}\n{ROW}\n".replace(",", "\t").encode("utf-16"),
        f"{HEAD}\n{ROW}\n".replace(",", ";").encode(),
        f"{HEAD}\n{ROW}\n".replace(",", "|").encode(),
        f"{HEAD}\n{ROW}\n".replace(",", "，").encode(),
        f"sep=;\n{HEAD}\n{ROW}\n".replace(",", ";").encode(),
        f",,,\n{HEAD}\n\n{ROW}\n,,\n".encode(),
        f"客户名单 2026,,\n制表：李,,\n\n,{HEAD}\n,{ROW}\n".encode(),
        "﻿ 姓　名 *,＊联系电话（必填）：,置 业顾问\n王,13900000001,A\n".replace("联系", "").encode(),
        f'{HEAD},,,\n"王","=""13900000001""",A,,,\n'.encode(),
        f"{HEAD}\n{ROW}\n{HEAD}\n".encode(),
        workbook(table_at(1, 1, HEAD, ROW)),
        workbook(table_at(2, 5, HEAD, ROW)),
        workbook(table_at(1, 1, "说明,请填写"), table_at(3, 2, HEAD, ROW)),
    ],
)
def test_a_table_is_found_wherever_it_begins_and_whatever_wrote_it(content: bytes) -> None:
    assert rows(content) == [READ]


def test_rows_keep_their_line_and_all_columns_though_the_first_is_short() -> None:
    table = read(f'客户名单\n\n电话,置业顾问,姓名\n139,A\n"1\n2",B,李\n13{HEAD[:0]}8,C,赵\n')
    assert [(row.number, dict(row.cells)) for row in table.rows] == [
        (4, {"numbers": "139", "owner": "A"}),
        (5, {"numbers": "1\n2", "owner": "B", "name": "李"}),
        (7, {"numbers": "138", "owner": "C", "name": "赵"}),
    ]


def test_two_columns_that_mean_one_thing_are_joined_where_they_may_be() -> None:
    assert rows("手机,电话,置业顾问\n139,021,A\n138,,B\n") == [
        {"numbers": "139;021", "owner": "A"},
        {"numbers": "138", "owner": "B"},
    ]
    with pytest.raises(TableFileError, match="twice: 姓名, 客户姓名"):
        read("姓名,客户姓名,电话,置业顾问\n王,李,139,A\n")


def test_titles_that_nobody_understands_are_told_and_so_are_columns_without_one() -> None:
    table = read(f"{HEAD},楼盘,,微信\n{ROW},一期,无题,x\n")
    assert table.unknown == ("楼盘", "微信", "(5)")


@pytest.mark.parametrize(
    ("content", "key", "fault"),
    [
        (f"{HEAD}\n王\0,13900000001,A\n".encode(), "name", "unreadable"),
        (f"{HEAD}\n".encode() + "王".encode() + b"\xed\xa0\x80,13900000001,A\n", "name", "unreadable"),
        (f"{HEAD}\n王,1390000".encode() + b"\xff" + b"0001,A\n", "numbers", "unreadable"),
        (f"{HEAD}\n王,13900000001,A,,多了\n".encode(), "", "too-many-cells"),
        (workbook(table_at(1, 1, HEAD, ROW).replace("王", "#N/A").replace('t="inlineStr"><is><t>#N/A</t></is>',
         't="e"><v>#N/A</v>')), "name", "unreadable"),
        (workbook(table_at(1, 1, HEAD, ROW).replace('t="inlineStr"><is><t>王</t></is>', "><f>A9</f>")),
         "name", "unreadable"),
    ],
)  # fmt: skip
def test_a_cell_that_can_not_be_read_whole_is_named_and_never_half_taken(content: bytes, key: str, fault: str) -> None:
    (row,) = read(content).rows
    assert dict(row.faults) == {key: fault}
    assert row.number == 2


def test_a_broken_byte_makes_no_other_words_of_the_rest() -> None:
    table = read(f"{HEAD}\n王,139,A\n李".encode() + b"\xe6\x9d,138,B\n" + "赵,137,C\n".encode())
    assert [row.cells.get("name") for row in table.rows] == ["王", None, "赵"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"a,b\n1,2\n", "no table"),
        ("王,13900000001,A\n".encode(), "no table"),
        ("电话\n139\n".encode(), "no table"),
        ("姓名,电话\n王,139\n".encode(), "missing: 置业顾问"),
        (workbook(""), "no table"),
        (workbook(table_at(1, 1, HEAD, ROW), table_at(1, 1, HEAD, ROW)), "several sheets"),
        (b"PK\x03\x04 no zip", "not a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "password"),
        (b"<html><table><tr><td>x", "web page"),
        (f'{HEAD}\n王,"139,A\n'.encode(), "not CSV, from line 2"),
        (b"x" * (MOST_BYTES + 1), "bytes"),
        (bytes(range(128, 256)) * 40, "no table|neither"),
        (f"{HEAD}{',x' * 10_000}\n{ROW}\n".encode(), "columns wide"),
        (f"{HEAD}{',' * 30_000}\n".encode(), "columns wide"),
        (workbook('<row r="1"><c r="XFD1048576"><v>1</v></c></row>'), "reaches to"),
        (workbook(table_at(1, 1, HEAD, ROW) + f'<row r="1048576">{inline("A1048576", "x")}</row>'), "reaches to"),
        (workbook(table_at(1, 1, HEAD, ROW).replace("A1", "ZZZZ1")), "reaches to"),
    ],
)  # fmt: skip
def test_what_is_no_table_or_too_much_of_one_is_refused_with_a_cure(content: bytes, said: str) -> None:
    with pytest.raises(TableFileError, match=said) as caught:
        read(content)
    assert caught.value.cure


def test_columns_to_the_edge_that_are_only_coloured_do_no_harm() -> None:
    painted = table_at(1, 1, HEAD, ROW).replace("</row>", '<c r="XFD1" s="1"/></row>', 1)
    assert rows(workbook(painted, dimension="A1:XFD1048576")) == [READ]


def test_pictures_in_a_workbook_do_no_harm() -> None:
    assert rows(workbook(table_at(1, 1, HEAD, ROW), more={"xl/media/image1.png": b"\x89PNG"})) == [READ]


def test_a_workbook_that_unpacks_to_more_than_it_says_or_declares_entities_is_refused() -> None:
    sheet = table_at(1, 1, HEAD, ROW)
    bomb = workbook(sheet, more={"xl/bomb.xml": b"<a>" + b" " * (220 * 1024 * 1024)})
    with pytest.raises(TableFileError, match="unpacks to"):
        read(bomb)
    evil = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet><sheetData><row><c><v>&a;</v></c></row></sheetData>'
    with pytest.raises(TableFileError, match="entities"):
        read(workbook(sheet, more={"xl/worksheets/sheet9.xml": evil}))


def test_a_small_workbook_that_asks_for_half_a_terabyte_takes_no_memory(tmp_path: Path) -> None:
    file, far = tmp_path / "far.xlsx", inline("XFD1048576", "x")
    file.write_bytes(workbook(f'<row r="1">{inline("A1", "x")}</row><row r="1048576">{far}</row>'))
    code = (
        "import sys\n"
        "from router.reading.errors import TableFileError\n"
        "from router.reading.tables import Heads, read_table\n"
        "try: read_table(open(sys.argv[1], 'rb').read(), Heads(titles={'a': ('a',)}))\n"
        "except TableFileError as error: print(error)"
    )
    command = [sys.executable, "-c", code, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=_with_little_memory)
    assert "reaches to row 1048576, column 16384" in done.stdout


def _with_little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


LIKE_FILES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.text(max_size=8), max_size=9).map(
        lambda cells: (HEAD + "\n" + ",".join(cells)).encode("utf-8", "replace")
    ),
    st.binary(max_size=60).map(lambda junk: f"{HEAD}\n{ROW}\n".encode() + junk),
)


@given(content=LIKE_FILES)
@settings(max_examples=300, deadline=None)
def test_no_file_does_worse_than_be_refused(content: bytes) -> None:
    try:
        table = read_table(content, HEADS)
    except TableFileError:
        return
    assert all(row.cells or row.faults for row in table.rows)


WHOLE = workbook(table_at(1, 1, HEAD, ROW))


@given(at=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255), cut=st.integers(0, len(WHOLE)))
@settings(max_examples=150, deadline=None)
def test_a_damaged_workbook_is_refused_or_read(at: int, byte: int, cut: int) -> None:
    for content in (WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :], WHOLE[:cut]):
        try:
            read_table(content, HEADS)
        except TableFileError:
            continue


cells = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Cf", "Zl", "Zp")), min_size=1, max_size=12).map(
    str.strip
)


@given(names=st.lists(cells.filter(bool), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_each_row_of_a_file_is_a_row_of_the_table_or_an_error(names: list[str]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD.split(","), *([name, "139", "A"] for name in names)])
    table = read(text.getvalue())
    assert len(table.rows) == len(names)

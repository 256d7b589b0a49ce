"""Records as other PBXs keep them: columns that change, numbers as dispositions, marks, packed files, halves of Local.

The inputs that are shared with others are played, too, where they stand beside the checkout.
"""

from __future__ import annotations

import bz2
import csv
import lzma
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from router.store.tables.pbx import PbxRow
from router.telephony.records import leave_out, recover_missed
from router.telephony.records.errors import RecordsColumnsError
from tests.telephony.records.asterisk import BORN, File, Master
from tests.telephony.records.book import Book

SHARED = Path(__file__).parents[4] / "shared" / "world" / "cdr"
ONE = Master()
TWO = replace(ONE, uniqueid=f"{BORN + 60}.1", src="13900000002", start="2026-11-24 19:47:53", sequence=1)


def cut(row: Master, columns: int) -> str:
    """The line as it is with fewer columns switched on: 16 none, 17 ids, 18 userfield, too."""
    return ",".join(f'"{cell}"' for cell in _cells(row)[:columns]) + "\n"


def _cells(row: Master) -> list[str]:
    return [cell.replace('"', '""') for cell in next(csv.reader([row.line()]))]


Make = Callable[[Path], Book]


@pytest.fixture
def master(tmp_path: Path) -> Iterator[Make]:
    made: list[Book] = []

    def make(path: Path, **reconcile: object) -> Book:
        made.append(Book(tmp_path, pbx=f"csv:{path}", **reconcile))
        return made[-1]

    yield make
    for book in made:
        book.close()


def numbers(book: Book) -> dict[str, tuple[str, str]]:
    return {name: (one.call.number[3:], one.call.person) for name, one in book.calls().items()}


BOTH = {ONE.uniqueid: ("13900000001", "A"), TWO.uniqueid: ("13900000002", "A")}


def test_columns_that_are_switched_on_in_the_middle_of_a_file_are_read(tmp_path: Path, master: Make) -> None:
    file = File(tmp_path / "Master.csv", cut(ONE, 17))
    book = master(file.path)
    assert (book.read().trouble, len(book.calls())) == ("", 1)
    file.writes(TWO.line())
    assert (book.read().trouble, numbers(book)) == ("", BOTH)


def test_lines_before_ids_were_switched_on_are_named_and_left_out(tmp_path: Path, master: Make) -> None:
    file = File(tmp_path / "Master.csv", cut(ONE, 16))
    book = master(file.path)
    with pytest.raises(RecordsColumnsError, match="loguniqueid"):
        book.read()
    file.writes(cut(TWO, 17))
    reading = book.read()
    assert "1 lines without a unique id are left out, the first: Master.csv, byte " in reading.trouble
    assert list(book.calls()) == [TWO.uniqueid]
    assert book.read().trouble == ""


def test_a_line_that_can_not_be_read_is_kept_and_read_once_its_cause_is_mended(tmp_path: Path, master: Make) -> None:
    file = File(tmp_path / "cdr.csv", "Id,linkedid,channel,dstchannel,src,dst,start,disposition,Ende\n")
    row = f"{ONE.uniqueid},,{ONE.channel},{ONE.dstchannel},{ONE.src},{ONE.dst},%s,ANSWERED,{ONE.end}\n"
    file.writes(
        row % ONE.start + (row % ONE.start).replace("ANSWERED", "abgenommen").replace(ONE.uniqueid, TWO.uniqueid)
    )
    book = master(file.path, columns={"call_id": "Id"})
    first, second = book.read(), book.read()
    assert "1 lines could not be read" in first.trouble
    assert (second.trouble, first.waiting) == ("", "")  # told once, so that the next night's work goes on
    assert "1 lines of earlier still can't be read" in second.waiting
    assert second.waiting == book.source().failure
    for said in (first.trouble, second.waiting):
        assert "abgenommen" in said
        assert "13900000001" not in said
    assert list(book.calls()) == [ONE.uniqueid]
    with Session(book.database) as session:
        source = session.merge(book.source())
        kept = [line.replace("abgenommen", "ANSWERED") for line in source.position["kept"]]
        source.position = {**source.position, "kept": kept}  # as if the program knew that word by now
        session.commit()
    assert (book.read().waiting, set(book.calls())) == ("", {ONE.uniqueid, TWO.uniqueid})


def test_torn_lines_can_be_given_up_by_people(tmp_path: Path, master: Make) -> None:
    file = File(tmp_path / "Master.csv", ONE.line()[:60] + "\n" + TWO.line())
    book = master(file.path)
    assert "1 lines could not be read" in book.read().trouble
    assert "1 lines of earlier" in book.read().waiting
    assert (leave_out(book.database, book.site, tmp_path), book.read().waiting) == (1, "")
    assert book.source().failure == ""


def test_more_unreadable_lines_than_can_be_kept_hold_the_book_mark_and_lose_nothing(
    tmp_path: Path, master: Make
) -> None:
    file = File(tmp_path / "Master.csv", ONE.line() + "".join(f"junk {n}\n" for n in range(300)) + TWO.line())
    book = master(file.path)
    assert "lines could not be read" in book.read().trouble
    assert numbers(book) == BOTH
    assert "lines could not be read" in book.read().trouble
    text = file.path.read_text(encoding="utf-8")
    assert book.source().position.get("cdr", {"offset": 0})["offset"] < len(text)


@pytest.mark.parametrize(("word", "person"), [("8", "A"), ("8.0", "A"), ("answered", "A"), ("0", ""), ("4", "")])
def test_a_disposition_may_be_a_number(tmp_path: Path, master: Make, word: str, person: str) -> None:
    book = master(File(tmp_path / "Master.csv", replace(ONE, disposition=word).line()).path)
    assert (book.read().trouble, numbers(book)) == ("", {ONE.uniqueid: ("13900000001", person)})


@pytest.mark.parametrize("word", ["已接听", "32", ""])
def test_a_disposition_that_is_no_word_is_refused_loudly(tmp_path: Path, master: Make, word: str) -> None:
    book = master(File(tmp_path / "Master.csv", replace(ONE, disposition=word).line()).path)
    assert "no word of Asterisk's" in book.read().trouble
    assert book.calls() == {}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_file_with_names_may_begin_with_a_mark_and_have_other_delimiters(
    tmp_path: Path, master: Make, delimiter: str, mark: str
) -> None:
    head = "uniqueid,linkedid,channel,dstchannel,src,dst,start,answer,end,disposition"
    row = f"{ONE.uniqueid},,{ONE.channel},{ONE.dstchannel},{ONE.src},{ONE.dst},{ONE.start},{ONE.answer},,ANSWERED"
    file = File(tmp_path / "cdr.csv", mark + f"{head}\n{row}\n".replace(",", delimiter))
    book = master(file.path)
    assert (book.read().trouble, numbers(book)) == ("", {ONE.uniqueid: ("13900000001", "A")})


@pytest.mark.parametrize("src", ["13900000001;cpc=ordinary", '"Office 2" <13900000001>', "<sip:13900000001@10.0.0.1>"])
def test_a_caller_with_parameters_or_a_name_is_the_number_alone(tmp_path: Path, master: Make, src: str) -> None:
    book = master(File(tmp_path / "Master.csv", replace(ONE, src=src).line()).path)
    book.read()
    assert numbers(book) == {ONE.uniqueid: ("13900000001", "A")}


def table(path: Path, columns: str, *values: object) -> str:
    made = sqlite3.connect(path)
    made.execute(f"create table cdr ({columns})")
    made.execute("insert into cdr values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    made.commit()
    made.close()
    return f"sqlite:{path}"


ROW = (ONE.start, 13900000001.0, 4008001234, ONE.channel, ONE.dstchannel, "ANSWERED", 67, 62)
COLUMNS = "calldate, src real, dst, channel, dstchannel, disposition, duration, billsec, uniqueid"


def test_a_column_of_numbers_gives_no_number_a_point(tmp_path: Path) -> None:
    book = Book(tmp_path, pbx=table(tmp_path / "m.db", COLUMNS, *ROW, ONE.uniqueid))
    assert (book.read().trouble, numbers(book)) == ("", {ONE.uniqueid: ("13900000001", "A")})
    book.close()


def test_ids_that_are_kept_as_numbers_are_refused(tmp_path: Path) -> None:
    book = Book(tmp_path, pbx=table(tmp_path / "m.db", f"{COLUMNS} real", *ROW, float(ONE.uniqueid)))
    with pytest.raises(RecordsColumnsError, match="as numbers"):
        book.read()
    book.close()


def test_a_row_of_a_table_that_can_not_be_read_is_read_once_it_is_mended(tmp_path: Path) -> None:
    book = Book(tmp_path, pbx=table(tmp_path / "m.db", COLUMNS, *ROW[:5], "???", *ROW[6:], ONE.uniqueid))
    other = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    with other:
        for n in range(1100):  # so many that the row lies before what is read again anyway
            other.execute("insert into cdr values (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*ROW, f"{BORN}.{n + 5}"))
    assert "row 1: disposition is '???'" in book.read().trouble
    assert "row 1" in book.read().waiting
    other.execute("update cdr set disposition = 'ANSWERED' where disposition = '???'")
    other.close()
    assert book.read().waiting == ""
    assert ONE.uniqueid in book.calls()
    book.close()


@pytest.mark.parametrize(
    ("name", "pack"), [("Master.csv.1.xz", lzma.compress), ("Master.csv-20261124.bz2", bz2.compress)]
)
def test_a_rotated_file_is_found_packed_however(
    tmp_path: Path, master: Make, name: str, pack: Callable[[bytes], bytes]
) -> None:
    file = File(tmp_path / "Master.csv", ONE.line())
    book = master(file.path)
    book.read()
    file.writes(TWO.line())
    old = file.is_renamed("old")
    (tmp_path / name).write_bytes(pack(old.read_bytes()))
    old.unlink()
    File(tmp_path / "Master.csv")
    assert (book.read().trouble, numbers(book)) == ("", BOTH)


def test_other_files_beside_it_never_end_the_reading(tmp_path: Path, master: Make) -> None:
    file = File(tmp_path / "Master.csv", ONE.line())
    book = master(file.path)
    book.read()
    (tmp_path / "Master-notes.txt").write_text("when who\n")
    (tmp_path / "Master.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "Master.csv.bak").write_text("a,b\n")
    (tmp_path / "Master.csv.2.zst").write_bytes(b"\x28\xb5\x2f\xfd")
    (tmp_path / "Master.csv.d").mkdir()
    file.is_renamed("Master.csv.1")
    file.writes(TWO.line())
    trouble = book.read().trouble
    assert numbers(book) == BOTH
    assert "Master.csv.2.zst: packed" in trouble
    assert "notes" not in trouble


CALLER = replace(
    ONE, dstchannel="Local/c536@hotline-offer-00000000;1", dcontext="hotline-in", disposition="NO ANSWER", answer=""
)
BEHIND = replace(
    ONE, uniqueid=f"{BORN}.2", channel="Local/c536@hotline-offer-00000000;2", dcontext="hotline-fallback", dst="c536"
)


@pytest.mark.parametrize("order", [(CALLER, BEHIND), (BEHIND, CALLER)])
@pytest.mark.parametrize("at_once", [True, False])
def test_an_answer_behind_a_local_channel_is_its_callers_though_nothing_links_them(
    tmp_path: Path, master: Make, order: tuple[Master, Master], at_once: bool
) -> None:
    file = File(tmp_path / "Master.csv")
    book = master(file.path)
    for row in order:
        file.writes(cut(row, 17))
        if not at_once:
            book.read()
    assert book.read().trouble == ""
    assert numbers(book) == {ONE.uniqueid: ("13900000001", "A")}
    now = datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert recover_missed(book.database, book.site, now=now).added == 1
    assert recover_missed(book.database, book.site, now=now).added == 0


def test_rows_of_an_earlier_version_that_stand_alone_are_given_to_their_call(tmp_path: Path, master: Make) -> None:
    file = File(tmp_path / "Master.csv", cut(CALLER, 17))
    book = master(file.path)
    book.read()
    with Session(book.database) as session:
        (row,) = book.rows()
        at = row.started_at + timedelta(seconds=2)
        session.add(
            PbxRow(site_id=1, source_id=row.source_id, row_key="old", number=row.number, started_at=at, answered_at=at,
                   ended_at=at + timedelta(minutes=1), answered_by="B")
        )  # fmt: skip
        session.commit()
    assert len(book.calls()) == 2  # nothing ends in a traceback meanwhile
    assert recover_missed(book.database, book.site, now=at + timedelta(hours=1)).added == 1
    book.read()
    assert numbers(book) == {ONE.uniqueid: ("13900000001", "B")}


EXPECTED: dict[str, set[tuple[str, str]]] = {
    "newcdrcolumns_mid_file.csv": {("13900000000", "A")},
    "ids_turned_on_later.csv": {("13900000001", "A"), ("13900000002", "A")},
    "disp_number.csv": {("13900000001", "A")},
    "header_bom.csv": {("13900000001", "A")},
    "src_with_params.csv": {("13900000001", "A")},
    "src_real.db": {("13900000001", "A")},
}


@pytest.mark.parametrize("file", sorted(SHARED.glob("*")) if SHARED.exists() else [], ids=lambda file: file.name)
def test_each_shared_file_is_read(tmp_path: Path, file: Path) -> None:
    there = tmp_path / file.name
    shutil.copy(file, there)
    there.chmod(0o644)
    book = Book(tmp_path, pbx=f"{'sqlite' if file.suffix == '.db' else 'csv'}:{there}")
    trouble = book.read().trouble
    assert ("left out" in trouble) == (file.name == "ids_turned_on_later.csv")
    assert set(numbers(book).values()) == EXPECTED.get(file.name, {("13900000000", "A")})
    book.close()

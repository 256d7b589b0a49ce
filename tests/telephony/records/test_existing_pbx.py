"""Records of an existing PBX: Master.csv, files with names, SQLite and PostgreSQL tables, in any zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, text

from router.telephony.records.columns import moment
from router.telephony.records.errors import (
    RecordsColumnsError,
    RecordsDriverError,
    RecordsMissingError,
    RecordsUnreadableError,
)
from tests.store.conftest import postgres  # noqa: F401  (a fixture)
from tests.telephony.records.asterisk import BORN, File, Master
from tests.telephony.records.book import Book

ANSWERED = Master()
MISSED = Master(
    uniqueid=f"{BORN + 60}.4",
    src="13900000002",
    dstchannel="",
    start="2026-11-24 19:47:53",
    answer="",
    end="2026-11-24 19:48:20",
    disposition="NO ANSWER",
    sequence=4,
)
INTERNAL = replace(MISSED, uniqueid=f"{BORN + 61}.5", channel="PJSIP/101-00000007", dst="103", sequence=5)
OUT = replace(
    ANSWERED,
    uniqueid=f"{BORN + 62}.6",
    channel="PJSIP/103-00000009",
    dstchannel="PJSIP/carrier-00000010",
    dst="913900000099",
    sequence=6,
)
DAY = (ANSWERED, MISSED, INTERNAL, OUT)


@pytest.fixture
def books() -> Iterator[list[Book]]:
    made: list[Book] = []
    yield made
    for book in made:
        book.close()


def book_of(books: list[Book], tmp_path: Path, **reconcile: object) -> Book:
    books.append(Book(tmp_path, **reconcile))
    return books[-1]


def is_the_day(book: Book) -> bool:
    calls = book.calls()
    first, second = calls[ANSWERED.uniqueid].call, calls[MISSED.uniqueid].call
    out = [row for row in book.rows() if row.direction == "out"]
    return (
        len(calls) == 2
        and (first.person, first.number) == ("A", "+8613900000001")
        and first.started_at == datetime(2026, 11, 24, 11, 46, 53, tzinfo=UTC)
        and first.answered_at == datetime(2026, 11, 24, 11, 46, 58, tzinfo=UTC)
        and second.answered_at is None
        and [(row.answered_by, row.number) for row in out] == [("C", "+8613900000099")]
    )


def test_master_csv_is_read_as_it_is(books: list[Book], tmp_path: Path) -> None:
    file = File(tmp_path / "Master.csv", "".join(row.line() for row in DAY))
    book = book_of(books, tmp_path, pbx=f"csv:{file.path}", outside_prefix="9")
    assert book.read().trouble == ""
    assert is_the_day(book)
    assert book.source().name == f"csv:{file.path}"


def test_master_csv_without_ids_is_refused_with_the_cure(books: list[Book], tmp_path: Path) -> None:
    file = File(
        tmp_path / "Master.csv", '"","1","2","c","x","PJSIP/1-0","","Dial","","2026-11-24 19:46:53",,,1,1,"A","D"\n'
    )
    book = book_of(books, tmp_path, pbx=f"csv:{file.path}")
    with pytest.raises(RecordsColumnsError, match="loguniqueid"):
        book.read()


def test_a_file_with_names_and_other_columns_is_read_by_its_names(books: list[Book], tmp_path: Path) -> None:
    lines = ["Id,Von,An,Kanal,Ziel,calldate,duration,billsec,disposition"]
    for row in DAY:
        seconds = "67,62" if row.answer else "27,0"
        lines.append(
            f"{row.uniqueid},{row.src},{row.dst},{row.channel},{row.dstchannel},{row.start},{seconds},{row.disposition}"
        )
    file = File(tmp_path / "cdr.csv", "\n".join(lines) + "\n")
    columns = {"call_id": "Id", "caller": "von", "dialled": "An", "channel": "Kanal", "answered_by": "Ziel"}
    book = book_of(books, tmp_path, pbx=f"csv:{file.path}", outside_prefix="9", columns=columns)
    assert book.read().trouble == ""
    assert is_the_day(book)
    file.writes(lines[1].replace(ANSWERED.uniqueid, f"{BORN}.77") + "\n")
    assert book.read().new == 1


def test_times_in_utc_need_their_zone_and_without_it_are_refused(books: list[Book], tmp_path: Path) -> None:
    utc = [replace(row, start=row.start.replace("19:4", "11:4"), answer="", end="") for row in DAY]
    file = File(tmp_path / "Master.csv", "".join(row.line() for row in utc))
    with pytest.raises(RecordsColumnsError, match="pbx_zone"):
        book_of(books, tmp_path, pbx=f"csv:{file.path}").read()
    book = book_of(books, tmp_path, pbx=f"csv:{file.path}", pbx_zone="UTC")
    book.read()
    assert book.calls()[ANSWERED.uniqueid].call.started_at == datetime(2026, 11, 24, 11, 46, 53, tzinfo=UTC)


def test_an_hour_that_the_clock_shows_twice_is_told_apart_by_the_id() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    for at in (first, second):
        assert moment("2026-10-25 02:30:00", berlin, f"{int(at.timestamp())}.5") == at


TABLE = """
create table cdr ({key} calldate timestamp, src varchar(80), dst varchar(80), dcontext varchar(80),
channel varchar(80), dstchannel varchar(80), lastapp varchar(80), lastdata varchar(80), duration integer,
billsec integer, disposition varchar(45), uniqueid varchar(150), linkedid varchar(150))
"""


def fill(url: str, *rows: Master, key: str = "", make: bool = True) -> None:
    """A table as an office's own PBX has it: no answer and end, but durations."""
    database = create_engine(url)
    with database.begin() as connection:
        if make:
            connection.execute(text(TABLE.format(key=key)))
        for row in rows:
            values = (
                "(:start, :src, :dst, 'from-trunk', :channel, :dstchannel, 'Dial', '', :duration, :billsec, "
                ":disposition, :uniqueid, :uniqueid)"
            )
            names = (
                "calldate, src, dst, dcontext, channel, dstchannel, lastapp, lastdata, duration, billsec, "
                "disposition, uniqueid, linkedid"
            )
            seconds = {"duration": 67, "billsec": 62} if row.answer else {"duration": 27, "billsec": 0}
            fields = ("start", "src", "dst", "channel", "dstchannel", "disposition", "uniqueid")
            given = {field: getattr(row, field) for field in fields}
            connection.execute(text(f"insert into cdr ({names}) values {values}"), {**given, **seconds})  # noqa: S608  (constants)
    database.dispose()


def test_a_sqlite_table_is_read_by_its_row_numbers_and_never_written(books: list[Book], tmp_path: Path) -> None:
    path = tmp_path / "master.db"
    fill(f"sqlite:///{path}", *DAY)
    path.chmod(0o400)
    book = book_of(books, tmp_path, pbx=f"sqlite:{path}", outside_prefix="9")
    book.read()
    assert is_the_day(book)
    path.chmod(0o600)
    fill(f"sqlite:///{path}", replace(ANSWERED, uniqueid=f"{BORN + 5}.8", start="2026-11-24 19:46:58"), make=False)
    assert book.read().new == 1


@pytest.mark.parametrize("key", ["", "id serial primary key,"])
def test_a_postgresql_table_is_read_with_and_without_a_running_number(
    books: list[Book],
    tmp_path: Path,
    postgres: str,  # noqa: F811  (the fixture imported above)
    key: str,
) -> None:
    server = create_engine(postgres, isolation_level="AUTOCOMMIT")
    name = "office_with_key" if key else "office"
    with server.connect() as connection:
        connection.execute(text(f"create database {name}"))
    server.dispose()
    url = postgres.replace("/postgres?", f"/{name}?")
    fill(url, *DAY, key=key)
    book = book_of(books, tmp_path, pbx=url, outside_prefix="9")
    book.read()
    assert is_the_day(book)
    late = replace(ANSWERED, uniqueid=f"{BORN - 3600}.8", start="2026-11-24 18:46:53")  # an hour's talk, written now
    fill(url, late, make=False)
    assert book.read().new == 1


def test_a_database_that_is_not_there_is_a_failed_reading(books: list[Book], tmp_path: Path) -> None:
    with pytest.raises(RecordsUnreadableError, match="can't be read"):
        book_of(books, tmp_path, pbx=f"sqlite:{tmp_path / 'nowhere.db'}").read()
    fill(f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(RecordsMissingError, match="no table calls"):
        book_of(books, tmp_path, pbx=f"sqlite:{tmp_path / 'other.db'}", columns={"table": "calls"}).read()


def test_a_column_that_is_not_there_is_named_with_the_setting(books: list[Book], tmp_path: Path) -> None:
    fill(f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(RecordsColumnsError, match=r"no column caller_number.*caller"):
        book_of(books, tmp_path, pbx=f"sqlite:{tmp_path / 'other.db'}", columns={"caller": "caller_number"}).read()


@pytest.mark.parametrize("scheme", ["mysql", "mysql+pymysql", "nosuch"])
def test_a_database_without_a_driver_names_what_to_install(books: list[Book], tmp_path: Path, scheme: str) -> None:
    book = book_of(books, tmp_path, pbx=f"{scheme}://hotline:geheim@127.0.0.1/asterisk")
    with pytest.raises(RecordsDriverError, match="install one") as raised:
        book.read()
    assert "geheim" not in str(raised.value)
    assert "geheim" not in book.source().name + book.source().failure

"""Whatever happens to a file of records, each call is counted once, and what is missing is said."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.telephony.records.errors import RecordsMissingError, RecordsUnreadableError
from router.telephony.records.lines import RecordShape, split
from router.telephony.records.rotating import rotate_files
from tests.telephony.records.asterisk import File, race
from tests.telephony.records.book import Book


def ids(book: Book) -> set[str]:
    return set(book.calls())


def expected(*numbers: int) -> set[str]:
    return {f"hotline-1795520813.{number}000" for number in numbers}


def test_two_who_answer_in_the_same_instant_are_one_call_of_the_one_who_has_the_caller(book: Book, legs: File) -> None:
    legs.writes(race(1))
    book.read()
    (call,) = book.calls().values()
    assert (call.call.person, call.call.talked, call.call.number) == ("A", {"A"}, "+8613900000001")
    assert str(call.call.started_at) == "2026-11-24 11:46:53.741556+00:00"
    assert str(call.call.ended_at) == "2026-11-24 11:47:13.877641+00:00"


def test_reading_goes_on_where_it_ended_and_reads_nothing_twice(book: Book, legs: File) -> None:
    legs.writes(race(1))
    assert book.read().rows == 6
    assert book.read().rows == 0
    legs.writes(race(2))
    assert (book.read().rows, ids(book)) == (6, expected(1, 2))


def test_a_row_that_stands_twice_counts_once(book: Book, legs: File) -> None:
    legs.writes(race(1) + race(1))
    reading = book.read()
    assert (reading.rows, reading.new) == (12, 3)


def test_a_line_that_is_still_being_written_waits_for_its_rest(book: Book, legs: File) -> None:
    text = race(1)
    for part in (text[:700], text[700:1200], text[1200:]):
        legs.writes(part)
        assert book.read().trouble == ""
    assert len(book.rows()) == 3


def test_a_renamed_file_is_read_to_its_end_and_the_new_one_from_its_beginning(book: Book, legs: File) -> None:
    legs.writes(race(1))
    book.read()
    legs.writes(race(2))
    legs.is_renamed("hotline.csv.1")
    legs.writes(race(3))
    assert (book.read().trouble, ids(book)) == ("", expected(1, 2, 3))


def test_a_renamed_file_without_a_new_one_is_read_to_its_end(book: Book, legs: File) -> None:
    legs.writes(race(1))
    book.read()
    legs.writes(race(2))
    legs.is_renamed("hotline.csv-20261124")
    assert (book.read().trouble, ids(book)) == ("", expected(1, 2))
    legs.writes(race(3))
    assert (book.read().trouble, ids(book)) == ("", expected(1, 2, 3))


def test_a_file_that_was_copied_and_cut_is_read_to_its_end(book: Book, legs: File) -> None:
    legs.writes(race(1))
    book.read()
    legs.writes(race(2))
    legs.is_copied_and_cut("hotline.csv.1")
    legs.writes(race(3) + race(4))  # longer than it was: only what stood before the mark tells
    assert (book.read().trouble, ids(book)) == ("", expected(1, 2, 3, 4))


def test_two_rotations_between_two_readings_lose_nothing_packed_or_not(book: Book, legs: File) -> None:
    legs.writes(race(1))
    book.read()
    legs.writes(race(2))
    first = legs.is_renamed("hotline.csv.2")
    packed = first.with_name("hotline.csv.2.gz")
    packed.write_bytes(gzip.compress(first.read_bytes()))
    changed = first.stat()
    os.utime(packed, ns=(changed.st_atime_ns, changed.st_mtime_ns))
    first.unlink()
    legs.writes(race(3))
    legs.is_renamed("hotline.csv.1")
    legs.writes(race(4))
    assert (book.read().trouble, ids(book)) == ("", expected(1, 2, 3, 4))


def test_a_file_that_somebody_emptied_is_said_to_have_lost_rows(book: Book, legs: File) -> None:
    legs.writes(race(1))
    book.read()
    legs.is_cut()
    legs.writes(race(2))
    assert "may be missing" in book.read().trouble
    assert ids(book) == expected(1, 2)
    assert "may be missing" in book.source().failure
    assert book.read().trouble == ""
    assert book.source().failure == ""


def test_a_missing_file_is_a_failed_reading_on_record(book: Book, legs: File) -> None:
    legs.path.unlink()
    with pytest.raises(RecordsMissingError, match="not there"):
        book.read()
    assert book.source().failure.startswith("records-missing: ")
    assert book.source().failed_at is not None
    assert book.source().read_at is None


def test_a_file_that_vanishes_after_it_was_read_is_a_failed_reading(book: Book, legs: File) -> None:
    legs.writes(race(1))
    book.read()
    legs.path.unlink()
    with pytest.raises(RecordsMissingError):
        book.read()


def test_a_folder_in_the_place_of_a_file_is_a_failed_reading(book: Book, legs: File) -> None:
    legs.path.unlink()
    legs.path.mkdir()
    with pytest.raises(RecordsUnreadableError):
        book.read()


def test_a_torn_line_is_said_and_the_record_glued_to_it_is_taken(book: Book, legs: File) -> None:
    legs.writes(race(1)[:100] + race(2))
    reading = book.read()
    assert "1 lines could not be read" in reading.trouble
    assert ids(book) == expected(2)


def test_blocks_of_nuls_are_nothing(book: Book, legs: File) -> None:
    legs.writes(race(1).encode() + b"\0" * 5000 + b"\n" + b"\0" * 100 + race(2).encode())
    reading = book.read()
    assert (reading.trouble, ids(book)) == ("", expected(1, 2))


def test_garbage_is_said_and_skipped(book: Book, legs: File) -> None:
    legs.writes(race(1).encode() + b"\xff\xfe garbage\nmore,of,it\n" + race(2).encode())
    reading = book.read()
    assert "2 lines could not be read" in reading.trouble
    assert ids(book) == expected(1, 2)


def test_a_line_end_inside_quotes_is_no_end_of_the_record(book: Book, legs: File) -> None:
    legs.writes(race(1).replace('"(Outgoing Line)"', '"(Outgoing\r\nLine)"'))
    reading = book.read()
    assert (reading.rows, reading.trouble) == (6, "")


def test_a_reading_that_is_killed_is_taken_up_again(book: Book, legs: File, monkeypatch: pytest.MonkeyPatch) -> None:
    legs.writes("".join(race(number) for number in range(1, 9)))
    monkeypatch.setattr("router.telephony.records.csv_source.BATCH", 7)
    from router.telephony.records import intake

    takes = intake.Intake.take
    count = 0

    def killed(self: intake.Intake, *given: object) -> None:
        nonlocal count
        count += 1
        if count == 4:
            raise KeyboardInterrupt
        takes(self, *given)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(intake.Intake, "take", killed)
    with pytest.raises(KeyboardInterrupt):
        book.read()
    assert 0 < len(book.calls()) < 8
    book.read()
    assert ids(book) == expected(*range(1, 9))


WHOLE = (race(1) + race(2)).encode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, len(WHOLE)), max_size=6))
def test_however_the_bytes_arrive_the_records_are_the_same(cuts: list[int]) -> None:
    def fits(fields: tuple[str, ...]) -> bool:
        return len(fields) == 14

    at_once = [record.fields for record in split(WHOLE, RecordShape(fits=fits))]
    rest, found = b"", []
    for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(WHOLE)], strict=True):
        data, used = rest + WHOLE[begin:end], 0
        for record in split(data, RecordShape(fits=fits)):
            found.append(record.fields)
            used = record.end
        rest = data[used:]
    assert found == at_once
    assert len(found) == 12


@settings(max_examples=100, deadline=None)
@given(garbage=st.binary(max_size=200))
def test_no_garbage_costs_more_than_the_lines_it_stands_in(garbage: bytes) -> None:
    def fits(fields: tuple[str, ...]) -> bool:
        return len(fields) == 14

    found = [record.fields for record in split(garbage + b"\n" + WHOLE, RecordShape(fits=fits)) if record.fields]
    assert len(found) >= 12 - 8


def test_a_book_can_be_read_by_two_at_once(tmp_path: Path, book: Book, legs: File) -> None:
    legs.writes(race(1))
    other = Book(tmp_path)
    assert (book.read().new, other.read().new) == (3, 0)
    other.close()


def test_files_that_have_grown_are_put_aside_read_to_their_end_and_deleted_in_time(
    tmp_path: Path, book: Book, legs: File, events: File
) -> None:
    now = datetime.now(UTC)
    legs.writes(race(1))
    book.read()
    legs.writes(race(2))  # written after the reading, before the file is put aside
    rotate_files(tmp_path, now, most_bytes=100)
    assert legs.path.read_bytes() == b""
    legs.writes(race(3))
    assert (book.read().trouble, ids(book)) == ("", expected(1, 2, 3))
    aside = legs.path.with_name(f"hotline.csv-{now:%Y%m%d}")
    assert aside.exists()
    rotate_files(tmp_path, now + timedelta(days=100))
    assert not aside.exists()
    assert legs.path.stat().st_size
    assert (book.read().trouble, events.path.exists()) == ("", True)

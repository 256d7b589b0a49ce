"""Cells with telephone numbers, as people, spreadsheets and other systems write them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.reading.numbers import caller_number, numbers_in


def mains(cell: str) -> list[str]:
    read = numbers_in(cell)
    assert read.fault == "", cell
    return ["".join(filter(str.isdecimal, number.main)) for number in read.numbers]


@pytest.mark.parametrize(
    ("cell", "digits"),
    [
        ("13900000001", ["13900000001"]),
        ("139 0000 0001", ["13900000001"]),
        ("138-1234-5678", ["13812345678"]),
        ("139.0000.0001", ["13900000001"]),
        ("１３９００００0001", ["13900000001"]),
        ("\u200e13900000001\u202c", ["13900000001"]),
        ("+86 139 0000 0001", ["8613900000001"]),
        ("(021)61234567", ["02161234567"]),
        ("（021） 6123-4567", ["02161234567"]),
        ("400-800-1234", ["4008001234"]),
        ("755-8376-5432", ["75583765432"]),
        ("tel:13900000001", ["13900000001"]),
        ("13900000001.0", ["13900000001"]),
        ("13900000001/13900000002", ["13900000001", "13900000002"]),
        ("13900000001、13900000002，13900000003", ["13900000001", "13900000002", "13900000003"]),
        ("13900000001,13900000002;13900000003\n13900000004", [f"1390000000{n}" for n in (1, 2, 3, 4)]),
        ("13900000001 13900000002", ["13900000001", "13900000002"]),
        ("13900000001 ::: 13900000002", ["13900000001", "13900000002"]),
        ("13900000001(13900000002)", ["13900000001", "13900000002"]),
        ("手机:13900000001 座机:021-61234567", ["13900000001", "02161234567"]),
        ("13900000001;13900000001", ["13900000001"]),
        ("", []),
        (" ； ", []),
    ],
)
def test_numbers_are_taken_however_they_are_written(cell: str, digits: list[str]) -> None:
    assert mains(cell) == digits


@pytest.mark.parametrize(
    ("cell", "main", "extension"),
    [
        ("021-61234567转801", "02161234567", "801"),
        ("021-61234567 转 801", "02161234567", "801"),
        ("02161234567-801", "02161234567", "801"),
        ("61234567-801", "61234567", "801"),
        ("021-61234567分机801", "02161234567", "801"),
        ("021 61234567 ext. 801", "02161234567", "801"),
        ("61234567(801)", "61234567", "801"),
        ("13900000001转1234", "13900000001", "1234"),
        ("4008001234转3", "4008001234", "3"),
    ],
)
def test_an_extension_is_kept_apart_from_the_number(cell: str, main: str, extension: str) -> None:
    (number,) = numbers_in(cell).numbers
    assert ("".join(filter(str.isdecimal, number.main)), number.extension) == (main, extension)


@pytest.mark.parametrize(
    ("cell", "note"),
    [
        ("13900000001（微信同号）", "微信同号"),
        ("13900000001 王太太", "王太太"),
        ("王太太13900000001", "王太太"),
        ("13900000001，王先生", "王先生"),
        ("2号楼 13900000001", "2号楼"),
        ("13900000001【晚上打】", "晚上打"),
        ("手机：13900000001", ""),
    ],
)
def test_a_note_is_kept_beside_the_number(cell: str, note: str) -> None:
    assert (mains(cell), numbers_in(cell).note) == (["13900000001"], note)


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("1.38E+10", "rounded"),
        ("1.38e10", "rounded"),
        ("1,38E+10", "rounded"),
        ("13900000001/1.38E+10", "rounded"),
        ("abc", "not-a-number"),
        ("转801", "not-a-number"),
        ("61234567/68", "not-a-number"),
        ("02161234567801", "not-a-number"),
        ("1390000 王 0001", "not-a-number"),
        ("1390000000113900000002", "not-a-number"),
        ("13900000001.5", "not-a-number"),
        ("#REF!", "not-a-number"),
        ("12", "not-a-number"),
    ],
)
def test_what_can_be_nobodys_number_is_refused(cell: str, fault: str) -> None:
    read = numbers_in(cell)
    assert (read.fault, read.numbers) == (fault, ())


anything = st.text(
    st.one_of(st.sampled_from("0123456789139+-转()（）.eE ;/、,王\n*#xX电话"), st.characters()), max_size=40
)


@given(cell=anything)
@settings(max_examples=400, deadline=None)
def test_no_digit_of_a_cell_is_lost_without_a_word(cell: str) -> None:
    """Each decimal digit stands in a number, an extension or the note, or the cell is refused."""
    read = numbers_in(cell)
    if read.fault:
        assert read.numbers == ()
        return
    kept = [f"{number.main}{number.extension}" for number in read.numbers] + [read.note]
    wanted = {unicodedata.normalize("NFKC", char) for char in cell if char.isdecimal()}
    assert wanted <= set(unicodedata.normalize("NFKC", "".join(kept)))


@given(cell=anything)
@settings(max_examples=200, deadline=None)
def test_what_was_read_reads_the_same_again(cell: str) -> None:
    read = numbers_in(cell)
    again = numbers_in(";".join(number.main for number in read.numbers))
    assert [number.main for number in again.numbers] == list(dict.fromkeys(n.main for n in read.numbers))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13900000001", "13900000001"),
        ("13900000001;cpc=ordinary", "13900000001"),
        ('"Office 2" <13900000001>', "13900000001"),
        ('"王 <x>" <sip:+8613900000001@10.0.0.1;user=phone>', "+8613900000001"),
        ("tel:+8613900000001;phone-context=cn", "+8613900000001"),
        ("anonymous@anonymous.invalid", "anonymous"),
        ("", ""),
    ],
)
def test_a_caller_is_the_number_alone(text: str, number: str) -> None:
    assert caller_number(text) == number

"""R24: how numbers are compared, and which are nearly the same."""

from __future__ import annotations

import random

import phonenumbers
import pytest

from router.reading.numbering import Numbering
from router.reconcile.edit_distance import NearNumbers, distance
from tests.reconcile.oracle import edit_distance


@pytest.mark.parametrize(
    "text",
    [
        *("13912345678", "+86 139 1234 5678", "0086139-1234-5678", "013912345678", "(+86)13912345678"),
        *("8613912345678", "17951 13912345678", "１３９１２３４５６７８", "＋８６　１３９　１２３４　５６７８"),
        "（＋８６）１３９１２３４５６７８",
    ],
)
def test_however_it_is_written_it_is_one_number(text: str) -> None:
    assert Numbering().one(text) == "+8613912345678"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1391234567", "+861391234567"),  # not valid, and written all the same
        ("02129060049", "+862129060049"),
        ("+85291943288", "+85291943288"),
        ("1", "1"),  # what can't be parsed: the bare digits
        ("１３９１２３４５６７８１２３４５６７８", "1391234567812345678"),
        ("sip:7@pbx", "7"),
    ],
)
def test_the_library_has_the_say_and_else_the_bare_digits(text: str, number: str) -> None:
    assert Numbering().one(text) == number


@pytest.mark.parametrize("text", ["", "-", "anonymous", "未知", "Unknown", "()", "½"])
def test_a_number_without_a_digit_is_withheld(text: str) -> None:
    assert Numbering().one(text) == ""
    assert Numbering().several(f"{text};{text}") == ()


def test_plain_mobiles_are_read_as_the_library_reads_them() -> None:
    dice = random.Random(5)
    texts = ["1" + "".join(dice.choices("0123456789", k=10)) for _ in range(3000)]
    texts += [f"1{prefix:02}0{dice.randrange(10**7):07}" for prefix in range(100)]
    for text in texts:
        parsed = phonenumbers.format_number(phonenumbers.parse(text, "CN"), phonenumbers.PhoneNumberFormat.E164)
        assert Numbering().one(text) == parsed, text


def test_a_forms_numbers_are_separated_by_either_semicolon() -> None:
    assert Numbering().several(" 13912345678;；anonymous ；0139 1234 5679; 13912345678") == (
        "+8613912345678",
        "+8613912345679",
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("88665544", "+862588665544"),
        ("8866-5544", "+862588665544"),
        ("6655443", "+86256655443"),
        ("02588665544", "+862588665544"),
        ("02188665544", "+862188665544"),
        ("13912345678", "+8613912345678"),
        ("95588", "+8695588"),  # a service
        ("10086", "+8610086"),
        ("+8688665544", "+8688665544"),
    ],
)
@pytest.mark.parametrize("area_code", ["025", "25"])
def test_a_local_number_first_gets_the_sites_area_code(text: str, number: str, area_code: str) -> None:
    assert Numbering(area_code=area_code).one(text) == number


def test_local_numbers_of_other_regions_get_their_area_code_too() -> None:
    assert Numbering(region="US", area_code="212").one("555-0123") == "+12125550123"
    assert Numbering(region="US", area_code="212").one("310 555 0123") == "+13105550123"


def test_near_numbers_are_found_as_by_comparing_each_with_each() -> None:
    dice = random.Random(11)
    numbers = ["+86139" + "".join(dice.choices("01", k=dice.randrange(5, 9))) for _ in range(120)] + ["1", "12"]
    near = NearNumbers(numbers)
    for number in numbers:
        wanted = {n for n in numbers if edit_distance(number.lstrip("+"), n.lstrip("+")) in (1, 2)}
        assert near.of(number) == wanted, number


def test_a_swap_is_two_edits() -> None:
    assert distance("+8613912345678", "+8613912345687") == 2


def test_no_number_is_near_a_withheld_one_however_short() -> None:
    assert NearNumbers(["1", "12", "+86123"]).of("") == set()

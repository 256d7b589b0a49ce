"""A customer list from outside: what is taken, what stays as the record says, what is told of each wrong row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.exchange.customers_in import HEADS, CustomersPreview, ListTerms, look_through, take_all
from router.reading.errors import TableFileError
from router.reading.numbering import Numbering
from router.reading.tables import read_table
from router.store.customers.erasure import erase_numbers
from router.store.customers.numbers import further_numbers
from router.store.customers.queries import Terms
from router.store.tables.customers import CustomerRow, NumberRow, OwnerGivenRow
from tests.store.conftest import database, empty, empty_url, postgres

__all__ = ["database", "empty", "empty_url", "postgres"]

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
PEOPLE = {"A": "陈晨", "B": "李丽"}
HEAD = "客户姓名,电话,置业顾问,末次联系\n"


def reading() -> ListTerms:
    terms = Terms(now=NOW, lapse=timedelta(days=7), people=frozenset(PEOPLE))
    numbers = Numbering(area_code="021")
    return ListTerms(people=PEOPLE, written=numbers.one, zone=ZoneInfo("Asia/Shanghai"), ownership=terms)


def look(database: Engine, text: str) -> CustomersPreview:
    with Session(database) as session:
        return look_through(session, read_table((HEAD + text).encode(), HEADS), reading())


def take(database: Engine, text: str) -> int:
    with Session(database) as session:
        seen = look_through(session, read_table((HEAD + text).encode(), HEADS), reading())
        count = take_all(session, seen, by="zhang", now=NOW)
        session.commit()
        return count


def test_a_list_is_taken_with_owners_and_each_number_once(database: Engine) -> None:
    assert (
        take(database, "王女士,0138 1234 5678；87654321,陈晨,2026-11-23 10:00\n李总,+86 13900000002,B,2026/11/20\n")
        == 2
    )
    with Session(database) as session:
        rows = session.scalars(select(CustomerRow).order_by(CustomerRow.id)).all()
        assert [(row.name, row.owner) for row in rows] == [("王女士", "A"), ("李总", "B")]
        assert rows[0].last_contact_at == datetime(2026, 11, 23, 2, tzinfo=UTC)
        assert rows[1].last_contact_at == datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC)
        assert further_numbers(session) == {"+862187654321": "+8613812345678"}
        untold = session.scalars(select(OwnerGivenRow)).all()
        assert [(row.number.number, row.owner) for row in untold] == [("+8613812345678", "A"), ("+8613900000002", "B")]


def test_the_same_list_again_changes_nothing(database: Engine) -> None:
    text = "王女士,13812345678,陈晨,2026-11-23 10:00\n"
    take(database, text)
    seen = look(database, text)
    assert (len(seen.taken), len(seen.known)) == (0, 1)
    assert take(database, text) == 0


def test_every_wrong_row_is_named_with_line_and_column_and_nothing_is_taken(database: Engine) -> None:
    text = (
        "好,13812345678,陈晨,2026-11-23\n"
        "无号,,陈晨,2026-11-23\n"
        "坏号,abc,陈晨,2026-11-23\n"
        "无人,13900000001,周某,2026-11-23\n"
        "将来,13900000002,陈晨,2026-12-01\n"
        "错时,13900000003,陈晨,昨天\n"
        "重号,+8613812345678,李丽,2026-11-23\n"
    )
    seen = look(database, text)
    assert [(row.line, row.column, row.fault) for row in seen.bad] == [
        (3, "numbers", "missing"),
        (4, "numbers", "not-a-number"),
        (5, "owner", "unknown-person"),
        (6, "last_contact", "in-the-future"),
        (7, "last_contact", "not-a-time"),
        (8, "numbers", "twice"),
    ]
    with pytest.raises(TableFileError):
        take(database, text)
    with Session(database) as session:
        assert session.scalars(select(NumberRow)).all() == []


def test_who_owns_a_customer_live_keeps_them_and_a_lapsed_one_goes_to_the_lists_owner(database: Engine) -> None:
    take(database, "在,13800000001,陈晨,2026-11-20\n过,13800000002,陈晨,2026-11-01\n")
    seen = look(database, "在,13800000001,李丽,2026-11-23\n过,13800000002,李丽,2026-11-23\n")
    assert [(row.line, row.owned_by) for row in seen.kept] == [(2, "A")]
    assert [row.line for row in seen.taken] == [3]


def test_numbers_of_two_customers_on_one_row_are_for_people_to_merge(database: Engine) -> None:
    take(database, "甲,13800000001,陈晨,2026-11-20\n乙,13800000002,陈晨,2026-11-20\n")
    seen = look(database, "甲,13800000001;13800000002,陈晨,2026-11-21\n")
    assert [(row.line, row.fault) for row in seen.bad] == [(2, "two-customers")]


def test_a_list_without_a_needed_column_is_refused_with_the_titles_that_are_understood(database: Engine) -> None:
    with Session(database) as session, pytest.raises(TableFileError, match="missing: owner"):
        look_through(session, read_table("姓名,电话\n王,13812345678\n".encode(), HEADS), reading())


def test_two_columns_of_numbers_are_both_the_customers_and_an_empty_one_is_none(database: Engine) -> None:
    text = "姓名,手机,电话,置业顾问,末次联系\n王,13900000001,02161234567,A,2026-11-20\n李,13900000002,,B,2026-11-20\n"
    with Session(database) as session:
        seen = look_through(session, read_table(text.encode(), HEADS), reading())
    assert [row.numbers for row in seen.taken] == [("+8613900000001", "+862161234567"), ("+8613900000002",)]


def test_an_extension_and_a_note_are_kept_beside_the_number_once(database: Engine) -> None:
    text = "王,61234567转801；13900000001（微信同号）,陈晨,2026-11-20\n"
    assert (take(database, text), take(database, text)) == (1, 0)
    with Session(database) as session:
        customer = session.scalars(select(CustomerRow)).one()
        assert [row.number for row in customer.numbers] == ["+862161234567", "+8613900000001"], "as they were filed"
        assert customer.remarks == "尾号4567转801；微信同号"
        erase_numbers(session, 1, ["+8613900000001"], NOW)
        session.expire_all()
        assert customer.remarks == ""


def test_what_a_spreadsheet_rounded_or_a_date_that_may_be_two_is_refused_by_its_column(database: Engine) -> None:
    seen = look(database, "王,1.38E+10,陈晨,2026-11-20\n李,13900000001,陈晨,11/12/2026\n赵,13900000002,陈晨,46350\n")
    assert [(row.line, row.column, row.fault) for row in seen.bad] == [
        (2, "numbers", "rounded"),
        (3, "last_contact", "ambiguous-date"),
        (4, "last_contact", "day-number"),
    ]


def test_a_title_that_nobody_understands_is_told(database: Engine) -> None:
    text = "客户姓名,电话,置业顾问,末次联系,楼盘\n王,13900000001,A,2026-11-20,一期\n"
    with Session(database) as session:
        assert look_through(session, read_table(text.encode(), HEADS), reading()).unknown == ("楼盘",)


def test_two_of_one_name_are_told_apart_by_id_alone(database: Engine) -> None:
    terms = reading()
    twins = ListTerms(
        people={"A": "陈晨", "B": "陈 晨"}, written=terms.written, zone=terms.zone, ownership=terms.ownership
    )
    with Session(database) as session:
        table = read_table((HEAD + "王,13900000001,陈晨,2026-11-20\n李,13900000002,b,2026-11-20\n").encode(), HEADS)
        seen = look_through(session, table, twins)
    assert [(row.line, row.fault) for row in seen.bad] == [(2, "unknown-person")]
    assert [row.owner for row in seen.taken] == ["B"]

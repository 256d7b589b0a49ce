"""A customer list from outside: what is taken, what stays as the record says, what is told of each wrong row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.exchange.customers_in import CustomersPreview, ListTerms, look_through, take_all
from router.exchange.reading import TableFileError, read_table
from router.reconcile.numbers import Numbering
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
        return look_through(session, read_table((HEAD + text).encode()), reading())


def take(database: Engine, text: str) -> int:
    with Session(database) as session:
        seen = look_through(session, read_table((HEAD + text).encode()), reading())
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
    with Session(database) as session, pytest.raises(TableFileError, match="owner"):
        look_through(session, read_table("姓名,电话\n王,13812345678\n".encode()), reading())

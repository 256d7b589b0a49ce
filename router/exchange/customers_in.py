"""A list of customers with their owners from a CSV or XLSX file: looked through first, then taken whole or not at all.

May live here: which columns are understood, and what is said of each row. The record goes before the list: a customer
whom somebody else owns live, or with whom somebody spoke later than the list says, stays as they are (R16).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from router.exchange.forms_in import BadCell
from router.exchange.reading import TableFileError, TableRow
from router.store.customers.changes import give_owner
from router.store.customers.numbers import add_number, new_customer, row_of_number
from router.store.customers.queries import Terms
from router.store.scope import SITE_ID
from router.store.tables.customers import CustomerRow, NumberRow

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name": ("name", "客户姓名", "姓名", "客户"),
        "numbers": ("number", "numbers", "电话", "号码", "手机", "联系电话"),
        "owner": ("owner", "置业顾问", "原置业顾问", "顾问"),
        "last_contact": ("last_contact", "last contact", "末次联系", "最近联系", "跟进时间"),
    }
)
NEEDED = ("numbers", "owner", "last_contact")
FAULTS = (
    "missing",
    "not-a-number",
    "unknown-person",
    "not-a-time",
    "in-the-future",
    "too-long",
    "twice",
    "two-customers",
)
BETWEEN = re.compile("[;；、/,，\n]")
FEWEST_DIGITS, MOST_DIGITS, LONGEST_NAME = 5, 20, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One row that can be read; `known`: the customer on record, and `owned_by` whose they are there."""

    line: int
    name: str
    numbers: tuple[str, ...]
    owner: str
    last_contact: datetime
    known: int | None = None
    owned_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersPreview:
    """What a file would do: rows to take, rows that change nothing (`known`), rows where the record counts (`kept`)."""

    taken: tuple[Listed, ...] = ()
    known: tuple[Listed, ...] = ()
    kept: tuple[Listed, ...] = ()
    bad: tuple[BadCell, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTerms:
    """What a file is read by: who works here, how numbers are written, the terms of R16."""

    people: Mapping[str, str]  # those who work here: id -> name
    written: Callable[[str], str]  # a number as the site writes it
    zone: ZoneInfo
    ownership: Terms


def look_through(session: Session, lines: Iterable[TableRow], terms: ListTerms) -> CustomersPreview:
    """Read every row, changing nothing. Raises `TableFileError` where a needed column is missing."""
    lines = list(lines)
    titles = _titles(lines)
    rows, bad = list[Listed](), list[BadCell]()
    for line in lines:
        cells = {titles[title]: cell for title, cell in line.cells.items() if title in titles}
        listed, faults = _listed(line.number, cells, terms)
        bad += faults
        rows += [listed] if listed else []
    bad += _twice(rows)
    wrong = {row.line for row in bad}
    return _against_the_record(session, [row for row in rows if row.line not in wrong], terms, bad)


def take_all(session: Session, preview: CustomersPreview, *, by: str, now: datetime) -> int:
    """Put what was looked through on record, all in the caller's transaction; returns how many customers.

    Raises `TableFileError` when a row is bad: nothing is half-imported. The desk is told afterwards (`tell_owners`).
    """
    if preview.bad:
        raise TableFileError(f"{len(preview.bad)} rows can't be taken", cure="correct them, or leave them out")
    for row in preview.taken:
        customer = session.get_one(CustomerRow, row.known) if row.known else new_customer(session, now)
        customer.name = row.name or customer.name
        first = _put_numbers(session, customer, row.numbers)
        contact = row.last_contact
        if customer.owner == row.owner and customer.last_contact_at is not None:
            contact = max(contact, customer.last_contact_at)  # only numbers are new
        give_owner(session, first, row.owner, contact, by=by, why="import", now=now)
    return len(preview.taken)


def _put_numbers(session: Session, customer: CustomerRow, numbers: Sequence[str]) -> NumberRow:
    """The numbers that are not on record yet are added; returns the one by which the desk knows the customer."""
    has_first = any(number.number and not number.further for number in customer.numbers)
    for number in numbers:
        if row_of_number(session, number) is None:
            add_number(session, number, customer, further=has_first)
            has_first = True
    return min((n for n in customer.numbers if n.number), key=lambda n: (n.further, n.id))


# --- one row ----------------------------------------------------------------------------------------------------------


def _titles(lines: Sequence[TableRow]) -> dict[str, str]:
    known = {title: key for key, titles in COLUMNS.items() for title in titles}
    found = {title: known[title.lower()] for title in (lines[0].cells if lines else {}) if title.lower() in known}
    missing = [COLUMNS[key][0] for key in NEEDED if key not in found.values()]
    if lines and missing:
        cure = "; ".join(f"{key}: {', '.join(titles)}" for key, titles in COLUMNS.items())
        raise TableFileError(f"columns are missing: {', '.join(missing)}", cure=f"the titles understood are {cure}")
    return found


def _listed(line: int, cells: Mapping[str, str], terms: ListTerms) -> tuple[Listed | None, list[BadCell]]:
    faults: dict[str, str] = {}
    numbers = _numbers(cells.get("numbers", ""), terms, faults)
    owner = _owner(cells.get("owner", ""), terms, faults)
    contact = _moment(cells.get("last_contact", ""), terms, faults)
    name = cells.get("name", "")
    if len(name) > LONGEST_NAME:
        faults["name"] = "too-long"
    if faults or contact is None:
        return None, [BadCell(line=line, column=column, fault=fault) for column, fault in faults.items()]
    return Listed(line=line, name=name, numbers=numbers, owner=owner, last_contact=contact), []


def _numbers(cell: str, terms: ListTerms, faults: dict[str, str]) -> tuple[str, ...]:
    parts = [part for part in BETWEEN.split(cell) if part.strip()]
    if not parts:
        faults["numbers"] = "missing"
    if any(not FEWEST_DIGITS <= sum(map(str.isdecimal, part)) <= MOST_DIGITS for part in parts):
        faults["numbers"] = "not-a-number"
    return tuple(dict.fromkeys(terms.written(part) for part in parts))


def _owner(cell: str, terms: ListTerms, faults: dict[str, str]) -> str:
    """By id, or by name where only one has it."""
    named = [person for person, name in terms.people.items() if name == cell]
    if cell in terms.people:
        return cell
    if len(named) != 1:
        faults["owner"] = "unknown-person" if cell else "missing"
    return named[0] if named else ""


def _moment(cell: str, terms: ListTerms, faults: dict[str, str]) -> datetime | None:
    """A time with or without its hour; a date alone is its last moment, or now if that has not come yet."""
    try:
        moment = datetime.fromisoformat(cell.replace("/", "-")) if cell else None
    except ValueError:
        moment = None
    if moment is None:
        faults["last_contact"] = "not-a-time" if cell else "missing"
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=terms.zone)
    if len(cell) <= len("2026-11-24") and moment <= terms.ownership.now:
        moment = min(moment + timedelta(days=1) - timedelta(seconds=1), terms.ownership.now)
    if moment > terms.ownership.now:
        faults["last_contact"] = "in-the-future"
    return moment


def _twice(rows: Iterable[Listed]) -> list[BadCell]:
    """A number that an earlier row has, too: which of them counts can't be known."""
    seen: set[str] = set()
    bad = []
    for row in rows:
        if seen & set(row.numbers):
            bad.append(BadCell(line=row.line, column="numbers", fault="twice"))
        seen |= set(row.numbers)
    return bad


# --- against the record -----------------------------------------------------------------------------------------------


def _against_the_record(
    session: Session, rows: Sequence[Listed], terms: ListTerms, bad: list[BadCell]
) -> CustomersPreview:
    on_record = _customers_of(session, {number for row in rows for number in row.numbers})
    sorted_out: dict[str, list[Listed]] = {"taken": [], "known": [], "kept": []}
    for row in rows:
        known = {on_record[number].id: on_record[number] for number in row.numbers if number in on_record}
        if len(known) > 1:
            bad.append(BadCell(line=row.line, column="numbers", fault="two-customers"))
            continue
        customer = next(iter(known.values()), None)
        has_all = all(number in on_record for number in row.numbers)
        sorted_out[_what_of(row, customer, terms.ownership, has_all=has_all)].append(
            replace(row, known=customer.id, owned_by=customer.owner or "") if customer else row
        )
    bad.sort(key=lambda row: row.line)
    return CustomersPreview(**{what: tuple(listed) for what, listed in sorted_out.items()}, bad=tuple(bad))


def _what_of(row: Listed, customer: CustomerRow | None, terms: Terms, *, has_all: bool) -> str:
    if customer is None or customer.owner is None or customer.last_contact_at is None:
        return "taken"
    if customer.owner == row.owner:
        return "known" if has_all and row.last_contact <= customer.last_contact_at else "taken"
    return "kept" if terms.left(customer) is not None or customer.last_contact_at >= row.last_contact else "taken"


def _customers_of(session: Session, numbers: Iterable[str]) -> dict[str, CustomerRow]:
    wanted, found = sorted(numbers), dict[str, CustomerRow]()
    for first in range(0, len(wanted), 400):
        some = select(NumberRow).where(NumberRow.site_id == SITE_ID, NumberRow.number.in_(wanted[first : first + 400]))
        for row in session.scalars(some.options(joinedload(NumberRow.customer))):
            found[row.number or ""] = row.customer
    return found

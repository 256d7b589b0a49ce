"""A list of customers with their owners from a CSV or XLSX file: looked through first, then taken whole or not at all.

May live here: which columns are understood, and what is said of each row. The record goes before the list: a customer
whom somebody else owns live, or with whom somebody spoke later than the list says, stays as they are (R16).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from router.exchange.faults import BadCell, check_rows, code_of, faults_of_file
from router.exchange.forms_in import person_named
from router.reading.errors import TableFileError
from router.reading.moments import MomentError, read_moment
from router.reading.numbers import numbers_in
from router.reading.tables import Heads, TableRead, TableRow
from router.store.customers.changes import give_owner
from router.store.customers.numbers import add_number, new_customer, row_of_number
from router.store.customers.queries import Terms
from router.store.scope import SITE_ID
from router.store.tables.customers import CustomerRow, NumberRow
from router.texts import _

HEADS = Heads(
    titles={
        "name": ("name", "客户姓名", "姓名", "客户", "客户名称", "客户名"),
        "numbers": (
            *(
                "number",
                "numbers",
                "电话",
                "号码",
                "手机",
                "联系电话",
                "手机号",
                "手机号码",
                "电话号码",
                "电话1",
                "电话2",
            ),
            *("联系方式", "移动电话", "座机", "固定电话", "固话", "备用电话", "其他电话", "phone", "mobile", "tel"),
        ),
        "owner": ("owner", "置业顾问", "原置业顾问", "顾问", "销售顾问", "归属顾问", "所属顾问"),
        "last_contact": (
            *("last_contact", "last contact", "末次联系", "最近联系", "跟进时间", "末次联系时间", "最近联系时间"),
            *("最后联系", "最后联系时间", "最近跟进", "最近跟进时间", "最后跟进时间"),
        ),
        "remarks": ("remarks", "备注", "说明", "备注信息"),
    },
    needed=("numbers", "owner", "last_contact"),
    several=frozenset({"numbers"}),
)
LONGEST_NAME, LONGEST_REMARKS = 80, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One row that can be read; `known`: the customer on record, and `owned_by` whose they are there."""

    line: int
    name: str
    numbers: tuple[str, ...]
    owner: str
    last_contact: datetime
    remarks: str = ""  # the list's own, and what stood beside the numbers
    known: int | None = None
    owned_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersPreview:
    """What a file would do: rows to take, rows that change nothing (`known`), rows where the record counts (`kept`)."""

    taken: tuple[Listed, ...] = ()
    known: tuple[Listed, ...] = ()
    kept: tuple[Listed, ...] = ()
    bad: tuple[BadCell, ...] = ()
    unknown: tuple[str, ...] = ()  # titles that nobody understands: these columns are left out

    @property
    def code(self) -> str:
        """Tells this preview from any other."""
        return code_of(self.taken, self.known, self.kept, self.bad, self.unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTerms:
    """What a file is read by: who works here, how numbers are written, the terms of R16."""

    people: Mapping[str, str]  # those who work here: id -> name
    written: Callable[[str], str]  # a number as the site writes it
    zone: ZoneInfo
    ownership: Terms


def look_through(session: Session, table: TableRead, terms: ListTerms) -> CustomersPreview:
    """Read every row, changing nothing."""
    check_rows(table)
    rows, bad = list[Listed](), faults_of_file(table.rows)
    for row in table.rows:
        if not row.faults:
            listed, faults = _listed(row, terms)
            bad += faults
            rows += [listed] if listed else []
    bad += _twice(rows)
    wrong = {cell.line for cell in bad}
    seen = _against_the_record(session, [row for row in rows if row.line not in wrong], terms, bad)
    return replace(seen, unknown=table.unknown)


def take_all(session: Session, preview: CustomersPreview, *, by: str, now: datetime) -> int:
    """Put what was looked through on record, all in the caller's transaction; returns how many customers.

    Raises `TableFileError` when a row is bad: nothing is half-imported. The desk is told afterwards (`tell_owners`).
    """
    if preview.bad:
        raise TableFileError(
            _("%(bad)s rows can't be taken", bad=len(preview.bad)), cure=_("correct them, or leave them out")
        )
    for row in preview.taken:
        customer = session.get_one(CustomerRow, row.known) if row.known else new_customer(session, now)
        customer.name = row.name or customer.name
        customer.remarks = _with(customer.remarks, row.remarks)
        first = _put_numbers(session, customer, row.numbers)
        contact = row.last_contact
        if customer.owner == row.owner and customer.last_contact_at is not None:
            contact = max(contact, customer.last_contact_at)  # only numbers are new
        give_owner(session, first, row.owner, contact, by=by, why="import", now=now)
    return len(preview.taken)


def _with(remarks: str, further: str) -> str:
    """Remarks with what is not among them yet."""
    if not further or further in remarks:
        return remarks
    return "；".join(filter(None, (remarks, further)))[:LONGEST_REMARKS]


def _put_numbers(session: Session, customer: CustomerRow, numbers: Sequence[str]) -> NumberRow:
    """The numbers that are not on record yet are added; returns the one by which the desk knows the customer."""
    has_first = any(number.number and not number.further for number in customer.numbers)
    for number in numbers:
        if row_of_number(session, number) is None:
            add_number(session, number, customer, further=has_first)
            has_first = True
    return min((n for n in customer.numbers if n.number), key=lambda n: (n.further, n.id))


# --- one row ----------------------------------------------------------------------------------------------------------


def _listed(row: TableRow, terms: ListTerms) -> tuple[Listed | None, list[BadCell]]:
    faults: dict[str, str] = {}
    read = numbers_in(row.cells.get("numbers", ""))
    if read.fault or not read.numbers:
        faults["numbers"] = read.fault or "missing"
    owner = _owner(row.cells.get("owner", ""), terms, faults)
    contact = _last_contact(row.cells.get("last_contact", ""), terms, faults)
    name, said = row.cells.get("name", ""), row.cells.get("remarks", "")
    remarks = "；".join(filter(None, (said, *read.all_remarks)))
    faults |= {"name": "too-long"} if len(name) > LONGEST_NAME else {}
    faults |= {"remarks": "too-long"} if len(remarks) > LONGEST_REMARKS else {}
    if faults or contact is None:
        return None, [BadCell(line=row.number, column=column, fault=fault) for column, fault in faults.items()]
    numbers = tuple(dict.fromkeys(terms.written(number.main) for number in read.numbers))
    return (
        Listed(line=row.number, name=name, numbers=numbers, owner=owner, last_contact=contact, remarks=remarks),
        [],
    )


def _owner(cell: str, terms: ListTerms, faults: dict[str, str]) -> str:
    """By id, or by name where only one has it."""
    person = person_named(cell, terms.people)
    if person is None:
        faults["owner"] = "unknown-person" if cell else "missing"
    return person or ""


def _last_contact(cell: str, terms: ListTerms, faults: dict[str, str]) -> datetime | None:
    """A time with or without its hour; a date alone is its last moment, or now if that has not come yet."""
    if not cell:
        faults["last_contact"] = "missing"
        return None
    try:
        moment = read_moment(cell, terms.zone)
    except MomentError as error:
        faults["last_contact"] = error.fault
        return None
    now, at = terms.ownership.now, moment.at
    if not moment.has_time and at <= now:
        at = min(at + timedelta(days=1) - timedelta(seconds=1), now)
    if at > now:
        faults["last_contact"] = "in-the-future"
    return at


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
    taken, known_already, kept = (tuple(sorted_out[what]) for what in ("taken", "known", "kept"))
    return CustomersPreview(taken=taken, known=known_already, kept=kept, bad=tuple(bad))


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

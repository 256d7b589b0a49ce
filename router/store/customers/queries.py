"""Customers as the page 客户 shows them: whose, how long still, what was done with them (R16).

May live here: reading queries, a fixed number for each page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from router.core.words import PersonId
from router.masking import SHOWN_BEHIND, SHOWN_IN_FRONT
from router.store.people.audit import What, audited_about
from router.store.scope import SITE_ID
from router.store.tables.audit import AuditRow
from router.store.tables.calls import CallRow
from router.store.tables.customers import CallbackRow, ContactRow, CustomerRow, MergeRow, NumberRow
from router.store.tables.forms import FormRow

VIEWS = ("live", "lapsed", "all")
MOST = 200
WARNED_BEFORE = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked by: now, how long an ownership lives after a contact, and who works here (R16.2)."""

    now: datetime
    lapse: timedelta
    people: Collection[str]

    def left(self, row: CustomerRow) -> timedelta | None:
        """How long the ownership lives still; None where it does not live."""
        if row.owner not in self.people or row.last_contact_at is None:
            return None
        left = row.last_contact_at + self.lapse - self.now
        return left if left >= timedelta(0) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLine:
    """One customer; `left` None: nobody owns them live."""

    row: CustomerRow
    name: str
    numbers: tuple[NumberRow, ...]
    left: timedelta | None

    @property
    def is_expiring(self) -> bool:
        """Whether it lapses within two days."""
        return self.left is not None and self.left <= WARNED_BEFORE


def customers_shown(
    session: Session, terms: Terms, *, view: str = "live", owner: str | None = None, find: str = ""
) -> tuple[list[CustomerLine], int]:
    """Customers of a view, those that lapse soonest first, and how many there are; at most `MOST` are given."""
    wanted = _of_view(select(CustomerRow).where(CustomerRow.site_id == SITE_ID), terms, view)
    wanted = wanted.where(CustomerRow.numbers.any())  # a merged one has none left
    if owner is not None:
        wanted = wanted.where(CustomerRow.owner == owner)
    if find:
        wanted = wanted.where(_found(find))
    count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    contact = CustomerRow.last_contact_at
    order = contact.asc() if view == "live" else contact.desc().nulls_last()
    rows = session.scalars(
        wanted.options(selectinload(CustomerRow.numbers)).order_by(order, CustomerRow.id).limit(MOST)
    ).all()
    return lines_of(session, rows, terms), count


def expiring_customers(session: Session, terms: Terms, until: datetime, owner: str | None = None) -> list[CustomerLine]:
    """Customers whose owner loses them before `until`, soonest first; one owner's or everybody's."""
    wanted = _of_view(select(CustomerRow).where(CustomerRow.site_id == SITE_ID), terms, "live")
    wanted = wanted.where(CustomerRow.last_contact_at < until - terms.lapse)
    if owner is not None:
        wanted = wanted.where(CustomerRow.owner == owner)
    wanted = wanted.options(selectinload(CustomerRow.numbers)).order_by(CustomerRow.last_contact_at, CustomerRow.id)
    return lines_of(session, session.scalars(wanted).all(), terms)


def customer_shown(session: Session, customer_id: int, terms: Terms) -> CustomerLine | None:
    """One customer."""
    row = session.get(CustomerRow, customer_id)
    return lines_of(session, [row], terms)[0] if row is not None and row.site_id == SITE_ID else None


def _of_view(wanted: Select[CustomerRow], terms: Terms, view: str) -> Select[CustomerRow]:
    since = terms.now - terms.lapse
    owned = (CustomerRow.owner.in_(sorted(terms.people)), CustomerRow.last_contact_at >= since)
    if view == "live":
        return wanted.where(*owned)
    if view == "lapsed":
        gone = or_(CustomerRow.owner.not_in(sorted(terms.people)), CustomerRow.last_contact_at < since)
        return wanted.where(CustomerRow.owner.is_not(None), gone)
    return wanted


def _found(find: str) -> ColumnElement[bool]:
    """By a part of the name in the list or of a name in a form, by a number's last four digits, or by all of them.

    No other part of a number finds anything: whoever sees it masked could spell it, digit by digit.
    """
    digits = "".join(char for char in find if char.isdecimal())
    named = (
        select(NumberRow.customer_id)
        .join(CallRow, CallRow.number_id == NumberRow.id)
        .join(FormRow, (FormRow.call_id == CallRow.id) & (FormRow.site_id == CallRow.site_id))
        .where(FormRow.site_id == SITE_ID, FormRow.fields["name"].as_string().contains(find, autoescape=True))
    )
    either: list[ColumnElement[bool]] = [CustomerRow.name.contains(find, autoescape=True), CustomerRow.id.in_(named)]
    if len(digits) == SHOWN_BEHIND:
        either.append(CustomerRow.numbers.any(NumberRow.number.endswith(digits, autoescape=True)))
    elif len(digits) > SHOWN_IN_FRONT + SHOWN_BEHIND:
        whole = (digits, f"+{digits}", f"+86{digits.removeprefix('0')}")
        either.append(CustomerRow.numbers.any(NumberRow.number.in_(whole)))
    return or_(*either)


def lines_of(session: Session, rows: Sequence[CustomerRow], terms: Terms) -> list[CustomerLine]:
    """Rows with names and numbers, in their order."""
    names = names_of(session, [row.id for row in rows])
    return [
        CustomerLine(row=row, name=names.get(row.id) or row.name, numbers=_numbers(row), left=terms.left(row))
        for row in rows
    ]


def _numbers(row: CustomerRow) -> tuple[NumberRow, ...]:
    """Each number once (several journals may know it), the first one first; erased ones are left out."""
    kept: dict[str, NumberRow] = {}
    for number in sorted(row.numbers, key=lambda number: (number.further, number.id)):
        if number.number:
            kept.setdefault(number.number, number)
    return tuple(kept.values())


def names_of(session: Session, customer_ids: Iterable[int]) -> Mapping[int, str]:
    """What the newest form that has a name says, by customer."""
    rows = session.execute(
        select(NumberRow.customer_id, FormRow.fields)
        .join(CallRow, CallRow.number_id == NumberRow.id)
        .join(FormRow, (FormRow.call_id == CallRow.id) & (FormRow.site_id == CallRow.site_id))
        .where(NumberRow.site_id == SITE_ID, NumberRow.customer_id.in_(sorted(set(customer_ids))))
        .order_by(FormRow.filed_at, FormRow.id)
    )
    return {customer: str(fields["name"]) for customer, fields in rows if fields.get("name")}


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is on record of a customer, each newest first."""

    calls: Sequence[CallRow]
    forms: Sequence[FormRow]
    contacts: Sequence[ContactRow]
    callbacks: Sequence[CallbackRow]
    merges: Sequence[MergeRow]
    seen: Sequence[AuditRow]


def history_of(session: Session, customer_id: int) -> History:
    """The newest `MOST` of each."""
    ids = select(NumberRow.id).where(NumberRow.site_id == SITE_ID, NumberRow.customer_id == customer_id)
    calls = session.scalars(
        select(CallRow)
        .where(CallRow.site_id == SITE_ID, CallRow.number_id.in_(ids))
        .order_by(CallRow.arrived_at.desc())
        .limit(MOST)
    ).all()
    forms = select(FormRow).where(FormRow.site_id == SITE_ID, FormRow.call_id.in_([call.id for call in calls]))
    backs = select(CallbackRow).where(CallbackRow.site_id == SITE_ID, CallbackRow.number_id.in_(ids))
    merges = session.scalars(select(MergeRow).where(MergeRow.kept_id == customer_id).order_by(MergeRow.id.desc())).all()
    known_as = [customer_id, *(merge.merged_id for merge in merges)]
    return History(
        calls=calls,
        forms=session.scalars(forms.order_by(FormRow.filed_at.desc())).all(),
        contacts=session.scalars(
            select(ContactRow).where(ContactRow.number_id.in_(ids)).order_by(ContactRow.at.desc()).limit(MOST)
        ).all(),
        callbacks=session.scalars(backs.order_by(CallbackRow.owed_since.desc()).limit(MOST)).all(),
        merges=merges,
        seen=audited_about(session, What.NUMBER, [f"customer {one}" for one in known_as]),
    )


def customer_with(session: Session, number: str, *, site_id: int = SITE_ID) -> CustomerRow | None:
    """The customer whose number (E.164) it is."""
    wanted = (NumberRow.site_id == site_id, NumberRow.number == number)
    return session.scalars(select(CustomerRow).join(CustomerRow.numbers).where(*wanted).limit(1)).one_or_none()


def customers_on_record(session: Session, *, site_id: int = SITE_ID) -> list[tuple[str, PersonId, datetime]]:
    """Number, owner and last contact of each owned customer: what a desk with a new journal is told first (R16)."""
    wanted = (
        NumberRow.site_id == site_id,
        NumberRow.number.is_not(None),
        NumberRow.further.is_(False),  # the desk knows a customer by their first number
        CustomerRow.owner.is_not(None),
        CustomerRow.last_contact_at.is_not(None),
    )
    rows = session.execute(
        select(NumberRow.number, CustomerRow.owner, CustomerRow.last_contact_at)
        .join(NumberRow.customer)
        .where(*wanted)
        .distinct()
        .order_by(NumberRow.number)
    )
    return [
        (number, PersonId(owner), contact)
        for number, owner, contact in rows
        if number is not None and owner is not None and contact is not None
    ]

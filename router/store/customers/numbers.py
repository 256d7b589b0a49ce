"""Numbers that mean something before the desk hears of them: blocked ones, and a customer's further ones (R9).

May live here: blocking and taking it back, and the reading that the engine's office keeper does. The desk knows a
customer by one number, the first; a call from a further one reaches it under the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from router.errors import RequestError
from router.store.scope import SITE_ID
from router.store.tables.customers import BlockRow, CustomerRow, NumberRow
from router.texts import _

BY_PEOPLE = "people"  # stands for a journal where people named a number that no journal knows yet
MAX_REASON = 200


class NumberError(RequestError):
    """A number that can't be blocked, or whose block can't be taken back."""

    id = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNumbers:
    """Blocked numbers, and further number -> first number of the same customer; all as `Numbering` writes them."""

    blocked: frozenset[str] = frozenset()
    further: Mapping[str, str] = field(default_factory=dict)

    def first(self, number: str) -> str:
        """The number by which the desk knows whose it is; blocked or unknown ones are their own."""
        return self.further.get(number, number)


def known_numbers(session: Session) -> KnownNumbers:
    """All of them, for the engine; two queries."""
    return KnownNumbers(
        blocked=frozenset(row.number.number for row in open_blocks(session) if row.number.number),
        further=further_numbers(session),
    )


def further_numbers(session: Session) -> dict[str, str]:
    """Further number -> first number, of every customer who has several."""
    several = select(NumberRow.customer_id).where(NumberRow.site_id == SITE_ID, NumberRow.further)
    wanted = (NumberRow.site_id == SITE_ID, NumberRow.number.is_not(None), NumberRow.customer_id.in_(several))
    first: dict[int, str] = {}
    others: list[tuple[str, int]] = []
    for row in session.scalars(select(NumberRow).where(*wanted).order_by(NumberRow.id)):
        number = row.number or ""
        if row.further:
            others.append((number, row.customer_id))
        else:
            first.setdefault(row.customer_id, number)
    return {number: first[customer] for number, customer in others if first.get(customer, number) != number}


def row_of_number(session: Session, number: str) -> NumberRow | None:
    """A row of the number (E.164), the oldest."""
    wanted = (NumberRow.site_id == SITE_ID, NumberRow.number == number)
    return session.scalars(select(NumberRow).where(*wanted).order_by(NumberRow.id).limit(1)).one_or_none()


def add_number(session: Session, number: str, customer: CustomerRow, *, further: bool = False) -> NumberRow:
    """A number that people named, of a customer on record; the caller commits."""
    last = session.scalar(
        select(func.max(NumberRow.key)).where(NumberRow.site_id == SITE_ID, NumberRow.journal == BY_PEOPLE)
    )
    row = NumberRow(
        site_id=SITE_ID, customer=customer, journal=BY_PEOPLE, key=(last or 0) + 1, number=number, further=further
    )
    session.add(row)
    session.flush()
    return row


def new_customer(session: Session, now: datetime, name: str = "") -> CustomerRow:
    """A customer whom nobody owns yet; the caller commits."""
    row = CustomerRow(site_id=SITE_ID, known_since=now, name=name)
    session.add(row)
    session.flush()
    return row


# --- blocks -----------------------------------------------------------------------------------------------------------


def open_blocks(session: Session) -> Sequence[BlockRow]:
    """The blocks in force, newest first."""
    wanted = (BlockRow.site_id == SITE_ID, BlockRow.removed_at.is_(None))
    return session.scalars(
        select(BlockRow).where(*wanted).options(joinedload(BlockRow.number)).order_by(BlockRow.id.desc())
    ).all()


def block(session: Session, number: str, *, reason: str, by: str, now: datetime) -> BlockRow:
    """Block a number (E.164): its calls are logged and ring nobody. The caller commits; raises `NumberError`."""
    if not number:
        raise NumberError(_("a withheld number can't be blocked"), cure=_("name the number, with its area code"))
    if not reason.strip():
        raise NumberError(_("a reason is needed: it stands in the record"), cure=_("say why the number is blocked"))
    if any(row.number.number == number for row in open_blocks(session)):
        raise NumberError(_("the number is blocked already"), cure=_("`hotline block list` shows since when"))
    row = row_of_number(session, number) or add_number(session, number, new_customer(session, now))
    made = BlockRow(site_id=SITE_ID, number=row, at=now, by=by, reason=reason.strip()[:MAX_REASON])
    session.add(made)
    session.flush()
    return made


def unblock(session: Session, number: str, *, by: str, now: datetime) -> BlockRow:
    """Take a block back; it stays on record. The caller commits; raises `NumberError`."""
    row = next((row for row in open_blocks(session) if row.number.number == number), None)
    if row is None:
        raise NumberError(_("the number is not blocked"), cure=_("`hotline block list` shows which are"))
    row.removed_at, row.removed_by = now, by
    return row


def blocks_of_customer(session: Session, customer_id: int) -> Sequence[BlockRow]:
    """Every block of a customer's numbers, oldest first."""
    wanted = (BlockRow.site_id == SITE_ID, NumberRow.customer_id == customer_id)
    return session.scalars(select(BlockRow).join(BlockRow.number).where(*wanted).order_by(BlockRow.id)).all()

"""Customers and their numbers. May live here: those two tables, what is owed to them, and what was done with them.

Numbers stand in `customer_number` and nowhere else, so that one row can be emptied for a person (erasure).
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from router.store.tables.base import Bounded, OfSite, UtcDateTime


class HasNumber(Protocol):
    """A row with the number of an outside party: a call, a call back."""

    @property
    def number(self) -> NumberRow | None:
        """The number; None where it was withheld."""


def number_of(row: HasNumber) -> str:
    """The number of a row in E.164; "" where it was withheld or erased."""
    return (row.number.number or "") if row.number else ""


class CustomerRow(OfSite):
    """Whose customer, and when they last spoke (R16), as the desk had it after the newest event."""

    __tablename__ = "customer"
    __table_args__ = (Index("ix_customer_last_contact", "site_id", "last_contact_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    owner: Mapped[str | None] = mapped_column(Bounded(32), index=True)
    last_contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    known_since: Mapped[datetime] = mapped_column(UtcDateTime)
    name: Mapped[str] = mapped_column(Bounded(80), default="")  # from an imported list; a form's name goes before it

    remarks: Mapped[str] = mapped_column(Bounded(500), default="")  # from an imported list; extensions, notes

    numbers: Mapped[list[NumberRow]] = relationship(back_populates="customer", order_by="NumberRow.id")  # as filed


class NumberRow(OfSite):
    """A customer's number in E.164, or none once erased; known to a journal by its key."""

    __tablename__ = "customer_number"
    __table_args__ = (
        UniqueConstraint("site_id", "journal", "key"),
        Index("ix_customer_number_number", "site_id", "number"),
        Index("ix_customer_number_further", "site_id", "further", "customer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    journal: Mapped[str] = mapped_column(Bounded(32))
    key: Mapped[int]
    number: Mapped[str | None] = mapped_column(Bounded(64))
    as_sent: Mapped[str | None] = mapped_column(Bounded(80))  # how the carrier last wrote it
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    further: Mapped[bool] = mapped_column(default=False)  # the desk knows the customer by another, their first number

    customer: Mapped[CustomerRow] = relationship(back_populates="numbers")


class CallbackRow(OfSite):
    """A call back that is owed, or was (R15): at most one open at a time for a customer's number."""

    __tablename__ = "callback"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    number_id: Mapped[int] = mapped_column(ForeignKey("customer_number.id"), index=True)
    call_id: Mapped[str | None] = mapped_column(Bounded(64))  # the newest call that was missed
    owed_since: Mapped[datetime] = mapped_column(UtcDateTime)
    missed_calls: Mapped[int] = mapped_column(default=1)
    person: Mapped[str | None] = mapped_column(Bounded(32))
    assigned_by: Mapped[str] = mapped_column(Bounded(80), default="")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    settled_by: Mapped[str | None] = mapped_column(Bounded(32))
    settled_call_id: Mapped[str | None] = mapped_column(Bounded(64))  # none: a follow-up outside the hotline
    version: Mapped[int] = mapped_column(default=1)  # whoever assigns it or notes it as done says which they saw

    number: Mapped[NumberRow] = relationship()


class ContactRow(OfSite):
    """A contact outside the hotline (R16.2): a follow-up, a visit, a call back, an outgoing call that was answered."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("site_id", "journal", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    journal: Mapped[str] = mapped_column(Bounded(32))
    seq: Mapped[int]
    number_id: Mapped[int] = mapped_column(ForeignKey("customer_number.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(Bounded(32))
    how: Mapped[str] = mapped_column(Bounded(16))  # one of `customer_contacts.HOW`
    by: Mapped[str] = mapped_column(Bounded(80), default="")


class BlockRow(OfSite):
    """A number that is blocked, or was: its calls are logged and ring nobody."""

    __tablename__ = "number_block"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    number_id: Mapped[int] = mapped_column(ForeignKey("customer_number.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(Bounded(80))
    reason: Mapped[str] = mapped_column(Bounded(200))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_by: Mapped[str] = mapped_column(Bounded(80), default="")

    number: Mapped[NumberRow] = relationship()


class OwnerGivenRow(OfSite):
    """Whose customer, by people's word (an imported list, a merge); the desk has still to hear of it, or has."""

    __tablename__ = "owner_given"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    number_id: Mapped[int] = mapped_column(ForeignKey("customer_number.id"), index=True)
    owner: Mapped[str] = mapped_column(Bounded(32))
    last_contact_at: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(Bounded(80))
    why: Mapped[str] = mapped_column(Bounded(200))
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    refused: Mapped[str] = mapped_column(Bounded(255), default="")

    number: Mapped[NumberRow] = relationship()


class MergeRow(OfSite):
    """Two customers that were found to be one: which, who said so and why, and how the other stood."""

    __tablename__ = "customer_merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    kept_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    merged_owner: Mapped[str | None] = mapped_column(Bounded(32))
    merged_last_contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(Bounded(80))
    reason: Mapped[str] = mapped_column(Bounded(200))

"""Customers and their numbers. May live here: those two tables and what is owed to them.

Numbers stand in `customer_number` and nowhere else, so that one row can be emptied for a person (erasure).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from router.store.base import Base, UtcDateTime


class CustomerRow(Base):
    """Whose customer, and when they last spoke (R16), as the desk had it after the newest event."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    owner: Mapped[str | None] = mapped_column(String(32), index=True)
    last_contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    known_since: Mapped[datetime] = mapped_column(UtcDateTime)

    numbers: Mapped[list[NumberRow]] = relationship(back_populates="customer")


class NumberRow(Base):
    """A customer's number in E.164, or none once erased; known to a journal by its key."""

    __tablename__ = "customer_number"
    __table_args__ = (
        UniqueConstraint("site_id", "journal", "key"),
        Index("ix_customer_number_number", "site_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    journal: Mapped[str] = mapped_column(String(32))
    key: Mapped[int]
    number: Mapped[str | None] = mapped_column(String(64))
    as_sent: Mapped[str | None] = mapped_column(String(80))  # how the carrier last wrote it
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    customer: Mapped[CustomerRow] = relationship(back_populates="numbers")


class CallbackRow(Base):
    """A call back that is owed, or was (R15): at most one open at a time for a customer's number."""

    __tablename__ = "callback"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    number_id: Mapped[int] = mapped_column(ForeignKey("customer_number.id"), index=True)
    call_id: Mapped[str | None] = mapped_column(String(64))  # the newest call that was missed
    owed_since: Mapped[datetime] = mapped_column(UtcDateTime)
    missed_calls: Mapped[int] = mapped_column(default=1)
    person: Mapped[str | None] = mapped_column(String(32))
    assigned_by: Mapped[str] = mapped_column(String(80), default="")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    settled_by: Mapped[str | None] = mapped_column(String(32))
    settled_call_id: Mapped[str | None] = mapped_column(String(64))  # none: a follow-up outside the hotline

    number: Mapped[NumberRow] = relationship()

"""The fairness ledger (R27): every turn that was due, and how it ended. May live here: that table.

Written by the writer alone, as the desk said it; `fairness.ledger` adds it up.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from router.store.tables.base import Bounded, OfSite, UtcDateTime


class LedgerRow(OfSite):
    """One entry: of this person a turn of the round is due, comes back, or has ended."""

    __tablename__ = "turn_ledger"
    __table_args__ = (
        UniqueConstraint("site_id", "journal", "seq", "position", "place"),
        Index("ix_turn_ledger_at", "site_id", "at"),
        Index("ix_turn_ledger_sheet", "site_id", "sheet_started_at", "group", "round"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    journal: Mapped[str] = mapped_column(Bounded(32))
    seq: Mapped[int]
    position: Mapped[int]
    place: Mapped[int]  # among the people of one entry
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    sheet_started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    slot_name: Mapped[str | None] = mapped_column(Bounded(80))  # the slot that ran then
    group: Mapped[str] = mapped_column(Bounded(16))
    round: Mapped[int]  # the round whose turn it is, which may be over by then
    person: Mapped[str] = mapped_column(Bounded(32))
    what: Mapped[str] = mapped_column(Bounded(16))  # a `core.words.Account`
    undoes: Mapped[str | None] = mapped_column(Bounded(16))  # how the same turn had ended before
    why: Mapped[str] = mapped_column(Bounded(80), default="")
    call_id: Mapped[str | None] = mapped_column(Bounded(64))

"""Presence as it was set (R3): who, when, by what way. May live here: that table, written by the writer alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from router.store.tables.base import Bounded, OfSite, UtcDateTime


class PresenceRow(OfSite):
    """One change of a person's presence; a check-in says how late after the start of the shift it came."""

    __tablename__ = "presence_change"
    __table_args__ = (
        UniqueConstraint("site_id", "journal", "seq"),
        Index("ix_presence_change_at", "site_id", "at"),
        Index("ix_presence_change_person", "site_id", "person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    journal: Mapped[str] = mapped_column(Bounded(32))
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(Bounded(32))
    presence: Mapped[str] = mapped_column(Bounded(32))
    by: Mapped[str] = mapped_column(Bounded(80), default="")
    source: Mapped[str] = mapped_column(Bounded(32), default="")  # ami (feature code), web, cli, plan (end of the day)
    why: Mapped[str] = mapped_column(Bounded(255), default="")
    check_in: Mapped[bool] = mapped_column(default=False)
    late_seconds: Mapped[int | None]  # none: no check-in, or in time

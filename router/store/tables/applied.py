"""How far the database has followed the journal. May live here: that mark, and what could not be followed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from router.store.tables.base import Bounded, OfSite, UtcDateTime


class EventAppliedRow(OfSite):
    """The newest event of a journal that is in the database, with the slot and rounds as they were then.

    Events are applied in order, so one number a journal says of every event whether it counts already.
    """

    __tablename__ = "event_applied"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    journal: Mapped[str] = mapped_column(Bounded(32), primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    slot_name: Mapped[str | None] = mapped_column(Bounded(80))
    slot_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sheet_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rounds: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)


class EventFailedRow(OfSite):
    """An event that the database would not take: put aside, so that it holds up none after it."""

    __tablename__ = "event_failed"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    journal: Mapped[str] = mapped_column(Bounded(32), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(Bounded(500))

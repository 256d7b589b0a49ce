"""Days that are closed (日清). May live here: that table, written by `forms.closing`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from router.store.tables.base import Bounded, OfSite, UtcDateTime


class DayClosingRow(OfSite):
    """A day as it was when it was closed; `archive` is its sheet and counts at that moment, never changed."""

    __tablename__ = "day_closing"
    __table_args__ = (UniqueConstraint("site_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    day: Mapped[date] = mapped_column(Date)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(Bounded(80))
    remark: Mapped[str] = mapped_column(Bounded(500), default="")  # why it was closed with things open
    archive: Mapped[dict[str, Any]] = mapped_column(JSON)

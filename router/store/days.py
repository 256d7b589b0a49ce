"""日清: days that the secretary has closed. May live here: that table, closing a day, asking whether one is closed.

What is closed changes only by a recorded correction: a form of a closed day, new or corrected, says why.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from router.errors import StoreError
from router.store.base import Base, UtcDateTime
from router.store.office import SITE_ID


class DayClosedError(StoreError):
    """The day is closed already."""

    id = "day-closed"


class DayClosingRow(Base):
    """A day as it was when it was closed; `archive` is its sheet and counts at that moment, never changed."""

    __tablename__ = "day_closing"
    __table_args__ = (UniqueConstraint("site_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    day: Mapped[date] = mapped_column(Date)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(80))
    remark: Mapped[str] = mapped_column(String(500), default="")  # why it was closed with things open
    archive: Mapped[dict[str, Any]] = mapped_column(JSON)


def closing_of(session: Session, day: date) -> DayClosingRow | None:
    """The day's closing; None while it is open."""
    wanted = (DayClosingRow.site_id == SITE_ID, DayClosingRow.day == day)
    return session.scalars(select(DayClosingRow).where(*wanted)).one_or_none()


def close_day(
    session: Session, day: date, *, by: str, now: datetime, archive: dict[str, Any], remark: str = ""
) -> DayClosingRow:
    """Close a day for good; the caller commits. Raises `DayClosedError` when it is."""
    if closing_of(session, day) is not None:
        raise DayClosedError(f"{day} is closed already", cure="correct single forms, with a reason")
    row = DayClosingRow(site_id=SITE_ID, day=day, closed_at=now, closed_by=by, remark=remark[:500], archive=archive)
    session.add(row)
    session.flush()
    return row

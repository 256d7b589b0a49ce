"""What the jobs process has done. May live here: that table, written by `store.jobs`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from router.store.tables.base import Bounded, OfSite, UtcDateTime


class JobRunRow(OfSite):
    """One time that a job was due: when it was begun, and how it ended. Without `ended_at` it was cut short."""

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("site_id", "job", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    job: Mapped[str] = mapped_column(Bounded(40))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str] = mapped_column(Bounded(500), default="")

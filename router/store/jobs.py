"""What the jobs process has done. May live here: that table, and claiming a run in it.

A job that is due is done once, whoever else runs: the row is the claim, not the scheduler's memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from router.store.base import Base, UtcDateTime
from router.store.office import SITE_ID


class JobRunRow(Base):
    """One time that a job was due: when it was begun, and how it ended. Without `ended_at` it was cut short."""

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("site_id", "job", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    job: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str] = mapped_column(String(500), default="")


def job_is_done(session: Session, job: str, due_at: datetime) -> bool:
    """Whether this job went well for the time at which it was due."""
    row = _run_of(session, job, due_at)
    return row is not None and row.ended_at is not None and not row.failure


def begin_job(session: Session, job: str, due_at: datetime, now: datetime) -> int:
    """Note that a job is begun for the time at which it was due; the caller commits. Returns the row's id."""
    row = _run_of(session, job, due_at)
    if row is None:
        row = JobRunRow(site_id=SITE_ID, job=job, due_at=due_at)
        session.add(row)
    row.started_at, row.ended_at, row.failure = now, None, ""
    session.flush()
    return row.id


def end_job(session: Session, run_id: int, now: datetime, failure: str = "") -> None:
    """Note how it ended; the caller commits."""
    session.execute(update(JobRunRow).where(JobRunRow.id == run_id).values(ended_at=now, failure=failure[:500]))


def runs_of_job(session: Session, job: str, *, limit: int = 30) -> Sequence[JobRunRow]:
    """The newest runs of a job, newest first."""
    wanted = (JobRunRow.site_id == SITE_ID, JobRunRow.job == job)
    return session.scalars(select(JobRunRow).where(*wanted).order_by(JobRunRow.due_at.desc()).limit(limit)).all()


def _run_of(session: Session, job: str, due_at: datetime) -> JobRunRow | None:
    wanted = (JobRunRow.site_id == SITE_ID, JobRunRow.job == job, JobRunRow.due_at == due_at)
    return session.scalars(select(JobRunRow).where(*wanted)).one_or_none()

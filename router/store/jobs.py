"""What the jobs process has done. May live here: claiming a run, and noting how it ended.

A job that is due is done once, whoever else runs: the row is the claim, not the scheduler's memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from router.store.database import insert_once
from router.store.scope import SITE_ID
from router.store.tables.jobs import JobRunRow


def job_is_done(session: Session, job: str, due_at: datetime) -> bool:
    """Whether this job went well for the time at which it was due."""
    row = _run_of(session, job, due_at)
    return row is not None and row.ended_at is not None and not row.failure


def begin_job(session: Session, job: str, due_at: datetime, now: datetime) -> int | None:
    """Claim a job for the time at which it was due; the caller commits. Returns the row's id, None: somebody else has.

    Compare and set: of two processes that found it due in the same moment one gets it. One that was begun and never
    ended is free again: whoever asks holds the job's lock (`DailyJob.look`), so its process is gone.
    """
    new = {"site_id": SITE_ID, "job": job, "due_at": due_at, "started_at": now, "failure": ""}
    made = insert_once(session, JobRunRow).values(new).on_conflict_do_nothing().returning(JobRunRow.id)
    if (row_id := session.execute(made).scalar_one_or_none()) is not None:
        return row_id
    row = _run_of(session, job, due_at)
    if row is None or (row.ended_at is not None and not row.failure):
        return None
    as_read = (JobRunRow.id == row.id, JobRunRow.started_at == row.started_at, JobRunRow.failure == row.failure)
    taken = update(JobRunRow).where(*as_read).values(started_at=now, ended_at=None, failure="")
    return session.execute(taken.returning(JobRunRow.id)).scalar_one_or_none()


def end_job(session: Session, run_id: int, now: datetime, failure: str = "") -> None:
    """Note how it ended; the caller commits."""
    session.execute(update(JobRunRow).where(JobRunRow.id == run_id).values(ended_at=now, failure=failure))


def runs_of_job(session: Session, job: str, *, limit: int = 30) -> Sequence[JobRunRow]:
    """The newest runs of a job, newest first."""
    wanted = (JobRunRow.site_id == SITE_ID, JobRunRow.job == job)
    return session.scalars(select(JobRunRow).where(*wanted).order_by(JobRunRow.due_at.desc()).limit(limit)).all()


def _run_of(session: Session, job: str, due_at: datetime) -> JobRunRow | None:
    wanted = (JobRunRow.site_id == SITE_ID, JobRunRow.job == job, JobRunRow.due_at == due_at)
    return session.scalars(select(JobRunRow).where(*wanted)).one_or_none()

"""Runs of the reconciliation on record. May live here: beginning, ending and finding them.

A row is committed before the work, so that a run that was killed is seen as such; the end is written together with the
findings, in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.orm import Session

from router.store.scope import SITE_ID
from router.store.tables.findings import ReconcileRunRow

CUT_SHORT = "cut short"


def begin_run(database: Engine, day: date, *, by: str, now: datetime, has_pbx: bool) -> int:
    """Note that a run begins; whatever is still noted as running was cut short, because only one runs at a time."""
    left = (ReconcileRunRow.site_id == SITE_ID, ReconcileRunRow.ended_at.is_(None))
    with database.begin() as connection:
        connection.execute(update(ReconcileRunRow).where(*left).values(ended_at=now, failure=CUT_SHORT))
        values = {"site_id": SITE_ID, "day": day, "started_at": now, "asked_by": by, "failure": "", "slots": []}
        made = connection.execute(
            insert(ReconcileRunRow).values(**values, has_pbx=has_pbx).returning(ReconcileRunRow.id)
        )
        return int(made.scalar_one())


def end_run(connection: Connection, run_id: int, *, now: datetime, slots: Sequence[dict[str, Any]]) -> None:
    """Note that a run went well; the caller commits. Call it first: on SQLite it takes the lock for writing."""
    connection.execute(
        update(ReconcileRunRow).where(ReconcileRunRow.id == run_id).values(ended_at=now, slots=list(slots))
    )


def fail_run(database: Engine, run_id: int, *, now: datetime, failure: str) -> None:
    """Note that a run failed, and why."""
    with database.begin() as connection:
        connection.execute(
            update(ReconcileRunRow).where(ReconcileRunRow.id == run_id).values(ended_at=now, failure=failure)
        )


def newest_run(session: Session, day: date) -> ReconcileRunRow | None:
    """The newest run for a date that has ended, however it did."""
    return _newest(session, day, ReconcileRunRow.ended_at.is_not(None))


def newest_good_run(session: Session, day: date) -> ReconcileRunRow | None:
    """The newest run for a date that went well: its counts are what pages show."""
    return _newest(session, day, ReconcileRunRow.ended_at.is_not(None), ReconcileRunRow.failure == "")


def days_done(session: Session, first: date, last: date, *, by: str) -> set[date]:
    """The dates between two that somebody's runs (`backfill`) have reconciled well."""
    wanted = (
        ReconcileRunRow.site_id == SITE_ID,
        ReconcileRunRow.day.between(first, last),
        ReconcileRunRow.asked_by == by,
        ReconcileRunRow.ended_at.is_not(None),
        ReconcileRunRow.failure == "",
    )
    return set(session.scalars(select(ReconcileRunRow.day).where(*wanted).distinct()))


def _newest(session: Session, day: date, *wanted: Any) -> ReconcileRunRow | None:
    of_the_day = (ReconcileRunRow.site_id == SITE_ID, ReconcileRunRow.day == day)
    return session.scalars(
        select(ReconcileRunRow).where(*of_the_day, *wanted).order_by(ReconcileRunRow.id.desc()).limit(1)
    ).one_or_none()

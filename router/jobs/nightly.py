"""核对 each night: that date and the day before, whose last calls had no time for a form yet (R25).

May live here: which dates a night looks at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from router.jobs.daily import DailyJob, DailyTime
from router.reconcile.night import NIGHTLY, DatesFailedError, Night
from router.store.calls.queries import first_day_on_record
from router.store.database import know_what_is_there


def nightly_reconciliation(night: Night) -> DailyJob:
    """The job; its time is `[reconcile] at`."""

    def time() -> DailyTime:
        site = night.site()
        return DailyTime(minute=site.reconcile.at, zone=site.zone)

    def first_day() -> date | None:
        with Session(night.database) as session:
            return first_day_on_record(session, night.site().zone)

    def work(days: Sequence[date]) -> Mapping[date, str]:
        know_what_is_there(night.database)
        try:
            night.run(dates_of_nights(days), by=NIGHTLY)
        except DatesFailedError as error:
            return {day: str(why) for day in days if (why := _failure(day, error.failures)) is not None}
        return {}

    return DailyJob(
        name="reconcile", time=time, first_day=first_day, work=work, database=night.database, clock=night.clock
    )


def _failure(day: date, failures: Mapping[date, Exception]) -> Exception | None:
    """Why the night of a date failed: that date, or the day before it, did."""
    return failures.get(day) or failures.get(day - timedelta(days=1))


def dates_of_nights(days: Sequence[date]) -> list[date]:
    """Each date and the day before it, newest first, none twice."""
    return sorted({date for day in days for date in (day, day - timedelta(days=1))}, reverse=True)

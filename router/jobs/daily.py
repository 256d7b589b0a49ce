"""A job that is due once a day, and done once: for today, and for days that were missed. May live here: that sum.

What was done stands in `job_run`; the scheduler only says when to look. So it does not matter whether the process was
down at the time, looks twice, or runs twice. A job that failed is tried again at the next look.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.config.plan import moment
from router.errors import HotlineError
from router.logs import logger, state
from router.store.jobs import begin_job, end_job, job_is_done
from router.store.locks import BusyError, hold_lock

log = logger(__name__)

CATCH_UP_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyTime:
    """When: minutes since midnight in a zone."""

    minute: int
    zone: ZoneInfo

    def due(self, day: date) -> datetime:
        """The moment at which the job is due on a date."""
        return datetime.fromtimestamp(moment(self.zone, day, self.minute) / 1000, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyJob:
    """One daily job: its name on record, when, since which date there is work, and the work for the dates missed.

    `time` and `first_day` are asked at each look, because settings are edited while the process runs. `work` gets
    the dates, newest first, in one call; it raises a `HotlineError` to have all tried again, or returns those that
    failed, each with why.
    """

    name: str
    time: Callable[[], DailyTime]
    first_day: Callable[[], date | None]  # None: there is nothing to do yet
    work: Callable[[Sequence[date]], Mapping[date, str] | None]
    database: Engine
    clock: Callable[[], datetime]

    def missed(self) -> list[date]:
        """The dates that are due and not done, newest first; at most `CATCH_UP_DAYS` back."""
        when, first, now = self.time(), self.first_day(), self.clock()
        if first is None:
            return []
        today = now.astimezone(when.zone).date()
        dates = [day for back in range(CATCH_UP_DAYS + 1) if (day := today - timedelta(days=back)) >= first]
        with Session(self.database) as session:
            return [day for day in dates if when.due(day) <= now and not job_is_done(session, self.name, when.due(day))]

    def look(self) -> bool:
        """Do what is due, if anything is; False if it failed, which is on record and in the log then.

        One process at a time: the lock goes with whoever holds it, however they end.
        """
        if not self.missed():
            return True
        try:
            with hold_lock(self.database, f"job-{self.name}", wait_seconds=0):
                return self._do(self._claimed(self.missed()))
        except BusyError:
            return True  # another process is at it

    def _claimed(self, days: Sequence[date]) -> dict[date, int]:
        """Those of the dates that nobody else has begun, each with its run."""
        when = self.time()
        with Session(self.database) as session:
            runs = {day: begin_job(session, self.name, when.due(day), self.clock()) for day in days}
            session.commit()
        return {day: run_id for day, run_id in runs.items() if run_id is not None}

    def _do(self, runs: Mapping[date, int]) -> bool:
        if not runs:
            return True
        failures = self._try(list(runs))
        with Session(self.database) as session:
            for day, run_id in runs.items():
                end_job(session, run_id, self.clock(), failures.get(day, ""))
            session.commit()
        return not failures

    def _try(self, days: Sequence[date]) -> Mapping[date, str]:
        state(log, "due", "running", job=self.name, days=days)
        try:
            failures = self.work(days) or {}
        except HotlineError as error:
            state(log, "running", "failed", level=logging.ERROR, job=self.name, why=error)
            return dict.fromkeys(days, str(error) or error.id)
        except Exception as error:  # a job that fails must not end the others
            state(log, "running", "failed", level=logging.ERROR, job=self.name, exc_info=error)
            return dict.fromkeys(days, f"{type(error).__name__}: {error}")
        state(log, "running", "failed" if failures else "done", job=self.name, days=sorted(failures))
        return failures

"""The process of jobs (`hotline jobs`): APScheduler says when to look, each job does what is due. May live here: that.

Further jobs (reminders before customers lapse) are added to the lists that `run_jobs` is given: anything with a name
and a `look`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from router.logs import logger, state

log = logger(__name__)

QUICK_SECONDS = 2
LOOK_SECONDS = 30  # a look that finds nothing due costs two short queries
RETRY_LOOKS = 20  # after a failure the next look but this many: ten minutes
GRACE_SECONDS = 3600


class Job(Protocol):
    """Something to be looked after."""

    @property
    def name(self) -> str:
        """Its name in log and record."""

    def look(self) -> bool:
        """Do what is due, if anything is; False if it failed."""


class Looking:
    """One job as the scheduler calls it: patient after trouble, and never the end of the process."""

    def __init__(self, job: Job, *, rests: bool = True) -> None:
        self.job = job
        self._rests = rests
        self._rest = 0

    def __call__(self) -> None:
        """Look once, unless resting."""
        if self._rest > 0:
            self._rest -= 1
            return
        try:
            went_well = self.job.look()
        except Exception:  # the database may be away for a while
            log.exception("look failed", job=self.job.name)
            went_well = False
        self._rest = 0 if went_well or not self._rests else RETRY_LOOKS


def run_jobs(
    jobs: Sequence[Job], over: threading.Event, *, quick: Sequence[Job] = (), look_seconds: float = LOOK_SECONDS
) -> None:
    """Look after the jobs until `over`; what was missed is caught up first.

    `quick` ones tell people at once: they are looked after every `QUICK_SECONDS`, beside the long ones.
    """
    scheduler = BackgroundScheduler(
        # the long ones one after another; of those who tell none waits for another, who may wait for a dead database
        executors={"default": ThreadPoolExecutor(1), "quick": ThreadPoolExecutor(max(1, len(quick)))},
        job_defaults={"misfire_grace_time": GRACE_SECONDS, "coalesce": True, "max_instances": 1},
        timezone="UTC",
    )
    lanes = [(job, "default", look_seconds) for job in jobs] + [(job, "quick", QUICK_SECONDS) for job in quick]
    for job, lane, seconds in lanes:
        each = IntervalTrigger(seconds=seconds, timezone="UTC")
        looking = Looking(job, rests=lane == "default")
        scheduler.add_job(looking, each, id=job.name, executor=lane, next_run_time=datetime.now(UTC))
    scheduler.start()
    state(log, "starting", "running", of="jobs", jobs=[job.name for job, _, _ in lanes])
    try:
        over.wait()
    finally:
        scheduler.shutdown(wait=False)
        state(log, "running", "stopped", of="jobs")

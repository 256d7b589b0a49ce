"""One of two jobs processes on one database, for `test_two_processes`: `python -m tests.jobs.one_of_two URL PORT FILE`.

It says "ready", waits for a line, looks at everything once, and says "done". May live here: that process.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from router.config.notify import EVENTS
from router.jobs.daily import DailyJob, DailyTime
from router.jobs.outbox import Outbox
from router.jobs.targets import HookTarget
from router.jobs.telling import Telling
from router.jobs.watch import Watch
from router.store.database import open_database
from router.store.tables.metadata import Base
from router.wire.board import OfficeBoard
from router.wire.errors import EngineUnreachableError

TODAY = date(2026, 11, 24)


class NoEngine:
    """The engine is away, which each of the two finds out by itself."""

    def board(self) -> OfficeBoard:
        raise EngineUnreachableError("gone")


def main(url: str, port: str, file: str) -> None:
    """Look once, when told to."""
    database, looks = open_database(url), iter(range(60))
    assert Base.metadata.tables, "all tables are known, as in the service"
    hook = HookTarget(
        name="crm",
        url=f"http://127.0.0.1:{port}/",
        secret="whsec_bm90LWEtcmVhbC1zZWNyZXQ=",
        events=frozenset(EVENTS),
        allow_private=True,
    )

    def clock() -> datetime:
        return datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

    def later() -> datetime:
        return datetime(2026, 11, 24, 2, 0, next(looks), os.getpid() % 1_000_000, tzinfo=UTC)  # no two see it at once

    def work(days: Sequence[date]) -> None:
        with Path(file).open("a", encoding="utf-8") as done:
            done.writelines(f"{day}\n" for day in days)
        threading.Event().wait(0.3)  # a night takes its time: the other one looks meanwhile

    telling = Telling(database=database, targets=lambda: [hook], names=dict, clock=clock)
    outbox = Outbox(database=database, targets=lambda: [hook], clock=clock)
    watch = Watch(desk=NoEngine(), telling=telling, clock=later)
    night = DailyJob(
        name="reconcile",
        time=lambda: DailyTime(minute=0, zone=ZoneInfo("Asia/Shanghai")),
        first_day=lambda: TODAY,
        work=work,
        database=database,
        clock=clock,
    )
    print("ready", flush=True)
    sys.stdin.readline()
    telling.look()
    for _ in range(15):  # seconds, by its clock: the engine has been away for long enough
        watch.look()
    night.look()
    outbox.look()
    for thread in list(outbox._busy.values()):
        thread.join(20)
    database.dispose()
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

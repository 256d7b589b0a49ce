"""What runs by the clock: each night once, missed ones caught up, failures tried again, call backs seen."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from router.core.inputs import FormFiled, Input
from router.desk_client.errands import untold_forms
from router.errors import PbxError
from router.jobs.daily import DailyJob
from router.jobs.nightly import dates_of_nights, nightly_reconciliation
from router.jobs.process import RETRY_LOOKS, Looking, run_jobs
from router.store.jobs import runs_of_job
from router.store.tables.forms import FormRevisionRow, FormRow
from router.wire.errors import EngineUnreachableError
from tests.reconcile.record import Record

NIGHT = datetime(2026, 5, 14, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
MINUTE = timedelta(minutes=1)


class GoneError(PbxError):
    id = "gone"


def job_of(record: Record, read_records: Callable[[], None] | None = None) -> DailyJob:
    return nightly_reconciliation(record.night(read_records=read_records))


def days_run(record: Record) -> list[str]:
    return [str(run.day) for run in record.runs()]


def test_at_the_time_of_the_site_it_looks_at_that_day_and_the_day_before_once(record: Record) -> None:
    record.answered("c1", "+0 10:00:00")
    record.now = NIGHT - MINUTE
    assert job_of(record).look()
    assert days_run(record) == []
    record.now = NIGHT
    assert job_of(record).look()
    assert days_run(record) == ["2026-05-14", "2026-05-13"]
    assert record.states() == ["missing_form open"]
    assert job_of(record).look()
    record.now = NIGHT + 20 * MINUTE
    assert job_of(record).look()
    assert len(days_run(record)) == 2
    with Session(record.database) as session:
        (run,) = runs_of_job(session, "reconcile")
        assert (run.due_at, run.failure, run.ended_at) == (NIGHT, "", NIGHT)


def test_nights_that_were_missed_are_caught_up_each_date_once(record: Record) -> None:
    record.answered("c1")
    record.now = NIGHT
    job_of(record).look()
    record.now = NIGHT + timedelta(days=3, hours=1)
    job_of(record).look()
    assert days_run(record)[2:] == ["2026-05-17", "2026-05-16", "2026-05-15", "2026-05-14"]
    assert job_of(record).missed() == []


def test_a_site_without_any_call_has_nothing_to_catch_up(record: Record) -> None:
    record.now = NIGHT
    assert job_of(record).look()
    assert days_run(record) == []


def test_a_long_absence_is_caught_up_for_a_week(record: Record) -> None:
    record.answered("c1")
    record.now = NIGHT + timedelta(days=100)
    assert len(job_of(record).missed()) == 8
    assert dates_of_nights([date(2026, 5, 14), date(2026, 5, 13)])[-1] == date(2026, 5, 12)


def test_a_night_that_failed_is_on_record_and_tried_again(record: Record) -> None:
    def gone() -> None:
        raise GoneError("Master.csv is gone")

    record.answered("c1")
    record.now = NIGHT
    assert not job_of(record, gone).look()
    with Session(record.database) as session:
        assert [run.failure for run in runs_of_job(session, "reconcile")] == ["Master.csv is gone"]
    assert [(run.failure, run.slots) for run in record.runs()] == [("Master.csv is gone", [])]
    assert job_of(record).look()
    assert record.states() == ["missing_form open"]


def test_a_run_that_was_killed_is_done_again(record: Record) -> None:
    record.answered("c1")
    record.now = NIGHT

    def killed() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        job_of(record, killed).look()
    assert job_of(record).look()
    assert record.states() == ["missing_form open"]
    assert [run.failure for run in record.runs()] == ["cut short", "", ""]


def test_a_date_that_cannot_be_reconciled_fails_alone(record: Record) -> None:
    record.answered("c1", "-3 10:00:00")
    record.answered("c2", "-1 10:00:00")
    spoilt = record.form("c2", filed="-1 10:10:00")
    with Session(record.database) as session:
        fields: Any = 5
        session.get_one(FormRow, spoilt).fields = fields
        session.commit()
    record.now = NIGHT
    assert not job_of(record).look()
    failed = {str(run.day): bool(run.failure) for run in record.runs()}
    assert failed == {
        "2026-05-10": False,
        "2026-05-11": False,
        "2026-05-12": False,
        "2026-05-13": True,
        "2026-05-14": False,
    }
    with Session(record.database) as session:
        nights = {run.due_at.date().isoformat() for run in runs_of_job(session, "reconcile") if run.failure}
    assert nights == {"2026-05-13", "2026-05-14"}  # the night of that date, and the one that looks back at it


class CountingJob:
    """A job that fails so often, then tells that it went well."""

    name = "counting"

    def __init__(self, failures: int) -> None:
        self.looks, self.failures = 0, failures
        self.done = threading.Event()

    def look(self) -> bool:
        self.looks += 1
        if self.looks <= self.failures:
            raise RuntimeError("the database is away")
        self.done.set()
        return True


def test_after_trouble_a_job_rests_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    job = CountingJob(failures=1)
    looking = Looking(job)
    with caplog.at_level(logging.ERROR):
        for _ in range(RETRY_LOOKS + 1):
            looking()
    assert job.looks == 1
    assert "the database is away" in caplog.text
    looking()
    looking()
    assert job.looks == 3


def test_the_process_looks_at_once_and_ends_when_told() -> None:
    job, over = CountingJob(failures=0), threading.Event()
    running = threading.Thread(target=run_jobs, args=([job], over))
    running.start()
    assert job.done.wait(30)
    over.set()
    running.join(30)
    assert not running.is_alive()


# --- call backs that the PBX saw -------------------------------------------------------------------------------------


class ToldDesk:
    """Keeps what it is told, by key, as the engine's socket does."""

    def __init__(self) -> None:
        self.told: dict[str, Input] = {}
        self.away = False

    def tell(self, told: Input, *, source: str, key: str = "", facts: dict[str, str] | None = None) -> int:
        assert source
        assert facts is None
        if self.away:
            raise EngineUnreachableError("the engine does not answer")
        self.told.setdefault(key, told)
        return len(self.told)


def test_a_form_filed_while_the_engine_was_away_is_told_when_it_is_back(record: Record) -> None:
    record.answered("c1")
    form_id = record.form("our-c1", kind="other")
    with Session(record.database) as session:
        session.add(
            FormRevisionRow(
                site_id=1, form_id=form_id, revision=1, written_at=NIGHT, written_by="A", values={"kind": "other"}
            )
        )
        session.commit()
    desk = ToldDesk()
    desk.away = True
    job = untold_forms(record.database, desk, lambda: NIGHT)
    assert job.look()
    assert desk.told == {}
    desk.away = False
    assert job.look()
    assert job.look()
    assert [type(told) for told in desk.told.values()] == [FormFiled]

"""The night's work 核对 on the database: read the PBX's records, reconcile a date, put it on record (R22-R25).

May live here: the order of that work; reading, judging and recording are done elsewhere. One run at a time per
database. What a run found is written in one transaction, so a run that is killed leaves the findings as they were, and
the next one begins anew. A source that can't be read makes a run that failed, and is said so; never a clean report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from router.config.model import PbxMode, Site
from router.errors import HotlineError, RequestError, StoreError
from router.logs import logger
from router.reading.numbering import Numbering
from router.reconcile.collector import collector_paused
from router.reconcile.database import DayTerms, named_slots, read_day
from router.reconcile.findings import Report, reconcile
from router.reconcile.rows import Judging
from router.store.findings.changes import Found, Recording, record_findings
from router.store.findings.runs import begin_run, end_run, fail_run
from router.store.locks import hold_lock
from router.store.office.queries import plan_of_day
from router.texts import Listing, _

log = logger(__name__)

LOCK = "reconcile"
NIGHTLY = "nightly"


class ReadRecords(Protocol):
    """Brings `pbx_row` up to date from the PBX's own records; raises a `HotlineError` that names source and cure."""

    def __call__(self) -> None:
        """Read what is new."""


class DatesFailedError(StoreError):
    """Some dates could not be reconciled, each for its own reason (`failures`); the others were."""

    id = "reconcile-dates"

    def __init__(self, failures: Mapping[date, Exception]) -> None:
        dates = Listing(day.isoformat() for day in sorted(failures))
        why = next(iter(failures.values()))
        super().__init__(
            _("not reconciled: %(dates)s; the first, because %(why)s", dates=dates, why=str(why)),
            cure=_("see the log; the other dates are done"),
        )
        self.failures = dict(failures)


class NoDatabaseWorkError(StoreError):
    """The database did not do its part of a run."""

    id = "reconcile-store"


def utc_now() -> datetime:
    """The time, by the machine's clock."""
    return datetime.now(UTC)


def has_pbx_records(site: Site) -> bool:
    """Whether the site names records of its PBX: an existing PBX has none unless [reconcile] pbx says where."""
    return site.pbx.mode is PbxMode.PRIVATE or site.reconcile.pbx != "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What the night's work is done with. `site` is asked anew for each run, as it may be edited meanwhile."""

    database: Engine
    site: Callable[[], Site]
    read_records: ReadRecords | None  # None: no PBX records are configured
    clock: Callable[[], datetime] = utc_now
    wait_seconds: float | None = 600.0

    def run_day(self, day: date, *, by: str) -> Report:
        """Reconcile one date; raises as `run`."""
        reports: list[Report] = []
        self.run([day], by=by, told=reports.append)
        return reports[0]

    def run(self, days: Iterable[date], *, by: str, told: Callable[[Report], object] = lambda _report: None) -> None:
        """Read the PBX's records, then reconcile some dates, one after another, each on record by itself.

        `told` hears of each date once it is on record. Raises `RequestError` for a date to come, `BusyError` if another
        run does not end in time, and what `read_records` raises: then nothing was reconciled. A date that fails does so
        alone: it is on record, the others follow, and in the end `DatesFailedError` says which; where only one date was
        asked for, its own error does.
        """
        days, site = list(days), self.site()
        today = self.clock().astimezone(site.zone).date()
        if days and max(days) > today:
            raise RequestError(
                _("%(days)s has not come yet", days=max(days)), cure=_("the newest date is %(today)s", today=today)
            )
        failures: dict[date, Exception] = {}
        with hold_lock(self.database, LOCK, wait_seconds=self.wait_seconds):
            for place, day in enumerate(days):
                is_read = place > 0 or self.read_records is None
                try:
                    with self._on_record(day, by) as run_id:
                        if not is_read and self.read_records is not None:
                            self.read_records()
                            is_read = True
                        report = self._day(run_id, day, by, site)
                except Exception as error:
                    if not is_read:
                        raise
                    failures[day] = error
                else:
                    told(report)
        if failures and len(days) > 1:
            raise DatesFailedError(failures)
        for failure in failures.values():
            raise failure

    @contextmanager
    def _on_record(self, day: date, by: str) -> Iterator[int]:
        """A run's row; why it failed is put there, and raised."""
        run_id = None
        try:
            run_id = begin_run(self.database, day, by=by, now=self.clock(), has_pbx=self.read_records is not None)
            yield run_id
        except HotlineError as error:
            self._failed(run_id, day, str(error))
            raise
        except SQLAlchemyError as error:
            self._failed(run_id, day, f"the database failed: {type(error).__name__}")
            raise NoDatabaseWorkError(
                _("the database failed while %(day)s was reconciled: %(error)s", day=day, error=error),
                cure=_("mend it, then start again"),
            ) from error
        except Exception as error:
            self._failed(run_id, day, f"{type(error).__name__}: {error}")
            raise

    def _failed(self, run_id: int | None, day: date, failure: str) -> None:
        log.error("reconcile failed", day=day, why=failure)
        if run_id is None:
            return
        try:
            fail_run(self.database, run_id, now=self.clock(), failure=failure)
        except SQLAlchemyError as error:  # the next run finds this one cut short
            log.exception("failure not recorded", run=run_id, exc_info=error)

    def _day(self, run_id: int, day: date, by: str, site: Site) -> Report:
        now = self.clock()
        terms = day_terms(self.database, site, day, now)
        with collector_paused():
            with self.database.connect() as connection:
                sources = read_day(connection, terms)
            minutes = site.policy.form_minutes
            report = reconcile(sources, Judging(day=day, zone=terms.zone, now=now, form_minutes=minutes))
            with self.database.begin() as connection:
                end_run(connection, run_id, now=self.clock(), slots=self._counts(report, terms))
                recording = Recording(day=day, by=by, now=now, filed=report.filed)
                record_findings(connection, (found_of(finding) for finding in report.findings), recording)
        log.info("reconciled", day=day, by=by, findings=len(report.findings))
        return report

    def _counts(self, report: Report, terms: DayTerms) -> list[dict[str, Any]]:
        """The counts as pages show them, with the slots' times; without PBX records its count is unknown, not 0."""
        unknown = {} if self.read_records is not None else {"pbx": None}
        times = {slot.name: (slot.start_minute, slot.end_minute) for slot in named_slots(terms.slots)[0]}
        return [asdict(count) | unknown | {"minutes": times.get(count.slot)} for count in report.slots]


def day_terms(database: Engine, site: Site, day: date, now: datetime) -> DayTerms:
    """How to read a date of this site: by the plan that counts for it (R1)."""
    with Session(database) as session:
        slots = plan_of_day(session, site, day).entries
    return DayTerms(
        day=day,
        zone=site.zone,
        slots=slots,
        now=now,
        numbering=Numbering(region=site.site.region, area_code=site.site.area_code or ""),
        required=site.form.required,
    )


def found_of(finding: Any) -> Found:
    """A finding of the core, for the record."""
    return Found(*(getattr(finding, name) for name in Found._fields))


def days_between(first: date, last: date) -> list[date]:
    """All dates from one to another, both included. Raises `RequestError`."""
    if last < first:
        raise RequestError(
            _("%(last)s lies before %(first)s", last=last, first=first), cure=_("give the earlier date first")
        )
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]

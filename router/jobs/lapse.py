"""A customer will soon be nobody's: the owner is told two days before (R16.2). May live here: that daily work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from router.config.model import Site
from router.jobs.daily import DailyJob, DailyTime
from router.jobs.telling import Telling
from router.masking import mask
from router.store.customers.queries import CustomerLine, Terms, expiring_customers
from router.store.notices.changes import Notice
from router.store.scope import day_bounds

MINUTE = 9 * 60  # of the day: nobody is woken by it
DAYS_BEFORE = 2


def lapse_warnings(site: Callable[[], Site], telling: Telling) -> DailyJob:
    """The job: each morning, of every customer whose owner loses them by the end of the day after tomorrow."""

    def today() -> date:
        return telling.clock().astimezone(site().zone).date()

    def work(_days: Sequence[date]) -> None:
        warn_owners(site(), telling, today())

    return DailyJob(
        name="lapse",
        time=lambda: DailyTime(minute=MINUTE, zone=site().zone),
        first_day=today,
        work=work,
        database=telling.database,
        clock=telling.clock,
    )


def warn_owners(site: Site, telling: Telling, today: date) -> int:
    """Tell each owner of each such customer, once for each last contact; returns how many stand to lapse."""
    terms = terms_of(site, telling.clock())
    until = day_bounds(today + timedelta(days=DAYS_BEFORE), site.zone)[1]
    with Session(telling.database) as session:
        lines = expiring_customers(session, terms, until)
        for line in lines:
            telling.tell(session, _notice(line, site, terms))
        session.commit()
    return len(lines)


def terms_of(site: Site, now: datetime) -> Terms:
    """What ownership lives by at this site (R16.2)."""
    people = frozenset(consultant.id for consultant in site.consultants)
    return Terms(now=now, lapse=timedelta(days=site.policy.lapse_days), people=people)


def _notice(line: CustomerLine, site: Site, terms: Terms) -> Notice:
    contact = line.row.last_contact_at or terms.now
    details = {
        "number": mask((line.numbers[0].number or "") if line.numbers else ""),
        "customer": line.name,
        "until": (contact + terms.lapse).astimezone(site.zone).strftime("%m-%d %H:%M"),
    }
    key = f"lapse:{line.row.id}:{line.row.owner}:{contact:%Y%m%dT%H%M%S}"
    return Notice(key=key, what="lapses_soon", person=line.row.owner, at=terms.now, details=details)

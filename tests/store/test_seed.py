"""The site file fills an empty database, and the database gives the same site back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.config.load import load_site
from router.config.model import Site
from router.store.migrate import migrate_database
from router.store.queries import day_bounds, everyone, plan_of_day
from router.store.seed import SITE_ID, SeedError, has_site, seed, site_in, slot_row
from router.store.site import PlanRow

SITE = Path(__file__).parents[1] / "config" / "site.toml"
SUNDAY = date(2026, 11, 22)


@pytest.fixture
def seeded(empty: Engine) -> Engine:
    """A database that the example site was put into."""
    migrate_database(empty)
    with Session(empty) as session:
        assert not has_site(session)
        users = seed(session, load_site(SITE))
        assert all(user.password is None and user.roles for user in users)
        session.commit()
    return empty


def test_the_database_gives_back_the_site_that_seeded_it(seeded: Engine) -> None:
    with Session(seeded) as session:
        site = load_site(SITE)
        assert site_in(session, site.store) == site
        assert [row.code for row in everyone(session)] == [consultant.id for consultant in site.consultants]


def test_a_database_with_a_site_is_not_seeded_again(seeded: Engine) -> None:
    with Session(seeded) as session, pytest.raises(SeedError, match="config diff"):
        seed(session, load_site(SITE))


def test_a_database_without_a_site_says_how_to_get_one(empty: Engine) -> None:
    migrate_database(empty)
    with Session(empty) as session, pytest.raises(SeedError, match="--config"):
        site_in(session)


def _publish(session: Session, site: Site, day: date) -> None:
    slots = [slot_row(slot) for slot in site.plans[0].slots[:1]]
    for slot in slots:
        slot.name = f"published {day}"
    session.add(PlanRow(site_id=SITE_ID, date=day, days=[], dates=[], slots=slots))
    session.flush()


def test_a_published_plan_counts_before_the_standing_one_and_the_newest_of_a_date(seeded: Engine) -> None:
    with Session(seeded) as session:
        site = site_in(session)
        slots, origin = plan_of_day(session, site, SUNDAY)
        assert (origin, bool(slots)) == ("standing", True)
        _publish(session, site, SUNDAY)
        _publish(session, site, SUNDAY)
        slots, origin = plan_of_day(session, site, SUNDAY)
        assert ([slot.name for slot in slots], origin) == ([f"published {SUNDAY}"], "published")


def test_a_day_without_a_plan_goes_by_the_day_before(seeded: Engine) -> None:
    with Session(seeded) as session:
        site = site_in(session)
        bare = site.model_copy(update={"plans": ()})
        assert plan_of_day(session, bare, SUNDAY) == ((), "none")
        _publish(session, site, SUNDAY - timedelta(days=3))
        slots, origin = plan_of_day(session, bare, SUNDAY)
        assert ([slot.name for slot in slots], origin) == ([f"published {SUNDAY - timedelta(days=3)}"], "yesterday")


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Asia/Shanghai", SUNDAY, 24),
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
    ],
)
def test_a_day_goes_from_midnight_to_midnight_by_the_sites_clock(zone: str, day: date, hours: int) -> None:
    first, end = day_bounds(day, ZoneInfo(zone))
    assert end - first == timedelta(hours=hours)
    assert first.astimezone(ZoneInfo(zone)) == datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))

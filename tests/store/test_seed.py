"""The site file fills an empty database, and the database gives the same site back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.config.load import load_site
from router.config.model import Site
from router.config.plan import PlanOrigin
from router.store.office.plans import publish
from router.store.office.queries import NoSiteError, applied_file, has_site, plan_of_day, site_in
from router.store.office.seed import SeedError, seed
from router.store.people.queries import everyone
from router.store.scope import day_bounds
from router.store.tables.office import PhoneRow, SettingRow
from router.store.tables.users import ROLES, User
from tests.config.changed import SITE
from tests.databases import with_tables

SUNDAY = date(2026, 11, 22)


def test_the_database_gives_back_the_site_that_seeded_it(seeded: Engine) -> None:
    with Session(seeded) as session:
        site = load_site(SITE)
        again = site_in(session, site)
        assert again.model_copy(update={"users": ()}) == site
        assert [row.code for row in everyone(session)] == [consultant.id for consultant in site.consultants]


def test_a_site_without_users_gets_one_of_each_role_who_has_no_password_yet(seeded: Engine) -> None:
    with Session(seeded) as session:
        users = session.scalars(select(User).order_by(User.id)).unique().all()
        assert [user.username for user in users] == list(ROLES)
        assert all(user.password is None and user.must_change_password and user.roles for user in users)


def test_what_is_the_machines_is_not_in_the_database(seeded: Engine) -> None:
    with Session(seeded) as session:
        assert set(session.scalars(select(SettingRow.name))) == {"presence", "policy", "form", "reconcile"}
        assert "change-me" not in str([vars(phone) for phone in session.scalars(select(PhoneRow))])


def test_the_seed_is_on_record_as_the_file_applied(seeded: Engine) -> None:
    with Session(seeded) as session:
        applied = applied_file(session)
        assert applied is not None
        assert (applied.by, applied.office["policy"]["form_minutes"]) == ("root", 30)


def test_a_database_with_a_site_is_not_seeded_again(seeded: Engine) -> None:
    with Session(seeded) as session, pytest.raises(SeedError, match="config diff"):
        seed(session, load_site(SITE))


def test_a_database_without_a_site_says_how_to_get_one(empty: Engine) -> None:
    with_tables(empty)
    with Session(empty) as session:
        assert not has_site(session)
        with pytest.raises(NoSiteError, match="--config"):
            site_in(session)


def _publish(session: Session, site: Site, day: date, name: str) -> None:
    slots = tuple(slot.model_copy(update={"name": name}) for slot in site.plans[0].slots[:1])
    publish(session, site, day, slots, by="zhang")


def test_a_published_plan_counts_before_the_standing_one_and_the_newest_of_a_date(seeded: Engine) -> None:
    with Session(seeded) as session:
        site = site_in(session)
        plan = plan_of_day(session, site, SUNDAY)
        assert (plan.origin, bool(plan.slots)) == (PlanOrigin.STANDING, True)
        _publish(session, site, SUNDAY, "first")
        _publish(session, site, SUNDAY, "second")
        plan = plan_of_day(session, site, SUNDAY)
        assert ([slot.name for slot in plan.slots], plan.origin) == (["second"], PlanOrigin.PUBLISHED)


def test_a_day_without_a_plan_goes_by_the_day_before(seeded: Engine) -> None:
    with Session(seeded) as session:
        site = site_in(session)
        bare = site.model_copy(update={"plans": ()})
        assert plan_of_day(session, bare, SUNDAY).origin is PlanOrigin.NONE
        _publish(session, site, SUNDAY - timedelta(days=3), "earlier")
        plan = plan_of_day(session, bare, SUNDAY)
        assert ([slot.name for slot in plan.slots], plan.origin) == (["earlier"], PlanOrigin.EARLIER)
        assert plan.of == SUNDAY - timedelta(days=3)


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

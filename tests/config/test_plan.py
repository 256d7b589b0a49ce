"""Which standing plan counts for a date, and when its slots begin and end (R1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.config.load import load_site
from router.config.model import Site
from router.config.plan import moment, plan_for, standing_slots
from tests.config.changed import SITE


def _plan(name: str, **when: object) -> dict[str, object]:
    return {**when, "slots": [{"name": name, "from": "09:00", "to": "10:00"}]}


OFFICE = Site.model_validate(
    {
        "plan": [
            _plan("every day", days="daily"),
            _plan("weekend", days="weekends"),
            _plan("weekday", days="weekdays"),
            _plan("saturday", days=["sat", "tue"]),
            _plan("the fifth", dates=["2026-12-05", date(2026, 12, 7)]),
            {"dates": ["2026-12-25"]},
        ]
    }
)


@pytest.mark.parametrize(
    ("day", "name"),
    [(4, "weekday"), (5, "the fifth"), (6, "weekend"), (7, "the fifth"), (8, "saturday"), (12, "saturday")],
)
def test_the_most_specific_plan_counts(day: int, name: str) -> None:
    plan = plan_for(OFFICE, date(2026, 12, day))
    assert [slot.name for slot in plan.slots] == [name]
    assert plan.plan is not None
    assert OFFICE.plans[plan.plan].slots[0].name == name


def test_a_plan_without_slots_is_a_plan_all_the_same() -> None:
    closed = plan_for(OFFICE, date(2026, 12, 25))
    assert (closed.plan, closed.slots) == (5, ())


def test_a_date_that_no_plan_is_for_has_none() -> None:
    site = Site.model_validate({"plan": [_plan("sundays", days="sun")]})
    assert plan_for(site, date(2026, 11, 24)).plan is None
    assert standing_slots(site, date(2026, 11, 24)) == ()


def test_a_slot_to_24_00_ends_at_the_next_midnight_of_the_site() -> None:
    slots = plan_for(load_site(SITE), date(2026, 11, 24)).slots
    assert [slot.name for slot in slots] == ["白班", "晚班"]
    assert slots[0].start == datetime(2026, 11, 23, 16, tzinfo=UTC).timestamp() * 1000
    assert slots[0].end == slots[1].start
    assert slots[1].end == datetime(2026, 11, 24, 16, tzinfo=UTC).timestamp() * 1000


def test_slots_come_in_the_order_of_the_day() -> None:
    late = {"name": "late", "from": "12:00", "to": "24:00"}
    early = {"name": "early", "from": "00:00", "to": "12:00"}
    site = Site.model_validate({"plan": [{"days": "daily", "slots": [late, early]}]})
    assert [slot.name for slot in standing_slots(site, date(2026, 11, 24))] == ["early", "late"]


BERLIN = ZoneInfo("Europe/Berlin")


def _hours(day: date, start: int, end: int) -> float:
    return (moment(BERLIN, day, end) - moment(BERLIN, day, start)) / 3_600_000


def test_a_day_on_which_the_clock_changes_is_as_long_as_it_is() -> None:
    assert _hours(date(2026, 3, 29), 0, 24 * 60) == 23
    assert _hours(date(2026, 10, 25), 0, 24 * 60) == 25


def test_a_time_that_the_clock_leaves_out_is_the_moment_of_the_jump() -> None:
    spring = date(2026, 3, 29)  # 02:00 becomes 03:00
    assert moment(BERLIN, spring, 150) == moment(BERLIN, spring, 180) == moment(BERLIN, spring, 120)
    slots = [{"from": "01:00", "to": "02:15"}, {"from": "02:15", "to": "02:45"}, {"from": "02:45", "to": "05:00"}]
    site = Site.model_validate({"site": {"zone": "Europe/Berlin"}, "plan": [{"days": "daily", "slots": slots}]})
    first, last = standing_slots(site, spring)
    assert first.end == last.start


ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Beirut", "Pacific/Apia")


@settings(max_examples=100, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2010, 1, 1), date(2030, 12, 31)),
    minutes=st.lists(st.integers(0, 24 * 60), min_size=2, max_size=8),
)
def test_what_lies_in_order_on_the_wall_lies_in_order_in_time(zone: str, day: date, minutes: list[int]) -> None:
    moments = [moment(ZoneInfo(zone), day, minute) for minute in sorted(minutes)]
    assert moments == sorted(moments)


@settings(max_examples=100, deadline=None)
@given(zone=st.sampled_from(ZONES), day=st.dates(date(2010, 1, 1), date(2030, 12, 31)))
def test_one_day_ends_where_the_next_begins(zone: str, day: date) -> None:
    assert moment(ZoneInfo(zone), day, 24 * 60) == moment(ZoneInfo(zone), day + timedelta(days=1), 0)

"""R1: every date has a plan: a standing one, else that of the last day which had one."""

from __future__ import annotations

from datetime import date

from router.config.model import Site
from router.config.plan import plan_or_last


def _site(*dates: str) -> Site:
    slot = {"name": "day", "from": "09:00", "to": "18:00"}
    return Site.model_validate({"plan": [{"dates": list(dates), "slots": [slot]}]})


def test_a_date_without_a_plan_goes_on_with_the_last_one() -> None:
    site = _site("2026-11-20")
    plan, of = plan_or_last(site, date(2026, 11, 24))
    assert of == date(2026, 11, 20)
    assert [slot.name for slot in plan.slots] == ["day"]
    assert plan.day == date(2026, 11, 24)
    own, _ = plan_or_last(site, date(2026, 11, 20))
    assert plan.slots[0].start - own.slots[0].start == 4 * 24 * 3600 * 1000


def test_a_date_of_its_own_needs_no_other() -> None:
    assert plan_or_last(_site("2026-11-20", "2026-11-24"), date(2026, 11, 24))[1] == date(2026, 11, 24)


def test_without_any_plan_there_is_none() -> None:
    assert plan_or_last(_site("2026-11-30"), date(2026, 11, 24))[0].plan is None

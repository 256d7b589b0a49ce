"""R1: every date has a plan: the published one, else a standing one, else that of the last day which had any."""

from __future__ import annotations

from datetime import date

from router.config.model import Site
from router.config.plan import PlanOrigin, plan_that_counts, slot_entries

TODAY = date(2026, 11, 24)


def _slot(name: str = "day") -> dict[str, str]:
    return {"name": name, "from": "09:00", "to": "18:00"}


def _site(*dates: str) -> Site:
    return Site.model_validate({"plan": [{"dates": list(dates), "slots": [_slot()]}] if dates else []})


def test_a_date_without_a_plan_goes_on_with_the_last_one() -> None:
    site = _site("2026-11-20")
    plan = plan_that_counts(site, {}, TODAY)
    assert (plan.origin, plan.of, plan.day) == (PlanOrigin.EARLIER, date(2026, 11, 20), TODAY)
    assert [slot.name for slot in plan.slots] == ["day"]
    own = plan_that_counts(site, {}, date(2026, 11, 20))
    assert plan.slots[0].start - own.slots[0].start == 4 * 24 * 3600 * 1000


def test_a_standing_plan_of_the_date_comes_before_earlier_ones() -> None:
    plan = plan_that_counts(_site("2026-11-20", "2026-11-24"), {}, TODAY)
    assert (plan.origin, plan.of) == (PlanOrigin.STANDING, TODAY)


def test_a_published_plan_comes_before_the_standing_one() -> None:
    plan = plan_that_counts(_site("2026-11-24"), {TODAY: slot_entries([_slot("published")])}, TODAY)
    assert (plan.origin, [slot.name for slot in plan.slots]) == (PlanOrigin.PUBLISHED, ["published"])


def test_a_day_published_without_slots_is_closed() -> None:
    plan = plan_that_counts(_site("2026-11-24"), {TODAY: ()}, TODAY)
    assert (plan.origin, plan.slots) == (PlanOrigin.PUBLISHED, ())


def test_yesterdays_published_plan_goes_on() -> None:
    published = {date(2026, 11, 23): slot_entries([_slot("monday")])}
    plan = plan_that_counts(_site(), published, TODAY)
    assert (plan.origin, plan.of, [slot.name for slot in plan.slots]) == (
        PlanOrigin.EARLIER,
        date(2026, 11, 23),
        ["monday"],
    )


def test_without_any_plan_there_is_none() -> None:
    plan = plan_that_counts(_site("2026-11-30"), {}, TODAY)
    assert (plan.origin, plan.slots) == (PlanOrigin.NONE, ())

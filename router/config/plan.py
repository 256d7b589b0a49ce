"""Which plan counts for a date, and its slots as moments (R1). May live here: that sum, which needs no clock.

A slot's ends are times on the wall. On a day when the clock is put forward, a time that the wall never shows is the
moment of the jump; on a day when it is put back, a time shown twice is the first of the two. So slots that meet or lie
apart on the wall do so in time, too; one that lies in the hour left out is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from router.config.model import Site, SlotEntry
from router.core.inputs import Slot
from router.core.words import PersonId

DAY_MINUTES = 24 * 60
LOOK_BACK_DAYS = 31  # over the longest holidays


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """The standing plan of a date: which one of the file counts (from 0; None: none is meant for it), and its slots.

    Slots are in order of time, their ends in ms since 1970 (UTC). A plan without slots is one all the same: nobody is
    rung that day.
    """

    day: date
    plan: int | None
    slots: tuple[Slot, ...] = ()


def plan_for(site: Site, day: date) -> DayPlan:
    """The most specific standing plan for the date (R1): dates, mon..sun, weekdays or weekends, daily, in turn."""
    fitting = [(plan.fits(day), -number) for number, plan in enumerate(site.plans) if plan.fits(day)]
    if not fitting:
        return DayPlan(day=day, plan=None)
    return _laid_out(site, day, -max(fitting)[1])  # of equals the first in the file; a checked file has none


def plan_or_last(site: Site, day: date) -> tuple[DayPlan, date]:
    """The plan for the date, else that of the last day which had one (R1: yesterday's); and of which day it is."""
    for back in range(LOOK_BACK_DAYS + 1):
        earlier = day - timedelta(days=back)
        found = plan_for(site, earlier)
        if found.plan is not None:
            return _laid_out(site, day, found.plan), earlier
    return DayPlan(day=day, plan=None), day


def _laid_out(site: Site, day: date, number: int) -> DayPlan:
    entries = sorted(site.plans[number].slots, key=lambda slot: slot.start)
    slots = (_slot(site, day, entry) for entry in entries)
    return DayPlan(day=day, plan=number, slots=tuple(slot for slot in slots if slot is not None))


def standing_slots(site: Site, day: date) -> tuple[Slot, ...]:
    """The slots of `plan_for`; empty, too, when no plan stands."""
    return plan_for(site, day).slots


def _slot(site: Site, day: date, entry: SlotEntry) -> Slot | None:
    start, end = moment(site.zone, day, entry.start), moment(site.zone, day, entry.end)
    if start == end:
        return None  # in the hour that the clock leaves out
    return Slot(
        start=start,
        end=end,
        call=tuple(PersonId(person) for person in entry.call),
        reception=tuple(PersonId(person) for person in entry.reception),
        continues=entry.continues,
        name=entry.name,
    )


def moment(zone: ZoneInfo, day: date, minutes: int) -> int:
    """Wall-clock minutes of the day as ms since 1970 (UTC); 24:00 is the next midnight, on a day of 23 hours, too."""
    days, rest = divmod(minutes, DAY_MINUTES)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
    known = wall.astimezone(UTC)
    if known.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        known = _jump(zone, wall.replace(fold=1).astimezone(UTC), known)
    return round(known.timestamp() * 1000)


def _jump(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second in which the clock is put forward, between two moments around it."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after

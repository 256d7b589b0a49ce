"""Which plan counts for a date, and its slots as moments (R1). May live here: that sum, which needs no clock.

A slot's ends are times on the wall. On a day when the clock is put forward, a time that the wall never shows is the
moment of the jump; on a day when it is put back, a time shown twice is the first of the two. So slots that meet or lie
apart on the wall do so in time, too; one that lies in the hour left out is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
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
    number = _standing(site, day)
    return DayPlan(day=day, plan=number, slots=() if number is None else _laid_out(site, day, site.plans[number].slots))


def _standing(site: Site, day: date) -> int | None:
    fitting = [(plan.fits(day), -number) for number, plan in enumerate(site.plans) if plan.fits(day)]
    return -max(fitting)[1] if fitting else None  # of equals the first in the file; a checked file has none


class PlanOrigin(StrEnum):
    """Where a date's slots come from (R1), best first."""

    PUBLISHED = "published"
    STANDING = "standing"
    EARLIER = "earlier"  # none for this date: those of an earlier one, and the supervisor is told
    NONE = "none"


Published = Mapping[date, tuple[SlotEntry, ...]]
"""The slots published for dates."""


def slot_entries(slots: Iterable[Mapping[str, Any]]) -> tuple[SlotEntry, ...]:
    """Slots from how the file writes them."""
    return tuple(SlotEntry.model_validate(slot) for slot in slots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """The slots that count for a date, as entries and as moments: where they come from, and of which day they are."""

    day: date
    origin: PlanOrigin
    of: date
    entries: tuple[SlotEntry, ...] = ()
    slots: tuple[Slot, ...] = ()


def plan_that_counts(site: Site, published: Published, day: date) -> Counting:
    """The plan for the date (R1): the published one, else the standing one, else that of the last day which had any."""
    for back in range(LOOK_BACK_DAYS + 1):
        of = day - timedelta(days=back)
        found = _planned(site, published, of)
        if found is not None:
            entries, origin = found
            return Counting(
                day=day,
                origin=PlanOrigin.EARLIER if back else origin,
                of=of,
                entries=entries,
                slots=_laid_out(site, day, entries),
            )
    return Counting(day=day, origin=PlanOrigin.NONE, of=day)


def _planned(site: Site, published: Published, day: date) -> tuple[tuple[SlotEntry, ...], PlanOrigin] | None:
    if day in published:
        return published[day], PlanOrigin.PUBLISHED
    number = _standing(site, day)
    return None if number is None else (site.plans[number].slots, PlanOrigin.STANDING)


def _laid_out(site: Site, day: date, entries: Iterable[SlotEntry]) -> tuple[Slot, ...]:
    slots = (_slot(site, day, entry) for entry in sorted(entries, key=lambda slot: slot.start))
    return tuple(slot for slot in slots if slot is not None)


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

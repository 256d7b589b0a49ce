"""Which plan counts for a date, and its slots as moments (R1). May live here: that sum, which needs no clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from router.config.model import Site, SlotEntry
from router.core.inputs import Slot
from router.core.words import PersonId


def standing_slots(site: Site, day: date) -> tuple[Slot, ...]:
    """The slots of the most specific standing plan for the date, as moments in ms (UTC); empty: none is standing."""
    fitting = [plan for plan in site.plans if plan.fits(day)]
    if not fitting:
        return ()
    best = max(fitting, key=lambda plan: plan.fits(day))  # of equals the first in the file
    return tuple(_slot(site, day, slot) for slot in sorted(best.slots, key=lambda slot: slot.start))


def _slot(site: Site, day: date, slot: SlotEntry) -> Slot:
    return Slot(
        start=_moment(site, day, slot.start),
        end=_moment(site, day, slot.end),
        call=tuple(PersonId(person) for person in slot.call),
        reception=tuple(PersonId(person) for person in slot.reception),
        continues=slot.continues,
        name=slot.name,
    )


def _moment(site: Site, day: date, minutes: int) -> int:
    """Wall-clock minutes of the day as ms (UTC); 24:00 is the next midnight, also on a day of 23 or 25 hours."""
    days, rest = divmod(minutes, 24 * 60)
    wall = datetime.combine(day + timedelta(days=days), datetime.min.time(), site.zone)
    return int(wall.replace(hour=rest // 60, minute=rest % 60).timestamp() * 1000)

"""Standing plans (R1): everybody known, nobody twice, no slots that overlap, one plan of a kind a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from router.config.checks.names import Known, is_consultant
from router.config.document import Place
from router.config.model import Plan, Site, SlotEntry
from router.config.problems import Problem, clash
from router.config.values import clock_text
from router.config.words import shown


def check(site: Site, known: Known) -> Iterator[Problem]:
    """Everything for which R1 refuses a standing plan."""
    for i, plan in enumerate(site.plans):
        for j, slot in enumerate(plan.slots):
            yield from _slot(slot, known, ("plan", i, "slots", j))
        yield from _overlaps(i, plan)
    yield from _competing(site)


def _slot(slot: SlotEntry, known: Known, place: Place) -> Iterator[Problem]:
    first: dict[str, Place] = {}
    for group, order in (("call", slot.call), ("reception", slot.reception)):
        for number, person in enumerate(order):
            here = (*place, group, number)
            yield from is_consultant(person, known, here)
            if first.setdefault(person, here) != here:
                yield clash("person-twice", here, first[person], value=shown(person))


def _overlaps(index: int, plan: Plan) -> Iterator[Problem]:
    for (i, a), (j, b) in combinations(enumerate(plan.slots), 2):
        if a.start < b.end and b.start < a.end:
            here, there = ("plan", index, "slots", j), ("plan", index, "slots", i)
            rests = [(*slot, key) for slot in (here, there) for key in ("from", "to")]
            yield Problem(
                id="slots-overlap",
                place=(*here, "from"),
                values={"value": slot_title(b), "slot": slot_title(a)},
                about=tuple(rests),
                other=(*there, "from"),
            )


def slot_title(slot: SlotEntry) -> str:
    """A slot as messages name it."""
    return f"{slot.name} {clock_text(slot.start)}–{clock_text(slot.end)}".strip()


def _competing(site: Site) -> Iterator[Problem]:
    """R1: the most specific plan counts, so two of a kind for one day leave it open which."""
    seen: dict[str | date, tuple[int, Place]] = {}
    for i, plan in enumerate(site.plans):
        for key, days in (("days", plan.days), ("dates", plan.dates)):
            for day in days:
                owner, first = seen.setdefault(day, (i, ("plan", i, key)))
                if owner != i:
                    yield clash("plans-compete", ("plan", i, key), first, value=str(day))

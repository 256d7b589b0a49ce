"""R1 live: a plan published while a slot runs changes what comes, and the running slot's end."""

from __future__ import annotations

import pytest

from router.core.actions import Rang, SlotChanged
from router.core.desk import Desk
from router.core.errors import PlanError
from router.core.inputs import CallArrived, PlanSet, Slot, Tick
from router.core.words import CallId, Number, PersonId


def _slot(start: int, end: int, *order: str) -> Slot:
    return Slot(start=start, end=end, call=tuple(PersonId(p) for p in order), reception=(), name="".join(order))


@pytest.fixture
def desk() -> Desk:
    """A morning with A, until 100 s."""
    desk = Desk(rings_at_once=True)
    desk.handle(PlanSet(slots=(_slot(0, 100_000, "A"),)), 0)
    desk.handle(Tick(), 0)
    return desk


def test_a_plan_for_later_leaves_the_running_sheet_alone(desk: Desk) -> None:
    desk.handle(CallArrived(call=CallId("c1"), number=Number("1")), 1000)
    before = desk.office.sheets
    desk.handle(PlanSet(slots=(_slot(0, 100_000, "A"), _slot(100_000, 200_000, "B"))), 2000)
    assert desk.office.sheets is before
    later = desk.handle(CallArrived(call=CallId("c2"), number=Number("2")), 100_500)
    assert [item.who for item in later if isinstance(item, Rang)] == [("B",)]


def test_the_running_slot_may_be_cut_short_for_one_that_begins_now(desk: Desk) -> None:
    desk.handle(PlanSet(slots=(_slot(0, 50_000, "A"), _slot(50_000, 90_000, "B"))), 50_000)
    said = desk.handle(Tick(), 50_000)
    assert [item.name for item in said if isinstance(item, SlotChanged)] == ["B"]


def test_a_plan_whose_slots_overlap_is_refused_and_nothing_changes(desk: Desk) -> None:
    with pytest.raises(PlanError, match="overlap"):
        desk.handle(PlanSet(slots=(_slot(0, 60_000, "A"), _slot(50_000, 90_000, "B"))), 1000)
    assert desk.office.slot is not None
    assert desk.office.slot.end == 100_000

"""R1 live: a plan published while a slot runs changes what comes, the running slot's end and its orders."""

from __future__ import annotations

import pytest

from router.core.actions import Missed, Rang, SlotChanged
from router.core.desk import Desk
from router.core.errors import PlanError
from router.core.inputs import Answered, CallArrived, PlanSet, RosterEdited, Slot, Tick
from router.core.words import CallId, Group, Number, PersonId, TurnState

A, B = PersonId("A"), PersonId("B")


def _slot(start: int, end: int, *order: str, name: str = "") -> Slot:
    call = tuple(PersonId(p) for p in order)
    return Slot(start=start, end=end, call=call, reception=(), name=name or "".join(order))


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


def test_a_plan_published_in_mid_slot_is_edits_of_the_orders_that_run(desk: Desk) -> None:
    desk.handle(CallArrived(call=CallId("c1"), number=Number("1")), 1000)
    desk.handle(Answered(call=CallId("c1"), person=A), 2000)
    desk.handle(PlanSet(slots=(_slot(0, 90_000, "B", "A", name="A"),)), 3000)
    turns = desk.office.sheets[Group.CALL].turns
    assert list(turns) == ["B", "A"]
    assert (turns[B].state, turns[A].state) == (TurnState.DUE, TurnState.DONE), "who stays keeps the turn (R8)"
    assert desk.office.sheets[Group.CALL].round == 1
    later = desk.handle(CallArrived(call=CallId("c2"), number=Number("2")), 4000)
    assert [item.who for item in later if isinstance(item, Rang)] == [("B",)]


def test_the_same_plan_told_again_leaves_what_was_edited_by_hand(desk: Desk) -> None:
    desk.handle(RosterEdited(group=Group.CALL, order=(B, A)), 1000)
    desk.handle(PlanSet(slots=(_slot(0, 100_000, "A"),)), 2000)
    assert list(desk.office.sheets[Group.CALL].turns) == ["B", "A"]


def test_a_day_that_is_closed_in_mid_slot_is_closed_at_once_and_nobody_loses_a_turn(desk: Desk) -> None:
    desk.handle(CallArrived(call=CallId("c1"), number=Number("1")), 1000)
    desk.handle(PlanSet(slots=()), 2000)
    said = desk.handle(Tick(), 2000)
    assert [item.name for item in said if isinstance(item, SlotChanged)] == [None]
    assert desk.office.slot is None
    missed = desk.handle(CallArrived(call=CallId("c2"), number=Number("2")), 3000)
    assert [item.why for item in missed if isinstance(item, Missed)] == ["closed"]
    assert desk.office.calls[CallId("c1")].ringing == ["A"], "what rings goes on (R1)"


def test_another_slot_that_is_planned_for_now_begins_now(desk: Desk) -> None:
    desk.handle(PlanSet(slots=(_slot(1000, 100_000, "B"),)), 2000)
    said = desk.handle(Tick(), 2000)
    assert [item.name for item in said if isinstance(item, SlotChanged)] == ["B"]
    assert list(desk.office.sheets[Group.CALL].turns) == ["B"]

"""The log tells why a call rang where it did, and never a whole number."""

from __future__ import annotations

from router.core import inputs
from router.core.desk import Desk
from router.core.words import CallId, Number, PersonId
from router.engine.log_lines import States, lines


def test_the_log_tells_who_was_seen_by_which_rules_and_no_number() -> None:
    desk = Desk(rings_at_once=True)
    slot = inputs.Slot(start=0, end=None, call=(PersonId("A"), PersonId("B")), reception=())
    desk.handle(inputs.PlanSet(slots=(slot,)), 0)
    desk.handle(inputs.Tick(), 0)
    desk.handle(inputs.PresenceChanged(person=PersonId("A"), presence="receiving"), 1)
    said = list(lines(desk.handle(inputs.CallArrived(call=CallId("c1"), number=Number("+8613812345678")), 2)))
    seen, rules = ["A:due:receiving", "B:due:available"], ["R9", "R10", "R2", "R4", "R5"]
    assert said == [
        ("decision", {"call": "c1", "seen": seen, "rules": rules, "clock_ms": "-"}),
        ("passed", {"person": "A", "sheet": "call", "why": "receiving"}),
        ("rang", {"call": "c1", "who": ["B"], "stage": "rotation", "sheet": "call"}),
    ]
    said = list(lines(desk.handle(inputs.Answered(call=CallId("c1"), person=PersonId("B")), 3)))
    assert said[-1] == ("own", {"number": "138****5678", "who": "B"})


def test_each_change_of_a_state_is_told_once() -> None:
    desk, states, call = Desk(rings_at_once=True), States(), CallId("c1")
    slot = inputs.Slot(start=0, end=None, call=(PersonId("A"), PersonId("B")), reception=())
    desk.handle(inputs.PlanSet(slots=(slot,)), 0)
    desk.handle(inputs.Tick(), 0)
    assert states.changes(desk.office) == []
    desk.handle(inputs.PresenceChanged(person=PersonId("A"), presence="receiving"), 1)
    assert states.changes(desk.office) == [("present", "receiving", {"of": "presence", "person": "A"})]
    desk.handle(inputs.CallArrived(call=call, number=Number("+8613812345678")), 2)
    assert states.changes(desk.office) == [
        ("-", "ringing", {"of": "call", "call": "c1"}),
        ("due", "offered", {"of": "turn", "person": "B", "sheet": "call"}),
    ]
    desk.handle(inputs.Answered(call=call, person=PersonId("B")), 3)
    assert states.changes(desk.office) == [
        ("ringing", "talking", {"of": "call", "call": "c1"}),
        ("offered", "done", {"of": "turn", "person": "B", "sheet": "call"}),
    ]
    desk.handle(inputs.HungUp(call=call), 4)
    assert ("talking", "ended", {"of": "call", "call": "c1"}) in states.changes(desk.office)
    assert states.changes(desk.office) == []

"""The log tells why a call rang where it did, and never a whole number."""

from __future__ import annotations

from router.core import inputs
from router.core.desk import Desk
from router.core.words import CallId, Number, PersonId
from router.engine.log_lines import lines


def test_the_log_tells_who_was_seen_by_which_rules_and_no_number() -> None:
    desk = Desk(rings_at_once=True)
    slot = inputs.Slot(start=0, end=None, call=(PersonId("A"), PersonId("B")), reception=())
    desk.handle(inputs.PlanSet(slots=(slot,)), 0)
    desk.handle(inputs.Tick(), 0)
    desk.handle(inputs.PresenceChanged(person=PersonId("A"), presence="receiving"), 1)
    said = list(lines(desk.handle(inputs.CallArrived(call=CallId("c1"), number=Number("+8613812345678")), 2)))
    assert said == [
        "call=c1 what=decision seen=A:due:receiving,B:due:available rules=R9,R10,R2,R4,R5 clock_ms=-",
        "what=passed person=A sheet=call why=receiving",
        "call=c1 what=rang who=B stage=rotation sheet=call",
    ]
    said = list(lines(desk.handle(inputs.Answered(call=CallId("c1"), person=PersonId("B")), 3)))
    assert said[-1] == "what=own number=138****5678 who=B"

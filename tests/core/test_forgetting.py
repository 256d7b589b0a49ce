"""What the desk forgets, so that its memory stays flat: calls of long ago, and customers whom nobody owns."""

from __future__ import annotations

from router.core import inputs
from router.core.desk import Desk
from router.core.policy import Policy
from router.core.words import CallId, FormKind, Number, PersonId

A, B = PersonId("A"), PersonId("B")
DAY_MS = 86_400_000


def _desk() -> Desk:
    desk = Desk(Policy(keep_ms=10 * DAY_MS), rings_at_once=True)
    desk.handle(inputs.PlanSet(slots=(inputs.Slot(start=0, end=None, call=(A, B), reception=()),)), 0)
    desk.handle(inputs.Tick(), 0)
    return desk


def _talks(desk: Desk, name: str, number: str, at: int) -> None:
    rung = desk.handle(inputs.CallArrived(call=CallId(name), number=Number(number)), at)
    assert rung
    person = desk.office.calls[CallId(name)].ringing[0]
    desk.handle(inputs.Answered(call=CallId(name), person=person), at + 1_000)


def _served(desk: Desk, name: str, number: str, at: int) -> None:
    _talks(desk, name, number, at)
    desk.handle(inputs.HungUp(call=CallId(name)), at + 60_000)


def test_a_call_whose_end_was_lost_holds_up_no_forgetting_and_is_forgotten_once_nobody_is_on_it() -> None:
    desk = _desk()
    _talks(desk, "lost", "1", 0)
    _served(desk, "c1", "2", 100_000)
    _served(desk, "c2", "3", 11 * DAY_MS)
    assert list(desk.office.calls) == ["lost", "c2"], "whoever is on it may talk for days"
    person = desk.office.calls[CallId("lost")].last_on_it
    assert person is not None
    desk.office.people[person].talking = None  # they have been connected with another call since
    _served(desk, "c3", "4", 12 * DAY_MS)
    assert list(desk.office.calls) == ["c2", "c3"]


def test_a_customer_whom_nobody_owns_leaves_with_the_call_and_one_who_is_owned_stays() -> None:
    desk = _desk()
    _served(desk, "c1", "1", 0)
    desk.handle(inputs.FormFiled(call=CallId("c1"), kind=FormKind.OTHER), 100_000)
    _served(desk, "c2", "2", 200_000)
    assert desk.office.customers[Number("1")].owner is None
    _served(desk, "c3", "3", 5 * DAY_MS)
    assert Number("1") in desk.office.customers, "a correction of the form would make them somebody's"
    _served(desk, "c4", "3", 11 * DAY_MS)
    assert set(desk.office.customers) == {"2", "3"}

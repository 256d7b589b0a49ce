"""R15 live: a caller who was given on, and whom nobody took, is called back."""

from __future__ import annotations

import pytest

from router.core.desk import Desk
from router.core.inputs import Answered, CallArrived, CustomerKnown, HandedOver, HungUp, PersonKnown, PlanSet, Slot
from router.core.words import CallId, Number, PersonId

A, B, C = PersonId("A"), PersonId("B"), PersonId("C")
CALL, NUMBER = CallId("c1"), Number("13900000001")


@pytest.fixture
def desk() -> Desk:
    desk = Desk(rings_at_once=True)
    desk.handle(PlanSet(slots=(Slot(start=0, end=None, call=(A, B), reception=(C,)),)), 0)
    desk.handle(PersonKnown(person=C), 0)
    return desk


def talks(desk: Desk, number: str = NUMBER) -> None:
    desk.handle(CallArrived(call=CALL, number=Number(number)), 1_000)
    desk.handle(Answered(call=CALL, person=A), 2_000)


def test_the_owner_calls_back_who_was_lost(desk: Desk) -> None:
    talks(desk)
    desk.handle(HungUp(call=CALL, lost=True), 9_000)
    assert desk.office.callbacks == {NUMBER: A}


def test_whoever_was_last_on_it_calls_back_where_another_s_customer_has_lapsed(desk: Desk) -> None:
    desk.handle(CustomerKnown(number=NUMBER, owner=C, last_contact=0), 500)
    desk.handle(CallArrived(call=CALL, number=NUMBER), 1_000)  # C's phone rings
    desk.handle(Answered(call=CALL, person=C), 2_000)
    desk.handle(PersonKnown(person=C, active=False), 2_500)
    desk.handle(HandedOver(call=CALL, person=B), 3_000)
    desk.handle(HungUp(call=CALL, lost=True), 9_000)
    assert desk.office.callbacks == {NUMBER: B}


@pytest.mark.parametrize(("number", "lost"), [("", True), (NUMBER, False)], ids=["withheld", "an end like any other"])
def test_nothing_is_owed(desk: Desk, number: str, lost: bool) -> None:
    talks(desk, number)
    desk.handle(HungUp(call=CALL, lost=lost), 9_000)
    assert desk.office.callbacks == {}


def test_the_next_talk_settles_it(desk: Desk) -> None:
    talks(desk)
    desk.handle(HungUp(call=CALL, lost=True), 9_000)
    desk.handle(CallArrived(call=CallId("c2"), number=NUMBER), 10_000)
    desk.handle(Answered(call=CallId("c2"), person=A), 11_000)
    assert desk.office.callbacks == {}

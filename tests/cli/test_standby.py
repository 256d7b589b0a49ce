"""Whom Asterisk is told to ring while the router is silent."""

from __future__ import annotations

from router.cli.engine import standby
from router.core.inputs import Slot
from router.core.words import Group, PersonId, TurnState
from router.telephony.switchboard import Shift, Standby
from router.wire.board import BoardPerson, BoardSheet, BoardSlot, BoardTurn, OfficeBoard

A, B, C = PersonId("A"), PersonId("B"), PersonId("C")
SLOT = Slot(start=32_400_000, end=75_600_000, call=(A, B), reception=(C,))


def board(slot: BoardSlot | None, **presence: str) -> OfficeBoard:
    people = {
        PersonId(name): BoardPerson(presence=presence.get(name, "off"), phone="idle", suspended=name == "B")
        for name in "ABC"
    }
    turns = tuple(BoardTurn(person=person, state=TurnState.DUE) for person in people)
    sheet = BoardSheet(group=Group.CALL, round=1, running=slot is not None, turns=turns)
    return OfficeBoard(people=people, slot=slot, sheets=(sheet,))


def test_who_is_present_is_rung_until_the_slot_ends_and_later_whoever_is_planned() -> None:
    told = standby(board(BoardSlot(name="", start=0, end=75_600_000), A="present", B="present"), [SLOT])
    assert told == Standby(present=(A,), until=75_600, shifts=(Shift(start=32_400, end=75_600, order=(A, C)),))


def test_at_night_nobody_is_rung_and_the_coming_day_stands_ready() -> None:
    told = standby(board(None), [SLOT])
    assert told.present == ()
    assert [shift.order for shift in told.shifts] == [(A, C)]


def test_a_slot_without_an_end_goes_on() -> None:
    told = standby(board(BoardSlot(name="", start=0), C="present"), [Slot(start=0, end=None, call=(C,), reception=())])
    assert told.until == told.shifts[0].end > 30_000_000_000

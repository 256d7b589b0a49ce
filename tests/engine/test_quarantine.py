"""A mistake of ours in a timer of the desk: the engine must not begin anew for ever, nor lose a caller by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.core import calls, inputs, timers
from router.core.actions import StopRinging
from router.core.model import Call, Office
from router.core.words import CallId, CallState, Number, TurnState
from tests.engine.office import CHEN, LI, TestOffice, office

OTHER = Number("+8613800000002")


@pytest.fixture
def cursed(monkeypatch: pytest.MonkeyPatch) -> CallId:
    """A call that can't be opened to everyone."""
    opened = calls.open_to_everyone

    def open_to_everyone(at: Office, call: Call) -> None:
        if call.id == "cursed":
            raise ZeroDivisionError
        opened(at, call)

    monkeypatch.setattr(calls, "open_to_everyone", open_to_everyone)
    return CallId("cursed")


def ring(made: TestOffice, call: str, person: str, number: Number) -> None:
    made.call_comes(call, number)
    made.tell(inputs.PhoneRang(call=CallId(call), person=CHEN if person == "chen" else LI))


def test_the_call_whose_timer_fails_goes_to_the_fallback_and_the_others_go_on(tmp_path: Path, cursed: CallId) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        ring(made, "cursed", "chen", Number("+8613800000001"))
        ring(made, "sound", "li", OTHER)
        made.now += made.desk.office.policy.three_rings_ms
        made.work()
        desk = made.desk.office
        assert made.phones.left_to_fallback == [cursed]
        assert desk.calls[cursed].state is CallState.MISSED, "a call back is owed"
        assert desk.calls[CallId("sound")].state is CallState.OPEN
        assert desk.people[CHEN].ringing == "sound", "free, and joins the other call"
        assert StopRinging(call=cursed, person=CHEN, answered=False) in made.phones.asked


def test_nobody_loses_a_turn_by_it(tmp_path: Path, cursed: CallId) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        made.call_comes(cursed)
        made.tell(inputs.PhoneRang(call=cursed, person=CHEN))
        made.tell(inputs.Declined(call=cursed, person=CHEN))
        made.tell(inputs.PhoneRang(call=cursed, person=LI), at=made.now + 1_000)
        made.now += made.desk.office.policy.three_rings_ms
        made.work()
        turns = next(iter(made.desk.office.sheets.values())).turns
        assert turns[LI].state is TurnState.DUE


def test_a_restart_does_not_come_by_the_same_timer_again(tmp_path: Path, cursed: CallId) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        ring(made, cursed, "chen", Number("+8613800000001"))
        now = made.now = made.now + made.desk.office.policy.three_rings_ms
        made.work()
    with office(tmp_path, now=now) as again:
        again.work()
        assert not again.phones.left_to_fallback
        assert again.desk.office.calls[cursed].state is CallState.MISSED
        ring(again, "sound", "chen", OTHER)
        assert again.desk.office.people[CHEN].ringing == "sound"


def test_a_change_of_slot_that_fails_leaves_the_sheets_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = timers.change_slot

    def change_slot(at: Office) -> None:
        if at.now >= 60_000:
            raise ZeroDivisionError
        changes(at)

    with office(tmp_path) as made:
        made.open_slot()
        slot = inputs.Slot(start=0, end=60_000, call=(CHEN,), reception=(), name="白班")
        made.tell(inputs.PlanSet(slots=(slot,)))
        monkeypatch.setattr(timers, "change_slot", change_slot)
        made.now = 60_000
        made.work()
        ring(made, "sound", "chen", OTHER)
        assert made.desk.office.people[CHEN].ringing == "sound", "the office goes on"
    with office(tmp_path, now=61_000) as again:
        again.work()
        assert again.desk.office.calls[CallId("sound")].state is CallState.RINGING

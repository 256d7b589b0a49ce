"""What Asterisk has done is a fact: whoever is on a call is on it, whatever the desk would have thought of it."""

from __future__ import annotations

from pathlib import Path

from router.core import inputs
from router.core.words import CallId, CallState, DeviceState, Number
from tests.engine.office import CHEN, LI, WANG, TestOffice, office

OTHER = Number("+8613800000002")


def _talks(made: TestOffice, name: str, number: Number, person: inputs.PersonId) -> CallId:
    call = made.call_comes(name, number)
    made.tell(inputs.PhoneRang(call=call, person=person))
    made.tell(inputs.Answered(call=call, person=person))
    return call


def _on(made: TestOffice, call: CallId) -> str | None:
    known = made.desk.office.calls[call]
    return known.last_on_it if known.state is CallState.TALKING else None


def test_who_has_been_handed_a_call_is_on_it_though_their_phone_is_away_for_the_desk(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        made.tell(inputs.DeviceChanged(person=WANG, device=DeviceState.UNREGISTERED))
        call = _talks(made, "c1", Number("+8613800000001"), CHEN)
        made.tell(inputs.HandedOver(call=call, person=WANG))
        assert (_on(made, call), made.desk.office.people[CHEN].talking) == (WANG, None)
        made.tell(inputs.HungUp(call=call))
        assert made.desk.office.people[WANG].talking is None


def test_who_has_been_handed_a_call_while_theirs_was_never_told_to_end_is_on_the_new_one(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        first = _talks(made, "c1", Number("+8613800000001"), CHEN)
        second = _talks(made, "c2", OTHER, LI)
        made.tell(inputs.HandedOver(call=second, person=CHEN))
        assert (_on(made, second), made.desk.office.people[LI].talking) == (CHEN, None)
        made.tell(inputs.HungUp(call=first))
        assert made.desk.office.people[CHEN].talking == second, "the end of the old one does not free them of the new"
        made.tell(inputs.HungUp(call=second))
        assert made.desk.office.people[CHEN].talking is None


def test_who_is_handed_a_call_while_they_are_rung_for_another_loses_no_turn(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        first = _talks(made, "c1", Number("+8613800000001"), CHEN)
        ringing = made.call_comes("c2", OTHER)
        made.tell(inputs.PhoneRang(call=ringing, person=LI))
        assert made.desk.office.people[LI].ringing == ringing
        made.tell(inputs.HandedOver(call=first, person=LI))
        assert _on(made, first) == LI
        assert made.desk.office.calls[ringing].ringing == [CHEN], "the caller goes on to who is free now"
        sheet = next(made.desk.office.running_sheets())
        assert sheet.turns[LI].state.value == "due"


def test_an_answer_that_the_desk_did_not_expect_is_one(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        _talks(made, "c1", Number("+8613800000001"), CHEN)
        call = made.call_comes("c2", OTHER)
        made.tell(inputs.Answered(call=call, person=CHEN))  # Asterisk had them pick it up
        assert _on(made, call) == CHEN
        assert not made.desk.office.pending


def test_a_hand_over_of_a_call_that_is_over_changes_nothing(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        call = _talks(made, "c1", Number("+8613800000001"), CHEN)
        made.tell(inputs.HungUp(call=call))
        made.tell(inputs.HandedOver(call=call, person=LI))
        assert made.desk.office.people[LI].talking is None
        assert made.desk.office.calls[call].last_on_it == CHEN


def test_a_call_back_that_the_desk_did_not_know_can_be_given_to_somebody_and_is_settled(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        made.ask(inputs.CallbackOwed(number=OTHER, person=inputs.PersonId("gone")), key="owed:1")
        assert made.desk.office.callbacks == {OTHER: None}
        made.ask(inputs.CallbackAssigned(number=OTHER, person=LI, by="boss"), key="assign:1")
        made.ask(inputs.CallbackOwed(number=OTHER, person=CHEN), key="owed:2")
        assert made.desk.office.callbacks == {OTHER: LI}, "one debt a number, and it is Li's"
        made.tell(inputs.Contacted(number=OTHER, person=LI))
        made.ask(inputs.CallbackOwed(number=OTHER), key="owed:1")
        assert not made.desk.office.callbacks, "told twice it counts once"

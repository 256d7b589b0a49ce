"""The router dies, the link breaks, phones answer in the same instant: no caller is lost."""

from __future__ import annotations

import pytest

from router.core.inputs import Answered, CallArrived, Declined, Failed, HungUp, PhoneRang, Taken
from router.core.words import PersonId
from router.core.words import Stage as Rung
from router.telephony.switchboard import Times
from router.telephony.switchboard.floor import Expected
from tests.telephony.phones.people import Phone, until
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import HOTLINE

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]
A = PersonId("A")


def test_with_the_router_gone_asterisk_rings_the_list_itself(stage: Stage) -> None:
    scene = stage("A", "C", times=Times(three_rings_ms=2000))
    scene.router_dies()
    caller = scene.caller().dials(HOTLINE)
    scene.phone["A"].rings()
    caller.hears_ringing()
    scene.phone["C"].rings(within=4)
    scene.phone["C"].answers()
    caller.hears(scene.phone["C"])
    scene.phone["A"].stops_ringing()


def test_a_phone_that_rings_when_the_router_dies_can_be_answered(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, _ = scene.rings_at("A")
    scene.router_dies()
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])


def test_when_the_router_dies_in_a_call_the_fallback_rings_others_too(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, _ = scene.rings_at("A")
    scene.router_dies()
    scene.phone["C"].rings(within=10)
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    scene.phone["C"].stops_ringing()


def test_an_answer_by_the_fallback_is_told_to_a_router_that_lives(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.call_comes()
    scene.phone["A"].rings(within=4)  # the desk says nothing of it
    scene.phone["A"].answers()
    scene.letters.wait(Taken, call=call, person="A", fact=True)
    caller.hears(scene.phone["A"])
    assert "fallback" in scene.alarms


# --- the router starts anew ------------------------------------------------------------------------------------------


def test_a_phone_that_rings_over_a_restart_is_answered_as_if_nothing_was(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.rings_at("A")
    scene.router_dies()
    scene.router_returns(Expected(call=call, ringing=(A,)))
    assert scene.phone["A"].is_ringing()
    scene.ring(call, "C", stage=Rung.EVERYONE)
    scene.phone["C"].rings()
    scene.phone["A"].answers()
    scene.letters.wait(Answered, call=call, person="A")
    caller.hears(scene.phone["A"])
    scene.phone["C"].stops_ringing()
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)
    assert len(scene.letters.of(CallArrived)) == 1


def test_what_happened_during_a_restart_is_told(stage: Stage) -> None:
    scene = stage("A", "C", "D")
    answered, first = scene.call_comes("13900000001")
    abandoned, second = scene.call_comes("13900000002")
    _, third = scene.call_comes("13900000003")
    for call, person in ((first, "A"), (second, "C"), (third, "D")):
        scene.ring(call, person)
        scene.phone[person].rings()
    scene.router_dies()
    scene.phone["A"].answers()
    answered.hears(scene.phone["A"])
    abandoned.hangs_up()
    scene.phone["D"].declines()
    unheard = scene.caller("13900000004").dials(HOTLINE)
    until("the call is there", lambda: len([name for name in scene.pbx.channels() if "hotline-offer" in name]) >= 4)
    scene.router_returns(
        Expected(call=first, ringing=(A,)),
        Expected(call=second, ringing=(PersonId("C"),)),
        Expected(call=third, ringing=(PersonId("D"),)),
    )
    scene.letters.wait(Answered, call=first, person="A")
    scene.letters.wait(HungUp, call=second)
    scene.letters.wait(Failed, call=third, person="D")
    scene.phone["C"].stops_ringing()
    scene.letters.wait(CallArrived, number="13900000004")
    scene.hold(third)
    answered.hangs_up()
    scene.letters.wait(HungUp, call=first)
    unheard.hangs_up()


def test_a_broken_link_changes_nothing_for_a_ringing_phone(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.rings_at("A")
    scene.letters.wait(PhoneRang)
    scene.link_breaks()
    scene.phone["A"].answers()
    scene.letters.wait(Answered, call=call, person="A")
    caller.hears(scene.phone["A"])
    assert len(scene.phone["A"].legs) == 1, "nothing was sent again"
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)


def test_what_happened_while_the_link_was_broken_is_told_afterwards(stage: Stage) -> None:
    scene = stage("A", "C", "D")
    answered, first = scene.call_comes("13900000001")
    abandoned, second = scene.call_comes("13900000002")
    _, third = scene.call_comes("13900000003")
    for call, person in ((first, "A"), (second, "C"), (third, "D")):
        scene.ring(call, person)
        scene.phone[person].rings()
        scene.letters.wait(PhoneRang, call=call)
    with scene.board._lock:  # nothing that comes in this time is heard
        listener, scene.board._client._on_event = scene.board._client._on_event, None
        scene.phone["A"].answers()
        answered.hears(scene.phone["A"])
        abandoned.hangs_up()
        abandoned.is_let_go()
        scene.phone["D"].declines()
        until("D's channel is gone", lambda: not any("PJSIP/104" in name for name in scene.pbx.channels()))
    scene.link_is_drained()
    scene.board._client._on_event = listener
    scene.link_breaks()
    scene.letters.wait(Answered, call=first, person="A")
    scene.letters.wait(HungUp, call=second)
    scene.letters.wait(Failed, call=third, person="D")
    assert not scene.letters.of(Declined)


def test_rings_asked_for_without_a_link_ring_once_it_is_back(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.call_comes()
    with scene.board._lock:
        scene.board._board.unlinked(0)
        scene.ring(call, "A")
    scene.phone["A"].stays_silent(0.2)
    scene.link_breaks()
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    assert not scene.letters.of(Failed)


def test_a_call_that_came_while_the_link_was_broken_is_found(stage: Stage) -> None:
    scene = stage("A")
    with scene.board._lock:
        listener, scene.board._client._on_event = scene.board._client._on_event, None
    caller = scene.caller().dials(HOTLINE)
    until("the call is there", lambda: any("hotline-offer" in name for name in scene.pbx.channels()))
    scene.board._client._on_event = listener
    scene.link_breaks()
    arrived = scene.letters.wait(CallArrived, number="13900000001").input
    assert isinstance(arrived, CallArrived)
    scene.ring(arrived.call, "A")
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])


@pytest.mark.parametrize("times", [20])
def test_a_caller_who_hangs_up_at_the_answer_leaves_nothing_behind(stage: Stage, times: int) -> None:
    scene = stage("A", "C")
    scene.at_the_answer = True
    for number in range(times):
        caller, call = scene.call_comes(f"139000002{number:02}")
        scene.ring(call, "A", "C", stage=Rung.EVERYONE)
        legs = [scene.phone[name].rings() for name in "AC"]
        with scene.world.changed:
            scene.phone["A"].accept(legs[0])
            caller.hangs_up()
            scene.phone["C"].accept(legs[1])
        scene.letters.wait(HungUp, call=call)
        for name in "AC":
            scene.stop(call, name)
            scene.phone[name].is_let_go()
        caller.is_let_go()
    assert not scene.alarms


@pytest.mark.parametrize("times", [20])
def test_phones_rung_and_stopped_in_one_breath_do_not_ring_on(stage: Stage, times: int) -> None:
    scene = stage("A", "C", "D")
    for number in range(times):
        caller, call = scene.call_comes(f"139000003{number:02}")
        scene.ring(call, *"ACD", stage=Rung.EVERYONE)
        for name in "CD":
            scene.stop(call, name, answered=True)
        scene.phone["A"].answers()
        caller.hears(scene.phone["A"])
        for name in "CD":
            scene.phone[name].stops_ringing()
        caller.hangs_up()
        scene.letters.wait(HungUp, call=call)
        scene.phone["A"].is_let_go()


@pytest.mark.parametrize("times", [200])
def test_phones_that_answer_in_the_same_instant_share_no_caller(stage: Stage, times: int) -> None:
    scene = stage("A", "B", "C", "D")
    for number in range(times):
        caller, call = scene.call_comes(f"139000001{number:02}")
        scene.ring(call, *"ABCD", stage=Rung.EVERYONE)
        phones = [scene.phone[name] for name in "ABCD"]
        legs = [phone.rings() for phone in phones]
        with scene.world.changed:
            for phone, leg in zip(phones, legs, strict=True):
                phone.accept(leg)
        winner = scene.letters.wait(Answered, call=call).input
        assert isinstance(winner, Answered)
        caller.hears(scene.phone[winner.person])
        losers = [phone for name, phone in scene.phone.items() if name != winner.person]
        until("the losers are released", lambda losers=losers: not any(map(Phone.is_talking, losers)))
        assert len(scene.letters.of(Answered, call=call)) == 1
        caller.hangs_up()
        scene.letters.wait(HungUp, call=call)
        scene.phone[winner.person].is_let_go()
    assert not scene.alarms

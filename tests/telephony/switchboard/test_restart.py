"""The router dies in the middle of something unusual, and comes back: a hand-over, a call that the fallback has."""

from __future__ import annotations

import pytest

from router.core.inputs import CallArrived, HandedOver, HungUp, PhoneRang, Taken
from router.core.words import CallId, PersonId
from router.core.words import Stage as Rung
from router.telephony.switchboard import Times
from router.telephony.switchboard.floor import Expected
from tests.telephony.phones.messages import Party
from tests.telephony.phones.people import Caller, Phone, until
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import HOTLINE, MOBILE
from tests.telephony.switchboard.scene import Scene

A, C = PersonId("A"), PersonId("C")


def handing_over(scene: Scene) -> tuple[Caller, CallId]:
    """A talked, and has sent the caller to C, whose phone rings."""
    caller, call = scene.talks_with("A")
    scene.phone["A"].transfers_to("103")
    scene.phone["C"].rings(within=8)
    scene.phone["A"].is_let_go(within=8)
    return caller, call


def test_a_hand_over_that_rings_over_a_restart_counts_from_the_answer(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = handing_over(scene)
    scene.router_dies()
    scene.router_returns(Expected(call=call, talking=A))
    assert scene.phone["C"].is_ringing()
    scene.phone["C"].answers()
    scene.letters.wait(HandedOver, call=call, person="C")
    caller.hears(scene.phone["C"])
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)


@pytest.mark.parametrize("while_away", [True, False], ids=["declined during the restart", "declined after it"])
def test_a_hand_over_declined_around_a_restart_brings_the_caller_back(stage: Stage, while_away: bool) -> None:
    scene = stage("A", "C")
    caller, call = handing_over(scene)
    scene.router_dies()
    if while_away:
        scene.phone["C"].declines()
        until("C's channel is gone", lambda: not any("PJSIP/103" in name for name in scene.pbx.channels()))
    scene.router_returns(Expected(call=call, talking=A))
    if not while_away:
        scene.phone["C"].declines()
    scene.phone["A"].rings(within=8)
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    assert not scene.letters.of(HandedOver)
    assert not scene.letters.of(HungUp)
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)


def test_a_hand_over_answered_while_the_router_was_away_is_told_when_it_is_back(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.talks_with("A")
    scene.router_dies()
    scene.phone["A"].transfers_to("103")
    scene.phone["C"].rings(within=8)  # the dialplan rings it by itself
    scene.phone["C"].answers()
    caller.hears(scene.phone["C"])
    scene.router_returns(Expected(call=call, talking=A))
    scene.letters.wait(HandedOver, call=call, person="C")
    caller.hears(scene.phone["C"])
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)


def test_a_caller_taken_by_key_is_still_known_to_talk_after_a_restart(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.call_comes()
    scene.ring(call, "A", stage=Rung.EVERYONE)
    scene.phone["A"].rings()
    scene.phone["C"].dials("*8")
    caller.hears(scene.phone["C"])
    scene.letters.wait(Taken, call=call, person="C")
    scene.router_dies()
    scene.router_returns(Expected(call=call, talking=C))
    assert not scene.letters.of(HungUp)
    caller.hears(scene.phone["C"])
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)


# --- the fallback has the call ---------------------------------------------------------------------------------------


def served_by_fallback(scene: Scene) -> tuple[Caller, CallId]:
    """A call that the router knew, and that Asterisk rings at A by itself now."""
    caller, call = scene.call_comes()
    scene.router_dies()
    scene.phone["A"].rings(within=12)
    return caller, call


def test_a_returning_router_does_not_cut_a_talk_that_the_fallback_made(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = served_by_fallback(scene)
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    scene.router_returns(Expected(call=call))
    scene.letters.wait(Taken, call=call, person="A", fact=True)
    caller.hears(scene.phone["A"])
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)


def test_a_returning_router_only_watches_a_call_that_the_fallback_rings(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = served_by_fallback(scene)
    scene.router_returns(Expected(call=call))
    scene.ring(call, "C")
    assert scene.phone["A"].is_ringing()
    scene.phone["A"].answers()
    scene.letters.wait(Taken, call=call, person="A", fact=True)
    caller.hears(scene.phone["A"])
    assert not scene.phone["C"].legs
    assert not scene.letters.of(CallArrived, call=call)[1:]


@pytest.fixture
def with_mobile(stage: Stage) -> tuple[Scene, Phone]:
    """C, and E's mobile behind its trunk; E's desk phone is not there."""
    scene = stage("C", times=Times(three_rings_ms=15_000))
    phone = Phone(scene.world, scene.server, user="13900000105", bind=MOBILE)
    scene.phone["E"] = phone
    return scene, phone


def test_the_fallback_rings_a_mobile_too_which_must_press_1(with_mobile: tuple[Scene, Phone]) -> None:
    scene, mobile = with_mobile
    caller, call = scene.call_comes()
    scene.router_dies()
    scene.phone["C"].rings(within=12)
    scene.phone["C"].declines()
    mobile.answers()
    assert mobile.shows() == Party("13900000001", HOTLINE), "no carrier takes the customer's number from us"
    until("it is asked", lambda: mobile.leg.voice.packets > 20)
    assert caller.leg.state != "talking"
    mobile.presses("1")
    caller.hears(mobile)
    scene.router_returns(Expected(call=call))


def test_a_mailbox_does_not_win_a_call_that_the_fallback_serves(with_mobile: tuple[Scene, Phone]) -> None:
    scene, mobile = with_mobile
    mobile.mood = "answers"
    scene.keeps_standby("E", "C")
    scene.router_dies()
    caller = scene.caller().dials(HOTLINE)
    mobile.talks()
    until("it is asked", lambda: mobile.leg.voice.packets > 20)
    asked, mobile.mood = mobile.leg, "rings"  # it is rung again with everyone, and its mailbox is off by then
    mobile.presses("2")
    until("it is let go", lambda: asked.state == "ended")
    scene.phone["C"].rings(within=8)
    scene.phone["C"].answers()
    caller.hears(scene.phone["C"])


def test_a_call_that_the_desk_can_not_serve_is_rung_everywhere_by_asterisk(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.rings_at("C")
    scene.letters.wait(PhoneRang, call=call)  # a stop in the very moment of the ring may lose its cause in Asterisk
    caller.hears_ringing()
    scene.board.leave_to_fallback([call])
    scene.phone["C"].stops_ringing()
    assert not scene.phone["C"].was_missed(), scene.phone["C"].world.story()
    scene.phone["A"].rings(within=8)
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    caller.hangs_up()
    caller.is_let_go()

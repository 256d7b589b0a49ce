"""Callers who wait or are let go (R14, R15), and when the PBX answers by itself (DESIGN 10)."""

from __future__ import annotations

import pytest

from router.core.inputs import Answered, HungUp, PhoneRang
from router.core.words import MissedWhy
from tests.telephony.phones.people import Caller, until
from tests.telephony.switchboard.conftest import Stage

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]


def hears_something(caller: Caller) -> None:
    """Music, an announcement or a tone, rather than nothing."""
    until("the caller hears something", lambda: caller.leg.voice.packets > 10)


def test_a_waiting_caller_is_answered_by_the_pbx_and_hears_music(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.call_comes()
    scene.hold(call)
    caller.is_answered()
    hears_something(caller)
    scene.ring(call, "A")
    scene.letters.wait(PhoneRang, call=call, person="A")
    scene.phone["A"].answers()
    scene.letters.wait(Answered, call=call, person="A")
    caller.hears(scene.phone["A"])
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)


def test_a_call_held_and_rung_in_one_breath_still_rings(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.call_comes()
    scene.hold(call)
    scene.ring(call, "A")
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])


def test_a_trunk_that_never_answers_plays_music_without_answering(stage: Stage) -> None:
    scene = stage("A", answer="never")
    caller, call = scene.call_comes()
    scene.hold(call)
    hears_something(caller)
    assert caller.leg.state == "early"
    scene.ring(call, "A")
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])


def test_a_trunk_that_never_answers_gives_up_before_the_carrier_does(stage: Stage) -> None:
    scene = stage(answer="never", no_answer_seconds=1)
    caller, call = scene.call_comes()
    scene.hold(call)
    scene.letters.wait(HungUp, call=call, within=12)
    caller.is_let_go()


def test_a_trunk_that_always_answers_does_so_at_once(stage: Stage) -> None:
    scene = stage("A", answer="always")
    caller, call = scene.call_comes()
    caller.is_answered()
    scene.ring(call, "A")
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])


def test_a_caller_who_leaves_while_waiting_has_hung_up(stage: Stage) -> None:
    scene = stage()
    caller, call = scene.call_comes()
    scene.hold(call)
    caller.is_answered()
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)


@pytest.mark.parametrize(("answer", "answered"), [("waiting", True), ("never", False)])
def test_a_closed_hotline_says_so_and_lets_go(stage: Stage, answer: str, answered: bool) -> None:
    scene = stage(answer=answer)
    caller, call = scene.call_comes()
    scene.release(call, MissedWhy.CLOSED)
    hears_something(caller)
    assert (caller.leg.state == "talking") is answered
    caller.is_let_go(within=12)
    assert not scene.letters.of(HungUp), "the desk ended this call itself"


def test_a_missed_call_is_let_go_after_its_phones_stopped(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.rings_at("A")
    scene.stop(call, "A")
    scene.release(call, MissedWhy.NO_ANSWER)
    scene.phone["A"].stops_ringing()
    assert scene.phone["A"].was_missed()
    caller.is_let_go(within=12)

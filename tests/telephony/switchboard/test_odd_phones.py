"""Phones and carriers as they are: odd answers, a phone that moves in mid-ring, an INVITE without a description."""

from __future__ import annotations

import pytest

from router.core.inputs import Answered, Declined, Failed, HungUp, PhoneRang
from router.telephony.switchboard import Times
from tests.telephony.phones.incoming import IncomingLeg
from tests.telephony.phones.people import Phone, until
from tests.telephony.switchboard.conftest import Stage

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]

TROUBLE = (400, 403, 404, 410, 415, 420, 488, 491, 501, 503, 513, 604, 606)


def test_whatever_a_phone_says_but_no_is_its_own_trouble(stage: Stage) -> None:
    scene = stage("A", times=Times(rest_ms=1))
    for number, status in enumerate(TROUBLE):
        scene.phone["A"].on_call = lambda leg, status=status: leg.refuse(status)  # type: ignore[method-assign]
        caller, call = scene.call_comes(f"139000006{number:02}")
        scene.ring(call, "A")
        scene.letters.wait(Failed, within=2.0, call=call, person="A")
        caller.hangs_up()
        scene.letters.wait(HungUp, call=call)
    assert not scene.letters.of(Declined)


@pytest.mark.parametrize("first", [181, 182, 199])
def test_news_before_the_ringing_is_no_ringing_and_does_no_harm(stage: Stage, first: int) -> None:
    scene = stage("A")

    def slow(leg: IncomingLeg) -> None:
        leg.reply(leg.invite, first)
        scene.world.after(0.3, leg.ring)

    scene.phone["A"].on_call = slow  # type: ignore[method-assign]
    caller, call = scene.call_comes()
    scene.ring(call, "A")
    until("it has said something", lambda: scene.phone["A"].legs)
    assert not scene.letters.of(PhoneRang)
    scene.letters.wait(PhoneRang, call=call, person="A")
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])


def test_a_phone_that_registers_elsewhere_in_mid_ring_can_still_be_answered(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.call_comes()
    scene.ring(call, "A")
    scene.phone["A"].rings()
    moved = Phone(scene.world, scene.server, user="101", secret="secret101")
    scene.phone["moved"] = moved
    moved.signs_in()
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    scene.letters.wait(Answered, call=call, person="A")
    caller.hangs_up()
    scene.phone["A"].is_let_go()
    _, second = scene.call_comes("13900000002")
    scene.ring(second, "A")
    moved.rings()
    assert len(scene.phone["A"].legs) == 1


def test_a_hold_by_either_side_is_no_end(stage: Stage) -> None:
    scene = stage("A")
    caller, _call = scene.talks_with("A")
    scene.phone["A"].holds()
    caller.hears_something()
    scene.phone["A"].resumes()
    caller.hears(scene.phone["A"])
    with scene.world.changed:
        caller.talking_leg().hold()
    scene.phone["A"].hears_something()
    with scene.world.changed:
        caller.talking_leg().hold(on=False)
    caller.hears(scene.phone["A"])
    assert not scene.letters.of(HungUp)

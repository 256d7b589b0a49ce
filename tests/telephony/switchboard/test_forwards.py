"""Somebody has forwarded their phone (302): no phone rings that the desk did not name, and the caller loses no time."""

from __future__ import annotations

import pytest

from router.core.inputs import Answered, Failed
from router.core.words import MissedWhy
from tests.telephony.phones.people import Phone
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import HOTLINE, MOBILE

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]

STRANGER = "13900000777"


@pytest.mark.parametrize("to", ["103", STRANGER], ids=["to a colleague", "to a number outside"])
def test_a_forwarded_phone_has_failed_at_once_and_nobody_else_rings(stage: Stage, to: str) -> None:
    scene = stage("A", "C", "D")
    outside = Phone(scene.world, scene.server, user=STRANGER, bind=MOBILE)
    scene.phone["outside"] = outside
    scene.phone["A"].forwards_to = to
    caller, call = scene.call_comes()
    scene.ring(call, "A")
    scene.letters.wait(Failed, within=1.0, call=call, person="A")
    scene.ring(call, "D")
    scene.phone["D"].answers()
    scene.letters.wait(Answered, call=call, person="D")
    caller.hears(scene.phone["D"])
    assert not scene.phone["C"].legs
    assert not outside.legs


def test_a_mobile_that_the_network_forwards_has_failed_too(stage: Stage) -> None:
    scene = stage("A", "C")
    mobile = Phone(scene.world, scene.server, user="13900000105", bind=MOBILE)
    scene.phone["E"] = mobile
    mobile.forwards_to = "103"
    _, call = scene.call_comes()
    scene.ring(call, "E")
    scene.letters.wait(Failed, within=1.0, call=call, person="E")
    assert not scene.phone["C"].legs


def test_the_fallback_follows_no_forward_either(stage: Stage) -> None:
    scene = stage("A", "C", "D")
    scene.phone["A"].forwards_to = "104"
    scene.keeps_standby("A", "C")
    scene.router_dies()
    caller = scene.caller().dials(HOTLINE)
    scene.phone["C"].answers()
    caller.hears(scene.phone["C"])
    assert not scene.phone["D"].legs


def test_the_duty_phones_forward_is_not_followed(stage: Stage) -> None:
    scene = stage("A", "D", duty="D")
    scene.phone["D"].forwards_to = "101"
    caller, call = scene.call_comes()
    scene.release(call, MissedWhy.CLOSED)
    caller.hears_something()
    assert not scene.phone["A"].legs


# --- calls among phones -----------------------------------------------------------------------------------------------


def test_a_colleague_s_call_follows_a_forward_inside_the_house(stage: Stage) -> None:
    scene = stage("A", "C", "D")
    scene.phone["A"].forwards_to = "104"
    scene.phone["C"].dials("101")
    scene.phone["D"].answers()
    scene.phone["C"].hears(scene.phone["D"])


@pytest.mark.parametrize("to", [STRANGER, "0" + STRANGER, "110"])
def test_no_call_goes_out_by_a_forward(stage: Stage, to: str) -> None:
    scene = stage("A", "C")
    outside = Phone(scene.world, scene.server, user="outside", bind=MOBILE)
    scene.phone["outside"] = outside
    scene.phone["A"].forwards_to = to
    scene.phone["C"].dials("101")
    scene.phone["C"].is_let_go()
    assert not outside.legs


@pytest.mark.parametrize("to", [STRANGER, "104"], ids=["outside", "to a colleague"])
def test_a_caller_who_is_passed_on_follows_no_forward(stage: Stage, to: str) -> None:
    scene = stage("A", "D", "300")
    outside = Phone(scene.world, scene.server, user=STRANGER, bind=MOBILE)
    scene.phone["outside"] = outside
    scene.phone["300"].forwards_to = to
    caller, _call = scene.talks_with("A")
    scene.phone["A"].transfers_to("300")
    scene.phone["A"].rings()
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    assert not scene.phone["D"].legs
    assert not outside.legs

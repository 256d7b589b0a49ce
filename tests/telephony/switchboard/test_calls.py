"""A call through the switchboard on a real Asterisk with real phones; the test plays the desk."""

from __future__ import annotations

import pytest

from router.core.inputs import Answered, CallArrived, HungUp, PhoneRang
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.scene import HOTLINE

pytestmark = pytest.mark.asterisk


def test_a_call_rings_is_answered_and_ends(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.call_comes("13900000001")
    arrived = scene.letters.wait(CallArrived)
    assert arrived.facts["hotline"] == HOTLINE
    assert arrived.facts["number"] == "13900000001"
    scene.ring(call, "A")
    scene.phone["A"].rings()
    scene.letters.wait(PhoneRang, call=call, person="A")
    caller.hears_ringing()
    scene.phone["A"].answers()
    scene.letters.wait(Answered, call=call, person="A")
    caller.hears(scene.phone["A"])
    caller.hangs_up()
    assert scene.letters.wait(HungUp, call=call).facts["ended_by"] == "caller"
    scene.phone["A"].is_let_go()

"""The prompts are not where they are looked for: tones stand in, and a mobile can take a call all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.core.inputs import Answered
from tests.telephony.phones.people import Phone, until
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import MOBILE

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]


def test_a_mobile_hears_tones_and_takes_the_call_where_the_prompts_are_missing(stage: Stage) -> None:
    scene = stage("C")
    mobile = scene.phone["E"] = Phone(scene.world, scene.server, user="13900000105", bind=MOBILE)
    scene.board.change_office(replace(scene.board._board.floor.directory, prompts="nowhere"))
    until("it is told", lambda: "HOTLINE_PROMPTS=nowhere" in scene.pbx.cli("dialplan show globals").replace(" ", ""))
    caller, call = scene.call_comes()
    scene.ring(call, "E")
    mobile.answers()
    mobile.hears_something(within=8)
    mobile.presses("1")
    scene.letters.wait(Answered, call=call, person="E")
    caller.hears(mobile)

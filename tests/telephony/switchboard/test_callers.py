"""Callers as the world sends them: odd names, numbers written in another way, none, one call twice, no good-bye."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from router.core.inputs import CallArrived, HungUp
from router.telephony.numbers import ways_to_write
from router.telephony.private.settings import Registration, TrunkSettings
from tests.telephony.phones.outgoing import OutgoingLeg
from tests.telephony.phones.people import until
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import HOTLINE, Pbx
from tests.telephony.switchboard.scene import Scene

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]


def arrives(scene: Scene, dialled: str = HOTLINE, **said: Any) -> dict[str, str]:
    """A call to a number, as the router is told of it."""
    before = len(scene.letters.of(CallArrived))
    caller = scene.caller().dials(dialled, **said)
    until("the call arrives", lambda: len(scene.letters.of(CallArrived)) > before)
    letter = scene.letters.of(CallArrived)[-1]
    assert isinstance(letter.input, CallArrived)
    caller.hangs_up()
    caller.is_let_go()
    scene.letters.wait(HungUp, call=letter.input.call)
    return {**letter.facts, "from": letter.input.number}


@pytest.mark.parametrize("name", ["张三(来访", "a) , b: c", "x=(((", '客户"引号', "尾巴)"])
def test_whatever_stands_in_a_caller_s_name_the_call_is_known_whole(stage: Stage, name: str) -> None:
    facts = arrives(stage("A"), name=name)
    assert (facts["from"], facts["hotline"], facts["trunk"]) == ("13900000001", HOTLINE, "carrier")
    assert facts["uniqueid"]


@pytest.mark.parametrize(
    "dialled",
    ["+864008001234", "864008001234", "00864008001234", "04008001234", "4008001234;phone-context=+86", "400"],
)
def test_the_hotline_is_found_however_the_carrier_writes_it(stage: Stage, written: Pbx, dialled: str) -> None:
    scene = stage("A", on=written)
    headers = [("to", f"<sip:+864008001234@{scene.server[0]}>")] if dialled == "400" else []
    assert arrives(scene, dialled, headers=headers)["hotline"] == HOTLINE


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An office whose trunk registers as 400."""
    ways = tuple((way, HOTLINE) for way in ways_to_write(HOTLINE))
    account = Registration(server="127.0.0.9:5999", username="400", secret="carrier")
    trunk = TrunkSettings(name="carrier", match=("127.0.0.2",), registration=account, numbers=ways)
    made = Pbx(Path(tmp_path_factory.mktemp("written")), trunks=(trunk, TrunkSettings(name="mobiles")))
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize("dialled", ["4009999999", "abc"])
def test_a_number_that_is_nobody_s_is_told_aloud(stage: Stage, dialled: str) -> None:
    scene = stage("A")
    caller = scene.caller().dials(dialled)
    caller.is_let_go()
    assert caller.final_status() == 404
    until("somebody is told", lambda: "unknown-number" in scene.alarms)


@pytest.mark.parametrize("headers", [[("privacy", "id")], [("privacy", "user;id")], [("privacy", "header; critical")]])
def test_who_asks_for_privacy_is_withheld(stage: Stage, headers: list[tuple[str, str]]) -> None:
    facts = arrives(stage("A"), headers=headers)
    assert facts["from"] == ("" if "id" in headers[0][1] else "13900000001")
    assert ("number" in facts) == (facts["from"] != "")


def test_one_call_that_comes_by_two_ways_is_one_call(stage: Stage) -> None:
    scene = stage("A")
    caller = scene.caller().dials(HOTLINE)
    assert isinstance(caller.leg, OutgoingLeg)
    with caller.world.changed:
        caller.leg.comes_another_way()  # either may be the one that is refused
    scene.letters.wait(CallArrived)
    caller.world.never("two calls arrive", lambda: len(scene.letters.of(CallArrived)) > 1, 0.5)
    caller.hangs_up()
    caller.is_let_go()


def test_one_call_that_comes_by_two_ways_is_one_call_for_the_fallback_too(stage: Stage) -> None:
    scene = stage("A", "C")
    scene.keeps_standby("A", "C")
    scene.router_dies()
    caller = scene.caller().dials(HOTLINE)
    assert isinstance(caller.leg, OutgoingLeg)
    with caller.world.changed:
        caller.leg.comes_another_way()
    scene.phone["A"].rings()
    caller.world.never("two phones ring", lambda: bool(scene.phone["C"].legs), 0.5)
    caller.hangs_up()
    caller.is_let_go()


def test_the_same_caller_from_two_addresses_is_linked_and_served(stage: Stage) -> None:
    scene = stage("A")
    first, call = scene.call_comes("13900000007")
    second, twin = scene.call_comes("13900000007")
    told = scene.letters.wait(CallArrived, call=twin)
    assert told.facts["twin"] == call
    assert first.leg.state != "ended"
    assert second.leg.state != "ended"
    third, other = scene.call_comes("13900000008")
    assert "twin" not in scene.letters.wait(CallArrived, call=other).facts
    for caller in (first, second, third):
        caller.hangs_up()


def test_a_caller_whose_network_is_gone_is_noticed(stage: Stage, impatient: Pbx) -> None:
    scene = stage("A", on=impatient)
    caller, call = scene.call_comes()
    scene.ring(call, "A")
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    gone = caller.leg
    caller.line.plugged = False
    gone.voice.close()
    scene.letters.wait(HungUp, call=call, within=8)
    scene.phone["A"].is_let_go()


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An Asterisk that waits two seconds for voice."""
    trunk = TrunkSettings(name="carrier", match=("127.0.0.2",), numbers=((HOTLINE, HOTLINE),), silence_seconds=2)
    made = Pbx(Path(tmp_path_factory.mktemp("impatient")), trunks=(trunk, TrunkSettings(name="mobiles")))
    made.start()
    yield made
    made.stop()

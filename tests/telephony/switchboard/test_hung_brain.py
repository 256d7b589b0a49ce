"""The engine hangs or fails while the link and Asterisk live: no beat, no claim, and the fallback rings."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.telephony.switchboard import switchboard as switchboard_module
from router.telephony.switchboard.floor import AsSent
from tests.telephony.phones.people import until
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import HOTLINE, Pbx

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]

UNCLAIMED_SECONDS = 4.0  # the dialplan waits for 1 s for a claim
SILENT_SECONDS = 12.0  # and 4 to 8 s for a beat


def test_a_call_that_the_desk_never_acts_for_rings_by_the_fallback_at_once(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, _ = scene.call_comes()  # the beat goes on
    scene.phone["A"].rings(within=UNCLAIMED_SECONDS)
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])


def test_when_the_engine_hangs_while_a_phone_rings_the_fallback_rings_others(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, _ = scene.rings_at("A")
    scene.brain_hangs()
    scene.phone["C"].rings(within=SILENT_SECONDS)
    scene.phone["C"].answers()
    caller.hears(scene.phone["C"])


def test_a_mistake_in_taking_a_call_in_leaves_it_to_the_fallback(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = stage("A", "C")

    class Unreadable(AsSent):
        def normalise(self, number: str) -> str:  # noqa: ARG002  (the protocol's signature)
            raise ValueError("no number of mine")

    monkeypatch.setattr(scene.board._board.floor, "numbers", Unreadable())
    scene.has_died = True  # the record of this call is Asterisk's alone
    caller = scene.caller("13900000009").dials(HOTLINE)
    scene.phone["A"].rings(within=UNCLAIMED_SECONDS)
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    assert "switchboard-failed" in scene.alarms


def _may_write(pbx: Pbx, classes: str) -> None:
    path: Path = pbx.folder / "etc" / "manager.conf"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(f"write = {classes}" if line.startswith("write") else line for line in lines) + "\n")
    pbx.cli("manager reload")


def test_where_asterisk_does_not_tell_its_channels_the_fallback_serves_until_it_does(
    stage: Stage, pbx: Pbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switchboard_module, "ANEW_SECONDS", 0.5)
    scene = stage("A", "C")
    _may_write(pbx, "call,originate")  # not reporting: no CoreShowChannels
    scene.has_died = True  # the record of this call is Asterisk's alone
    try:
        scene.link_is_thrown_out()
        until("it is refused", lambda: "channels-untold" in scene.alarms, 8)
        caller = scene.caller().dials(HOTLINE)
        scene.phone["A"].rings(within=UNCLAIMED_SECONDS)
        scene.phone["A"].answers()
        caller.hears(scene.phone["A"])
        assert not scene.board.connected
    finally:
        _may_write(pbx, "call,originate,reporting")
    until("the link is in step again, by itself", lambda: scene.board.connected, 15)

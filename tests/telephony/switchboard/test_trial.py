"""The router tries its PBX while calls go on: a trial takes nobody's caller, and two at a time do not mix."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from router.core.inputs import Answered
from router.telephony.ami import AmiAddress, AmiClient
from router.telephony.trial import Heard, Lack, try_call, try_pbx
from tests.telephony.phones.people import until
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import SECRET
from tests.telephony.switchboard.scene import Scene

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]


def address_of(scene: Scene) -> AmiAddress:
    return AmiAddress(host="127.0.0.1", port=scene.pbx.ami, username="hotline", secret=SECRET)


def test_a_caller_who_comes_while_a_trial_runs_is_not_taken_by_it(stage: Stage) -> None:
    scene = stage("A")
    heard = Heard()
    with AmiClient(address_of(scene), on_event=heard.put) as client:
        caller, call = scene.call_comes()
        until("the trial hears of the call, too", lambda: any("hotline-offer" in e.get("Offer") for e in heard.events))
        assert try_call(client, heard) == []
    scene.ring(call, "A")
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    scene.letters.wait(Answered, call=call, person="A")
    assert "unknown-pickup" not in scene.alarms


def test_trials_made_at_the_same_time_do_not_mix(stage: Stage) -> None:
    scene = stage("A")
    together = threading.Barrier(3)

    def trial() -> list[Lack]:
        together.wait(10)
        return try_pbx(address_of(scene), scene.board._board.floor.directory, private=True)

    with ThreadPoolExecutor(3) as pool:
        trials = [pool.submit(trial) for _ in range(3)]
        found = [one.result(30) for one in trials]
    assert found == [[], [], []]


def test_nothing_is_left_of_a_trial(stage: Stage) -> None:
    scene = stage()
    assert try_pbx(address_of(scene), scene.board._board.floor.directory, private=True) == []
    until("its channels are gone", lambda: not scene.pbx.channels(), within=1)

"""What is said and what happens cross on their way: no talk is cut, nobody is taken out of one, who talks is known."""

from __future__ import annotations

import pytest

from router.core.actions import Ring
from router.core.inputs import Answered, CallArrived, Contacted, Failed, HungUp, Taken
from router.core.words import CallId, MissedWhy, PersonId
from router.core.words import Stage as Rung
from tests.telephony.phones.people import until
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.scene import Scene
from tests.telephony.switchboard.table import CALL, FAILURE, PICKUP, RINGING, UP, A, Table

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]


def give_up(scene: Scene, call: CallId) -> None:
    """The desk says, 60 s after the first ring: missed."""
    scene.stop(call, "A")
    scene.release(call, MissedWhy.NO_ANSWER)


@pytest.mark.parametrize("_time", range(3))
def test_giving_a_call_up_does_not_cut_the_answer_that_it_crosses(stage: Stage, _time: int) -> None:
    scene = stage("A")
    caller, call = scene.rings_at("A")
    caller.hears_ringing()
    with scene.board._lock:  # what Asterisk tells is heard only afterwards
        scene.phone["A"].answers()
        caller.is_answered()
        give_up(scene, call)
    caller.hears(scene.phone["A"])
    told = scene.letters.wait(Contacted, person="A").input
    assert isinstance(told, Contacted)
    assert told.number == "13900000001", "no call back is owed to somebody who was spoken with"
    caller.hears(scene.phone["A"])
    caller.hangs_up()
    scene.phone["A"].is_let_go()


def test_a_call_that_is_given_up_stops_its_phones_and_lets_the_caller_go(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.rings_at("A")
    give_up(scene, call)
    scene.phone["A"].stops_ringing()
    assert scene.phone["A"].was_missed()
    caller.is_let_go(within=10)


def test_giving_up_while_the_pbx_is_just_answering_waits_for_it(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.call_comes()
    with scene.board._lock:
        scene.hold(call)
        scene.release(call, MissedWhy.MAX_WAIT)
    caller.is_answered()
    caller.hears_something()
    caller.is_let_go(within=10)


def test_a_stop_of_one_phone_does_not_cut_the_talk_that_it_crosses(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.rings_at("A")
    caller.hears_ringing()
    with scene.board._lock:
        scene.phone["A"].answers()
        caller.is_answered()
        scene.stop(call, "A")
    scene.letters.wait(Taken, call=call, person="A", fact=True)
    caller.hears(scene.phone["A"])


# --- *8 ---------------------------------------------------------------------------------------------------------------


def test_no_call_is_taken_that_is_being_handed_over_or_passed_on(stage: Stage) -> None:
    scene = stage("A", "C", "D", "300")
    caller, call = scene.call_comes()
    scene.ring(call, "A", stage=Rung.EVERYONE)
    scene.phone["A"].answers()
    scene.letters.wait(Answered, call=call)
    scene.phone["A"].transfers_to("300")
    scene.phone["300"].rings()
    leg = scene.phone["D"].dials("*8")
    until("a tone says no", lambda: leg.voice.packets > 10)
    scene.phone["D"].is_let_go()
    scene.phone["300"].answers()
    caller.hears(scene.phone["300"])
    leg = scene.phone["D"].dials("*8")
    until("a tone says no", lambda: leg.voice.packets > 10)
    scene.phone["D"].is_let_go()
    caller.hears(scene.phone["300"])
    assert not scene.letters.of(Taken)


def test_two_who_take_in_the_same_instant_share_no_caller(stage: Stage) -> None:
    scene = stage("A", "C", "D")
    caller, call = scene.call_comes()
    scene.ring(call, "A", stage=Rung.EVERYONE)
    scene.phone["A"].rings()
    scene.phone["C"].dials("*8")
    scene.phone["D"].dials("*8")
    taken = scene.letters.wait(Taken, call=call).input
    assert isinstance(taken, Taken)
    caller.hears(scene.phone[taken.person])
    other = scene.phone["D" if taken.person == "C" else "C"]
    other.is_let_go()
    caller.hears(scene.phone[taken.person])
    assert len(scene.letters.of(Taken)) == 1


# --- the PBX's own pickup ---------------------------------------------------------------------------------------------


def test_a_phone_picked_up_by_the_pbxs_own_code_counts_for_who_really_answered(stage: Stage) -> None:
    scene = stage("A", "C")
    scene.pbx.cli('dialplan add extension 880,1,PickupChan,"PJSIP/101,p" into hotline-internal')
    caller, call = scene.rings_at("A")
    scene.phone["C"].dials("880")
    caller.hears(scene.phone["C"])
    scene.letters.wait(Taken, call=call, person="C", fact=True)
    scene.phone["A"].stops_ringing()
    assert not scene.letters.of(Answered)
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)
    scene.phone["C"].is_let_go()


# --- legs that were given up ------------------------------------------------------------------------------------------


def given_up(table: Table) -> str:
    """A's phone was rung, and given up as never made: the desk was told so."""
    table.rings()
    leg = table.leg()
    table.says(FAILURE)
    table.later(300)
    assert table.told()[-1] == Failed(call=CALL, person=A)
    assert not table.board.floor.legs
    return leg


def test_a_phone_that_comes_to_life_after_it_was_given_up_is_stopped(table: Table) -> None:
    leg = given_up(table)
    table.says(RINGING, leg)
    assert [said["Channel"] for said in table.said("Hangup")] == [leg]


def test_a_phone_that_was_given_up_and_has_the_caller_counts(table: Table) -> None:
    leg = given_up(table)
    table.says(UP, leg)
    table.says(PICKUP, leg)
    assert table.told()[-1] == Taken(call=CALL, person=A, fact=True)


def test_a_channel_that_only_looks_like_ours_changes_nothing(table: Table) -> None:
    table.rings()
    before = len(table.out)
    for strange in ("hl.c9999999999999999999.A.0.0123456789ab", f"hl.{CALL}.Z.0.0123456789ab", f"hl.{CALL}.A.7.01"):
        table.says(RINGING, strange)
    assert len(table.out) == before


def test_a_ring_said_after_the_answer_rings_nobody(table: Table) -> None:
    table.rings()
    table.says(RINGING)
    table.says(UP)
    table.says(PICKUP)
    before = len(table.said("Originate"))
    table.take(table.board.perform([Ring(call=CALL, people=(PersonId("B"),), stage=Rung.EVERYONE)], table.now))
    assert len(table.said("Originate")) == before
    assert table.told()[0] == CallArrived(call=CALL, number="13900000001")  # type: ignore[arg-type]

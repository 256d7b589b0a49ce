"""A call through the switchboard on a real Asterisk with real phones; the test plays the desk."""

from __future__ import annotations

import pytest

from router.core.inputs import Answered, CallArrived, Declined, DeviceChanged, Failed, HungUp, PhoneRang
from router.core.words import DeviceState, PersonId
from router.core.words import Stage as Rung
from router.telephony.switchboard import Times
from tests.telephony.phones.people import until
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import HOTLINE

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]
A = PersonId("A")


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


def test_a_consultant_who_hangs_up_first_is_named(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.call_comes()
    scene.ring(call, "A")
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    scene.phone["A"].hangs_up()
    assert scene.letters.wait(HungUp, call=call).facts["ended_by"] == "consultant"
    caller.is_let_go()


def test_a_caller_who_gives_up_leaves_a_missed_call_on_the_phone(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.rings_at("A")
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)
    scene.stop(call, "A")
    scene.phone["A"].stops_ringing()
    assert scene.phone["A"].was_missed()


def test_losers_stop_at_once_and_show_no_missed_call(stage: Stage) -> None:
    scene = stage("A", "B", "C")
    caller, call = scene.rings_at("A")
    scene.ring(call, "B", "C", stage=Rung.EVERYONE)
    scene.phone["B"].rings()
    scene.phone["C"].rings()
    scene.phone["B"].answers()
    scene.letters.wait(Answered, call=call, person="B")
    for loser in ("A", "C"):
        scene.phone[loser].stops_ringing()
        assert not scene.phone[loser].was_missed(), loser
    caller.hears(scene.phone["B"])


def test_a_reject_is_a_decline(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.call_comes()
    scene.ring(call, "A")
    scene.phone["A"].declines()
    scene.letters.wait(Declined, call=call, person="A")
    scene.ring(call, "C")
    scene.phone["C"].answers()
    caller.hears(scene.phone["C"])
    assert not scene.letters.of(Failed)


def test_busy_from_a_phone_known_to_be_free_is_a_decline(stage: Stage) -> None:
    scene = stage("A")
    scene.phone["A"].mood = "busy"
    _, call = scene.call_comes()
    scene.ring(call, "A")
    scene.letters.wait(Declined, call=call, person="A")


def test_a_silent_phone_has_failed_and_is_left_alone_for_a_while(stage: Stage) -> None:
    scene = stage("A", times=Times(silent_ms=500, rest_ms=1000))
    scene.phone["A"].mood = "silent"
    _, call = scene.call_comes()
    scene.ring(call, "A")
    scene.letters.wait(Failed, call=call, person="A")
    scene.letters.wait(DeviceChanged, person="A", device=DeviceState.LOST)
    until("rested", lambda: scene.letters.all[-1].input == DeviceChanged(person=A, device=DeviceState.FOUND))
    assert not scene.letters.of(PhoneRang)


def test_a_phone_that_only_says_183_rings(stage: Stage) -> None:
    scene = stage("A")
    scene.phone["A"].mood = "progress"
    caller, call = scene.call_comes()
    scene.ring(call, "A")
    scene.letters.wait(PhoneRang, call=call, person="A")
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])


def test_a_phone_that_is_not_registered_fails_at_once(stage: Stage) -> None:
    scene = stage("A")
    _, call = scene.call_comes()
    scene.ring(call, "D")
    scene.letters.wait(Failed, call=call, person="D")


def test_several_phones_of_a_person_ring_together(stage: Stage) -> None:
    scene = stage("B", "201")
    caller, call = scene.rings_at("B")
    scene.phone["201"].rings()
    scene.letters.wait(PhoneRang, call=call, person="B")
    scene.phone["201"].answers()
    scene.letters.wait(Answered, call=call, person="B")
    scene.phone["B"].stops_ringing()
    assert not scene.phone["B"].was_missed()
    caller.hears(scene.phone["201"])
    assert len(scene.letters.of(PhoneRang)) == 1


def test_a_reject_on_one_phone_stops_all_of_the_person(stage: Stage) -> None:
    scene = stage("B", "201")
    _, call = scene.call_comes()
    scene.ring(call, "B")
    scene.phone["201"].rings()
    scene.phone["B"].declines()
    scene.letters.wait(Declined, call=call, person="B")
    scene.phone["201"].stops_ringing()
    assert not scene.phone["201"].was_missed()
    assert not scene.letters.of(Failed)


def test_one_failing_phone_of_two_is_no_failure(stage: Stage) -> None:
    scene = stage("B", "201", times=Times(silent_ms=300))
    scene.phone["B"].mood = "silent"
    caller, call = scene.call_comes()
    scene.ring(call, "B")
    scene.phone["201"].rings()
    until("B's desk phone is given up", lambda: not scene.phone["B"].is_ringing())
    scene.phone["201"].answers()
    caller.hears(scene.phone["201"])
    assert not scene.letters.of(Failed)


def test_the_display_shows_number_and_stage(stage: Stage) -> None:
    scene = stage("A", "B", "C")
    _, call = scene.call_comes("13912345678")
    scene.ring(call, "A")
    scene.ring(call, "B", stage=Rung.OWNER, owner="B")
    scene.ring(call, "C", stage=Rung.SUBSTITUTE, owner="B")
    shown = {name: scene.phone[name].rings().shown for name in "ABC"}
    assert shown["A"][1] == shown["B"][1] == "13912345678"
    assert shown["B"][0] == "老客户 李丽"
    assert shown["C"][0] == "接替 李丽"


def test_four_callers_at_once_each_get_their_own_consultant(stage: Stage) -> None:
    scene = stage("A", "B", "C", "D")
    came = [scene.call_comes(f"1390000000{n}") for n in range(4)]
    for (_, call), name in zip(came, "ABCD", strict=True):
        scene.ring(call, name)
    for name in "ABCD":
        scene.phone[name].answers()
    for (caller, _), name in zip(came, "ABCD", strict=True):
        caller.hears(scene.phone[name])

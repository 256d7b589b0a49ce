"""While people talk and while the office is closed: the warning of R18, who hung up (R19), the duty phone."""

from __future__ import annotations

import pytest

from router.core.inputs import Contacted, HungUp
from router.core.words import MissedWhy
from router.store.follow.events import FactKind
from tests.telephony.phones.messages import Party
from tests.telephony.phones.people import Phone, until
from tests.telephony.phones.rtp import SOUND
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import HOTLINE, MOBILE

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]


def test_the_warning_is_heard_by_the_consultant_and_not_by_the_caller(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.talks_with("A")
    phone, voice = scene.phone["A"].leg.voice, caller.leg.voice
    before = voice.heard[SOUND]
    for _ in range(3):  # a bridge that is warned again and again stays as it is
        heard = phone.heard[SOUND]
        scene.warn(call, "A")
        until("A hears the warning", lambda heard=heard: phone.heard[SOUND] > heard, 10)  # type: ignore[misc]  # a default argument
        until("the whisper is over", lambda: len(scene.pbx.channels()) == 2, 10)
    assert voice.heard[SOUND] == before
    caller.hears(scene.phone["A"])
    scene.phone["A"].hears(caller)
    caller.hangs_up()
    scene.phone["A"].is_let_go()


def test_a_talk_that_ends_in_the_warning_ends_for_good(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.talks_with("A")
    phone = scene.phone["A"].leg.voice
    heard = phone.heard[SOUND]
    scene.warn(call, "A")
    until("A hears the warning", lambda: phone.heard[SOUND] > heard, 10)
    caller.hangs_up()
    scene.phone["A"].is_let_go()
    until("no channel is left", lambda: not scene.pbx.channels(), 10)


def test_a_call_that_was_warned_can_be_handed_over(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.talks_with("A")
    phone = scene.phone["A"].leg.voice
    heard = phone.heard[SOUND]
    scene.warn(call, "A")
    until("A hears the warning", lambda: phone.heard[SOUND] > heard, 10)
    scene.phone["A"].transfers_to("103")
    scene.phone["C"].answers()
    caller.hears(scene.phone["C"])
    until("the whisper is over", lambda: len(scene.pbx.channels()) == 2, 10)


def test_who_talks_no_more_is_not_warned(stage: Stage) -> None:
    scene = stage("A", "C")
    _, call = scene.talks_with("A")
    scene.warn(call, "C")
    assert len(scene.pbx.channels()) == 2


def test_where_the_trunk_can_not_tell_nobody_hung_up_first(stage: Stage) -> None:
    scene = stage("A", tells_hangup=False)
    caller, call = scene.talks_with("A")
    scene.phone["A"].hangs_up()
    assert "ended_by" not in scene.letters.wait(HungUp, call=call).facts
    caller.is_let_go()


class TestDutyPhone:
    """Closed hours: the duty phone rings before the caller is told so."""

    def test_it_is_rung_and_its_talk_settles_the_call_back(self, stage: Stage) -> None:
        scene = stage("D", duty="D")
        caller, call = scene.call_comes("13900000009")
        scene.release(call, MissedWhy.CLOSED)
        scene.phone["D"].answers()
        caller.hears(scene.phone["D"])
        told = scene.letters.wait(Contacted, person="D").input
        assert isinstance(told, Contacted)
        assert told.number == "13900000009"
        until("it is noted", lambda: [(fact.what, fact.call) for fact in scene.facts] == [(FactKind.DUTY, call)])
        caller.hangs_up()
        scene.phone["D"].is_let_go()

    def test_a_caller_whom_it_does_not_answer_hears_the_announcement(self, stage: Stage) -> None:
        scene = stage("D", duty="D")
        caller, call = scene.call_comes()
        scene.release(call, MissedWhy.CLOSED)
        scene.phone["D"].declines()
        caller.hears_something()
        caller.is_let_go(within=20)
        assert scene.facts == []

    def test_a_mobile_must_press_1(self, stage: Stage) -> None:
        scene = stage("A", duty="E")
        scene.phone["E"] = phone = Phone(scene.world, scene.server, user="13900000105", bind=MOBILE)
        caller, call = scene.call_comes()
        scene.release(call, MissedWhy.CLOSED)
        phone.answers()
        assert phone.shows() == Party("13900000001", HOTLINE), "no carrier takes the customer's number from us"
        until("it is asked", lambda: phone.leg.voice.packets > 20, 10)
        assert scene.facts == []
        phone.presses("1")
        until("it is noted", lambda: [fact.call for fact in scene.facts] == [call], 10)
        caller.hears(phone)

    def test_a_mobile_whose_owner_refuses_leaves_the_announcement(self, stage: Stage) -> None:
        scene = stage("A", duty="E")
        scene.phone["E"] = phone = Phone(scene.world, scene.server, user="13900000105", bind=MOBILE)
        caller, call = scene.call_comes()
        scene.release(call, MissedWhy.CLOSED)
        phone.answers()
        until("it is asked", lambda: phone.leg.voice.packets > 20, 10)
        phone.presses("2")
        phone.is_let_go(within=10)
        caller.hears_something()
        caller.is_let_go(within=20)
        assert scene.facts == []

    def test_without_one_the_announcement_comes_at_once(self, stage: Stage) -> None:
        scene = stage("D")
        caller, call = scene.call_comes()
        scene.release(call, MissedWhy.CLOSED)
        caller.hears_something()
        caller.is_let_go(within=20)
        assert not scene.phone["D"].is_ringing()

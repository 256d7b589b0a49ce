"""Transfers by the phones' own keys, in every way that phones know: who talks, who has the call, who is free again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from router.core.inputs import Answered, HandedOver, HungUp
from router.core.words import CallId, PersonId
from router.telephony.switchboard import Times
from tests.telephony.phones.people import Caller, Phone, until
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import FIXED, HOTLINE
from tests.telephony.switchboard.scene import Scene

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]


def asks(scene: Scene, number: str, name: str) -> None:
    """A's owner calls somebody on a second line, while the caller waits; and their phone rings."""
    scene.phone["A"].dials(number)
    scene.phone[name].rings()
    until("A hears it ring", lambda: scene.phone["A"].legs_that_are("ringing"))


def is_handed_over(scene: Scene, caller: Caller, call: CallId, to: str) -> None:
    """The caller talks with this one, who has the call; the giver is free; the end of it is told once."""
    scene.letters.wait(HandedOver, call=call, person=to)
    caller.hears(scene.phone[to])
    scene.phone["A"].is_let_go()
    assert [letter.input for letter in scene.letters.of(HandedOver)] == [HandedOver(call=call, person=to)]  # type: ignore[arg-type]
    assert not scene.letters.of(HungUp)
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)
    scene.phone[to].is_let_go()
    until("both are free", lambda: is_free(scene, "A") and is_free(scene, to))


def is_free(scene: Scene, person: str) -> bool:
    """Whether the desk believes that the person is on no other call, and nothing of theirs is left here."""
    floor = scene.board._board.floor
    return not floor.devices._told[PersonId(person)].in_use and not floor.on_hotline(PersonId(person))


# --- to a consultant --------------------------------------------------------------------------------------------------


def test_given_while_the_other_still_rings(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.talks_with("A")
    asks(scene, "103", "C")
    scene.phone["A"].transfers_to_whom_it_rings()
    until("it is a hand-over", lambda: len(scene.phone["C"].legs) == 2)
    assert not scene.letters.of(HandedOver)
    scene.phone["C"].answers()
    is_handed_over(scene, caller, call, "C")


def test_given_while_the_other_still_rings_who_does_not_take_it(stage: Stage) -> None:
    scene = stage("A", "C", times=Times(hand_over_ms=800))
    caller, call = scene.talks_with("A")
    asks(scene, "103", "C")
    scene.phone["A"].transfers_to_whom_it_rings()
    until("it is a hand-over", lambda: len(scene.phone["C"].legs) == 2)
    comes_back(scene, caller, call)


def comes_back(scene: Scene, caller: Caller, call: CallId) -> None:
    """The giver's phone rings, and the caller is theirs as before."""
    scene.phone["A"].rings()
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    assert not scene.letters.of(HandedOver)
    assert not scene.letters.of(HungUp)
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)
    scene.phone["A"].is_let_go()


@pytest.mark.parametrize("_time", range(5))
def test_given_blind_in_the_instant_in_which_the_other_is_asked_no_more(stage: Stage, _time: int) -> None:
    scene = stage("A", "C")
    caller, call = scene.talks_with("A")
    asks(scene, "103", "C")
    scene.phone["A"].gives_up_asking_and_transfers_to("103")
    until("it is a hand-over", lambda: len(scene.phone["C"].legs) == 2)
    scene.phone["C"].answers()
    is_handed_over(scene, caller, call, "C")


def test_who_got_the_caller_by_a_transfer_hands_on(stage: Stage) -> None:
    scene = stage("A", "C", "D")
    caller, call = scene.talks_with("A")
    asks(scene, "103", "C")
    scene.phone["C"].answers()
    scene.phone["A"].talks()
    until("A talks with both", lambda: len(scene.phone["A"].legs_that_are("talking")) == 2)
    scene.phone["A"].joins_calls()
    scene.letters.wait(HandedOver, call=call, person="C")
    scene.phone["C"].transfers_to("104")
    scene.phone["D"].answers()
    scene.letters.wait(HandedOver, call=call, person="D")
    caller.hears(scene.phone["D"])


def test_the_keys_work_for_who_got_the_caller_after_a_word(stage: Stage) -> None:
    scene = stage("A", "C", "D")
    caller, call = scene.talks_with("A")
    asks(scene, "103", "C")
    scene.phone["C"].answers()
    scene.phone["A"].talks()
    until("A talks with both", lambda: len(scene.phone["A"].legs_that_are("talking")) == 2)
    scene.phone["A"].joins_calls()
    scene.letters.wait(HandedOver, call=call, person="C")
    caller.hears(scene.phone["C"])
    scene.phone["C"].presses("*7")
    until("it is other business", lambda: [fact.person for fact in scene.facts] == ["C"])
    caller.hears(scene.phone["C"])
    scene.phone["C"].presses("*9104")
    scene.phone["D"].rings(within=8)
    scene.phone["D"].answers()
    scene.letters.wait(HandedOver, call=call, person="D")
    caller.hears(scene.phone["D"])


def test_the_keys_do_nothing_in_a_call_among_colleagues(stage: Stage) -> None:
    scene = stage("A", "C", "D")
    scene.phone["A"].dials("103")
    scene.phone["C"].answers()
    scene.phone["C"].presses("*9104")
    scene.phone["D"].stays_silent(0.5)
    scene.phone["A"].hears(scene.phone["C"])


def test_by_a_phone_at_a_fixed_address(stage: Stage) -> None:
    scene = stage("C")
    scene.phone["F"] = Phone(scene.world, scene.server, user="f", bind=FIXED)
    caller, call = scene.talks_with("F")
    scene.phone["F"].transfers_to("103")
    scene.phone["C"].answers()
    scene.letters.wait(HandedOver, call=call, person="C")
    caller.hears(scene.phone["C"])
    scene.phone["F"].is_let_go()


def test_back_to_a_phone_at_a_fixed_address(stage: Stage) -> None:
    scene = stage("C")
    scene.phone["F"] = Phone(scene.world, scene.server, user="f", bind=FIXED)
    caller, _ = scene.talks_with("F")
    scene.phone["F"].transfers_to("103")
    scene.phone["C"].declines()
    scene.phone["F"].rings()
    scene.phone["F"].answers()
    caller.hears(scene.phone["F"])


# --- back to the giver ------------------------------------------------------------------------------------------------


def test_back_to_a_phone_that_is_still_busy_with_its_transfer(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.talks_with("A")
    scene.phone["C"].mood = "busy"
    scene.phone["A"].mood = "busy"  # it says so until it has put down its own call
    scene.phone["A"].transfers_to("103")
    until("it was rung", lambda: len(scene.phone["A"].legs) == 2)
    scene.phone["A"].mood = "rings"
    comes_back(scene, caller, call)


def test_to_oneself(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.talks_with("A")
    scene.phone["A"].transfers_to("101")
    comes_back(scene, caller, call)


def test_nobody_takes_it_nor_takes_it_back_and_everybody_rings(stage: Stage) -> None:
    scene = stage("A", "C", "D")
    scene.keeps_standby("D")
    caller, call = scene.talks_with("A")
    scene.phone["A"].transfers_to("103")
    scene.phone["C"].declines()
    scene.phone["A"].rings()
    scene.phone["A"].declines()
    scene.phone["D"].rings()
    scene.phone["D"].answers()
    scene.letters.wait(HandedOver, call=call, person="D")
    caller.hears(scene.phone["D"])
    assert "hand-over-lost" in scene.alarms
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)


def test_nobody_takes_it_nor_takes_it_back_and_the_caller_gives_up_so_a_call_back_is_owed(stage: Stage) -> None:
    scene = stage("A", "C", "D")
    scene.keeps_standby("D")
    caller, call = scene.talks_with("A")
    scene.phone["A"].transfers_to("103")
    scene.phone["C"].declines()
    scene.phone["A"].rings()
    scene.phone["A"].declines()
    scene.phone["D"].rings()
    caller.hangs_up()
    assert scene.letters.wait(HungUp, call=call).input == HungUp(call=call, lost=True)


def test_a_caller_who_leaves_while_the_other_rings_was_not_lost(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.talks_with("A")
    scene.phone["A"].transfers_to("103")
    scene.phone["C"].rings()
    caller.hangs_up()
    assert scene.letters.wait(HungUp, call=call).input == HungUp(call=call)


# --- to somebody who is no consultant ---------------------------------------------------------------------------------


def blind(scene: Scene) -> None:
    """The transfer key, and the number."""
    scene.phone["A"].transfers_to("300")
    scene.phone["300"].answers()


def by_key(scene: Scene) -> None:
    """*9 and the number."""
    phone = scene.phone["A"]
    phone.presses("*9")
    until("it hears the dial tone", lambda: len(phone.leg.voice.heard) > 1)
    phone.presses("300")
    scene.phone["300"].rings(within=8)
    scene.phone["300"].answers()


def after_asking(scene: Scene) -> None:
    """After a word with them."""
    asks(scene, "300", "300")
    scene.phone["300"].answers()
    until("A talks with both", lambda: len(scene.phone["A"].legs_that_are("talking")) == 2)
    scene.phone["A"].joins_calls()


def while_it_rings(scene: Scene) -> None:
    """Without waiting for a word."""
    asks(scene, "300", "300")
    scene.phone["A"].transfers_to_whom_it_rings()
    until("it is passed on", lambda: len(scene.phone["300"].legs) == 2)
    scene.phone["300"].answers()


@pytest.mark.parametrize("way", [blind, by_key, after_asking, while_it_rings])
def test_to_finance_ends_the_talk_for_the_rules_and_not_for_the_caller(
    stage: Stage, way: Callable[[Scene], None]
) -> None:
    scene = stage("A", "300")
    caller, call = scene.talks_with("A")
    way(scene)
    caller.hears(scene.phone["300"])
    scene.letters.wait(HungUp, call=call)
    scene.phone["A"].is_let_go()
    assert not scene.letters.of(HandedOver)
    _, second = scene.call_comes("13900000002")
    scene.ring(second, "A")
    scene.phone["A"].answers()
    scene.letters.wait(Answered, call=second, person="A")
    caller.hangs_up()
    scene.phone["300"].is_let_go()
    assert len(scene.letters.of(HungUp, call=call)) == 1


@pytest.mark.parametrize("to", ["300", "39", HOTLINE], ids=["who declines", "no such extension", "the hotline itself"])
def test_to_nobody_comes_back(stage: Stage, to: str) -> None:
    scene = stage("A", "300")
    scene.phone["300"].mood = "declines"
    caller, call = scene.talks_with("A")
    scene.phone["A"].transfers_to(to)
    comes_back(scene, caller, call)

"""The board without Asterisk, where something gets lost: an event, an answer, a stop, the link, the router itself."""

from __future__ import annotations

import pytest

from router.core.actions import Hold, Ring
from router.core.inputs import CallArrived, Failed, HandedOver, HungUp, Input, PhoneRang, Taken
from router.core.words import PersonId, Stage
from router.telephony.switchboard.floor import Expected, Floor
from tests.telephony.switchboard.table import (
    CALL,
    CALLER,
    HOTLINE_CALL,
    OFFER,
    OFFER_NAME,
    PHONE,
    PICKUP,
    RINGING,
    UP,
    A,
    B,
    Table,
    event,
    hangup,
    in_context,
    self_stop,
)


def test_the_end_of_a_stopped_phone_that_was_never_told_is_found_out_while_others_talk(table: Table) -> None:
    table.rings()
    table.says(RINGING)
    table.take(self_stop(table))
    table.later(1_500)
    assert table.said("Getvar")[-1]["Channel"] == table.leg()
    table.take(table.board.not_there(table.leg(), table.now))
    assert not table.board.floor.legs
    assert table.board.floor.calls, "the call goes on"


# --- the desk must hear of everybody it has rung: it has no timer of its own for a phone that gives no sign ---------


def test_an_originate_that_asterisk_refuses_is_a_failure(table: Table) -> None:
    table.rings()
    table.take(table.board.refused(table.leg(), "no such endpoint", table.now))
    assert table.told()[-1] == Failed(call=CALL, person=A)


def test_a_ring_for_a_call_that_is_not_on_the_pbx_is_a_failure(table: Table) -> None:
    table.take(table.board.perform([Ring(call=CALL, people=(A,), stage=Stage.ROTATION)], table.now))
    assert table.told() == [Failed(call=CALL, person=A)]


def test_a_call_that_never_gets_its_new_offer_fails_at_whom_it_should_ring(table: Table) -> None:
    table.says(HOTLINE_CALL, "-")
    table.take(table.board.perform([Hold(call=CALL)], table.now))
    table.take(table.board.perform([Ring(call=CALL, people=(A,), stage=Stage.ROTATION)], table.now))
    table.later(6_000)
    assert table.told()[-1] == Failed(call=CALL, person=A)
    assert table.alarms() == ["ring-lost"]


@pytest.mark.parametrize(
    ("state", "told"),
    [("", Failed), ("Down", Failed), ("Ringing", PhoneRang)],
    ids=["its channel is gone", "it is silent", "it rings"],
)
def test_a_phone_rung_just_before_the_link_was_cut_is_looked_at_when_it_is_back(
    table: Table, state: str, told: type[Input]
) -> None:
    table.rings()
    table.take(table.board.unlinked(table.now))
    table.later(10_000)
    assert isinstance(table.told()[-1], CallArrived), "nobody knows what it does without a link"
    live = [CALLER, OFFER] + ([PHONE.format(leg=table.leg(), state=state)] if state else [])
    table.take(table.board.linked([event(text) for text in live], (), table.now))
    table.later(4_000)
    assert isinstance(table.told()[-1], told)


def test_a_caller_lost_with_asterisk_is_told_before_the_phones_that_rang(table: Table) -> None:
    table.rings()
    table.says(RINGING)
    table.take(table.board.unlinked(table.now))
    table.take(table.board.linked((), (), table.now))
    assert table.told()[-1] == HungUp(call=CALL), "a failure would let the desk ring the next one, and end rounds"
    assert not [told for told in table.told() if isinstance(told, Failed)]
    assert not table.board.floor.legs
    assert not table.board.floor.calls


def test_a_stop_lost_with_the_link_is_said_again_when_it_is_back(table: Table) -> None:
    table.rings()
    table.says(RINGING)
    table.take(table.board.unlinked(table.now))
    table.take(self_stop(table))
    table.later(10_000)
    before = len(table.said("Hangup"))
    live = [CALLER, OFFER, PHONE.format(leg=table.leg(), state="Ringing")]
    table.take(table.board.linked([event(text) for text in live], (), table.now))
    assert len(table.said("Hangup")) == before + 1


def test_what_the_desk_says_before_a_restarted_router_has_its_link_is_done_once_it_has() -> None:
    again = Table(link=False)
    again.board.floor.expected = (Expected(call=CALL),)
    again.take(again.board.perform([Ring(call=CALL, people=(A,), stage=Stage.ROTATION)], again.now))
    again.take(again.board.linked([event(CALLER), event(OFFER)], (), again.now))
    again.says(HOTLINE_CALL, "-")
    assert [said["Channel"] for said in again.said("Originate")] == ["PJSIP/101"]
    assert not [told for told in again.told() if isinstance(told, Failed)]


def test_a_mistake_in_a_timer_costs_nothing_but_itself(table: Table) -> None:
    def mistake(_floor: Floor) -> None:
        raise ZeroDivisionError

    table.rings()
    table.board.floor.at(0, mistake)
    table.board.floor.at(4_000, mistake)
    table.later(4_000)
    assert table.alarms() == ["switchboard-failed", "switchboard-failed"]
    assert table.told()[-1] == Failed(call=CALL, person=A), "the other timers went off"


def test_a_caller_who_hangs_up_at_the_answer_costs_the_phone_no_rest(table: Table) -> None:
    table.rings()
    table.says(RINGING)
    table.says(UP)
    table.says(hangup("16", ""))
    assert table.told()[-1] == Failed(call=CALL, person=A)
    table.later(2_000)
    assert not table.devices(), "it can be rung for the next call at once"


# --- a restarted router, or one that was out of touch, and what the dialplan did meanwhile ----------------------------


def test_a_call_that_the_fallback_has_meanwhile_is_only_watched(table: Table) -> None:
    table.says(HOTLINE_CALL, "-")
    table.take(table.board.unlinked(table.now))
    table.take(table.board.linked([event(CALLER), event(in_context("hotline-fallback"))], (), table.now))
    table.take(table.board.perform([Ring(call=CALL, people=(A,), stage=Stage.ROTATION)], table.now))
    assert not table.said("Originate")
    assert not table.said("Redirect"), "whoever talks there would be cut off"


def test_who_answered_the_fallback_during_a_restart_is_told() -> None:
    again = Table(link=False)
    again.board.floor.expected = (Expected(call=CALL, ringing=(A,)),)
    side = in_context("hotline-fallback") + "\nBridgeId: b1"
    phone = "Event: CoreShowChannel\nChannel: PJSIP/101-00000009\nUniqueid: hotline-9.9\nBridgeId: b1"
    again.take(again.board.linked([event(CALLER), event(side), event(phone)], (), again.now))
    assert again.told() == [Taken(call=CALL, person=A, fact=True)]
    assert not again.said("Redirect")


def handing(person: PersonId, *more: str) -> Table:
    """B talked, and handed the call to A, whose phone rings, when the router died."""
    again = Table(link=False)
    again.board.floor.expected = (Expected(call=CALL, talking=B),)
    leg = f"hl.{CALL}.{person}.0.0123456789ab"
    live = [CALLER, in_context("hotline-handover"), PHONE.format(leg=leg, state="Ringing"), *more]
    again.take(again.board.linked([event(text) for text in live], (), again.now))
    return again


def test_a_hand_over_that_rings_over_a_restart_stays_one() -> None:
    again = handing(A)
    again.says(PICKUP.replace("Local/c0123456789abcdef012@hotline-offer-00000000;1", OFFER_NAME + ";1"), leg_of(again))
    assert again.told() == [HandedOver(call=CALL, person=A)]


def test_a_hand_over_that_is_not_taken_after_a_restart_goes_back_to_the_giver() -> None:
    again = handing(A)
    again.later(20_000)
    assert [said["Channel"] for said in again.said("Originate")] == ["PJSIP/139@carrier"], "the giver's phone"
    assert not again.told(), "for the desk nothing has happened"


def test_a_giver_who_is_rung_again_over_a_restart_is_not_rung_twice() -> None:
    again = handing(B)
    assert not again.said("Originate")
    again.later(60_000)
    assert not again.told()


def leg_of(table: Table) -> str:
    """The one leg there is."""
    return next(iter(table.board.floor.legs))

"""The desk hears of a call before the call has an offer; what it says is done when the offer is there."""

from __future__ import annotations

from router.core.actions import Hold, Release, Ring
from router.core.inputs import CallArrived, HungUp
from router.core.words import MissedWhy, Number, Stage
from tests.telephony.switchboard.table import CALL, DEVICE, ENDED, HOTLINE_CALL, A, Table, event

EARLY = HOTLINE_CALL.replace(f"Offer: Local/{CALL}@hotline-offer-00000000\n", "")


def test_the_desk_hears_of_a_call_before_it_has_an_offer_and_nothing_is_done_until_then(table: Table) -> None:
    table.says(EARLY, "-")
    table.says(EARLY, "-")
    assert table.told() == [CallArrived(call=CALL, number=Number("13900000001"))]
    table.take(table.board.perform([Ring(call=CALL, people=(A,), stage=Stage.ROTATION)], table.now))
    assert not table.said("Setvar")
    assert not table.said("Originate")
    table.says(HOTLINE_CALL, "-")
    table.says(HOTLINE_CALL, "-")
    assert [said["Variable"] for said in table.said("Setvar")] == ["HOTLINE_CLAIM"]
    assert len(table.said("Originate")) == 1
    assert table.board.floor.calls[CALL].target.endswith("-00000000;1")
    assert len(table.told()) == 1


def test_a_call_that_must_wait_is_moved_once_it_has_an_offer(table: Table) -> None:
    table.says(EARLY, "-")
    table.take(table.board.perform([Hold(call=CALL)], table.now))
    assert not table.said("Redirect")
    table.says(HOTLINE_CALL, "-")
    moved = [(said["Channel"], said["Context"]) for said in table.said("Redirect")]
    assert moved == [("PJSIP/carrier-00000000", "hotline-hold")]


def test_a_call_that_nobody_will_take_is_let_go_once_it_has_an_offer(table: Table) -> None:
    table.says(EARLY, "-")
    table.take(table.board.perform([Release(call=CALL, why=MissedWhy.CLOSED)], table.now))
    assert not table.said("Hangup")
    table.says(HOTLINE_CALL, "-")
    told = {"Channel": "PJSIP/carrier-00000000", "Variable": "HOTLINE_WHY", "Value": "closed"}
    assert told in table.said("Setvar")
    assert [said["Channel"] for said in table.said("Hangup")] == [f"Local/{CALL}@hotline-offer-00000000;2"]


def test_a_caller_who_gives_up_before_there_is_an_offer_is_rung_for_by_nobody(table: Table) -> None:
    table.says(EARLY, "-")
    table.take(table.board.perform([Ring(call=CALL, people=(A,), stage=Stage.ROTATION)], table.now))
    table.says(ENDED, "-")
    assert [type(told) for told in table.told()] == [CallArrived, HungUp]
    assert not table.board.floor.calls
    assert not table.said("Originate")


def test_an_offer_that_came_while_the_link_was_away_is_claimed_and_rung(table: Table) -> None:
    table.says(EARLY, "-")
    table.take(table.board.perform([Ring(call=CALL, people=(A,), stage=Stage.ROTATION)], table.now))
    table.take(table.board.unlinked(table.now))
    caller = event("Event: CoreShowChannel\nChannel: PJSIP/carrier-00000000\nUniqueid: hotline-1795516226.0")
    offer = f"Channel: Local/{CALL}@hotline-offer-00000000;2\nUniqueid: x\nContext: hotline-offer"
    states = [event(DEVICE.format(state="NOT_INUSE"))]
    table.take(table.board.linked([caller, event(f"Event: CoreShowChannel\n{offer}")], states, table.now))
    assert [said["Variable"] for said in table.said("Setvar")] == ["HOTLINE_CLAIM"]
    assert len(table.said("Originate")) == 1

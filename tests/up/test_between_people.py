"""Calls that go from one to another: taken, handed over, returning to an owner who is busy."""

from __future__ import annotations

from tests.telephony.phones.people import Caller
from tests.up.evidence import Evidence
from tests.up.service import HOTLINE, Service
from tests.up.test_turns import are, rings_first


def talks_with(service: Service, number: str) -> tuple[Caller, str]:
    """A caller who talks with the next in line, and who that is."""
    caller, first = service.talks_with_next(number)
    service.until(lambda b: any(c.on_it == first for c in b.calls))
    return caller, first


def test_somebody_who_is_not_rung_takes_an_open_call(service: Service, evidence: Evidence) -> None:
    are(service, "C", "*2", "receiving")
    caller, first = rings_first(service, "13900008001")
    service.until(lambda b: any(c.stage == "everyone" for c in b.calls), within=12)
    service.phone["C"].dials("*8")
    caller.hears(service.phone["C"], within=8)
    service.phone[first].stops_ringing()
    assert not service.phone[first].was_missed()
    caller.hangs_up()
    service.phone["C"].is_let_go(within=8)
    call = evidence.logged("13900008001")
    assert (call["answerer"], call["turn"]) == ("C", "none")
    assert (first, "forfeited", "no_answer") in evidence.turns(call["id"])


def test_a_call_is_handed_over_and_the_turn_comes_back(service: Service, evidence: Evidence) -> None:
    caller, first = talks_with(service, "13900008101")
    service.phone[first].transfers_to("104")
    service.phone["D"].rings(within=8)
    service.phone["D"].answers()
    caller.hears(service.phone["D"])
    service.until(lambda b: any(c.on_it == "D" for c in b.calls))
    caller.hangs_up()
    call = evidence.logged("13900008101")
    assert (call["answerer"], call["person"]) == (first, "D")
    assert (first, "restored", "asked_for") in evidence.turns(call["id"])


def test_a_hand_over_that_is_declined_brings_the_caller_back(service: Service, evidence: Evidence) -> None:
    caller, first = talks_with(service, "13900008201")
    service.phone[first].transfers_to("104")
    service.phone["D"].rings(within=8)
    service.phone["D"].declines()
    service.phone[first].rings(within=8)
    service.phone[first].answers()
    caller.hears(service.phone[first])
    caller.hangs_up()
    call = evidence.logged("13900008201")
    assert (call["answerer"], call["person"], call["turn"]) == (first, first, "used")


def test_for_an_owner_who_is_busy_somebody_else_answers_and_keeps_the_turn(
    service: Service, evidence: Evidence
) -> None:
    caller, owner = talks_with(service, "13900008301")
    caller.hangs_up()
    service.settle()
    busy = talks_with_owner(service, owner)
    again = service.caller("13900008301").dials(HOTLINE)
    board = service.until(lambda b: any(c.owner == owner and c.ringing for c in b.calls))
    substitute = next(c.ringing[0] for c in board.calls if c.owner == owner and c.ringing)
    assert substitute != owner
    service.phone[substitute].answers()
    again.hears(service.phone[substitute])
    for one in (again, busy):
        one.hangs_up()
    service.settle()
    call = evidence.logged("13900008301")
    assert (call["answerer"], call["stage"], call["turn"]) == (substitute, "substitute", "kept")
    assert (substitute, "restored", "substitute") in evidence.turns(call["id"])


def talks_with_owner(service: Service, owner: str) -> Caller:
    """Another customer of the owner's keeps them on the line; calls until it is their turn."""
    for place in range(3):
        caller, first = talks_with(service, f"1390000840{place}")
        if first == owner:
            return caller
        caller.hangs_up()
        service.settle()
    raise AssertionError(f"it does not come to be the turn of {owner}")

"""The main job, end to end: `hotline up`, real SIP phones, real calls, the rules deciding (issue A)."""

from __future__ import annotations

import time
from collections.abc import Iterable

from router.wire.board import BoardCallback
from tests.telephony.phones.people import Caller, Phone
from tests.up.evidence import Evidence
from tests.up.service import HOTLINE, Service


def test_the_next_in_line_is_rung_answers_and_uses_the_turn(service: Service, evidence: Evidence) -> None:
    first = service.engine.board().next
    caller = service.caller("13900001001")
    caller.dials(HOTLINE)
    service.phone[first].rings()
    caller.hears_ringing()
    service.phone[first].answers()
    caller.hears(service.phone[first])
    caller.hangs_up()
    service.phone[first].is_let_go()
    service.settle()
    assert service.turns()[first] == "done"
    call = evidence.logged("13900001001")
    assert (call["answerer"], call["stage"], call["turn"], call["late"]) == (first, "rotation", "used", 0)


def test_calls_go_down_the_sheet_and_the_round_starts_again(service: Service) -> None:
    rung = []
    for number in range(6):
        expected = service.engine.board().next
        caller = service.caller(f"1390000110{number}")
        caller.dials(HOTLINE)
        service.phone[expected].answers()
        rung.append(expected)
        caller.hears(service.phone[expected])
        caller.hangs_up()
        service.settle()
    assert set(rung[:2]) == set(rung[2:4]) == set(rung[4:]) == {"A", "B"}
    assert rung[:2] == rung[2:4]


def test_after_three_rings_everyone_rings_and_losers_show_no_missed_call(service: Service) -> None:
    first = service.engine.board().next
    caller = service.caller("13900001201")
    caller.dials(HOTLINE)
    service.phone[first].rings()
    others = [person for person in "ABCD" if person != first]
    for person in others:
        assert not service.phone[person].is_ringing()
    for person in others:
        service.phone[person].rings(within=5)
    assert service.phone[first].is_ringing()
    service.phone["D"].answers()
    caller.hears(service.phone["D"])
    for person in "ABCD":
        if person != "D":
            service.phone[person].stops_ringing()
            assert not service.phone[person].was_missed()
    assert service.turns()[first] == "forfeited"
    caller.hangs_up()


def test_a_decline_goes_to_the_next_at_once(service: Service) -> None:
    first = service.engine.board().next
    caller = service.caller("13900001301")
    caller.dials(HOTLINE)
    service.phone[first].declines()
    board = service.until(lambda b: any(c.ringing and c.ringing != (first,) for c in b.calls))
    second = board.calls[0].ringing[0]
    service.phone[second].answers()
    caller.hears(service.phone[second])
    caller.hangs_up()


def test_a_returning_caller_rings_the_owner(service: Service) -> None:
    caller, first = service.talks_with_next("13900001401")
    caller.hangs_up()
    service.settle()
    again = service.caller("13900001401")
    again.dials(HOTLINE)
    service.phone[first].rings()
    service.until(lambda b: any(c.owner == first and c.ringing == (first,) for c in b.calls))
    again.hangs_up()
    service.phone[first].stops_ringing()
    service.until(lambda b: any(c.person == first for c in b.callbacks))


def test_a_caller_who_gives_up_while_it_rings_is_owed_a_call_back(service: Service) -> None:
    first = service.engine.board().next
    caller = service.caller("13900001501")
    caller.dials(HOTLINE)
    service.phone[first].rings()
    caller.hangs_up()
    service.phone[first].stops_ringing()
    board = service.until(lambda b: any(c.number == "139****1501" for c in b.callbacks))
    assert BoardCallback(number="139****1501", person=first) in board.callbacks
    assert service.turns()[first] == "due"


def test_presence_by_feature_code_passes_over_and_comes_back_in_front(service: Service) -> None:
    first = service.engine.board().next
    service.phone[first].dials("*2")
    service.until(lambda b: b.people[first].presence == "receiving")
    service.phone[first].is_let_go(within=8)
    service.until(lambda b: b.people[first].phone == "idle")
    assert service.engine.board().next != first
    service.phone[first].dials("*1")
    service.until(lambda b: b.people[first].presence == "present")
    service.phone[first].is_let_go(within=8)
    service.until(lambda b: b.next == first)


def test_two_callers_at_once_ring_two_consultants(service: Service) -> None:
    one, two = service.caller("13900001601"), service.caller("13900001602")
    one.dials(HOTLINE)
    two.dials(HOTLINE)
    board = service.until(lambda b: sum(len(c.ringing) for c in b.calls) == 2)
    rung = [call.ringing[0] for call in board.calls]
    assert len(set(rung)) == 2
    for person in rung:
        service.phone[person].answers()
    one.is_answered()
    two.is_answered()
    one.hangs_up()
    two.hangs_up()


def test_ten_callers_at_once_are_all_answered_in_time(service: Service) -> None:
    callers = [service.caller(f"139000018{number:02}") for number in range(10)]
    for phone in service.phone.values():
        phone.mood = "answers"
    try:
        for caller in callers:
            caller.dials(HOTLINE)
        left = list(callers)
        deadline = time.monotonic() + 40
        while left and time.monotonic() < deadline:
            for caller in list(left):
                if _hears_somebody(caller, service.phone.values()):
                    caller.hangs_up()
                    left.remove(caller)
            time.sleep(0.02)
        assert not left, f"{len(left)} callers were never answered"
    finally:
        for phone in service.phone.values():
            phone.mood = "rings"
    board = service.until(lambda b: not b.calls)
    assert not [owed for owed in board.callbacks if owed.number.startswith("139****18")]


def _hears_somebody(caller: Caller, phones: Iterable[Phone]) -> bool:
    """Whether a consultant's voice reaches the caller."""
    heard = caller.leg.voice.heard
    return any(leg.state == "talking" and heard[leg.voice.says] > 5 for phone in phones for leg in phone.legs)

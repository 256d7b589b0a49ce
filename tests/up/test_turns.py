"""Whose turn it is, and what becomes of it, with the rules behind real phones; the log tells why."""

from __future__ import annotations

from tests.telephony.phones.people import Caller
from tests.up.evidence import Evidence
from tests.up.service import HOTLINE, Service


def rings_first(service: Service, number: str) -> tuple[Caller, str]:
    """A call comes, and rings at the next in line."""
    first = service.engine.board().next
    caller = service.caller(number).dials(HOTLINE)
    service.phone[first].rings()
    return caller, first


def head_is_a(service: Service, number: str) -> None:
    """Answered calls until A is next in line, and B behind A."""
    for place in range(4):
        turns = service.turns()
        if service.engine.board().next == "A" and turns["A"] == turns["B"]:
            return
        caller, first = rings_first(service, f"{number}{place}")
        is_answered(service, caller, first)
    raise AssertionError(f"A does not come to the head: {service.engine.board()}")


def are(service: Service, people: str, code: str, presence: str) -> None:
    """Each dials a code, and their phones are free again."""
    for person in people:
        service.phone[person].dials(code)
    service.until(lambda b: all(b.people[person].presence == presence for person in people))
    for person in people:
        service.phone[person].is_let_go(within=15)
    service.until(lambda b: all(b.people[person].phone == "idle" for person in people))


def is_answered(service: Service, caller: Caller, person: str) -> None:
    """The person's phone rings and is answered, the two talk, the caller says goodbye."""
    service.phone[person].rings(within=8)
    service.phone[person].answers()
    caller.hears(service.phone[person])
    caller.hangs_up()
    service.settle()


def test_two_rounds_go_down_the_sheet_in_order(service: Service, evidence: Evidence) -> None:
    rung = []
    for number in range(5):
        caller, first = rings_first(service, f"1390000511{number}")
        rung.append(first)
        is_answered(service, caller, first)
    assert rung in (["A", "B"] * 2 + ["A"], ["B", "A"] * 2 + ["B"])
    for number in range(5):
        call = evidence.logged(f"1390000511{number}")
        assert (call["answerer"], call["turn"], call["stage"]) == (rung[number], "used", "rotation")


def test_a_private_break_costs_the_turn_of_the_round(service: Service, evidence: Evidence) -> None:
    head_is_a(service, "1390000521")
    are(service, "A", "*5", "break")
    assert ("A", "forfeited", "break") in b_is_rung_instead(service, evidence, "13900005201")
    caller, rung = rings_first(service, "13900005202")
    assert rung == "A", "in the next round by sheet order, which has begun since B's turn is used"
    is_answered(service, caller, rung)


def is_answered_away(service: Service, caller: Caller, person: str) -> None:
    """As `is_answered`, while somebody is away."""
    service.phone[person].answers()
    caller.hears(service.phone[person])
    caller.hangs_up()
    service.until(lambda b: not b.calls and b.people[person].why_not is None)


def b_is_rung_instead(service: Service, evidence: Evidence, number: str) -> list[tuple[str, str, str]]:
    """While A is away B takes the call, and A comes back; what the call did to turns."""
    caller, rung = rings_first(service, number)
    assert rung == "B"
    is_answered_away(service, caller, "B")
    turns = evidence.turns(evidence.logged(number)["id"])
    are(service, "A", "*1", "present")
    return turns


def test_who_is_with_a_visitor_is_passed_and_made_up_for(service: Service, evidence: Evidence) -> None:
    head_is_a(service, "1390000531")
    are(service, "A", "*2", "receiving")
    assert ("A", "passed", "receiving") in b_is_rung_instead(service, evidence, "13900005301")
    caller, rung = rings_first(service, "13900005302")
    assert rung == "A", "in the same round, in front again"
    is_answered(service, caller, "A")


def test_the_head_answers_late_and_the_turn_is_used_all_the_same(service: Service, evidence: Evidence) -> None:
    caller, first = rings_first(service, "13900005401")
    for person in "ABCD":
        service.phone[person].rings(within=8)
    is_answered(service, caller, first)
    call = evidence.logged("13900005401")
    assert (call["answerer"], call["turn"], call["late"]) == (first, "used", 1)
    assert (first, "forfeited", "no_answer") in evidence.turns(call["id"])


def test_a_reject_costs_the_turn(service: Service, evidence: Evidence) -> None:
    caller, first = rings_first(service, "13900005501")
    service.phone[first].declines()
    board = service.until(lambda b: any(c.ringing and c.ringing != (first,) for c in b.calls))
    second = board.calls[0].ringing[0]
    is_answered(service, caller, second)
    call = evidence.logged("13900005501")
    assert (first, "forfeited", "declined") in evidence.turns(call["id"])
    assert call["answerer"] == second


# --- callers who give up ---------------------------------------------------------------------------------------------


def test_a_caller_who_gives_up_gives_the_turn_back(service: Service, evidence: Evidence) -> None:
    caller, first = rings_first(service, "13900005601")
    caller.hangs_up()
    service.phone[first].stops_ringing()
    call = evidence.logged("13900005601")
    assert (call["missed_why"], call["answerer"]) == ("abandoned", None)
    assert (first, "restored", "abandoned") in evidence.turns(call["id"])


def test_a_caller_who_gives_up_at_the_answer_leaves_nothing_behind(service: Service, evidence: Evidence) -> None:
    for number in range(5):
        caller, first = rings_first(service, f"1390000570{number}")
        leg = service.phone[first].leg
        with service.world.changed:
            service.phone[first].accept(leg)  # type: ignore[arg-type]  # it rings, so it is an incoming one
            caller.hangs_up()
        service.phone[first].is_let_go(within=8)
        service.settle()
        evidence.logged(f"1390000570{number}")


def test_a_caller_who_gives_up_while_waiting_is_owed_a_call_back(service: Service, evidence: Evidence) -> None:
    are(service, "ABCD", "*2", "receiving")
    caller = service.caller("13900005801").dials(HOTLINE)
    caller.hears_something(within=8)
    caller.hangs_up()
    service.until(lambda b: any(c.number == "139****5801" for c in b.callbacks))
    are(service, "ABCD", "*1", "present")
    assert evidence.logged("13900005801")["missed_why"] == "abandoned"


def test_a_waiting_caller_rings_whoever_becomes_free_first(service: Service, evidence: Evidence) -> None:
    are(service, "ABCD", "*2", "receiving")
    caller = service.caller("13900005901").dials(HOTLINE)
    caller.hears_something(within=8)
    service.phone["D"].dials("*1")
    service.phone["D"].rings(within=12)
    service.phone["D"].answers()
    caller.hears(service.phone["D"])
    caller.hangs_up()
    are(service, "ABC", "*1", "present")
    call = evidence.logged("13900005901")
    assert call["answerer"] == "D"


# --- phones that do not ring as they should --------------------------------------------------------------------------


def test_phones_that_fail_cost_nobody_a_turn(service: Service, evidence: Evidence) -> None:
    head_is_a(service, "1390000601")
    service.phone["A"].mood, service.phone["B"].mood = "silent", "broken"
    caller = service.caller("13900006001").dials(HOTLINE)
    service.phone["C"].rings(within=12)
    for person in "AB":
        service.phone[person].mood = "rings"
    is_answered_away(service, caller, "C")
    call = evidence.logged("13900006001")
    for person in "AB":
        assert (person, "restored", "device") in evidence.turns(call["id"])
    service.until(lambda b: all(b.people[p].why_not is None for p in "AB"), within=60)  # they have rested


def test_a_phone_that_is_busy_has_rejected_the_call(service: Service, evidence: Evidence) -> None:
    first = service.engine.board().next
    service.phone[first].mood = "busy"
    caller = service.caller("13900006101").dials(HOTLINE)
    board = service.until(lambda b: any(c.ringing and c.ringing != (first,) for c in b.calls))
    service.phone[first].mood = "rings"
    is_answered(service, caller, board.calls[0].ringing[0])
    assert (first, "forfeited", "declined") in evidence.turns(evidence.logged("13900006101")["id"])


def test_a_phone_that_says_183_alone_rings(service: Service, evidence: Evidence) -> None:
    first = service.engine.board().next
    service.phone[first].mood = "progress"
    caller = service.caller("13900006201").dials(HOTLINE)
    service.phone[first].rings()
    service.until(lambda b: any(c.clock for c in b.calls))
    service.phone[first].mood = "rings"
    is_answered(service, caller, first)
    assert evidence.logged("13900006201")["turn"] == "used"


def test_a_phone_that_is_not_registered_is_passed_over_as_busy_and_made_up_for(
    service: Service, evidence: Evidence
) -> None:
    first = service.engine.board().next
    service.phone[first].signs_out()
    service.until(lambda b: b.people[first].why_not is not None)
    caller, second = rings_first(service, "13900006301")
    assert second != first
    is_answered_away(service, caller, second)
    assert not [turn for turn in evidence.turns(evidence.logged("13900006301")["id"]) if turn[1] == "forfeited"]
    service.phone[first].signs_in()
    service.until(lambda b: b.people[first].why_not is None, within=15)

"""A part dies, is cut off or gets stuck while callers are on: engine, link, Asterisk, its pickups."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
from pathlib import Path

from click.testing import CliRunner

from router.cli.main import cli
from router.wire.board import OfficeBoard
from tests.telephony.phones.people import until
from tests.up.evidence import Evidence
from tests.up.service import HOTLINE, Service
from tests.up.test_turns import rings_first

PATIENCE = 40.0


def kill(service: Service, part: str) -> int:
    """SIGKILL; which process it was."""
    pid = service.pid_of(part)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


def is_back(service: Service, part: str, killed: int) -> None:
    """Another process runs, and engine and Asterisk are in touch."""
    until(f"another {part} runs", lambda: service.pid_of(part) not in (None, killed), PATIENCE)
    service.until(lambda b: b.pbx, within=PATIENCE)


# --- the engine ------------------------------------------------------------------------------------------------------


def test_the_call_after_a_killed_engine_is_served_and_the_order_goes_on(service: Service, evidence: Evidence) -> None:
    ringing, first = rings_first(service, "13900007001")
    killed = kill(service, "main engine")
    next_caller = service.caller("13900007002").dials(HOTLINE)
    service.phone[first].answers()
    ringing.hears(service.phone[first])
    others = [phone for person, phone in service.phone.items() if person != first]
    service.world.wait("the next call rings", lambda: any(phone.is_ringing() for phone in others), PATIENCE)
    phone = next(phone for phone in others if phone.is_ringing())
    phone.answers()
    next_caller.hears(phone)
    is_back(service, "main engine", killed)
    for caller in (ringing, next_caller):
        caller.hangs_up()
    service.settle()
    call = evidence.logged("13900007001")
    assert (call["answerer"], call["turn"]) == (first, "used")
    assert (first, "forfeited", "no_answer") not in evidence.turns(call["id"]), "answered while no engine ran"
    until("Asterisk has both calls on record", lambda: len(evidence.asterisks()) >= 3, PATIENCE)
    assert evidence.excuse_calls_without_a_router() <= 1
    assert service.engine.board().next != first


def test_a_hand_over_that_rings_when_the_engine_is_killed_stays_one(service: Service, evidence: Evidence) -> None:
    caller, first = rings_first(service, "13900007101")
    service.phone[first].answers()
    caller.hears(service.phone[first])
    service.phone[first].transfers_to("104")
    service.phone["D"].rings(within=8)
    killed = kill(service, "main engine")
    is_back(service, "main engine", killed)
    service.world.wait("D rings", service.phone["D"].is_ringing, 8)
    service.phone["D"].answers()
    caller.hears(service.phone["D"])
    service.until(lambda b: any(c.on_it == "D" for c in b.calls), within=PATIENCE)
    caller.hangs_up()
    service.settle()
    call = evidence.logged("13900007101")
    assert (call["answerer"], call["person"]) == (first, "D")


def freeze(pid: int) -> None:
    """SIGSTOP, and wait until it stands."""
    os.kill(pid, signal.SIGSTOP)
    stat = Path("/proc") / str(pid) / "stat"
    until("it stands", lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", PATIENCE)


def test_a_call_that_came_while_the_engine_was_frozen_is_answered_and_on_record(
    service: Service, evidence: Evidence
) -> None:
    pid = service.pid_of("main engine")
    assert pid is not None
    freeze(pid)
    try:
        caller = service.caller("13900007601").dials(HOTLINE)
        service.world.wait("a phone rings", lambda: any(p.is_ringing() for p in service.phone.values()), PATIENCE)
        phone = next(phone for phone in service.phone.values() if phone.is_ringing())
        phone.answers()
        caller.hears(phone)
    finally:
        os.kill(pid, signal.SIGCONT)
    service.until(lambda b: any(c.on_it for c in b.calls), within=PATIENCE)
    caller.hears(phone)
    caller.hangs_up()
    service.settle()
    call = evidence.logged("13900007601")
    assert service.phone[call["answerer"]] is phone
    assert call["served_by"] == "fallback"


def test_a_call_rings_at_once_though_the_engine_hangs_in_a_journal_that_blocks(
    service: Service, evidence: Evidence
) -> None:
    with contextlib.closing(sqlite3.connect(service.data / "journal.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # as a disk that does not answer: the engine waits, its link lives
        caller = service.caller("13900007701").dials(HOTLINE)
        service.world.wait("a phone rings", lambda: any(p.is_ringing() for p in service.phone.values()), 4)
        other.execute("ROLLBACK")
    phone = next(phone for phone in service.phone.values() if phone.is_ringing())
    phone.answers()
    caller.hears(phone)
    service.until(lambda b: any(c.on_it for c in b.calls), within=PATIENCE)
    caller.hangs_up()
    service.settle()
    assert evidence.logged("13900007701")["served_by"] == "fallback"


# --- the link --------------------------------------------------------------------------------------------------------


def cut_link(service: Service) -> None:
    """Asterisk throws the engine's session out."""
    listed = [line.split() for line in service.cli("manager show connected").splitlines() if "127.0.0.1" in line]
    assert listed, "no engine is signed in"
    service.cli(f"manager kick session {listed[0][4]}")


def ringing_at(board: OfficeBoard, tail: str) -> str:
    """Where the call of this number rings first; "" while nowhere."""
    return next((c.ringing[0] for c in board.calls if c.number.endswith(tail) and c.ringing), "")


def test_the_link_is_cut_while_a_phone_rings_and_a_call_comes_meanwhile(service: Service, evidence: Evidence) -> None:
    ringing, first = rings_first(service, "13900007201")
    cut_link(service)
    next_caller = service.caller("13900007202").dials(HOTLINE)
    service.phone[first].answers()
    ringing.hears(service.phone[first])
    board = service.until(lambda b: b.pbx and ringing_at(b, "7202") not in ("", first), within=PATIENCE)
    second = ringing_at(board, "7202")
    service.phone[second].answers()
    next_caller.hears(service.phone[second])
    for caller in (ringing, next_caller):
        caller.hangs_up()
    service.settle()
    assert evidence.logged("13900007201")["answerer"] == first
    assert evidence.logged("13900007202")["answerer"] == second


# --- Asterisk --------------------------------------------------------------------------------------------------------


def test_asterisk_is_restarted_and_nobody_loses_a_turn(service: Service, evidence: Evidence) -> None:
    before = service.turns()
    ringing, first = rings_first(service, "13900007301")
    evidence.logged("13900000000")
    killed = kill(service, "asterisk.conf")
    is_back(service, "asterisk.conf", killed)
    service.until(lambda b: not b.calls, within=PATIENCE)
    assert evidence.logged("13900007301")["missed_why"] == "abandoned"
    evidence.excuse_calls_so_far()  # what it had not written is gone with it
    service.until(lambda b: all(p.why_not is None for p in b.people.values()), within=PATIENCE)
    for agent in (ringing, *service.phone.values()):
        for leg in agent.legs_that_are("ringing", "early", "talking", "new"):
            leg.state = "ended"  # nobody will ever tell these phones
    if before[first] == "due":
        assert service.turns() == before
    caller, again = rings_first(service, "13900007302")
    assert again == first
    service.phone[again].answers()
    caller.hears(service.phone[again])
    caller.hangs_up()


# --- pickups that get stuck ------------------------------------------------------------------------------------------


def test_after_three_answers_without_a_caller_calls_go_to_the_fallback_and_doctor_says_what_to_do(
    service: Service, evidence: Evidence
) -> None:
    service.cli("dialplan remove extension _c[0-9a-f].@hotline-pickup 1")
    service.cli("dialplan add extension _c[0-9a-f].,1,Wait,30 into hotline-pickup replace")
    try:
        for phone in service.phone.values():
            phone.mood = "answers"
        stuck = service.caller("13900007401").dials(HOTLINE)
        service.until(lambda b: b.pickups_stuck, within=PATIENCE)
        stuck.hangs_up()
        for phone in service.phone.values():
            phone.mood = "rings"
        service.until(lambda b: not b.calls, within=PATIENCE)
        where = ["--config", str(service.config), "--data", str(service.data)]
        told = CliRunner().invoke(cli, ["doctor", *where])
        assert told.exit_code == 1
        assert "✕ pickups" in told.output
        assert "restart Asterisk" in told.output
        caller = service.caller("13900007402").dials(HOTLINE)
        service.world.wait("a phone rings", lambda: any(p.is_ringing() for p in service.phone.values()), PATIENCE)
        phone = next(phone for phone in service.phone.values() if phone.is_ringing())
        phone.answers()
        caller.hears(phone)
        caller.hangs_up()
        call = evidence.logged("13900007402")
        assert call["served_by"] == "fallback"
        assert service.phone[call["answerer"]] is phone
    finally:
        service.cli("dialplan reload")
        cut_link(service)  # a new link trusts the pickups again
    service.until(lambda b: b.pbx and not b.pickups_stuck, within=PATIENCE)

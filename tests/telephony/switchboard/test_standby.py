"""What Asterisk has at hand while the router is silent: at night, before the first check-in, while it is told anew."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from router.core.inputs import PhoneRang
from router.core.words import PersonId
from router.telephony.ami.messages import encode
from router.telephony.switchboard import Shift, Standby, Times
from router.telephony.switchboard.floor import ToSend
from tests.telephony.phones.people import until
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import HOTLINE
from tests.telephony.switchboard.table import WRITTEN, A, B, Table

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]
C = PersonId("C")
HOUR = 3600


def shift(start: int, end: int, *order: PersonId) -> Shift:
    """A slot, in seconds from now."""
    now = int(time.time())
    return Shift(start=now + start, end=now + end, order=order)


def test_before_anybody_has_checked_in_those_of_the_slot_are_rung(stage: Stage) -> None:
    scene = stage("A", "C")
    scene.keeps_standby(shifts=[shift(-HOUR, HOUR, C), shift(HOUR, 2 * HOUR, A)])
    scene.router_dies()
    caller = scene.caller().dials(HOTLINE)
    scene.phone["C"].rings()
    scene.phone["C"].answers()
    caller.hears(scene.phone["C"])
    assert not scene.phone["A"].legs


def test_a_router_dead_since_last_night_rings_this_morning_s_people(stage: Stage) -> None:
    scene = stage("A", "C")
    scene.keeps_standby("C", seconds=-HOUR, shifts=[shift(-9 * HOUR, -8 * HOUR, C), shift(-HOUR, HOUR, A)])
    scene.router_dies()
    caller = scene.caller().dials(HOTLINE)
    scene.phone["A"].rings()
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    assert not scene.phone["C"].legs


def test_a_router_dead_for_longer_than_the_plan_was_known_rings_everybody(stage: Stage) -> None:
    scene = stage("A", "C")
    scene.keeps_standby(shifts=[shift(-9 * HOUR, -8 * HOUR, C)])
    scene.router_dies()
    caller = scene.caller().dials(HOTLINE)
    scene.phone["A"].rings()
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])


def test_out_of_hours_the_caller_is_told_so_and_let_go(stage: Stage) -> None:
    scene = stage("A")
    scene.keeps_standby(shifts=[shift(HOUR, 2 * HOUR, A)])
    scene.router_dies()
    caller = scene.caller().dials(HOTLINE)
    caller.hears_something()
    caller.is_let_go(within=12)
    assert not scene.phone["A"].legs


def test_out_of_hours_the_duty_phone_is_rung_without_a_router_too(stage: Stage) -> None:
    scene = stage("A", duty="A")
    scene.keeps_standby(shifts=[shift(HOUR, 2 * HOUR, C)])
    scene.router_dies()
    caller = scene.caller().dials(HOTLINE)
    scene.phone["A"].rings()
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])


def test_the_fallback_looks_again_when_nobody_is_free(stage: Stage) -> None:
    scene = stage("A", "C")
    scene.keeps_standby("A")
    scene.phone["A"].dials("103")
    scene.phone["C"].answers()
    scene.phone["A"].hears(scene.phone["C"])
    scene.router_dies()
    caller = scene.caller().dials(HOTLINE)
    caller.hears_something()
    scene.phone["A"].hangs_up()
    scene.phone["A"].rings(within=7)
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])


def test_the_fallback_rings_no_longer_than_the_rules_do(stage: Stage) -> None:
    scene = stage("A", "C", times=Times(three_rings_ms=2_000, max_ring_ms=4_000))
    scene.router_dies()
    caller = scene.caller().dials(HOTLINE)
    for name in "AC":
        scene.phone[name].rings()
    began = time.monotonic()
    scene.phone["C"].stops_ringing(within=6)
    assert 1 < time.monotonic() - began < 4
    caller.is_let_go(within=8)


def test_phones_that_ring_when_the_router_dies_stop_with_their_caller(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.call_comes()
    other, second = scene.call_comes("13900000002")
    scene.ring(call, "A")
    scene.ring(second, "C")
    for name in "AC":
        scene.phone[name].rings()
    scene.router_dies()
    caller.hangs_up()
    scene.phone["A"].stops_ringing(within=2)
    assert scene.phone["A"].was_missed()
    assert scene.phone["C"].is_ringing()
    scene.phone["C"].answers()
    other.hears(scene.phone["C"])


def test_phones_that_ring_when_the_router_dies_stop_when_the_fallback_finds_somebody(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.rings_at("A")
    scene.letters.wait(PhoneRang, call=call)
    scene.router_dies()
    scene.phone["C"].rings(within=12)
    scene.phone["C"].answers()
    caller.hears(scene.phone["C"])
    scene.phone["A"].stops_ringing(within=2)


def test_no_caller_is_turned_away_while_the_lists_are_told_anew(stage: Stage) -> None:
    scene = stage("A")
    scene.has_died = True  # for a moment: a call may be over before the router is back and hears of it
    for number in range(6):
        scene.link_breaks()
        caller = scene.caller(f"1390000040{number}").dials(HOTLINE)
        until("it is in", lambda caller=caller: bool(caller.leg.statuses))
        assert caller.final_status() < 400
        caller.hangs_up()
        caller.is_let_go()


def test_what_no_longer_counts_is_cleared_away_in_time(stage: Stage) -> None:
    scene = stage("A", "C")
    for number in range(1, 7):
        scene.keeps_standby("A", seconds=HOUR + number)
    kept = {line.split("/")[1] for line in scene.pbx.cli("database show").splitlines() if line.startswith("/hotline-g")}
    assert len(kept) <= 3, kept
    assert scene.board._board.floor.writing.counts in scene.pbx.cli("database get hotline generation")


# --- without Asterisk ------------------------------------------------------------------------------------------------


def test_one_list_is_written_at_a_time_and_the_newest_last() -> None:
    table = Table()
    for person in (A, B, A):
        table.take(table.board.keep_standby(Standby(present=(person,), until=9), table.now))
    assert len(table.written()) == 1
    table.says(WRITTEN.replace("{generation}", table.board.floor.writing.under_way), "-")
    assert table.board.floor.writing.counts
    assert len(table.written()) == 1, "what was written is what counts"
    table.take(table.board.keep_standby(Standby(present=(B,), until=9), table.now))
    table.take(table.board.keep_standby(Standby(present=(A, B), until=9), table.now))
    table.says(WRITTEN.replace("{generation}", table.board.floor.writing.under_way), "-")
    assert [line for line in table.written()[-1] if line.startswith("now=")] == ["now=9,1&2"]


def test_a_list_that_asterisk_does_not_take_is_said_aloud_and_tried_again() -> None:
    table = Table()
    table.take(table.board.keep_standby(Standby(present=(A,), until=9), table.now))
    table.later(5_000)
    assert table.alarms() == ["standby-not-written"]
    assert table.board.standby_stale, "it stands on the board until one is taken"
    table.later(30_000)
    assert len(table.written()) == 2
    table.says(WRITTEN.replace("{generation}", table.board.floor.writing.under_way), "-")
    assert not table.board.standby_stale


def test_a_large_office_fits_into_one_action() -> None:
    table = Table()
    office = table.board.floor.directory
    people = tuple(
        replace(office.by_id[A], id=PersonId(f"P{n}"), extension=f"2{n:03}", phones=office.by_id[A].phones * 3)
        for n in range(150)
    )
    table.board.change_office(replace(office, people=people), table.now)
    order = tuple(person.id for person in people)
    table.take(
        table.board.keep_standby(
            Standby(present=order, until=9, shifts=tuple(shift(n, n + 1, *order[:100]) for n in range(24))), table.now
        )
    )
    action = [out.action for out in table.out if isinstance(out, ToSend) and "GEN" in dict(out.action.variables)][-1]
    assert encode(action, "1")

"""The wall clock is set while calls go on: nobody forfeits, nobody is missed, and slots go by the new time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from router.core import inputs
from router.core.words import CallState, TurnState
from router.engine.clock import SteadyClock
from router.engine.daily import DayRules
from tests.engine.office import CHEN, LI, TestOffice, office

HOUR = 3_600_000
NINE = round(datetime(2026, 11, 30, 1, tzinfo=UTC).timestamp() * 1000)  # 09:00 in Shanghai
TEN = NINE + HOUR
DAY = inputs.PlanSet(
    slots=(
        inputs.Slot(start=NINE, end=NINE + 9 * HOUR, call=(CHEN, LI), reception=(), name="白班"),
        inputs.Slot(start=NINE + 9 * HOUR, end=NINE + 12 * HOUR, call=(LI,), reception=(), name="晚班"),
    )
)
STEPS = [HOUR, -HOUR, 8 * HOUR, -8 * HOUR, 300_000, -300_000]


def _the_clock_is_set(made: TestOffice, by: int) -> None:
    made.clock.step = by
    made.work()
    made.tell(DAY)  # as the office keeper does


@pytest.mark.parametrize("by", STEPS)
def test_a_phone_that_rings_has_its_three_rings_however_the_clock_is_set(tmp_path: Path, by: int) -> None:
    with office(tmp_path, now=TEN) as made:
        made.tell(DAY)
        call = made.call_comes("c1")
        made.tell(inputs.PhoneRang(call=call, person=CHEN), at=TEN + 1000)
        made.now = TEN + 10_000
        made.clock.step = by
        made.work()
        assert made.desk.office.calls[call].state is CallState.RINGING
        made.now += 5_000
        made.work()
        assert made.desk.office.calls[call].state is CallState.RINGING, "14 s of ringing"
        made.now += 1_000
        made.work()
        assert made.desk.office.calls[call].state is CallState.OPEN, "15 s of ringing"
        kept = made.desk.office
    with office(tmp_path, now=TEN + by + 60_000) as after:
        assert after.desk.office == kept, "a replay says the same"


@pytest.mark.parametrize("by", STEPS)
def test_a_caller_who_waits_is_neither_missed_nor_kept_for_days(tmp_path: Path, by: int) -> None:
    with office(tmp_path, now=TEN) as made:
        made.tell(DAY)
        for person in (CHEN, LI):
            made.tell(inputs.PresenceChanged(person=person, presence="break"))
        call = made.call_comes("c1")
        made.now = TEN + 60_000
        made.clock.step = by
        made.work()
        assert made.desk.office.calls[call].state is CallState.WAITING
        made.now += 59_000
        made.work()
        assert made.desk.office.calls[call].state is CallState.WAITING
        made.now += 1_000
        made.work()
        assert made.desk.office.calls[call].state is CallState.MISSED, "after 120 s, as R14 says"


def test_an_hour_within_the_slot_changes_no_turn_and_no_slot(tmp_path: Path) -> None:
    with office(tmp_path, now=TEN) as made:
        made.tell(DAY)
        call = made.call_comes("c1")
        made.tell(inputs.Answered(call=call, person=CHEN), at=TEN + 5_000)
        _the_clock_is_set(made, HOUR)
        _the_clock_is_set(made, -HOUR)
        assert made.desk.office.slot is not None
        assert made.desk.office.slot.start == NINE
        turns = next(iter(made.desk.office.sheets.values())).turns
        assert (turns[CHEN].state, turns[LI].state) == (TurnState.DONE, TurnState.DUE)
        made.now += 170_000
        made.work()
        assert not made.shown().calls[0].overtime, "175 s of talk (R18)"
        made.now += 10_000
        made.work()
        assert made.shown().calls[0].overtime


def test_a_clock_that_runs_eight_hours_ahead_is_put_right_and_the_day_goes_on(tmp_path: Path) -> None:
    with office(tmp_path, now=TEN, rules=DayRules(initial="off")) as made:
        made.tell(DAY)
        made.tell(inputs.PresenceChanged(person=CHEN, presence="present"))
        _the_clock_is_set(made, 8 * HOUR)
        assert made.desk.office.slot is not None
        _the_clock_is_set(made, 7 * HOUR)
        assert made.desk.office.slot is None, "it is one in the morning now"
        assert made.desk.office.people[CHEN].presence == "present", "nobody went home by it"
        _the_clock_is_set(made, -15 * HOUR)
        assert made.desk.office.slot is not None
        assert made.desk.office.slot.name == "白班"
        call = made.call_comes("c1")
        assert made.desk.office.calls[call].ringing == [CHEN]
        assert made.shown().clock_step == -15 * HOUR
        made.tell(inputs.Tick(), at=made.now + 2 * HOUR)
        assert made.shown().clock_step == 0


def test_durations_go_by_the_monotonic_clock_and_a_set_of_the_wall_is_told_once() -> None:
    wall, passed = [5000.0], [0.0]
    clock = SteadyClock(wall=lambda: wall[0], monotonic=lambda: passed[0])
    wall[0], passed[0] = 1400.0, 10.0
    assert clock() == 5_010_000, "time goes on at its own pace"
    passed[0], wall[0] = 20.0, 1410.0
    assert clock() == 5_020_000
    assert clock.take_step() == -3_610_000
    assert (clock(), clock.take_step()) == (1_410_000, 0)


def test_a_wall_clock_that_is_slewed_is_followed_without_a_step() -> None:
    wall, passed = [1000.0], [0.0]
    clock = SteadyClock(wall=lambda: wall[0], monotonic=lambda: passed[0])
    for _ in range(1000):
        passed[0] += 1.0
        wall[0] += 0.9995
        assert clock.take_step() == 0
    assert abs(clock() - wall[0] * 1000) <= 1


def test_a_clock_set_back_while_the_engine_was_away_is_a_step_too() -> None:
    clock = SteadyClock(7_000_000, wall=lambda: 1000.0, monotonic=lambda: 0.0)
    assert clock() == 7_000_000
    assert clock.take_step() == -6_000_000

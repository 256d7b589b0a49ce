"""A scripted day on the real Asterisk: every call accounted for, planted mistakes found and nothing else, replayed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.up.day_of_calls import (
    Act,
    DayOfCalls,
    calls_again,
    finds_everybody_busy,
    gives_up,
    is_answered,
    is_answered_by_nobody,
    is_answered_late,
    is_declined_first,
    is_handed_over,
    is_handed_over_by_keys,
    is_hung_up_on,
    is_taken_by_key,
    is_taken_over,
    is_transferred_after_asking,
    outlasts_the_router,
    withholds_the_number,
)
from tests.up.mistakes import Written, write_forms
from tests.up.reckoning import PATIENCE, Reckoning

pytestmark = pytest.mark.timeout(900)  # it waits with patience, for a busy machine

CALLS = int(os.environ.get("HOTLINE_SCRIPTED_CALLS", "200"))
ALONE = 1 + 1 + 1 + 11 + 12  # calls of the acts that need the office for themselves
MIX: Sequence[tuple[Act, int]] = (  # calls of each act, of 20
    (is_answered, 6),
    (gives_up, 4),
    (is_taken_over, 2),
    (is_handed_over, 2),
    (is_hung_up_on, 1),
    (is_declined_first, 1),
    (is_answered_late, 1),
    (is_handed_over_by_keys, 1),
    (is_transferred_after_asking, 1),
)


def _in_lanes(count: int) -> list[Act]:
    """So many calls, of every kind in turn; one customer calls twice."""
    kinds = [act for act, often in MIX for _ in range(often)]
    return [kinds[7 * number % len(kinds)] for number in range(count - 2)] + [calls_again]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DayOfCalls]:
    """The day, played."""
    made = DayOfCalls(Path(tmp_path_factory.mktemp("day")))
    try:
        made.begins()
        made.has_two_slots()
        first = (CALLS - ALONE) // 2
        made.plays(_in_lanes(first))
        made.is_at_rest()
        for act in (withholds_the_number, is_taken_by_key, is_answered_by_nobody, finds_everybody_busy):
            act(made)
            made.is_at_rest()
        made.waits_for_the_change()
        made.plays(_in_lanes(CALLS - ALONE - first))
        made.is_at_rest()
        outlasts_the_router(made, answered=5, missed=3)
        made.is_at_rest()
        yield made
    finally:
        made.ends()


@pytest.fixture(scope="module")
def reckoning(day: DayOfCalls) -> Reckoning:
    """Log and records of the day, complete."""
    made = Reckoning(day)
    made.is_complete()
    return made


@pytest.fixture(scope="module")
def written(reckoning: Reckoning) -> Written:
    """A form for each answered call, and the mistakes."""
    return write_forms(reckoning)


def test_the_pbx_counts_what_the_router_logged_and_what_it_recovered_to_the_call(
    day: DayOfCalls, reckoning: Reckoning
) -> None:
    assert len(day.played) == CALLS
    assert reckoning.in_asterisk() == reckoning.in_the_log() == reckoning.as_played()
    assert reckoning.recovered() == sorted(call.number for call in day.played if call.is_unseen)


def test_every_planted_mistake_is_found_and_nothing_else(reckoning: Reckoning, written: Written) -> None:
    said = reckoning.reconcile()
    assert reckoning.found(said) == sorted(written.expected)
    assert said["slots"] == written.counts
    assert reckoning.found(reckoning.reconcile()) == sorted(written.expected), "a second run finds the same"


@pytest.mark.usefixtures("written")
def test_a_run_that_is_killed_and_two_at_once_find_the_same(reckoning: Reckoning) -> None:
    reckoning.reconcile()
    before = reckoning.on_record()
    for _ in range(2):
        killed = reckoning.starts_to_reconcile()
        reckoning.has_begun(killed)
        killed.kill()
        killed.communicate(timeout=PATIENCE)
    assert reckoning.found(reckoning.reconcile()) == [row[:-1] for row in before]
    assert reckoning.on_record() == before
    for run in [reckoning.starts_to_reconcile() for _ in range(2)]:
        said, complaint = run.communicate(timeout=PATIENCE)
        assert run.returncode == 0, complaint
        assert reckoning.found(json.loads(said)) == [row[:-1] for row in before], "the later one has waited"
    assert reckoning.on_record() == before


@pytest.mark.usefixtures("written")
def test_the_day_replays_without_difference(reckoning: Reckoning) -> None:
    reckoning.desk_hears_of_the_forms()
    assert "no difference" in reckoning.replay()

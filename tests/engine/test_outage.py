"""The router or its link was away: the desk stands still until it has heard what really happened, then time passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.core import inputs
from router.core.words import CallId, CallState, TurnState
from router.engine import hold
from tests.engine.office import CHEN, LI, TestOffice, office

MINUTES = 60_000


def _rings(made: TestOffice) -> CallId:
    made.open_slot()
    call = made.call_comes("c1")
    made.tell(inputs.PhoneRang(call=call, person=CHEN), at=1000)
    return call


def _turn(made: TestOffice) -> TurnState:
    return next(iter(made.desk.office.sheets.values())).turns[CHEN].state


def test_who_answered_while_the_link_was_away_has_not_forfeited(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        call = _rings(made)
        made.phones.abreast = False
        made.now = 5 * MINUTES
        made.work()
        assert made.desk.office.calls[call].state is CallState.RINGING, "it stands still"
        made.phones.abreast = True
        made.tell(inputs.Answered(call=call, person=CHEN))
        assert made.desk.office.calls[call].state is CallState.TALKING
        assert _turn(made) is TurnState.DONE
        recorded = [item["is"] for entry in made.journal.read() for item in entry.answer]
        assert not {"Forfeit", "Missed"} & set(recorded)
        made.work()
        made.tell(inputs.Tick())
        assert made.desk.office.now == 5 * MINUTES, "then time passes"


def test_a_caller_who_left_while_the_router_was_away_costs_nobody_a_turn(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        call = _rings(made)
    with office(tmp_path, now=10 * MINUTES, abreast=False) as after:
        after.work()
        assert after.desk.office.calls[call].state is CallState.RINGING
        after.phones.abreast = True
        after.tell(inputs.HungUp(call=call))
        assert _turn(after) is TurnState.DUE, "it comes back (R6)"


def test_a_call_that_comes_first_thing_after_the_outage_comes_now(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        _rings(made)
        made.phones.abreast = False
        made.now = 5 * MINUTES
        made.work()
        made.phones.abreast = True
        new = made.call_comes("c2")
        assert made.desk.office.calls[new].arrived == 5 * MINUTES
        assert made.desk.office.calls[new].ringing == [LI]


def test_what_still_rings_after_the_outage_has_rung_all_the_time(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        call = _rings(made)
        made.phones.abreast = False
        made.now = 21_000
        made.work()
        made.phones.abreast = True
        made.work()
        made.work()
        assert made.desk.office.calls[call].state is CallState.OPEN


def test_the_desk_does_not_stand_still_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "HOLD_SECONDS", 0.0)
    with office(tmp_path) as made:
        call = _rings(made)
        made.phones.abreast = False
        made.now = 5 * MINUTES
        for _ in range(3):
            made.engine.step(0)
        assert made.desk.office.calls[call].state is CallState.MISSED


def test_without_an_unanswered_call_time_passes_as_ever(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        made.phones.abreast = False
        made.tell(inputs.Tick(), at=MINUTES)
        assert made.desk.office.now == MINUTES

"""The engine's order of work, and what it does when something that can't happen happens."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from router.core import desk as desk_module
from router.core import inputs
from router.core.actions import Action, Ring
from router.core.errors import IllegalTransitionError
from router.core.words import CallId, CallState, PersonId, TurnState
from router.engine.ports import Letter, Warn
from router.wire.board import OfficeBoard
from router.wire.errors import JournalError, RefusedError
from tests.engine.office import CHEN, LI, office


def test_a_request_with_the_same_key_counts_once_and_gets_the_same_answer(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        first = made.ask(inputs.PresenceChanged(person=CHEN, presence="break"), "k1")
        assert made.ask(inputs.PresenceChanged(person=CHEN, presence="off"), "k1") == first
        assert made.desk.office.people[CHEN].presence == "break"


def test_a_refused_request_stays_refused_when_it_is_sent_again(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        for _ in range(2):
            with pytest.raises(RefusedError, match="no such person"):
                made.ask(inputs.PresenceChanged(person=PersonId("nobody"), presence="break"), "k1")


def test_two_requests_with_one_key_in_one_batch_count_once(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        letters = [
            Letter(input=inputs.PresenceChanged(person=CHEN, presence=presence), source="web", key="k")
            for presence in ("break", "off")
        ]
        first, second = [made.mailbox.ask(letter) for letter in letters]
        made.work()
        assert first.result(0) == second.result(0)
        assert made.desk.office.people[CHEN].presence == "break"


def test_nothing_is_done_before_it_is_written_down(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        written_when_rung: list[bool] = []

        def perform(_actions: Sequence[Action | Warn]) -> None:
            kept = made.journal._db.execute("SELECT count(*) FROM event WHERE body LIKE '%CallArrived%'").fetchone()[0]
            written_when_rung.append(kept == 1 and not made.journal._db.in_transaction)

        made.phones.perform = perform  # type: ignore[assignment,method-assign]  # looks at the journal instead
        made.call_comes("c1")
        assert written_when_rung == [True]


def test_a_switchboard_that_fails_ends_neither_the_engine_nor_the_request(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()

        def perform(_actions: Sequence[Action | Warn]) -> None:
            raise RuntimeError("the link is gone")

        made.phones.perform = perform  # type: ignore[assignment,method-assign]  # fails on command
        made.call_comes("c1")
        assert made.ask(inputs.PresenceChanged(person=LI, presence="break"), "k") > 0


def test_an_answer_that_crossed_the_stop_is_a_fact(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        call = made.call_comes("c1")
        made.tell(inputs.PhoneRang(call=call, person=CHEN))
        made.tell(inputs.Answered(call=call, person=LI))  # never rung, and yet the PBX has connected them
        assert made.desk.office.calls[call].state is CallState.TALKING
        assert made.desk.office.calls[call].last_on_it == LI
        kinds = [entry.kind for entry in made.journal.read() if entry.body.get("is") in ("Answered", "Taken")]
        assert kinds == ["refused", "input"]


def test_an_impossible_input_is_recorded_as_refused(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.tell(inputs.HungUp(call=CallId("never")))
        [entry] = list(made.journal.read(kinds=("refused",)))
        assert entry.facts["refused"] == 'call-unknown {"call": "never"}'


@pytest.mark.parametrize("error", [KeyError("a slip of ours"), IllegalTransitionError("call", "c1", "open", "ring")])
def test_an_error_of_ours_costs_the_one_input_and_the_desk_is_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def half_done(office_: Any, _told: inputs.Suspended) -> None:
        office_.people.clear()
        raise error

    with office(tmp_path) as made:
        made.open_slot()
        call = made.call_comes("c1")
        desk, before = made.desk, made.desk.office
        monkeypatch.setattr(desk_module, "_TAKE", {**desk_module._TAKE, inputs.Suspended: half_done})
        with pytest.raises(RefusedError, match=type(error).__name__):
            made.ask(inputs.Suspended(person=CHEN), "k")
        assert made.desk is desk  # others hold it
        assert desk.office is not before
        made.tell(inputs.PhoneRang(call=call, person=CHEN))
        assert [type(action) for action in made.phones.asked] == [Ring]
        kept = made.desk.office
    with office(tmp_path) as after:
        assert after.desk.office == kept


def _fails(_office: Any, _told: Any) -> None:
    raise KeyError("a slip of ours")


def test_a_call_whose_arrival_can_not_be_decided_is_left_to_the_fallback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        monkeypatch.setattr(desk_module, "_TAKE", {**desk_module._TAKE, inputs.CallArrived: _fails})
        call = made.call_comes("c1")
        assert made.phones.left_to_fallback == [call]
        assert call not in made.desk.office.calls


def test_a_call_that_can_not_be_decided_any_more_leaves_the_desk_and_nobody_loses_a_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        call, other = made.call_comes("c1"), made.call_comes("c2")
        monkeypatch.setattr(desk_module, "_TAKE", {**desk_module._TAKE, inputs.Declined: _fails})
        made.tell(inputs.Declined(call=call, person=CHEN))
        assert made.phones.left_to_fallback == [call]
        turns = next(iter(made.desk.office.sheets.values())).turns
        assert (turns[CHEN].state, turns[LI].state) == (TurnState.DUE, TurnState.OFFERED)
        assert made.desk.office.calls[other].ringing == [LI]
        kept = made.desk.office
    with office(tmp_path) as after:
        assert after.desk.office == kept


def test_the_heart_beats_with_the_loop_and_not_while_a_step_hangs(tmp_path: Path) -> None:
    with office(tmp_path) as made, sqlite3.connect(tmp_path / "journal.db", isolation_level=None) as other:
        made.engine.step(0)
        beats = made.phones.beats
        assert beats > 0
        other.execute("BEGIN IMMEDIATE")  # the journal blocks
        made.mailbox.put(Letter(input=inputs.PersonKnown(person=CHEN), source="test"))
        hanging = threading.Thread(target=made.engine.step, args=(0,))
        hanging.start()
        hanging.join(0.3)
        assert hanging.is_alive()
        assert made.phones.beats == beats
        other.execute("ROLLBACK")
        hanging.join()
        assert made.phones.beats == beats + 1
    other.close()


def test_time_alone_opens_a_call_to_everyone(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        call = made.call_comes("c1")
        made.tell(inputs.PhoneRang(call=call, person=CHEN))
        made.now = 15_000
        assert made.engine.step(5)
        assert made.desk.office.calls[call].state is CallState.OPEN


def test_a_journal_that_can_not_be_written_ends_the_engine_and_who_asked_is_told(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        made.journal._db.execute("PRAGMA query_only=ON")  # as good as a full disk
        done = made.mailbox.ask(Letter(input=inputs.PresenceChanged(person=CHEN, presence="break"), source="web"))
        with pytest.raises(JournalError):
            made.engine.run(threading.Event())
        assert isinstance(done.exception(0), JournalError)


def test_the_board_is_shown_to_who_watches_but_not_for_every_step(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        boards: list[OfficeBoard] = []
        made.shower.watch(boards.append)
        for at in range(200):
            made.tell(inputs.PresenceChanged(person=CHEN, presence="break" if at % 2 else "present"), at=at)
        assert len(boards) < 50
        while boards[-1].seq != made.journal.last_seq:
            made.engine.step(1)
        assert boards[-1].people[CHEN].presence == "break"

"""A crash at any moment: what was written is enough to be in the same state again (issue A3)."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.core import inputs
from router.core.desk import Desk
from router.core.errors import DeskError
from router.core.policy import Policy
from router.core.words import CallId
from router.engine.journal import Journal
from router.engine.snapshot import office_from, recover, state_of
from router.wire.codec import from_json, input_from_json, input_to_json, to_json
from tests.core.random_office import RandomOffice, drawn_office
from tests.engine.office import CALLER, CHEN, LI, office

FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def _random_day(data: st.DataObject, steps: int) -> RandomOffice:
    day = drawn_office(data)
    for _ in range(steps):
        day.step()
    return day


@FEW
@given(data=st.data(), steps=st.integers(1, 20), crash_at=st.integers(0, 200))
def test_a_crash_after_any_input_changes_nothing(data: st.DataObject, steps: int, crash_at: int) -> None:
    day = _random_day(data, steps)
    script = day.script
    crash_at %= len(script)
    with tempfile.TemporaryDirectory() as folder:
        with office(Path(folder), day.policy) as before:
            before.live(script[:crash_at])
        with office(Path(folder), day.policy, now=before.now) as after:
            after.live(script[crash_at:])
            unhurt = Desk(day.policy)
            for now, told in script:
                _tell(unhurt, told, now)
            assert after.desk.office == unhurt.office
        with Journal(Path(folder) / "journal.db") as journal:  # and from its first row, without any snapshot
            journal._db.execute("DELETE FROM event WHERE kind = 'snapshot'")
            assert recover(journal, Policy()).office == unhurt.office


def _tell(desk: Desk, told: inputs.Input, now: int) -> None:
    """What the engine does with an input: refused ones leave no trace, a refused answer may be a fact of the PBX's.

    What time brings comes before it, and what is due at once because of it comes after it.
    """
    _let_time_pass(desk, now)
    try:
        desk.handle(told, now)
    except DeskError:
        if isinstance(told, inputs.Answered):
            with contextlib.suppress(DeskError):
                desk.handle(inputs.Taken(call=told.call, person=told.person, fact=True), now)
        elif isinstance(told, inputs.HandedOver):
            with contextlib.suppress(DeskError):
                desk.handle(replace(told, fact=True), now)
    _let_time_pass(desk, now)


def _let_time_pass(desk: Desk, now: int) -> None:
    for _ in desk.until(now):
        pass


@FEW
@given(data=st.data(), steps=st.integers(0, 25))
def test_the_state_written_down_and_read_back_is_the_same(data: st.DataObject, steps: int) -> None:
    day = _random_day(data, steps)
    assert office_from(state_of(day.desk.office)) == day.desk.office
    for _, told in day.script:
        assert input_from_json(input_to_json(told)) == told


def test_a_policy_is_kept_with_the_state() -> None:
    policy = Policy(ring_ms=6000, owner_wait=True)
    assert from_json(Policy, to_json(policy)) == policy


def test_the_past_is_replayed_under_the_policy_of_its_time(tmp_path: Path) -> None:
    slow, fast = Policy(ring_ms=5000), Policy(ring_ms=1000)
    with office(tmp_path, slow) as first:
        first.open_slot()
        call = first.call_comes("c1")
        first.tell(inputs.PhoneRang(call=call, person=CHEN))
        first.tell(inputs.Answered(call=call, person=CHEN), at=10_000)
    with office(tmp_path, fast, now=20_000) as second:
        kept = second.desk.office
        second.journal._db.execute("DELETE FROM event WHERE kind = 'snapshot'")
        assert recover(second.journal, Policy()).office == kept
        assert kept.policy == fast
        assert kept.calls[call].last_on_it == CHEN


def test_a_transaction_that_was_not_committed_never_happened(tmp_path: Path) -> None:
    with office(tmp_path) as before:
        before.open_slot()
        before.call_comes("c1")
        seq = before.journal.last_seq
    with (tmp_path / "journal.db-wal").open("ab") as torn:
        torn.write(b"half a frame")
    with office(tmp_path) as after:
        assert list(after.desk.office.calls) == ["c1"]
        assert after.journal.last_seq == seq + 1  # the snapshot of the start


def test_a_snapshot_that_can_not_be_read_costs_only_time(tmp_path: Path) -> None:
    with office(tmp_path) as before:
        before.open_slot()
        before.call_comes("c1")
        before.engine.close()
        kept = before.desk.office
        before.journal._db.execute("""UPDATE event SET body = '{"customers": [], "callbacks": [], "newer": 1}'
                                      WHERE kind = 'snapshot'""")
    with office(tmp_path) as after:
        assert after.desk.office == kept


def test_a_rule_that_was_changed_since_does_not_keep_the_engine_from_starting(tmp_path: Path) -> None:
    with office(tmp_path) as before:
        before.open_slot()
        refused = inputs.Answered(call=CallId("never"), person=LI)
        before.tell(refused)
        before.call_comes("c1", CALLER)
        before.journal._db.execute("UPDATE event SET kind = 'input' WHERE kind = 'refused'")
    with office(tmp_path) as after:
        assert list(after.desk.office.calls) == ["c1"]

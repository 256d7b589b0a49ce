"""A crash at any moment: what was written is enough to be in the same state again (issue A3)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.core import inputs
from router.core.actions import Action
from router.core.desk import Desk
from router.core.policy import Policy
from router.core.words import CallId, Number, PersonId
from router.engine.codec import from_json, input_from_json, input_to_json, to_json
from router.engine.engine import Engine
from router.engine.journal import Journal
from router.engine.ports import Letter
from router.engine.snapshot import office_from, recover, state_of
from tests.core.random_office import RandomOffice

FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


class NoPhones:
    """A switchboard that only remembers what it was asked to do."""

    def __init__(self) -> None:
        self.asked: list[Action] = []

    def perform(self, actions: Any) -> None:
        self.asked += actions


def _random_day(data: st.DataObject, steps: int) -> RandomOffice:
    def choose(options: Any) -> Any:
        options = list(options)
        return options[data.draw(st.integers(0, len(options) - 1))]

    day = RandomOffice(choose)
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
        path = Path(folder) / "journal.db"
        clock = [0]
        engine = _engine(path, day.policy, clock)
        _live(engine, clock, script[:crash_at])
        engine._journal.close()  # the crash: nothing else is put in order
        engine = _engine(path, day.policy, clock)
        _live(engine, clock, script[crash_at:])
        unhurt = Desk(day.policy)
        for now, told in script:
            _tell(unhurt, told, now)
        assert engine.desk.office == unhurt.office
        engine._journal.close()


def _engine(path: Path, policy: Policy, clock: list[int]) -> Engine:
    journal = Journal(path)
    engine = Engine(recover(journal, policy), journal, NoPhones(), lambda: clock[0])
    engine.start(policy)
    return engine


def _live(engine: Engine, clock: list[int], script: list[tuple[int, inputs.Input]]) -> None:
    for now, told in script:
        clock[0] = now
        engine.put(Letter(input=told, source="test"))
        while engine.step(0):
            pass


def _tell(desk: Desk, told: inputs.Input, now: int) -> None:
    """What the engine does with an input: refused ones leave no trace, a refused answer may be a fact of the PBX's."""
    try:
        desk.handle(told, now)
    except Exception:
        if isinstance(told, inputs.Answered):
            try:
                desk.handle(inputs.Taken(call=told.call, person=told.person, fact=True), now)
            except Exception:
                return


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


def test_a_number_stands_in_one_table_and_can_be_erased(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    clock = [0]
    engine = _engine(path, Policy(), clock)
    slot = inputs.Slot(start=0, end=None, call=(PersonId("A"),), reception=())
    number = Number("+8613800000001")
    _live(
        engine, clock, [(0, inputs.PlanSet(slots=(slot,))), (1, inputs.CallArrived(call=CallId("c1"), number=number))]
    )
    engine.start(Policy())
    bodies = engine._journal._db.execute("SELECT body || facts || answer FROM event").fetchall()
    assert not [body for (body,) in bodies if "13800000001" in body]
    assert engine._journal.forget_number(number)
    told = [entry.body.get("number") for entry in engine._journal.read() if entry.body["is"] == "CallArrived"]
    assert told == ["erased-1"]
    engine._journal.close()


def test_a_request_with_the_same_key_counts_once(tmp_path: Path) -> None:
    clock = [0]
    engine = _engine(tmp_path / "journal.db", Policy(), clock)
    slot = inputs.Slot(start=0, end=None, call=(PersonId("A"),), reception=())
    _live(engine, clock, [(0, inputs.PlanSet(slots=(slot,)))])
    arrived = inputs.CallArrived(call=CallId("c1"), number=Number("1"))
    for _ in range(2):
        done = engine.ask(Letter(input=arrived, source="test", key="k1"))
        engine.step(0)
        done.result(1)
    assert list(engine.desk.office.calls) == ["c1"]
    engine._journal.close()

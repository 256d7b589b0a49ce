"""What is read back is what was written, and nothing that only looks like it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from router.core import actions, inputs
from router.core.words import CallId, DeviceState, FormKind, Group, Number, PersonId, Stage, TurnState
from router.wire.codec import (
    ANSWERS,
    INPUTS,
    CodecError,
    answer_from_json,
    answer_to_json,
    input_from_json,
    input_to_json,
)

A, C1 = PersonId("A"), CallId("c1")
SLOT = inputs.Slot(start=0, end=None, call=(A,), reception=(), name="白班")
SEEN = actions.Seen(person=A, sheet=Group.CALL, turn=TurnState.DUE, owed=False, why="busy")


@pytest.mark.parametrize(
    "told",
    [
        inputs.PlanSet(slots=(SLOT,)),
        inputs.FormFiled(call=C1, kind=FormKind.PURCHASE, asked_for=None),
        inputs.RosterEdited(group=Group.RECEPTION, order=(A, PersonId("B")), by="boss", why="late"),
        inputs.CallArrived(call=C1, number=Number("")),
        inputs.DeviceChanged(person=A, device=DeviceState.IN_USE),
        inputs.Tick(),
    ],
)
def test_an_input_comes_back_as_it_was(told: inputs.Input) -> None:
    assert input_from_json(json.loads(json.dumps(input_to_json(told)))) == told


@pytest.mark.parametrize(
    "said",
    [
        actions.Rang(call=C1, who=(A,), stage=Stage.OWNER),
        actions.Own(number=Number("1"), who=None),
        actions.Decision(call=C1, owner=None, owner_why=None, clock_ms=7, seen=(SEEN,), rules=("R9", "R10")),
    ],
)
def test_an_answer_comes_back_as_it_was(said: actions.Trail) -> None:
    assert answer_from_json(json.loads(json.dumps(answer_to_json(said)))) == said


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"is": "Nonsense"},
        {"is": "Desk"},
        {"is": "HungUp"},
        {"is": "HungUp", "call": 5},
        {"is": "HungUp", "call": None},
        {"is": "HungUp", "call": "c", "more": 1},
        {"is": "PlanSet", "slots": "AB"},
        {"is": "PlanSet", "slots": ["AB"]},
        {"is": "PlanSet", "slots": [{"start": True, "end": None, "call": [], "reception": []}]},
        {"is": "DeviceChanged", "person": "A", "device": "broken"},
        {"is": "Taken", "call": "c", "person": "A", "fact": "yes"},
        {"is": ["HungUp"]},
    ],
)
def test_what_is_no_input_is_an_error(raw: dict[str, Any]) -> None:
    with pytest.raises(CodecError):
        input_from_json(raw)


def test_every_input_and_answer_has_a_name_of_its_own() -> None:
    assert not set(INPUTS) & set(ANSWERS)

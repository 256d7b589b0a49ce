"""The state tables: an unknown way is refused and changes nothing, and the picture is drawn from them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from router.core.errors import IllegalTransitionError
from router.core.model import Call, Turn
from router.core.tables import CALL, TURN
from router.core.words import CallEvent, CallId, CallState, Number, PersonId, TurnEvent, TurnState

DRAW = Path(__file__).resolve().parents[2] / "docs" / "draw_states.py"


@pytest.mark.parametrize("state", list(TurnState))
@pytest.mark.parametrize("event", list(TurnEvent))
def test_a_turn_moves_by_its_table_or_not_at_all(state: TurnState, event: TurnEvent) -> None:
    turn = Turn(id=1, person=PersonId("A"), state=state, by=7)
    if (state, event) in TURN:
        turn.step(event)
        assert turn.state is TURN[state, event]
    else:
        with pytest.raises(
            IllegalTransitionError, match=f'"turn", "subject": "A", "state": "{state}", "event": "{event}"'
        ):
            turn.step(event)
        assert (turn.state, turn.by) == (state, 7)


@pytest.mark.parametrize("event", list(CallEvent))
def test_a_call_that_ended_goes_nowhere(event: CallEvent) -> None:
    call = Call(id=CallId("c1"), number=Number(""), arrived=0, state=CallState.ENDED)
    with pytest.raises(IllegalTransitionError, match='"call", "subject": "c1", "state": "ended"'):
        call.step(event)
    assert not [key for key in CALL if key[0] is CallState.ENDED]


def test_the_picture_in_docs_is_drawn_from_the_tables() -> None:
    spec = importlib.util.spec_from_file_location("draw_states", DRAW)
    assert spec is not None
    assert spec.loader is not None
    draw = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(draw)
    assert draw.PAGE.read_text(encoding="utf-8") == draw.page()

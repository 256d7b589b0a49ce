"""What a consultant's page shows of the board. May live here: that reading, no queries."""

from __future__ import annotations

from typing import Any

from router.core.policy import PRESENT
from router.core.words import PersonId
from router.web.shown.board import ready_call
from router.wire.board import BoardSheet, BoardTurn, OfficeBoard


def my_view(board: OfficeBoard, person: str) -> dict[str, Any]:
    """My turn, who stands before me, my call; an unknown person (not told to the desk yet) is nobody."""
    sheet, turn = _my_turn(board, person)
    me = board.people.get(PersonId(person))
    call = next((call for call in board.calls if me and call.id == me.call), None)
    return {
        "me": me,
        "sheet": sheet,
        "turn": turn,
        "ahead": _ahead(board, sheet, person) if sheet and turn and turn.state == "due" else [],
        "call": ready_call(call, board) if call else None,
        "talks": bool(call and call.on_it == person),
    }


def _my_turn(board: OfficeBoard, person: str) -> tuple[BoardSheet | None, BoardTurn | None]:
    for sheet in board.sheets:
        for turn in sheet.turns:
            if turn.person == person and sheet.running:
                return sheet, turn
    return None, None


def _ahead(board: OfficeBoard, sheet: BoardSheet, person: str) -> list[dict[str, Any]]:
    """Who is due before me: those at hand, and those away for an objective reason, who come back in front (R2)."""
    before = []
    for turn in sheet.turns:
        if turn.person == person:
            break
        other = board.people[turn.person]
        if turn.state == "due" and other.kind in (None, "objective"):
            before.append({"person": turn.person, "away": other.presence != PRESENT})
    return before

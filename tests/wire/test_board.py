"""The board over the socket: read as it was written, by readers that are older or younger than the engine."""

from __future__ import annotations

import json
from dataclasses import replace

from router.core.words import CallId, CallState, Group, PersonId, TurnState
from router.wire.board import (
    BoardCall,
    BoardItem,
    BoardPerson,
    BoardPlan,
    BoardSheet,
    BoardSlot,
    BoardTurn,
    OfficeBoard,
    board_from_json,
    board_to_json,
)

CHEN = PersonId("chen")
BOARD = OfficeBoard(
    at=1,
    seq=2,
    slot=BoardSlot(name="白班", start=0),
    next=CHEN,
    sheets=(BoardSheet(group=Group.CALL, round=1, running=True, turns=(BoardTurn(person=CHEN, state=TurnState.DUE),)),),
    people={CHEN: BoardPerson(presence="present", phone="idle")},
    calls=(BoardCall(id=CallId("c1"), number="138****5678", state=CallState.RINGING, arrived=0, ringing=(CHEN,)),),
    plan=BoardPlan(day="2026-11-30", origin="published", of="2026-11-30"),
    recent=(BoardItem(at=0, what="Rang", details={"who": ["chen"], "stage": "rotation"}),),
)


def test_a_board_is_read_as_it_was_written() -> None:
    written = json.loads(json.dumps(board_to_json(BOARD)))
    assert board_from_json(written) == BOARD
    assert board_from_json(written, sent_ms=7) == replace(BOARD, sent_ms=7)
    assert written["people"]["chen"]["presence"] == "present", "people stand under their ids, for every reader"


def test_a_reader_skips_what_a_newer_engine_says_and_does_without_what_an_older_one_does_not() -> None:
    written = board_to_json(BOARD)
    written["weather"] = "rain"
    written["people"]["chen"]["mood"] = "good"
    del written["recent"], written["calls"][0]["owner"]
    assert board_from_json(written) == replace(BOARD, recent=())


def test_who_is_in_is_asked_of_a_board_with_a_slot_alone() -> None:
    off = {CHEN: BoardPerson(presence="off", phone="idle")}
    assert replace(BOARD, people=off).nobody_is_in
    assert not replace(BOARD, people=off, slot=None).nobody_is_in
    assert BOARD.running_sheet("call") is BOARD.sheets[0]
    assert BOARD.running_sheet("reception") is None

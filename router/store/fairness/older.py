"""Rounds from before the ledger was kept, as far as the history of turns tells. May live here: that reading.

The history has what happened to turns, not who stood on a sheet; that is read from the evidence of decisions (R17).
What it leaves open can't be checked, so nothing of these rounds counts as unexplained.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from router.core.words import Account
from router.store.fairness.ledger import Ended, RoundTurns, SheetKey, SheetLedger, SheetsNow
from router.store.tables.calls import TrailRow, TurnRow

GIVEN_BACK = ("other", "asked_for")  # the turn had been used
SUPERVISOR = "supervisor"
Evidence = Mapping[tuple[str, int, str | None], list[tuple[int, dict[str, Any]]]]


@dataclass(slots=True)
class _Turn:
    """One person in one round: turns due and used, and what is said last of one that is not."""

    due: int = 1
    used: int = 0
    lost: Account | None = None
    why: str = ""


def older_rounds(
    turns: Sequence[TurnRow], decisions: Iterable[TrailRow], sheets: Mapping[SheetKey, SheetLedger], now: SheetsNow
) -> dict[SheetKey, SheetLedger]:
    """`sheets`, and what the history of `turns` tells of rounds that are not on the ledger."""
    evidence, found = _evidence(decisions), dict(sheets)
    told: dict[SheetKey, dict[tuple[int, str], _Turn]] = defaultdict(dict)
    for row in turns:
        if row.sheet_started_at is None:
            continue
        key = (row.sheet_started_at, row.group)
        if not _is_older(row, now.kept_from.get(key)):
            continue
        for person in _stood(row, evidence):
            told[key].setdefault((row.round, person), _Turn())
        _take(told[key].setdefault((row.round, row.person), _Turn()), row)
        if key not in found:
            found[key] = SheetLedger(started_at=key[0], slot_name=row.slot_name or "", group=row.group)
    for key, cells in told.items():
        _fill(found[key], cells, is_running=key in now.running)
    return found


def _is_older(row: TurnRow, kept_from: int | None) -> bool:
    """Whether the row's round began before the ledger did."""
    return kept_from is None or (kept_from > 1 and row.round <= kept_from)


def _evidence(decisions: Iterable[TrailRow]) -> Evidence:
    found: dict[tuple[str, int, str | None], list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for row in decisions:
        found[row.journal, row.seq, row.call_id].append((row.position, row.body))
    return found


def _stood(row: TurnRow, evidence: Evidence) -> list[str]:
    """Who stood on the sheet when this turn was offered."""
    known = evidence.get((row.journal, row.seq, row.call_id), []) if row.what == "offered" else []
    before = [body for position, body in known if position < row.position]
    seen = before[-1]["seen"] if before else []
    return [one["person"] for one in seen if one["sheet"] == row.group and one["why"] != "suspended"]


def _take(turn: _Turn, row: TurnRow) -> None:
    match row.what:
        case "used":
            turn.used, turn.lost, turn.why = turn.used + 1, None, ""
        case "forfeited":
            turn.lost = Account.TAKEN_AWAY if row.why == SUPERVISOR else Account.OWN_DOING
            turn.why = row.why
        case "lapsed":
            turn.lost, turn.why = Account.OBJECTIVE, ""
        case "restored":
            turn.used -= row.why in GIVEN_BACK
            turn.due += row.why == SUPERVISOR
            turn.lost, turn.why = None, ""
        case _:
            pass


def _fill(sheet: SheetLedger, cells: Mapping[tuple[int, str], _Turn], *, is_running: bool) -> None:
    started = sheet.started_at
    newest = max(number for number, _ in cells)
    for (number, person), turn in cells.items():
        if (number, person) in sheet.cells:
            continue
        cell = RoundTurns(recorded=False)
        cell.ends = [Ended(what=Account.USED, why="", call_id=None, at=started)] * max(turn.used, 0)
        rest = max(turn.due - len(cell.ends), 1 if turn.lost else 0)
        if number == newest and turn.lost is None and is_running:
            cell.open = rest
        else:
            what = turn.lost or (Account.NOT_REACHED if number == newest else Account.SILENT)
            cell.ends += [Ended(what=what, why=turn.why, call_id=None, at=started)] * rest
        cell.due = len(cell.ends) + cell.open
        sheet.cells[number, person] = cell
        if person not in sheet.people:
            sheet.people.append(person)

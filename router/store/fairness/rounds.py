"""Turns due against turns got, round by round (R2, R5-R8). May live here: that sum over the history of turns.

In a round everybody on the sheet is due one turn. One is *got* when it was used and no form or hand-over gave it back;
one that was lost says why. In the round that a sheet has not ended, whoever is still due is owed nothing yet. Who stood
on a sheet is read from the evidence of its decisions (R17): somebody whom the supervisor had taken off calls all the
time was due none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from router.store.tables.calls import TrailRow, TurnRow

Mark = Literal["done", "forfeited", "lapsed", "open", "lost"]
GIVEN_BACK = ("other", "asked_for")  # the turn had been used


@dataclass(slots=True, kw_only=True)
class Cell:
    """One person in one round of one sheet."""

    due: int = 1
    got: int = 0
    mark: Mark = "open"
    why: str = ""
    was_passed: bool = False
    make_ups: int = 0

    @property
    def drift(self) -> int:
        """Turns got beyond those due; a round's open turn is no drift."""
        return 0 if self.mark == "open" and self.got < self.due else self.got - self.due


@dataclass(slots=True, kw_only=True)
class SheetRounds:
    """The rounds of one sheet; people in the sheet's order when it was last seen."""

    started_at: datetime | None
    slot_name: str
    group: str
    people: list[str] = field(default_factory=list)
    cells: dict[tuple[int, str], Cell] = field(default_factory=dict)

    @property
    def rounds(self) -> list[int]:
        """Numbers of the rounds that something is recorded of."""
        return sorted({number for number, _ in self.cells})

    def drift(self, person: str) -> int:
        """The person's drift over all its rounds."""
        return sum(cell.drift for (_, who), cell in self.cells.items() if who == person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """The furthest that somebody was from what they were due, and after which round."""

    person: str
    turns: int
    slot_name: str
    group: str
    round: int


def rounds_of(turns: Sequence[TurnRow], decisions: Iterable[TrailRow]) -> list[SheetRounds]:
    """The sheets of a period with every round, by start and group; `turns` in the order in which they happened."""
    sheets: dict[tuple[datetime | None, str], SheetRounds] = {}
    evidence = _evidence(decisions)
    for row in turns:
        key = (row.sheet_started_at, row.group)
        sheet = sheets.get(key)
        if sheet is None:
            sheet = sheets[key] = SheetRounds(
                started_at=row.sheet_started_at, slot_name=row.slot_name or "", group=row.group
            )
        if row.what == "offered":
            _take_evidence(sheet, row, evidence)
        _take_turn(sheet, row)
    for sheet in sheets.values():
        _close(sheet)
    return sorted(sheets.values(), key=lambda one: (str(one.started_at), one.group))


def _evidence(decisions: Iterable[TrailRow]) -> Mapping[tuple[str, int, str | None], list[tuple[int, dict[str, Any]]]]:
    found: dict[tuple[str, int, str | None], list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for row in decisions:
        found[row.journal, row.seq, row.call_id].append((row.position, row.body))
    return found


def _take_evidence(
    sheet: SheetRounds,
    row: TurnRow,
    evidence: Mapping[tuple[str, int, str | None], list[tuple[int, dict[str, Any]]]],
) -> None:
    """Who stood on the sheet when this turn was offered, in order."""
    before = [
        body for position, body in evidence.get((row.journal, row.seq, row.call_id), []) if position < row.position
    ]
    if not before:
        return
    seen = [one for one in before[-1]["seen"] if one["sheet"] == row.group]
    sheet.people = [one["person"] for one in seen] + [
        person for person in sheet.people if person not in {one["person"] for one in seen}
    ]
    for one in seen:
        if one["why"] != "suspended":
            sheet.cells.setdefault((row.round, one["person"]), Cell())


def _take_turn(sheet: SheetRounds, row: TurnRow) -> None:
    cell = sheet.cells.setdefault((row.round, row.person), Cell())
    if row.person not in sheet.people:
        sheet.people.append(row.person)
    match row.what:
        case "used":
            cell.make_ups += cell.was_passed or cell.got > 0
            cell.got, cell.mark, cell.why, cell.was_passed = cell.got + 1, "done", "", False
        case "passed":
            cell.was_passed = True
        case "forfeited":
            cell.mark, cell.why = "forfeited", row.why
        case "lapsed":
            cell.mark = "lapsed"
        case "restored":
            cell.got -= row.why in GIVEN_BACK
            cell.due += row.why == "supervisor"
            cell.mark, cell.why = ("done" if cell.got > 0 else "open"), ""
        case _:
            pass


def _close(sheet: SheetRounds) -> None:
    """An open turn in a round that has ended was lost in silence (R5: suspended, on offer, or out of the call)."""
    last = max((number for number, _ in sheet.cells), default=0)
    for (number, _), cell in sheet.cells.items():
        if number < last and cell.mark == "open":
            cell.mark = "lost"


def largest_drift(sheets: Iterable[SheetRounds]) -> Drift | None:
    """Who was furthest from what they were due, summing up round by round in order of time; None: nobody ever was."""
    total: dict[str, int] = defaultdict(int)
    largest: Drift | None = None
    for sheet in sheets:
        for number in sheet.rounds:
            for person in sheet.people:
                cell = sheet.cells.get((number, person))
                total[person] += cell.drift if cell else 0
                if total[person] and abs(total[person]) > (abs(largest.turns) if largest else 0):
                    largest = Drift(
                        person=person,
                        turns=total[person],
                        slot_name=sheet.slot_name,
                        group=sheet.group,
                        round=number,
                    )
    return largest

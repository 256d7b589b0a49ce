"""R27: every turn that was due, and how it ended. May live here: adding up the ledger's entries.

Each due turn ends as exactly one of `ENDS`, or is still open; one that came back is told by what became of it at last,
with its comings back beside. Due less these is *unexplained*: a mistake of ours, and said first. What no slot will
reach any more was not reached; what is still on offer from a round that is over is open until its call has ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from router.core.words import Account
from router.store.tables.fairness import LedgerRow

ENDS = (
    Account.USED,
    Account.OWN_DOING,
    Account.OBJECTIVE,
    Account.CARRIED,
    Account.SILENT,
    Account.TAKEN_AWAY,
    Account.NOT_REACHED,
)
OPEN = "open"
LEFT, JOINED, SLOT_OVER = "left", "joined", "slot_over"

SheetKey = tuple[datetime, str]  # when the sheet began, and its group
RoundKey = tuple[datetime, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a turn ended: why, by which call if by one, and when."""

    what: Account
    why: str
    call_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """That a turn came back: why, of which call if of one, and when."""

    why: str
    call_id: str | None
    at: datetime


@dataclass(slots=True, kw_only=True)
class RoundTurns:
    """One person's turns in one round of a sheet; not `recorded`: from before the ledger was kept, as far as known."""

    due: int = 0
    ends: list[Ended] = field(default_factory=list)
    came_back: list[CameBack] = field(default_factory=list)
    open: int = 0
    recorded: bool = True

    def count(self, what: Account) -> int:
        """How many ended so."""
        return sum(end.what is what for end in self.ends)

    @property
    def unended(self) -> int:
        """Turns due of which no end is on record."""
        return self.due - len(self.ends)

    @property
    def unexplained(self) -> int:
        """What is neither open nor ended: 0, or a mistake of ours."""
        return self.unended - self.open

    @property
    def mark(self) -> str:
        """One word for a picture: used if one was, else what became of the last, else open."""
        if self.unexplained:
            return "unexplained"
        if self.count(Account.USED):
            return Account.USED.value
        return OPEN if self.open or not self.ends else self.ends[-1].what.value

    @property
    def why(self) -> str:
        """Why the last turn ended as `mark` says; "" where that says it all."""
        return next((end.why for end in reversed(self.ends) if end.what.value == self.mark), "")


@dataclass(slots=True, kw_only=True)
class SheetLedger:
    """The rounds of one sheet; people in the sheet's order when it was last said."""

    started_at: datetime
    slot_name: str
    group: str
    people: list[str] = field(default_factory=list)
    cells: dict[tuple[int, str], RoundTurns] = field(default_factory=dict)

    @property
    def rounds(self) -> list[int]:
        """Numbers of the rounds that something is recorded of."""
        return sorted({number for number, _ in self.cells})

    def of(self, person: str) -> list[RoundTurns]:
        """The person's rounds, in order."""
        return [self.cells[number, person] for number in self.rounds if (number, person) in self.cells]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetsNow:
    """How sheets stand: each one's newest round, which run, and whose turns of rounds that are over are on offer.

    `kept_from`: the first round on the ledger; of a sheet that ran when the ledger began that may be a later one.
    """

    newest: Mapping[SheetKey, int]
    kept_from: Mapping[SheetKey, int]
    running: Collection[SheetKey]
    on_offer: Collection[tuple[datetime, str, int, str]]


def ledger_of(entries: Sequence[LedgerRow], now: SheetsNow) -> dict[SheetKey, SheetLedger]:
    """The sheets of these entries, which are whole rounds in the order in which they were made."""
    sheets: dict[SheetKey, SheetLedger] = {}
    orders: dict[SheetKey, tuple[int, list[str]]] = {}
    for row in entries:
        key = (row.sheet_started_at, row.group)
        sheet = sheets.setdefault(
            key, SheetLedger(started_at=row.sheet_started_at, slot_name=row.slot_name or "", group=row.group)
        )
        _enter(sheet.cells.setdefault((row.round, row.person), RoundTurns()), row)
        if row.what == Account.DUE and not row.why:
            _note_order(orders, key, row)
    for key, sheet in sheets.items():
        _drop_the_unbegun(sheet, now.kept_from.get(key, 1))
        last = orders.get(key, (0, []))[1]
        sheet.people = list(dict.fromkeys([*last, *(person for _, person in sheet.cells)]))
        _close(key, sheet, now)
    return sheets


def _drop_the_unbegun(sheet: SheetLedger, kept_from: int) -> None:
    """Of the round in which the ledger began only those are on it who joined then."""
    if kept_from > 1:
        for place in [place for place, cell in sheet.cells.items() if place[0] == kept_from and not cell.due]:
            del sheet.cells[place]


def _note_order(orders: dict[SheetKey, tuple[int, list[str]]], key: SheetKey, row: LedgerRow) -> None:
    number, people = orders.get(key, (0, []))
    if row.round > number:
        orders[key] = (row.round, [row.person])
    elif row.round == number:
        people.append(row.person)


def _enter(cell: RoundTurns, row: LedgerRow) -> None:
    what = Account(row.what)
    if what is Account.DUE:
        stood_before = not row.why and cell.due and _undo(cell, Account.NOT_REACHED, LEFT)
        if stood_before:  # who comes back to the sheet within the round stands in the turn that they left
            cell.came_back.append(CameBack(why=JOINED, call_id=None, at=row.at))
        else:
            cell.due += 1
        return
    if row.undoes is not None:
        _undo(cell, Account(row.undoes), call_id=row.call_id)
    if what is Account.BACK or (row.call_id and what in (Account.CARRIED, Account.OBJECTIVE)):
        cell.came_back.append(CameBack(why=row.why, call_id=row.call_id, at=row.at))
    if what is not Account.BACK:
        cell.ends.append(Ended(what=what, why=row.why, call_id=row.call_id, at=row.at))


def _undo(cell: RoundTurns, what: Account, why: str = "", *, call_id: str | None = None) -> bool:
    """Take back the newest end of this kind; of the call's own first."""
    known = [end for end in cell.ends if end.what is what and (not why or end.why == why)]
    known.sort(key=lambda end: end.call_id == call_id)
    if known:
        cell.ends.remove(known[-1])
    return bool(known)


def _close(key: SheetKey, sheet: SheetLedger, now: SheetsNow) -> None:
    """Say of what has not ended whether it still can: in a running sheet's round, or on offer since an earlier one."""
    for (number, person), cell in sheet.cells.items():
        unended = max(cell.unended, 0)
        if number < now.newest.get(key, number):
            unended = min(unended, (*key, number, person) in now.on_offer)
        if key in now.running:
            cell.open = unended
        else:
            over = Ended(what=Account.NOT_REACHED, why=SLOT_OVER, call_id=None, at=key[0])
            cell.ends += [over] * unended


def counted(rounds: Iterable[RoundTurns]) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Turns of several rounds: how many due, of each end, open, unexplained; and the reasons of each end."""
    sums: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {}
    for cell in rounds:
        sums["due"] += cell.due
        sums[OPEN] += cell.open
        sums["unexplained"] += cell.unexplained
        for end in cell.ends:
            sums[end.what.value] += 1
            if end.why:
                reasons.setdefault(end.what.value, Counter())[end.why] += 1
        for back in cell.came_back:
            reasons.setdefault("came_back", Counter())[back.why] += 1
    return sums, reasons

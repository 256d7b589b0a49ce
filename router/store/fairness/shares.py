"""Each person's part of a period, counted (R2-R8, R11-R16). May live here: that counting.

Nothing is judged: each number is a count of what is on record. *Answered elsewhere* counts for nobody: a phone that
stopped because a colleague was quicker neither rang out nor missed a call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from router.core.words import TurnUse
from router.store.calls.rings import rang_out, rings_of
from router.store.fairness.ledger import RoundTurns, SheetLedger, counted
from router.store.tables.calls import CallRow, TrailRow, TurnRow

NO_TURN = ("owner", "everyone", "substitute")  # the stages at which an answer costs no turn (R11-R13)


@dataclass(slots=True, kw_only=True)
class PersonShare:
    """One person's part of the period: the ledger's `turns` (R27), why they ended so, and calls that cost no turn."""

    person: str
    turns: Counter[str] = field(default_factory=Counter)  # due, each end, open, unexplained
    reasons: dict[str, Counter[str]] = field(default_factory=dict)  # of each end; `came_back`: why turns came back
    no_turn: Counter[str] = field(default_factory=Counter)
    offers: int = 0
    answered: int = 0
    late: int = 0  # their own turn or customer, after three rings; a takeover is always after them
    make_ups: int = 0
    handed_over: int = 0
    received: int = 0
    new_customers: int = 0
    rang_out: int = 0
    declined: int = 0
    let_ring_then_took: int = 0


class Shares:
    """Shares by person, begun on first use."""

    def __init__(self, shares: dict[str, PersonShare]) -> None:
        self._shares = shares

    def __getitem__(self, person: str) -> PersonShare:
        if person not in self._shares:
            self._shares[person] = PersonShare(person=person)
        return self._shares[person]


def count_turns(share: Shares, turns: Iterable[TurnRow]) -> None:
    """Offers, and turns made up: used after having been passed over in the same round, or after another one."""
    passed: set[tuple[object, ...]] = set()
    for turn in turns:
        place = (turn.sheet_started_at, turn.group, turn.round, turn.person)
        if turn.what == "offered":
            share[turn.person].offers += 1
        elif turn.what == "used":
            share[turn.person].make_ups += place in passed
        if turn.what in ("passed", "used"):
            passed.add(place)


def count_calls(share: Shares, calls: Iterable[CallRow]) -> None:
    """Answered calls, and those of them that cost no turn, by how they came."""
    for call in calls:
        if call.answerer is None:
            continue
        one = share[call.answerer]
        one.answered += 1
        one.late += call.late and call.stage != "everyone"
        if call.turn != TurnUse.USED and call.stage in NO_TURN:
            one.no_turn[call.stage] += 1


def count_steps(share: Shares, steps: Iterable[TrailRow]) -> None:
    """Hand-overs, and whose new customer each call was in the end (a form `other` restores what was before)."""
    owners: dict[str | None, str | None] = {}
    restored = {(step.journal, step.seq) for step in steps if step.kind == "FormFiled" and step.body["kind"] == "other"}
    for step in steps:
        if step.kind == "HandOver":
            share[step.body["giver"]].handed_over += 1
            share[step.body["who"]].received += 1
        elif step.kind == "Own":
            owners[step.call_id] = None if (step.journal, step.seq) in restored else step.body["who"]
    for owner in owners.values():
        if owner is not None:
            share[owner].new_customers += 1


def count_rings(share: Shares, trails: Mapping[str, Sequence[TrailRow]], three_rings: timedelta) -> None:
    """What phones did."""
    for trail in trails.values():
        rings = rings_of(trail, three_rings)
        for person in rang_out(rings):
            share[person].rang_out += 1
        for ring in rings:
            share[ring.person].declined += ring.end == "declined"


def count_rounds(share: Shares, sheets: Iterable[SheetLedger]) -> None:
    """What became of the turns that were due (R27)."""
    rounds: dict[str, list[RoundTurns]] = {}
    for sheet in sheets:
        for person in sheet.people:
            rounds.setdefault(person, []).extend(sheet.of(person))
    for person, theirs in rounds.items():
        share[person].turns, share[person].reasons = counted(theirs)

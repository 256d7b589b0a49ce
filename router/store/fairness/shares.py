"""Each person's part of a period, counted (R2-R8, R11-R16). May live here: that counting.

Nothing is judged: each number is a count of what is on record. *Answered elsewhere* counts for nobody: a phone that
stopped because a colleague was quicker neither rang out nor missed a call.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from router.store.calls.rings import rang_out, rings_of
from router.store.fairness.rounds import SheetRounds
from router.store.tables.calls import CallRow, TrailRow, TurnRow


@dataclass(slots=True, kw_only=True)
class PersonShare:
    """One person's part of the period; `forfeits` by reason, turns as `due` and `got` in rounds."""

    person: str
    offers: int = 0
    answered: int = 0
    late: int = 0  # their own turn or customer, after three rings; a takeover is always after them
    used: int = 0
    forfeits: Counter[str] = field(default_factory=Counter)
    make_ups: int = 0
    substitutions: int = 0
    takeovers: int = 0
    own_customers: int = 0
    handed_over: int = 0
    received: int = 0
    new_customers: int = 0
    rang_out: int = 0
    declined: int = 0
    let_ring_then_took: int = 0
    due: int = 0
    got: int = 0
    drift: int = 0


class Shares:
    """Shares by person, begun on first use."""

    def __init__(self, shares: dict[str, PersonShare]) -> None:
        self._shares = shares

    def __getitem__(self, person: str) -> PersonShare:
        if person not in self._shares:
            self._shares[person] = PersonShare(person=person)
        return self._shares[person]


def count_turns(share: Shares, turns: Iterable[TurnRow]) -> None:
    """Offers, turns used and lost."""
    for turn in turns:
        if turn.what == "offered":
            share[turn.person].offers += 1
        elif turn.what == "used":
            share[turn.person].used += 1
        elif turn.what == "forfeited":
            share[turn.person].forfeits[turn.why] += 1
        elif turn.what == "lapsed":
            share[turn.person].forfeits["lapsed"] += 1


def count_calls(share: Shares, calls: Iterable[CallRow]) -> None:
    """Answered calls, by how they came."""
    for call in calls:
        if call.answerer is None:
            continue
        one = share[call.answerer]
        one.answered += 1
        one.late += call.late and call.stage != "everyone"
        one.takeovers += call.stage == "everyone"
        one.substitutions += call.stage == "substitute"
        one.own_customers += call.stage == "owner"


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


def count_rounds(share: Shares, sheets: Iterable[SheetRounds]) -> None:
    """What was due in rounds, and what was got."""
    due: dict[str, int] = defaultdict(int)
    for sheet in sheets:
        for (_, person), cell in sheet.cells.items():
            one = share[person]
            one.got += cell.got
            one.drift += cell.drift
            one.make_ups += cell.make_ups
            due[person] += cell.got - cell.drift  # what is open in a running round is not due yet
    for person, turns in due.items():
        share[person].due = turns

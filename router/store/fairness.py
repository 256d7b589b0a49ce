"""Who was offered and got what, over days (R2-R8, R11-R16). May live here: that count, for page and command line.

Nothing is judged: each number is a count of what is on record. *Answered elsewhere* counts for nobody: a phone that
stopped because a colleague was quicker neither rang out nor missed a call.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.store.calls import CallRow, TrailRow, TurnRow
from router.store.let_go import let_go_then_took
from router.store.queries import SITE_ID, day_bounds, everyone, trails_of
from router.store.rings import KINDS, THREE_RINGS, rang_out, rings_of
from router.store.rounds import Drift, SheetRounds, largest_drift, rounds_of


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
    let_go_then_took: int = 0
    due: int = 0
    got: int = 0
    drift: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """A period: people by place in the site, sheets with their rounds, and the largest drift of all."""

    first: date
    last: date
    calls: int
    answered: int
    missed: int
    people: list[PersonShare]
    sheets: list[SheetRounds]
    largest: Drift | None

    def as_json(self) -> dict[str, Any]:
        """Plain data, rounds as lists."""
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "calls": {"arrived": self.calls, "answered": self.answered, "missed": self.missed},
            "people": [{**asdict(share), "forfeits": dict(share.forfeits)} for share in self.people],
            "sheets": [_sheet_as_json(sheet) for sheet in self.sheets],
            "largest_drift": asdict(self.largest) if self.largest else None,
        }


def _sheet_as_json(sheet: SheetRounds) -> dict[str, Any]:
    return {
        "started_at": sheet.started_at.isoformat() if sheet.started_at else None,
        "slot": sheet.slot_name,
        "group": sheet.group,
        "people": sheet.people,
        "rounds": [
            {"round": number, "person": person, "due": cell.due, "got": cell.got, "mark": cell.mark, "why": cell.why}
            for (number, person), cell in sorted(sheet.cells.items())
        ],
    }


def fairness(
    session: Session,
    first: date,
    last: date,
    zone: ZoneInfo,
    *,
    three_rings: timedelta = THREE_RINGS,
    site_id: int = SITE_ID,
) -> Fairness:
    """Count the days from `first` to `last`, both included, in the site's zone."""
    start, end = day_bounds(first, zone)[0], day_bounds(last, zone)[1]
    turns = _turns(session, start, end, site_id)
    steps = _steps(session, start, end, site_id)
    calls = _calls(session, start, end, site_id)
    trails = trails_of(session, start, end, KINDS, site_id=site_id)
    shares: dict[str, PersonShare] = {}
    for row in everyone(session, site_id=site_id):
        shares[row.code] = PersonShare(person=row.code)
    share = _Shares(shares)
    sheets = rounds_of(turns, (step for step in steps if step.kind == "Decision"))
    _count_turns(share, turns)
    _count_calls(share, calls)
    _count_steps(share, steps)
    _count_rings(share, trails, three_rings)
    for sign in let_go_then_took(session, trails, three_rings=three_rings, site_id=site_id):
        share[sign.person].let_go_then_took += 1
    _count_rounds(share, sheets)
    return Fairness(
        first=first,
        last=last,
        calls=len(calls),
        answered=sum(call.answered_at is not None for call in calls),
        missed=sum(call.is_missed for call in calls),
        people=list(shares.values()),
        sheets=sheets,
        largest=largest_drift(sheets),
    )


class _Shares:
    """Shares by person, begun on first use."""

    def __init__(self, shares: dict[str, PersonShare]) -> None:
        self._shares = shares

    def __getitem__(self, person: str) -> PersonShare:
        if person not in self._shares:
            self._shares[person] = PersonShare(person=person)
        return self._shares[person]


# --- reading ---------------------------------------------------------------------------------------------------------


def _turns(session: Session, start: datetime, end: datetime, site_id: int) -> Sequence[TurnRow]:
    wanted = (TurnRow.site_id == site_id, TurnRow.at >= start, TurnRow.at < end)
    return session.scalars(select(TurnRow).where(*wanted).order_by(TurnRow.id)).all()


def _steps(session: Session, start: datetime, end: datetime, site_id: int) -> Sequence[TrailRow]:
    wanted = (
        TrailRow.site_id == site_id,
        TrailRow.at >= start,
        TrailRow.at < end,
        TrailRow.kind.in_(("Decision", "HandOver", "Own", "FormFiled")),
        TrailRow.refused == "",
    )
    in_order = (TrailRow.at, TrailRow.journal, TrailRow.seq, TrailRow.position)
    return session.scalars(select(TrailRow).where(*wanted).order_by(*in_order)).all()


def _calls(session: Session, start: datetime, end: datetime, site_id: int) -> Sequence[CallRow]:
    wanted = (CallRow.site_id == site_id, CallRow.arrived_at >= start, CallRow.arrived_at < end)
    return session.scalars(select(CallRow).where(*wanted)).all()


# --- counting --------------------------------------------------------------------------------------------------------


def _count_turns(share: _Shares, turns: Iterable[TurnRow]) -> None:
    for turn in turns:
        if turn.what == "offered":
            share[turn.person].offers += 1
        elif turn.what == "used":
            share[turn.person].used += 1
        elif turn.what == "forfeited":
            share[turn.person].forfeits[turn.why] += 1
        elif turn.what == "lapsed":
            share[turn.person].forfeits["lapsed"] += 1


def _count_calls(share: _Shares, calls: Iterable[CallRow]) -> None:
    for call in calls:
        if call.answerer is None:
            continue
        one = share[call.answerer]
        one.answered += 1
        one.late += call.late and call.stage != "everyone"
        one.takeovers += call.stage == "everyone"
        one.substitutions += call.stage == "substitute"
        one.own_customers += call.stage == "owner"


def _count_steps(share: _Shares, steps: Iterable[TrailRow]) -> None:
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


def _count_rings(share: _Shares, trails: Mapping[str, Sequence[TrailRow]], three_rings: timedelta) -> None:
    for trail in trails.values():
        rings = rings_of(trail, three_rings)
        for person in rang_out(rings):
            share[person].rang_out += 1
        for ring in rings:
            share[ring.person].declined += ring.end == "declined"


def _count_rounds(share: _Shares, sheets: Iterable[SheetRounds]) -> None:
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

"""Who was offered and got what, over days. May live here: that question and its answer, for page and command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.store.calls.queries import trails_of
from router.store.calls.rings import KINDS, THREE_RINGS
from router.store.fairness.let_ring_then_took import let_ring_then_took
from router.store.fairness.rounds import Drift, SheetRounds, largest_drift, rounds_of
from router.store.fairness.shares import (
    PersonShare,
    Shares,
    count_calls,
    count_rings,
    count_rounds,
    count_steps,
    count_turns,
)
from router.store.people.queries import everyone
from router.store.scope import SITE_ID, day_bounds
from router.store.tables.calls import CallRow, TrailRow, TurnRow


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
    share = Shares(shares)
    sheets = rounds_of(turns, (step for step in steps if step.kind == "Decision"))
    count_turns(share, turns)
    count_calls(share, calls)
    count_steps(share, steps)
    count_rings(share, trails, three_rings)
    for sign in let_ring_then_took(session, trails, three_rings=three_rings, site_id=site_id):
        share[sign.person].let_ring_then_took += 1
    count_rounds(share, sheets)
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


def turns_of_day(session: Session, day: date, zone: ZoneInfo, *, site_id: int = SITE_ID) -> Sequence[TurnRow]:
    """What happened to turns on a day, in order."""
    first, end = day_bounds(day, zone)
    wanted = (TurnRow.site_id == site_id, TurnRow.at >= first, TurnRow.at < end)
    return session.scalars(select(TurnRow).where(*wanted).order_by(TurnRow.id)).all()

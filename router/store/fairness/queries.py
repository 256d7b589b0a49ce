"""Who was offered and got what, over days. May live here: that question and its answer, for page and command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from router.core.words import Account, Group
from router.store.calls.queries import trails_of
from router.store.calls.rings import KINDS, THREE_RINGS
from router.store.fairness.ledger import ENDS, OPEN, SheetLedger, SheetsNow, ledger_of
from router.store.fairness.let_ring_then_took import let_ring_then_took
from router.store.fairness.older import older_rounds
from router.store.fairness.shares import (
    NO_TURN,
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
from router.store.tables.applied import EventAppliedRow
from router.store.tables.calls import CallRow, TrailRow, TurnRow
from router.store.tables.fairness import LedgerRow

LIVE = (CallRow.answered_at.is_(None), CallRow.ended_at.is_(None), CallRow.missed_why.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """A period: people by place in the site, and sheets with the ledger of the rounds that began in it (R27)."""

    first: date
    last: date
    calls: int
    answered: int
    missed: int
    people: list[PersonShare]
    sheets: list[SheetLedger]

    @property
    def unexplained(self) -> int:
        """Turns of which nobody can say what became of them: 0, or a mistake of ours."""
        return sum(abs(cell.unexplained) for sheet in self.sheets for cell in sheet.cells.values())

    @property
    def due(self) -> int:
        """Turns due to all."""
        return sum(share.turns["due"] for share in self.people)

    @property
    def used(self) -> int:
        """Turns used by all."""
        return sum(share.turns[Account.USED.value] for share in self.people)

    def as_json(self) -> dict[str, Any]:
        """Plain data, what is unexplained first; rounds as lists."""
        return {
            "unexplained": self.unexplained,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "calls": {"arrived": self.calls, "answered": self.answered, "missed": self.missed},
            "people": [_share_as_json(share) for share in self.people],
            "sheets": [_sheet_as_json(sheet) for sheet in self.sheets],
        }


def _share_as_json(share: PersonShare) -> dict[str, Any]:
    turns = {name: share.turns[name] for name in ("unexplained", "due", *ENDS, OPEN)}
    counts = asdict(share)
    del counts["turns"], counts["reasons"], counts["no_turn"], counts["person"]
    return {
        "person": share.person,
        "turns": turns,
        "reasons": {name: dict(reasons) for name, reasons in share.reasons.items()},
        "no_turn": {kind: share.no_turn[kind] for kind in NO_TURN},
        **counts,
    }


def _sheet_as_json(sheet: SheetLedger) -> dict[str, Any]:
    return {
        "started_at": sheet.started_at.isoformat(),
        "slot": sheet.slot_name,
        "group": sheet.group,
        "people": sheet.people,
        "rounds": [
            {
                "round": number,
                "person": person,
                "unexplained": cell.unexplained,
                "due": cell.due,
                "ended": [{"what": end.what.value, "why": end.why, "call": end.call_id} for end in cell.ends],
                "came_back": [{"why": back.why, "call": back.call_id} for back in cell.came_back],
                "open": cell.open,
                "recorded": cell.recorded,
            }
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
    entries = _entries(session, start, end, site_id)
    began = [entry.sheet_started_at for entry in entries]
    began += [turn.sheet_started_at for turn in turns if turn.sheet_started_at is not None]
    now = _sheets_now(session, min(began, default=end), site_id)
    on_ledger = ledger_of(entries, now)
    sheets = older_rounds(turns, (step for step in steps if step.kind == "Decision"), on_ledger, now)
    count_turns(share, turns)
    count_calls(share, calls)
    count_steps(share, steps)
    count_rings(share, trails, three_rings)
    for sign in let_ring_then_took(session, trails, three_rings=three_rings, site_id=site_id):
        share[sign.person].let_ring_then_took += 1
    count_rounds(share, sheets.values())
    return Fairness(
        first=first,
        last=last,
        calls=len(calls),
        answered=sum(call.answered_at is not None for call in calls),
        missed=sum(call.is_missed for call in calls),
        people=list(shares.values()),
        sheets=[sheets[key] for key in sorted(sheets)],
    )


def _entries(session: Session, start: datetime, end: datetime, site_id: int) -> Sequence[LedgerRow]:
    """The ledger of all rounds that began in the period, whenever their turns ended."""
    place = (LedgerRow.sheet_started_at, LedgerRow.group, LedgerRow.round)
    before = aliased(LedgerRow)
    earlier = select(before.id).where(
        before.site_id == site_id,
        before.sheet_started_at == LedgerRow.sheet_started_at,
        before.group == LedgerRow.group,
        before.round == LedgerRow.round,
        before.what == Account.DUE.value,
        before.at < start,
    )
    dues = (LedgerRow.site_id == site_id, LedgerRow.what == Account.DUE.value)
    within = (LedgerRow.at >= start, LedgerRow.at < end)
    began = select(*place).where(*dues, *within, ~earlier.exists()).distinct().subquery()
    same = (LedgerRow.sheet_started_at == began.c[0], LedgerRow.group == began.c[1], LedgerRow.round == began.c[2])
    wanted = select(LedgerRow).join(began, and_(*same)).where(LedgerRow.site_id == site_id)
    return session.scalars(wanted.order_by(LedgerRow.id)).all()


def _sheets_now(session: Session, since: datetime, site_id: int) -> SheetsNow:
    """How the sheets that began since then stand now."""
    place = (LedgerRow.sheet_started_at, LedgerRow.group)
    numbers = select(*place, func.min(LedgerRow.round), func.max(LedgerRow.round))
    dues = (LedgerRow.site_id == site_id, LedgerRow.sheet_started_at >= since, LedgerRow.what == Account.DUE.value)
    spans = session.execute(numbers.where(*dues).group_by(*place)).all()
    newest = (
        select(EventAppliedRow)
        .where(EventAppliedRow.site_id == site_id, EventAppliedRow.sheet_started_at.is_not(None))
        .order_by(EventAppliedRow.sheet_started_at.desc())
        .limit(1)
    )
    mark = session.scalars(newest).one_or_none()
    began = mark.sheet_started_at if mark is not None and mark.slot_name is not None else None
    offers = (
        select(TurnRow.sheet_started_at, TurnRow.group, TurnRow.round, TurnRow.person)
        .join(CallRow, (CallRow.id == TurnRow.call_id) & (CallRow.site_id == TurnRow.site_id))
        .where(TurnRow.site_id == site_id, TurnRow.at >= since, TurnRow.what == "offered", *LIVE)
    )
    return SheetsNow(
        newest={(at, group): last for at, group, _, last in spans},
        kept_from={(at, group): first for at, group, first, _ in spans},
        running={(began, group.value) for group in Group} if began else (),
        on_offer={(at, group, number, person) for at, group, number, person in session.execute(offers) if at},
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

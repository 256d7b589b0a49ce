"""What people ask of the record of calls. May live here: reading queries; rows come with what a page shows of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from router.store.paging import Part, part_of
from router.store.scope import SITE_ID, day_bounds
from router.store.tables.calls import TURNED_AWAY, CallRow, TrailRow
from router.store.tables.customers import NumberRow
from router.store.tables.pbx import PbxRow


def calls_of_day(session: Session, day: date, zone: ZoneInfo, *, site_id: int = SITE_ID) -> Sequence[CallRow]:
    """The call log of a day, by arrival."""
    return calls_of_days(session, day, day + timedelta(days=1), zone, site_id=site_id)


def calls_of_days(
    session: Session, day: date, end_day: date, zone: ZoneInfo, *, site_id: int = SITE_ID
) -> Sequence[CallRow]:
    """The call log from a day until before another, by arrival."""
    first, end = day_bounds(day, zone)[0], day_bounds(end_day, zone)[0]
    wanted = (CallRow.site_id == site_id, CallRow.arrived_at >= first, CallRow.arrived_at < end)
    return session.scalars(
        select(CallRow).where(*wanted).options(joinedload(CallRow.number)).order_by(CallRow.arrived_at, CallRow.id)
    ).all()


def calls_in_part(session: Session, day: date, end_day: date, zone: ZoneInfo, part: Part) -> Sequence[CallRow]:
    """A part of the call log of some days, by arrival; a call changes when it comes, is answered and ends."""
    first, end = day_bounds(day, zone)[0], day_bounds(end_day, zone)[0]
    wanted = [CallRow.site_id == SITE_ID, CallRow.arrived_at >= first, CallRow.arrived_at < end]
    if (since := part.since) is not None:
        wanted.append(or_(CallRow.arrived_at >= since, CallRow.answered_at >= since, CallRow.ended_at >= since))
    asked = select(CallRow).where(*wanted).options(joinedload(CallRow.number))
    return session.scalars(part_of(asked, (CallRow.arrived_at, CallRow.id), part)).all()


def outcomes_of_day(session: Session, day: date, zone: ZoneInfo, *, site_id: int = SITE_ID) -> tuple[int, int, int]:
    """How many calls came on a day, were answered, were missed (turned away is not missed)."""
    first, end = day_bounds(day, zone)
    wanted = (CallRow.site_id == site_id, CallRow.arrived_at >= first, CallRow.arrived_at < end)
    missed_ones = func.count(CallRow.missed_why).filter(CallRow.missed_why.not_in(TURNED_AWAY))
    counted = select(func.count(), func.count(CallRow.answered_at), missed_ones).where(*wanted)
    calls, answered, missed = session.execute(counted).one()
    return calls, answered, missed


def missed_calls_of_day(session: Session, day: date, zone: ZoneInfo, *, site_id: int = SITE_ID) -> Sequence[CallRow]:
    """Calls that nobody answered, by arrival."""
    return [call for call in calls_of_day(session, day, zone, site_id=site_id) if call.is_missed]


def call_with(session: Session, call_id: str, *, site_id: int = SITE_ID) -> CallRow | None:
    """One call, by our id or by Asterisk's uniqueid."""
    either = (CallRow.id == call_id) | (CallRow.uniqueid == call_id)
    wanted = select(CallRow).where(CallRow.site_id == site_id, either).options(joinedload(CallRow.number))
    return session.scalars(wanted.order_by(CallRow.arrived_at.desc()).limit(1)).one_or_none()


def trail_of_call(session: Session, call_id: str, *, site_id: int = SITE_ID) -> Sequence[TrailRow]:
    """Why it rang where it rang (R17): every step of a call, in order."""
    wanted = (TrailRow.site_id == site_id, TrailRow.call_id == call_id)
    return session.scalars(
        select(TrailRow).where(*wanted).order_by(TrailRow.at, TrailRow.journal, TrailRow.seq, TrailRow.position)
    ).all()


def trails_of(
    session: Session, first: datetime, end: datetime, kinds: Collection[str], *, site_id: int = SITE_ID
) -> Mapping[str, Sequence[TrailRow]]:
    """The steps of these kinds of every call that arrived from `first` to before `end`, in order, by call."""
    arrived = (CallRow.site_id == site_id, CallRow.arrived_at >= first, CallRow.arrived_at < end)
    wanted = (
        TrailRow.site_id == site_id,
        TrailRow.call_id.in_(select(CallRow.id).where(*arrived)),
        TrailRow.kind.in_(kinds),
    )
    in_order = (TrailRow.at, TrailRow.journal, TrailRow.seq, TrailRow.position)
    trails: dict[str, list[TrailRow]] = {}
    for row in session.scalars(select(TrailRow).where(*wanted).order_by(*in_order)):
        trails.setdefault(row.call_id or "", []).append(row)
    return trails


def calls_of_customer(session: Session, customer_id: int, *, site_id: int = SITE_ID) -> Sequence[CallRow]:
    """A customer's calls, newest first."""
    wanted = (CallRow.site_id == site_id, NumberRow.customer_id == customer_id)
    return session.scalars(
        select(CallRow).join(CallRow.number).where(*wanted).order_by(CallRow.arrived_at.desc())
    ).all()


def first_day_on_record(session: Session, zone: ZoneInfo, *, site_id: int = SITE_ID) -> date | None:
    """The date of the first call that router or PBX know of, in the zone; None: there was none yet."""
    firsts = (
        select(CallRow.arrived_at).where(CallRow.site_id == site_id).order_by(CallRow.arrived_at).limit(1),
        select(PbxRow.started_at).where(PbxRow.site_id == site_id).order_by(PbxRow.started_at).limit(1),
    )
    known = [moment for first in firsts for moment in session.scalars(first)]
    return min(known).astimezone(zone).date() if known else None


def has_mark(call: CallRow, kind: str) -> bool:
    """Whether the call has such a mark."""
    return any(mark["kind"] == kind for mark in call.marks)

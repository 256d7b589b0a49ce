"""What people ask of the PBX's own records. May live here: reading queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from router.store.scope import SITE_ID, day_bounds
from router.store.tables.calls import CallRow
from router.store.tables.pbx import BlindIntervalRow, PbxRow, PbxSourceRow

BATCH = 500  # rows of one statement, as SQLite limits its parameters


def sources(session: Session, *, site_id: int = SITE_ID) -> Sequence[PbxSourceRow]:
    """Every source ever read, for `doctor` and pages."""
    return session.scalars(select(PbxSourceRow).where(PbxSourceRow.site_id == site_id).order_by(PbxSourceRow.id)).all()


def known_calls(session: Session, ids: Iterable[str], *, site_id: int = SITE_ID) -> set[str]:
    """Which of these channels are on record as having called a hotline."""
    wanted, found = list(ids), set[str]()
    for first in range(0, len(wanted), BATCH):
        some = wanted[first : first + BATCH]
        where = (PbxRow.site_id == site_id, PbxRow.call_id.in_(some), PbxRow.direction == "in")
        found.update(session.scalars(select(PbxRow.call_id).where(*where).distinct()))
    return found


def rows_between(session: Session, first: datetime, end: datetime, *, site_id: int = SITE_ID) -> Sequence[PbxRow]:
    """All rows of calls with a row that started in that time, by start."""
    started = (PbxRow.site_id == site_id, PbxRow.started_at >= first, PbxRow.started_at < end)
    ids = select(PbxRow.call_id).where(*started)
    where = or_(PbxRow.call_id.in_(ids), (PbxRow.started_at >= first) & (PbxRow.started_at < end))
    return session.scalars(
        select(PbxRow).where(PbxRow.site_id == site_id, where).order_by(PbxRow.started_at, PbxRow.id)
    ).all()


def rows_of_call(session: Session, uniqueid: str, *, site_id: int = SITE_ID) -> Sequence[PbxRow]:
    """What Asterisk's own records say of the call with this uniqueid."""
    where = (PbxRow.site_id == site_id, PbxRow.call_id == uniqueid)
    return session.scalars(select(PbxRow).where(*where).order_by(PbxRow.started_at, PbxRow.id)).all()


def blind_intervals_of_day(
    session: Session, day: date, zone: ZoneInfo, *, site_id: int = SITE_ID
) -> Sequence[tuple[BlindIntervalRow, int]]:
    """When the router was away on a day, and how many calls of each such time were put in afterwards."""
    first, end = day_bounds(day, zone)
    is_in = (CallRow.arrived_at >= BlindIntervalRow.started_at) & (
        BlindIntervalRow.ended_at.is_(None) | (CallRow.arrived_at <= BlindIntervalRow.ended_at)
    )
    count = (
        select(func.count())
        .select_from(CallRow)
        .where(CallRow.site_id == site_id, CallRow.recovered.is_(True), is_in)
        .scalar_subquery()
    )
    where = (
        BlindIntervalRow.site_id == site_id,
        BlindIntervalRow.started_at < end,
        BlindIntervalRow.ended_at.is_(None) | (BlindIntervalRow.ended_at >= first),
    )
    rows = session.execute(select(BlindIntervalRow, count).where(*where).order_by(BlindIntervalRow.started_at))
    return [(row, number) for row, number in rows]

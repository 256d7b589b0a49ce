"""Writing and asking for the PBX's own records. May live here: queries on `pbx_source`, `pbx_row`, `blind_interval`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from router.store.base import Base
from router.store.calls import CallRow
from router.store.queries import SITE_ID, day_bounds
from router.store.records import BlindIntervalRow, PbxRow, PbxSourceRow

BATCH = 500  # rows of one statement, as SQLite limits its parameters


def insert_once(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An insert that the database in use can be told to skip rows of, where they are there already."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)


def source_named(session: Session, name: str, *, site_id: int = SITE_ID) -> PbxSourceRow:
    """The source's row, made and committed if it is new."""
    wanted = (PbxSourceRow.site_id == site_id, PbxSourceRow.name == name)
    insert = insert_once(session, PbxSourceRow)
    values = {"site_id": site_id, "name": name, "position": {}, "failure": ""}
    session.execute(insert.values(values).on_conflict_do_nothing())
    session.commit()
    return session.scalars(select(PbxSourceRow).where(*wanted)).one()


def sources(session: Session, *, site_id: int = SITE_ID) -> Sequence[PbxSourceRow]:
    """Every source ever read, for `doctor` and pages."""
    return session.scalars(select(PbxSourceRow).where(PbxSourceRow.site_id == site_id).order_by(PbxSourceRow.id)).all()


def add_rows(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Add rows that are not there yet, all of one source; returns how many were new. The caller commits."""
    by_key = {row["row_key"]: row for row in rows}
    keys = list(by_key)
    for first in range(0, len(keys), BATCH):
        some = keys[first : first + BATCH]
        where = (PbxRow.source_id == rows[0]["source_id"], PbxRow.row_key.in_(some))
        for key in session.scalars(select(PbxRow.row_key).where(PbxRow.site_id == rows[0]["site_id"], *where)):
            del by_key[key]
    if by_key:
        insert = insert_once(session, PbxRow).on_conflict_do_nothing()  # another reading may go on at the same time
        session.connection().execute(insert, [dict(row) for row in by_key.values()])
    return len(by_key)


def known_calls(session: Session, ids: Iterable[str], *, site_id: int = SITE_ID) -> set[str]:
    """Which of these channels are on record as having called a hotline."""
    wanted, found = list(ids), set[str]()
    for first in range(0, len(wanted), BATCH):
        some = wanted[first : first + BATCH]
        where = (PbxRow.site_id == site_id, PbxRow.call_id.in_(some), PbxRow.direction == "in")
        found.update(session.scalars(select(PbxRow.call_id).where(*where).distinct()))
    return found


def name_enders(session: Session, enders: Mapping[str, str], *, site_id: int = SITE_ID) -> None:
    """Note who ended each of these calls (R19): call id -> `caller` or `consultant`. The caller commits."""
    if enders:
        table = PbxRow.__table__
        where = (table.c.site_id == site_id, table.c.call_id == bindparam("the_call"), table.c.direction == "in")
        values = [{"the_call": call, "who": who} for call, who in enders.items()]
        session.connection().execute(update(PbxRow).where(*where).values(ended_by=bindparam("who")), values)


def name_answerer(session: Session, call_id: str, at: datetime, person: str, *, site_id: int = SITE_ID) -> None:
    """Note who answered the row that began about then, where its channel told no more than the trunk."""
    where = (PbxRow.site_id == site_id, PbxRow.call_id == call_id, PbxRow.answered_by == "", PbxRow.direction == "in")
    rows = session.scalars(select(PbxRow).where(*where, PbxRow.answered_at.is_not(None))).all()
    nearest = min(rows, key=lambda row: abs((row.answered_at or at) - at), default=None)
    if nearest is not None:
        nearest.answered_by = person


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


def erase_in_records(session: Session, site_id: int, numbers: Sequence[str]) -> None:
    """Empty these numbers in the PBX's records, too: for an erased person only the call is left."""
    session.execute(update(PbxRow).where(PbxRow.site_id == site_id, PbxRow.number.in_(numbers)).values(number=""))


def note_blind(session: Session, started: datetime, ended: datetime | None, *, site_id: int = SITE_ID) -> None:
    """Note a time without a link, once; an open one gets its end later. The caller commits."""
    wanted = (BlindIntervalRow.site_id == site_id, BlindIntervalRow.started_at == started)
    row = session.scalars(select(BlindIntervalRow).where(*wanted)).one_or_none()
    if row is None:
        session.add(BlindIntervalRow(site_id=site_id, started_at=started, ended_at=ended))
    else:
        row.ended_at = ended


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

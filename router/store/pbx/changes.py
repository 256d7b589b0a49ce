"""Writing the PBX's own records. May live here: changes of `pbx_source`, `pbx_row`, `blind_interval`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from router.reading.same_number import SameNumber
from router.store.database import insert_once
from router.store.pbx.queries import BATCH
from router.store.scope import SITE_ID
from router.store.tables.pbx import BlindIntervalRow, PbxRow, PbxSourceRow


def source_named(session: Session, name: str, *, site_id: int = SITE_ID) -> PbxSourceRow:
    """The source's row, made and committed if it is new."""
    wanted = (PbxSourceRow.site_id == site_id, PbxSourceRow.name == name)
    insert = insert_once(session, PbxSourceRow)
    values = {"site_id": site_id, "name": name, "position": {}, "failure": ""}
    session.execute(insert.values(values).on_conflict_do_nothing())
    session.commit()
    return session.scalars(select(PbxSourceRow).where(*wanted)).one()


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


def adopt_rows(session: Session, site_id: int, apart: timedelta) -> int:
    """Give answers that stand alone (their PBX wrote no linkedid) to the call they are of: same number, begun then.

    Returns how many. The caller commits.
    """
    alone = (PbxRow.site_id == site_id, PbxRow.call_id == "", PbxRow.direction == "in", PbxRow.answered_at.is_not(None))
    adopted = 0
    for row in session.scalars(select(PbxRow).where(*alone)).all():
        whose = (
            PbxRow.site_id == site_id,
            PbxRow.source_id == row.source_id,
            PbxRow.call_id != "",
            PbxRow.direction == "in",
            PbxRow.number == row.number,
            PbxRow.started_at.between(row.started_at - apart, row.started_at + apart),
        )
        rows = session.scalars(select(PbxRow).where(*whose)).all()
        nearest = min(rows, key=lambda one: (abs(one.started_at - row.started_at), one.id), default=None)
        if nearest is not None:
            row.call_id = nearest.call_id
            adopted += 1
    return adopted


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


def erase_in_records(session: Session, site_id: int, numbers: Sequence[str]) -> int:
    """Empty these numbers in the PBX's records, too: for an erased person only the call is left. Returns in how many.

    Lines that a reading keeps, since it could not read them, are cleaned likewise.
    """
    theirs = update(PbxRow).where(PbxRow.site_id == site_id, PbxRow.number.in_(numbers))
    emptied = session.execute(theirs.values(number="").returning(PbxRow.id)).all()
    same = SameNumber.of(numbers)
    for source in session.scalars(select(PbxSourceRow).where(PbxSourceRow.site_id == site_id)):
        position = _without(source.position, same)
        if position != source.position:
            source.position = position
    return len(emptied)


def _without(value: Any, same: SameNumber) -> Any:
    if isinstance(value, dict):
        return {key: _without(one, same) for key, one in value.items()}
    if isinstance(value, list):
        return [_without(one, same) for one in value]
    return same.without(value) if isinstance(value, str) else value


def note_blind(session: Session, started: datetime, ended: datetime | None, *, site_id: int = SITE_ID) -> None:
    """Note a time without a link, once; an open one gets its end later. The caller commits."""
    wanted = (BlindIntervalRow.site_id == site_id, BlindIntervalRow.started_at == started)
    row = session.scalars(select(BlindIntervalRow).where(*wanted)).one_or_none()
    if row is None:
        session.add(BlindIntervalRow(site_id=site_id, started_at=started, ended_at=ended))
    else:
        row.ended_at = ended

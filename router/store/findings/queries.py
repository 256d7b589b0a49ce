"""What the page 漏登核对 asks. May live here: reading queries, a fixed number per page, each named for its question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from router.store.findings.changes import GONE, UNDECIDED
from router.store.paging import Part, part_of
from router.store.scope import SITE_ID
from router.store.tables.calls import CallRow
from router.store.tables.findings import DisplayCountRow, FindingRow, ReconcileRunRow
from router.store.tables.forms import FormRow
from router.store.tables.pbx import PbxRow


def findings_of_day(session: Session, day: date) -> Sequence[FindingRow]:
    """Everything found of a date that still stands, with what was done about it."""
    wanted = (FindingRow.site_id == SITE_ID, FindingRow.day == day, FindingRow.state != GONE)
    return session.scalars(
        select(FindingRow).where(*wanted).options(selectinload(FindingRow.acts)).order_by(FindingRow.id)
    ).all()


def findings_in_part(session: Session, first: date, end: date, part: Part) -> Sequence[FindingRow]:
    """A part of what was found from a day until before another, by day, slot and kind; those that went, too."""
    wanted = [FindingRow.site_id == SITE_ID, FindingRow.day >= first, FindingRow.day < end]
    if part.since is not None:
        wanted.append(FindingRow.changed_at >= part.since)
    order = (FindingRow.day, FindingRow.slot, FindingRow.kind, FindingRow.id)
    return session.scalars(part_of(select(FindingRow).where(*wanted), order, part)).all()


def findings_about(session: Session, person: str, *, limit: int = 300) -> Sequence[FindingRow]:
    """What is recorded of a person, newest date first."""
    wanted = (FindingRow.site_id == SITE_ID, FindingRow.person == person, FindingRow.state != GONE)
    return session.scalars(
        select(FindingRow)
        .where(*wanted)
        .options(selectinload(FindingRow.acts))
        .order_by(FindingRow.day.desc(), FindingRow.id)
        .limit(limit)
    ).all()


def finding_with(session: Session, finding_id: int) -> FindingRow | None:
    """One finding."""
    row = session.get(FindingRow, finding_id)
    return row if row is not None and row.site_id == SITE_ID else None


def undecided_by_day(session: Session) -> Mapping[date, int]:
    """How many findings still wait for somebody, by date, newest first."""
    wanted = (FindingRow.site_id == SITE_ID, FindingRow.state.in_(UNDECIDED))
    counted = Counter(session.scalars(select(FindingRow.day).where(*wanted)))  # here: the database would read all days
    return {day: counted[day] for day in sorted(counted, reverse=True)}


def newest_day_reconciled(session: Session) -> date | None:
    """The newest date that a run was made for."""
    return session.scalars(select(func.max(ReconcileRunRow.day)).where(ReconcileRunRow.site_id == SITE_ID)).one()


def calls_found(session: Session, names: Iterable[str]) -> Mapping[str, CallRow]:
    """The log's calls by the name that findings give them: Asterisk's uniqueid, or our id."""
    listed = sorted(set(names))
    wanted = (CallRow.site_id == SITE_ID, or_(CallRow.uniqueid.in_(listed), CallRow.id.in_(listed)))
    rows = session.scalars(select(CallRow).where(*wanted).options(joinedload(CallRow.number))).all()
    return {**{row.id: row for row in rows}, **{row.uniqueid: row for row in rows if row.uniqueid}}


def pbx_calls_found(session: Session, names: Iterable[str]) -> Mapping[str, Sequence[PbxRow]]:
    """The PBX's rows of calls, by start."""
    wanted = (PbxRow.site_id == SITE_ID, PbxRow.call_id.in_(sorted(set(names))), PbxRow.direction == "in")
    found: dict[str, list[PbxRow]] = {}
    for row in session.scalars(select(PbxRow).where(*wanted).order_by(PbxRow.started_at, PbxRow.id)):
        found.setdefault(row.call_id, []).append(row)
    return found


def forms_found(session: Session, ids: Iterable[str]) -> Mapping[str, FormRow]:
    """Forms by their id as findings write it."""
    wanted = (FormRow.site_id == SITE_ID, FormRow.id.in_(sorted({int(form) for form in ids if form.isdecimal()})))
    return {str(row.id): row for row in session.scalars(select(FormRow).where(*wanted))}


def display_counts_of_day(session: Session, day: date) -> Mapping[str, DisplayCountRow]:
    """The newest display count of each slot, with who wrote it."""
    wanted = (DisplayCountRow.site_id == SITE_ID, DisplayCountRow.day == day)
    rows = session.scalars(select(DisplayCountRow).where(*wanted).order_by(DisplayCountRow.id))
    return {row.slot: row for row in rows}

"""What people ask of call forms (R21, R22). May live here: reading queries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from router.store.paging import Part, part_of
from router.store.scope import SITE_ID, day_bounds
from router.store.tables.calls import CallRow
from router.store.tables.forms import FormDraftRow, FormRevisionRow, FormRow

ASKED_AT_ONCE = 400  # as parameters of one query


def draft_of(session: Session, *, username: str, call_id: str) -> Mapping[str, str]:
    """What this person typed for this call and has not filed."""
    row = draft_row(session, username, call_id)
    return row.values if row else {}


def draft_row(session: Session, username: str, call_id: str) -> FormDraftRow | None:
    """The row of a draft; None where there is none."""
    wanted = (FormDraftRow.site_id == SITE_ID, FormDraftRow.username == username, FormDraftRow.call_id == call_id)
    return session.scalars(select(FormDraftRow).where(*wanted)).one_or_none()


def forms_owed(session: Session, *, since: datetime, person: str | None = None) -> Sequence[CallRow]:
    """Answered calls since then that have no form yet, oldest first; one person's, or everybody's (R21)."""
    has_form = select(FormRow.id).where(FormRow.site_id == CallRow.site_id, FormRow.call_id == CallRow.id).exists()
    wanted = [CallRow.site_id == SITE_ID, CallRow.arrived_at >= since, CallRow.answered_at.is_not(None), ~has_form]
    if person is not None:
        wanted.append(CallRow.person == person)
    return session.scalars(
        select(CallRow).where(*wanted).options(joinedload(CallRow.number)).order_by(CallRow.arrived_at)
    ).all()


def forms_filed(session: Session, *, first: datetime, end: datetime, person: str | None = None) -> Sequence[FormRow]:
    """Forms filed from `first` until before `end`, newest first; one person's, or everybody's."""
    wanted = [FormRow.site_id == SITE_ID, FormRow.filed_at >= first, FormRow.filed_at < end]
    if person is not None:
        wanted.append(FormRow.consultant == person)
    return session.scalars(select(FormRow).where(*wanted).order_by(FormRow.filed_at.desc(), FormRow.id.desc())).all()


def forms_of_days(session: Session, first: date, end: date, zone: ZoneInfo) -> Sequence[FormRow]:
    """Forms whose call was taken from `first` until before `end` (where unknown: filed), in that order."""
    taken = func.coalesce(FormRow.taken_at, FormRow.filed_at)
    begin, over = day_bounds(first, zone)[0], day_bounds(end, zone)[0]
    wanted = (FormRow.site_id == SITE_ID, taken_between(begin, over))
    return session.scalars(select(FormRow).where(*wanted).order_by(taken, FormRow.id)).all()


def forms_in_part(session: Session, first: date, end: date, zone: ZoneInfo, part: Part) -> Sequence[FormRow]:
    """A part of the forms of some days, in that order; a form changes with each revision."""
    begin, over = day_bounds(first, zone)[0], day_bounds(end, zone)[0]
    wanted = [FormRow.site_id == SITE_ID, taken_between(begin, over)]
    if part.since is not None:
        wanted.append(FormRow.revisions.any(FormRevisionRow.written_at >= part.since))
    asked = select(FormRow).where(*wanted).options(selectinload(FormRow.revisions))
    return session.scalars(part_of(asked, (func.coalesce(FormRow.taken_at, FormRow.filed_at), FormRow.id), part)).all()


def taken_between(first: datetime, end: datetime) -> ColumnElement[bool]:
    """R24: where `taken_at` is empty, `filed_at` stands in. Said so that both are looked up."""
    filed = and_(FormRow.taken_at.is_(None), FormRow.filed_at >= first, FormRow.filed_at < end)
    return or_(and_(FormRow.taken_at >= first, FormRow.taken_at < end), filed)


def calls_with_forms(session: Session, call_ids: Collection[str]) -> set[str]:
    """Which of these calls have a form."""
    found, wanted = set[str](), sorted(call_ids)
    for first in range(0, len(wanted), ASKED_AT_ONCE):
        of_some = (FormRow.site_id == SITE_ID, FormRow.call_id.in_(wanted[first : first + ASKED_AT_ONCE]))
        found.update(filter(None, session.scalars(select(FormRow.call_id).where(*of_some))))
    return found


def forms_taken_at(session: Session, moments: Collection[datetime | None]) -> Iterator[FormRow]:
    """Forms taken at exactly these moments (None: imported ones whose moment nobody knows), with their revisions."""
    wanted = sorted(moment.astimezone(UTC) for moment in moments if moment is not None)
    of_site = select(FormRow).where(FormRow.site_id == SITE_ID).options(selectinload(FormRow.revisions))
    for first in range(0, len(wanted), ASKED_AT_ONCE):
        yield from session.scalars(of_site.where(FormRow.taken_at.in_(wanted[first : first + ASKED_AT_ONCE])))
    if None in moments:
        yield from session.scalars(of_site.where(FormRow.taken_at.is_(None), FormRow.entered == "import"))


def form_with(session: Session, form_id: int) -> FormRow | None:
    """One form."""
    form = session.get(FormRow, form_id)
    return form if form is not None and form.site_id == SITE_ID else None


def form_of_call(session: Session, call_id: str) -> FormRow | None:
    """A call's own form: the first filed (R24)."""
    wanted = (FormRow.site_id == SITE_ID, FormRow.call_id == call_id)
    return session.scalars(select(FormRow).where(*wanted).order_by(FormRow.filed_at, FormRow.id).limit(1)).one_or_none()


def forms_of_call(session: Session, call_id: str) -> Sequence[FormRow]:
    """All forms that name the call, the first filed first."""
    wanted = (FormRow.site_id == SITE_ID, FormRow.call_id == call_id)
    return session.scalars(select(FormRow).where(*wanted).order_by(FormRow.filed_at, FormRow.id)).all()


def untold_revisions(session: Session) -> Sequence[tuple[FormRow, FormRevisionRow]]:
    """Revisions that the desk has still to hear of, in the order in which they were written."""
    pairs = session.execute(
        select(FormRow, FormRevisionRow)
        .join(FormRevisionRow, FormRevisionRow.form_id == FormRow.id)
        .where(FormRow.site_id == SITE_ID, FormRevisionRow.told_at.is_(None), FormRow.call_id.is_not(None))
        .order_by(FormRevisionRow.id)
    )
    return [(form, revision) for form, revision in pairs]

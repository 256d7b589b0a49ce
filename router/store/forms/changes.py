"""Filing, correcting, drafting and reviewing call forms (R21, R22). May live here: what is done to those tables.

A form is corrected by a further revision; nothing of it is deleted. The database has it first; then the desk is told
(`desk_client.forms`), which gives turns back and settles whose customer it is (R6, R16).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from router.config.form import FormTable, as_kept
from router.core.words import FormKind
from router.errors import RequestError
from router.reading.numbers import split_numbers
from router.reading.same_number import SameNumber
from router.store.forms.closing import closing_of
from router.store.forms.queries import draft_row, forms_of_call
from router.store.scope import SITE_ID
from router.store.tables.forms import FormDraftRow, FormReviewRow, FormRevisionRow, FormRow
from router.store.versions import step_version
from router.texts import Listing, _

KINDS = tuple(kind.value for kind in FormKind)
VERDICTS = ("approved", "rejected", "remark")


class FormError(RequestError):
    """A form that can't be filed; `faults` says why by field (`config.form.FAULTS` and a few of this module)."""

    id = "form"

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        wrong = Listing(f"{key}: {fault}" for key, fault in self.faults.items())
        super().__init__(_("the form can't be filed: %(wrong)s", wrong=wrong), cure=_("correct these fields"))


class FormThereError(RequestError):
    """The call has a form that whoever files another did not know of, or does not mean to stand beside."""

    id = "form-there"

    def __init__(self, call_id: str | None) -> None:
        super().__init__(
            _("the call has a form already"),
            cure=_("correct that one, or say that a second one is meant"),
            about=call_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What somebody files: the whole form, first or corrected. `taken_at` aware; `call_id` None where there is none."""

    call_id: str | None
    consultant: str
    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)
    asked_for: str | None = None
    taken_at: datetime | None = None
    slot_name: str = ""
    entered: str = "page"
    own_number: str = ""  # the call's, which stands first in the field and is never wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWriting:
    """Who writes, when, and by which terms: the office's `[form]`, the ids of its people, its zone."""

    table: FormTable
    people: Iterable[str]
    zone: ZoneInfo
    by: str
    now: datetime


def file_form(
    session: Session, filing: Filing, writing: FormWriting, *, why: str = "", beside: int | None = None
) -> FormRow:
    """File a form for the first time; the caller commits.

    `beside`: how many forms the call is known to have, this one meant to stand beside them; None: however many. Raises
    `FormError`, and `FormThereError` where there are more: then nothing is written, and the transaction is rolled back.
    """
    check_filing(filing, writing)
    check_day(session, filing, writing, why)
    form = FormRow(site_id=SITE_ID, call_id=filing.call_id, filed_at=writing.now, entered=filing.entered)
    if filing.call_id is not None:
        there = len(forms_of_call(session, filing.call_id))
        if beside is not None and there > beside:
            raise FormThereError(filing.call_id)
        form.nth = there + 1
    session.add(form)
    try:
        _write(session, form, filing, writing, why=why.strip())
    except IntegrityError as error:  # somebody filed one at the same moment
        session.rollback()
        raise FormThereError(filing.call_id) from error
    wanted = (FormDraftRow.username == writing.by, FormDraftRow.call_id == (filing.call_id or ""))
    session.execute(delete(FormDraftRow).where(*wanted))
    return form


def check_day(session: Session, filing: Filing, writing: FormWriting, why: str) -> None:
    """Raises `FormError` where the form is for a closed day (日清) and no reason is given."""
    if not why.strip() and closing_of(session, day_of(filing, writing)) is not None:
        raise FormError({"why": "day-closed"})


def day_of(filing: Filing, writing: FormWriting) -> date:
    """The day that a form belongs to: its call's, else that of its filing (R24)."""
    return (filing.taken_at or writing.now).astimezone(writing.zone).date()


def correct_form(
    session: Session, form: FormRow, filing: Filing, writing: FormWriting, *, why: str, seen: int | None = None
) -> None:
    """Add a revision to a form; the reason is needed (WEB 1.7). `seen`: the version that is corrected.

    Raises `FormError`, and `ChangedError` where it is another by now.
    """
    if not why.strip():
        raise FormError({"why": "needed"})
    check_filing(filing, writing)
    step_version(session, form, seen)
    _write(session, form, filing, writing, why=why.strip())


def check_filing(filing: Filing, writing: FormWriting) -> None:
    """Raises `FormError` with everything for which a form would be refused; nothing is written."""
    known = set(writing.people)
    faults = writing.table.faults(fields_kept(filing, writing), own_number=filing.own_number)
    if filing.kind not in KINDS:
        faults["kind"] = "not-a-choice"
    if filing.consultant not in known:
        faults["consultant"] = "not-a-choice"
    if filing.asked_for is not None and (filing.asked_for not in known or filing.asked_for == filing.consultant):
        faults["asked_for"] = "not-a-choice"
    if faults:
        raise FormError(faults)


def fields_kept(filing: Filing, writing: FormWriting) -> dict[str, str]:
    """What the form will keep of its fields."""
    return as_kept(filing.fields, writing.zone, own_number=filing.own_number)


def _write(session: Session, form: FormRow, filing: Filing, writing: FormWriting, *, why: str) -> None:
    form.consultant, form.kind, form.asked_for = filing.consultant, filing.kind, filing.asked_for
    form.taken_at, form.slot_name = filing.taken_at, filing.slot_name
    form.fields = fields_kept(filing, writing)
    session.flush()
    session.add(
        FormRevisionRow(
            site_id=form.site_id,
            form_id=form.id,
            revision=len(form.revisions) + 1,
            written_at=writing.now,
            written_by=writing.by,
            why=why,
            values={"kind": form.kind, "consultant": form.consultant, "asked_for": form.asked_for, **form.fields},
            told_at=None if form.call_id else writing.now,  # without a call there is nothing to tell the desk
        )
    )
    session.flush()
    session.refresh(form, ["revisions"])


def review_form(
    session: Session, form: FormRow, *, verdict: str, remark: str, by: str, now: datetime, seen: int | None = None
) -> None:
    """Approve, reject or remark on a form (抽查). `seen`: the version that was looked at.

    Raises `FormError`: only a second person may, and whoever is not content says why; `ChangedError` where it is
    another version by now.
    """
    if verdict not in VERDICTS:
        raise FormError({"verdict": "not-a-choice"})
    if by == form.revisions[-1].written_by:
        raise FormError({"verdict": "own-form"})
    if verdict != "approved" and not remark.strip():
        raise FormError({"remark": "needed"})
    step_version(session, form, seen)
    row = FormReviewRow(site_id=form.site_id, form_id=form.id, revision=len(form.revisions), at=now, by=by)
    row.verdict, row.remark = verdict, remark.strip()
    session.add(row)


def save_draft(session: Session, values: Mapping[str, str], *, username: str, call_id: str, now: datetime) -> None:
    """Keep what was typed so far; the caller commits."""
    row = draft_row(session, username, call_id)
    if row is None:
        row = FormDraftRow(site_id=SITE_ID, username=username, call_id=call_id)
        session.add(row)
    row.values, row.saved_at = dict(values), now


def erase_in_forms(session: Session, site_id: int, same: SameNumber, calls: Collection[str] = ()) -> set[str]:
    """Take these numbers out of every form, revision and draft, and the names where the form is theirs.

    Theirs is a form with such a number in its field, however it is written, or of one of their calls. Returns names.
    """
    names: set[str] = set()
    forms = session.scalars(select(FormRow).where(FormRow.site_id == site_id).options(selectinload(FormRow.revisions)))
    for form in forms:
        is_theirs = form.call_id in calls if form.call_id else False
        for row, key in ((form, "fields"), *((revision, "values") for revision in form.revisions)):
            names |= _erase_in(row, key, same, is_theirs=is_theirs)
    for draft in session.scalars(select(FormDraftRow).where(FormDraftRow.site_id == site_id)):
        names |= _erase_in(draft, "values", same, is_theirs=bool(draft.call_id) and draft.call_id in calls)
    return names


def _erase_in(row: object, key: str, same: SameNumber, *, is_theirs: bool) -> set[str]:
    """Take numbers out of what a form says; returns the name that went with them, if it is theirs."""
    values: dict[str, Any] = getattr(row, key)
    parts = split_numbers(str(values.get("number", "")))
    theirs = is_theirs or any(same.is_in(part) or same.is_one(part) for part in parts)
    kept = {
        name: same.without(one) if isinstance(one, str) else one
        for name, one in values.items()
        if not (theirs and name in ("name", "number"))
    }
    if kept != values:
        setattr(row, key, kept)
    return {str(values["name"])} if theirs and values.get("name") else set()

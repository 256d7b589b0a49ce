"""来电表 Form: what is owed, filing, correcting, reviewing. Routes only parse, call and render."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from router.config.form import FIELDS, FormField
from router.desk_client.forms import tell_forms
from router.masking import mask, mask_within
from router.reading.numbers import split_numbers
from router.store.calls.queries import call_with, has_mark
from router.store.forms.changes import (
    KINDS,
    Filing,
    FormError,
    FormThereError,
    FormWriting,
    correct_form,
    fields_kept,
    file_form,
    review_form,
    save_draft,
)
from router.store.forms.queries import draft_of, form_with, forms_filed, forms_of_call, forms_owed
from router.store.scope import day_bounds
from router.store.tables.calls import CallRow
from router.store.tables.forms import FormRow
from router.store.versions import ChangedError
from router.web import shared, words
from router.web.access import FOR_OTHERS
from router.web.failures import changed_meanwhile
from router.web.forms.reading import changes, filing_from, own_number, values_of
from router.web.language import shown_language
from router.web.recording import whole
from router.web.shown.forms import lacking
from router.wire.errors import EngineUnreachableError

form_pages = Blueprint("forms", __name__, template_folder="templates")


@form_pages.get("/forms")
def all_forms() -> ResponseReturnValue:
    """What is owed and what was filed on a day; a consultant sees their own."""
    day = shared.day_asked()
    first, end = day_bounds(day, shared.zone())
    whose = shared.whose()
    owed = forms_owed(shared.session(), since=shared.owed_since(), person=whose)
    filed = forms_filed(shared.session(), first=first, end=end, person=whose)
    return _page(
        "forms/list.html",
        day=day,
        owed=owed,
        filed=filed,
        due=_due,
        may_write_for_others=bool(shared.roles() & FOR_OTHERS),
    )


@form_pages.route("/forms/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """File a form for a call, or (secretary, supervisor) one on paper for whichever."""
    call = _call_asked(request.values.get("call", ""))
    if call is None and not shared.roles() & FOR_OTHERS:
        abort(403)
    if request.method == "GET":
        draft = draft_of(shared.session(), username=shared.username(), call_id=call.id if call else "")
        return _edit(call, {**_prefilled(call), **draft})
    beside = request.form.get("beside", type=int) or 0
    try:
        filing = _posted(call)
        if (there := _said_already(call, filing)) is not None:  # the answer to the first post was lost
            return redirect(url_for("forms.one", form_id=there.id))
        form = file_form(shared.session(), filing, _writing(), why=request.form.get("why", ""), beside=beside)
    except FormError as error:
        return _edit(call, request.form, error.faults), 422
    except FormThereError:
        return _edit(call, request.form), 409
    return _filed(form, _("The form is filed."))


@form_pages.post("/forms/draft")
def draft() -> ResponseReturnValue:
    """Keep what is being typed; answered with the time, for the page's own line."""
    call = _call_asked(request.form.get("call", ""))
    kept = {key: value[:2000] for key, value in request.form.items() if key not in ("csrf_token", "call")}
    save_draft(shared.session(), kept, username=shared.username(), call_id=call.id if call else "", now=shared.now())
    shared.session().commit()
    return str(_("Draft saved %(at)s", at=f"{shared.now().astimezone(shared.zone()):%H:%M:%S}"))


@form_pages.get("/forms/<int:form_id>")
def one(form_id: int) -> ResponseReturnValue:
    """A form with its history and reviews."""
    form = _form_asked(form_id)
    call = call_with(shared.session(), form.call_id) if form.call_id else None
    return _page("forms/one.html", form=form, call=call, may_review=_may_review(form))


@form_pages.route("/forms/<int:form_id>/correct", methods=["GET", "POST"])
def correct(form_id: int) -> ResponseReturnValue:
    """Correct a form: a further revision with its reason."""
    form = _form_asked(form_id)
    call = call_with(shared.session(), form.call_id) if form.call_id else None
    if request.method == "GET":
        values = values_of(form, call)
        further = whole(values["number"], about=f"form {form.id}", is_list=True)
        return _edit(call, {**values, "number": further}, form=form)
    seen, why = request.form.get("version", type=int), request.form.get("why", "")
    try:
        correct_form(shared.session(), form, _posted(call, form), _writing(), why=why, seen=seen)
    except FormError as error:
        return _edit(call, request.form, error.faults, form=form), 422
    except ChangedError as error:
        return _changed(form, error, seen)
    return _filed(form, _("The correction is filed."))


@form_pages.post("/forms/<int:form_id>/review")
def review(form_id: int) -> ResponseReturnValue:
    """Approve, reject or remark (抽查)."""
    form = _form_asked(form_id)
    verdict, remark = request.form.get("verdict", ""), request.form.get("remark", "")
    seen, by = request.form.get("version", type=int), shared.username()
    try:
        review_form(shared.session(), form, verdict=verdict, remark=remark, by=by, now=shared.now(), seen=seen)
    except ChangedError as error:
        return _changed(form, error, seen)
    except FormError:
        flash(_("A rejection or remark needs its reason, and nobody reviews their own form."), "error")
    else:
        shared.session().commit()
        flash(_("The review is recorded."))
    return redirect(url_for("forms.one", form_id=form.id))


# --- what the routes ask ---------------------------------------------------------------------------------------------


def _filed(form: FormRow, said: str) -> ResponseReturnValue:
    """Commit, tell the desk, show the form."""
    shared.session().commit()
    flash(said)
    try:
        tell_forms(shared.session(), shared.engine(), shared.now())
    except EngineUnreachableError:
        flash(_("The router does not answer; it will be told of the form when it is back."), "warning")
    return redirect(url_for("forms.one", form_id=form.id))


def _changed(form: FormRow, error: ChangedError, seen: int | None) -> ResponseReturnValue:
    """Who changed the form since it was seen, and how."""
    shared.session().rollback()
    steps = [(one.written_at, one.written_by, ", ".join((one.why, *changes(one)))) for one in form.revisions]
    steps += [(one.at, one.by, f"{words.VERDICT[one.verdict]} {one.remark}") for one in form.reviews]
    since = sorted(steps, key=lambda step: step[0])[-max(1, error.version - (seen or 0)) :]
    lines = [f"{shared.local(at, '%m-%d %H:%M:%S')} {by}: {what}" for at, by, what in since]
    return changed_meanwhile(error.version, lines, url_for("forms.one", form_id=form.id))


def _posted(call: CallRow | None, form: FormRow | None = None) -> Filing:
    table = shared.settings().form
    is_own = not shared.roles() & FOR_OTHERS
    consultant = (shared.person() if is_own else request.form.get("consultant")) or (call.person if call else "") or ""
    entered = form.entered if form else "page" if call and call.person == shared.person() else "paper"
    return filing_from(request.form, call=call, consultant=consultant, zone=shared.zone(), entered=entered, table=table)


def _writing() -> FormWriting:
    known = shared.settings()
    return FormWriting(table=known.form, people=known.names, zone=shared.zone(), by=shared.username(), now=shared.now())


def _edit(
    call: CallRow | None,
    values: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
    form: FormRow | None = None,
) -> str:
    return _page(
        "forms/edit.html",
        call=call,
        form=form,
        values=values,
        faults=faults or {},
        people=shared.settings().names,
        may_choose=bool(shared.roles() & FOR_OTHERS),
        kinds=KINDS,
        due=_due,
        there=forms_of_call(shared.session(), call.id) if call and form is None else (),
    )


def _prefilled(call: CallRow | None) -> dict[str, str]:
    """What is known before anybody types: media by the number dialled, first or returning, the consultant."""
    if call is None:
        return {"kind": "purchase", "consultant": shared.person() or ""}
    listed = shared.settings().form.inquiry
    returning = call.stage in ("owner", "substitute") if call.stage else False
    inquiry = listed[1 if returning else 0] if len(listed) > 1 else ""
    media = shared.settings().media.get(call.hotline, "")
    kind = call.form_kind or ("other" if has_mark(call, "other") else "purchase")  # R18: `*7` in the call
    return {"kind": kind, "consultant": call.person or "", "media": media, "inquiry": inquiry}


def _call_asked(call_id: str) -> CallRow | None:
    if not call_id:
        return None
    call = call_with(shared.session(), call_id)
    if call is None or call.answered_at is None:
        abort(404)
    if not shared.roles() & FOR_OTHERS and call.person != shared.person():
        abort(404)
    return call


def _said_already(call: CallRow | None, filing: Filing) -> FormRow | None:
    """The call's form that says just this, by the same writer: it was sent twice."""
    if call is None:
        return None
    said = {"kind": filing.kind, "consultant": filing.consultant, "asked_for": filing.asked_for}
    said |= fields_kept(filing, _writing())
    for form in forms_of_call(shared.session(), call.id):
        for first in form.revisions[:1]:  # none where a row came by another way than these pages
            if first.written_by == shared.username() and first.values == said:
                return form
    return None


def _form_asked(form_id: int) -> FormRow:
    form = form_with(shared.session(), form_id)
    if form is None or (shared.whose() is not None and form.consultant != shared.whose()):
        abort(404)
    return form


def _may_review(form: FormRow) -> bool:
    return shared.may("forms.review") and shared.username() not in {one.written_by for one in form.revisions[-1:]}


def _due(call: CallRow) -> object:
    """When a call's form is due (R21), local; None while the call goes on."""
    if call.ended_at is None:
        return None
    return (call.ended_at + timedelta(minutes=shared.settings().form_minutes)).astimezone(shared.zone())


def _page(template: str, **values: object) -> str:
    table = shared.settings().form
    return render_template(
        template,
        table=table,
        label=_label,
        lacks=lambda form: [_label(FIELDS[key]) for key in lacking(form, table)],
        changes=changes,
        now=shared.now(),
        may_write=shared.may("forms.new"),
        number=lambda call: mask(own_number(call)),
        mask_all=lambda text: ";".join(map(mask, split_numbers(text))),
        mask_within=mask_within,
        **values,
    )


def _label(field: FormField) -> str:
    return field.label.render(shown_language())

"""`/api/v1`: calls, forms, findings, sheets, presence. Routes only parse, call and answer."""

from __future__ import annotations

import contextlib
import re
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, abort, request
from pydantic import BaseModel
from spectree import Response as Answers
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from router import __version__
from router.core.inputs import PresenceChanged
from router.core.words import PersonId
from router.desk_client.forms import tell_forms
from router.masking import mask, mask_within
from router.reading.numbers import split_numbers
from router.store.calls.explain import explain
from router.store.calls.queries import call_with, calls_in_part, trail_of_call
from router.store.customers.callbacks import callbacks_since
from router.store.findings.queries import findings_in_part
from router.store.forms.changes import Filing, FormError, FormThereError, FormWriting, file_form
from router.store.forms.queries import form_of_call, form_with, forms_in_part
from router.store.tables.calls import CallRow
from router.store.tables.customers import CallbackRow, number_of
from router.store.tables.findings import FindingRow
from router.store.tables.forms import FormRow
from router.web import shared
from router.web.admission import PROBLEM, refusal, sees_numbers, token
from router.web.api import shapes
from router.web.api.once import made, once
from router.web.api.parts import cut, part_asked
from router.web.recording import whole
from router.wire.board import board_to_json
from router.wire.errors import EngineUnreachableError, RefusedError, TooMuchError

api = Blueprint("api", __name__, url_prefix="/api/v1")


def _in_our_shape(
    _request: Any, answer: Response | None, error: Exception | None, _instance: Any, adapter: Any
) -> None:
    """What the library finds wrong with a request is told as everything else is; never what was sent."""
    if error is None or answer is None:
        return
    faults = {".".join(map(str, one["loc"])): str(one["type"]) for one in adapter.validation_errors(error)}
    ours = refusal(422, "the request has wrong values", "see faults, by field", id_="values", faults=faults)
    answer.set_data(ours.get_data())
    answer.mimetype = PROBLEM


document = SpecTree(
    "flask",
    title="hotline-router",
    version=__version__,
    path="api/v1/document",  # what lies below it is left out of the document
    mode="strict",  # these routes alone
    page_templates={},  # its own pages load scripts from elsewhere
    security_schemes=[SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))],
    security={"token": []},
    validation_error_status=422,
    before=_in_our_shape,
)
REFUSALS = {f"HTTP_{status}": shapes.RefusalBody for status in (401, 403, 404, 422)}
MOST_DAYS = 366
SETTLED_SHOWN = timedelta(days=7)
FORM_ID = re.compile(r"[0-9]{1,9}", re.ASCII)


def register(app: Flask) -> None:
    """Put the API and its document (`/api/v1/document/openapi.json`) on the application."""
    app.register_blueprint(api)
    document.register(app)
    with app.app_context():  # the document is made of the current application's routes
        operations = [one for path in document.spec["paths"].values() for one in path.values()]
    for answers in (one["responses"] for one in operations):
        for status, answer in answers.items():
            if int(status) >= 400 and "application/json" in answer.get("content", {}):
                answer["content"] = {PROBLEM: answer["content"]["application/json"]}


@api.get("/calls")
@document.validate(query=shapes.Days, resp=Answers(HTTP_200=shapes.CallsOut, **REFUSALS), tags=["calls"])
def calls(query: shapes.Days) -> Response:
    """The call log of some days."""
    days = _days(query)
    part = part_asked("calls", query)
    rows = calls_in_part(shared.session(), *days, shared.zone(), part)
    rows, follows = cut("calls", rows, part, lambda row: (row.arrived_at, row.id))
    return _json(shapes.CallsOut(calls=[_call(one) for one in rows], next=follows))


@api.get("/calls/<call_id>")
@document.validate(resp=Answers(HTTP_200=shapes.CallWithReasons, **REFUSALS), tags=["calls"])
def call(call_id: str) -> Response:
    """One call, by our id or by Asterisk's uniqueid, and why it rang where it rang."""
    found = call_with(shared.session(), call_id)
    if found is None:
        return _missing("call")
    known = shared.settings()
    steps = explain(trail_of_call(shared.session(), found.id), known.names, known.language)
    told = [shapes.StepOut(at=step.at, text=step.text, rules=list(step.rules)) for step in steps]
    return _json(shapes.CallWithReasons(call=_call(found), steps=told))


@api.get("/forms")
@document.validate(query=shapes.Days, resp=Answers(HTTP_200=shapes.FormsOut, **REFUSALS), tags=["forms"])
def forms(query: shapes.Days) -> Response:
    """The call forms of some days."""
    days = _days(query)
    part = part_asked("forms", query)
    rows = forms_in_part(shared.session(), *days, shared.zone(), part)
    rows, follows = cut("forms", rows, part, lambda row: (row.taken_at or row.filed_at, row.id))
    return _json(shapes.FormsOut(forms=[_form(one) for one in rows], next=follows))


@api.get("/forms/<form_id>")
@document.validate(resp=Answers(HTTP_200=shapes.FormOut, **REFUSALS), tags=["forms"])
def form(form_id: str) -> Response:
    """One call form, as it stands."""
    found = form_with(shared.session(), int(form_id)) if FORM_ID.fullmatch(form_id) else None
    return _missing("form") if found is None else _json(_form(found))


def _filed(form_id: int) -> Response:
    """The answer to whoever filed it."""
    filed = form_with(shared.session(), form_id)
    return _missing("form") if filed is None else _json(_form(filed), 201)


@api.post("/forms")
@document.validate(
    json=shapes.FormIn,
    headers=shapes.Once,
    resp=Answers(HTTP_201=shapes.FormOut, HTTP_409=shapes.RefusalBody, **REFUSALS),
    tags=["forms"],
)
def file(json: shapes.FormIn) -> Response:
    """File a call form; of a call that has one already it is refused (409)."""
    return once(lambda: _file(json), again=_filed)


def _file(json: shapes.FormIn) -> Response:
    if json.call_id and call_with(shared.session(), json.call_id) is None:
        return _missing("call")
    if json.call_id and form_of_call(shared.session(), json.call_id) is not None:
        return _form_there()
    if json.taken_at is not None and json.taken_at.tzinfo is None:
        return refusal(422, "taken_at has no offset", "write it like 2026-11-24T09:30:00+08:00", id_="form")
    known = shared.settings()
    by = f"api:{token().name}"[:80]
    writing = FormWriting(table=known.form, people=known.names, zone=shared.zone(), by=by, now=shared.now())
    try:
        form = file_form(shared.session(), _filing(json), writing, why=json.why)
    except FormError as error:
        return refusal(422, error.message, error.cure, id_=error.id, faults=error.faults)
    except FormThereError:  # filed at the same moment
        return _form_there()
    made(form.id)
    shared.session().commit()
    with contextlib.suppress(EngineUnreachableError):  # the jobs tell it when it is back; the form is safe
        tell_forms(shared.session(), shared.engine(), shared.now())
    return _filed(form.id)


@api.get("/findings")
@document.validate(query=shapes.Days, resp=Answers(HTTP_200=shapes.FindingsOut, **REFUSALS), tags=["findings"])
def findings(query: shapes.Days) -> Response:
    """What the reconciliation found on some days."""
    days = _days(query)
    part = part_asked("findings", query)
    rows = findings_in_part(shared.session(), *days, part)
    rows, follows = cut("findings", rows, part, lambda row: (row.day, row.slot, row.kind, row.id))
    return _json(shapes.FindingsOut(findings=[_finding(one) for one in rows], next=follows))


@api.get("/callbacks")
@document.validate(resp=Answers(HTTP_200=shapes.CallbacksOut, **REFUSALS), tags=["callbacks"])
def callbacks() -> Response:
    """Call backs that are owed, and those settled in the last seven days."""
    rows = callbacks_since(shared.session(), shared.now() - SETTLED_SHOWN)
    return _json(shapes.CallbacksOut(callbacks=[_callback(row) for row in rows]))


@api.get("/sheets")
@document.validate(resp=Answers(HTTP_200=shapes.BoardOut, HTTP_503=shapes.RefusalBody, **REFUSALS), tags=["sheets"])
def sheets() -> Response:
    """The sheets in force, who is next, and the calls that go on."""
    try:
        return _json(shapes.BoardOut(board=board_to_json(shared.engine().board())))
    except EngineUnreachableError as error:
        return _away(error)


@api.get("/presence")
@document.validate(
    resp=Answers(HTTP_200=shapes.PresenceOut, HTTP_503=shapes.RefusalBody, **REFUSALS), tags=["presence"]
)
def presence() -> Response:
    """Who is present, with a visitor, on a break."""
    try:
        people = shared.engine().board().people
    except EngineUnreachableError as error:
        return _away(error)
    return _json(shapes.PresenceOut(presence={person: state.presence for person, state in people.items()}))


@api.put("/presence/<person>")
@document.validate(
    json=shapes.PresenceIn,
    resp=Answers(HTTP_200=shapes.Recorded, HTTP_503=shapes.RefusalBody, **REFUSALS),
    tags=["presence"],
)
def set_presence(person: str, json: shapes.PresenceIn) -> Response:
    """Change somebody's presence, as a feature code or a page would."""
    if person not in shared.settings().names:
        return _missing("consultant")
    by = f"api:{token().name}"[:80]
    told = PresenceChanged(person=PersonId(person), presence=json.presence, by=by)
    try:
        return _json(shapes.Recorded(seq=shared.engine().tell(told, source=by[:32])))
    except (RefusedError, TooMuchError) as error:
        return refusal(422, error.message, error.cure, id_=error.id)
    except EngineUnreachableError as error:
        return _away(error)


# --- what the routes ask ---------------------------------------------------------------------------------------------


def _days(query: shapes.Days) -> tuple[date, date]:
    """First day and the day after the last; the request ends with a refusal where these are none."""
    last = query.last or query.first
    is_known = shared.EARLIEST <= query.first <= last <= shared.LATEST
    if not (is_known and last - query.first < timedelta(days=MOST_DAYS)):
        abort(refusal(422, "these are no days", f"from, to: at most {MOST_DAYS} days, in order", id_="days"))
    return query.first, last + timedelta(days=1)


def _json(shape: BaseModel, status: int = 200) -> Response:
    answer = Response(shape.model_dump_json(), status=status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _missing(what: str) -> Response:
    return refusal(404, f"there is no such {what}", "look it up in the list", id_="missing")


def _form_there() -> Response:
    return refusal(409, "the call has a form already", "correct it on its page", id_="form-there")


def _away(error: EngineUnreachableError) -> Response:
    return refusal(503, "the router does not answer", "try again", id_=error.id)


def _number(text: str) -> str:
    if not sees_numbers():
        return mask(text)
    return whole(text, about=request.full_path.rstrip("?"))  # days and ids of calls: addresses of ours name no number


def _call(call: CallRow) -> shapes.LoggedCall:
    return shapes.LoggedCall(
        id=call.id,
        uniqueid=call.uniqueid,
        number=_number(number_of(call)),
        hotline=call.hotline,
        slot=call.slot_name or "",
        arrived_at=call.arrived_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        consultant=call.person or "",
        missed=call.missed_why or "",
        late=call.late,
        turn=call.turn or "",
        recovered=call.recovered,
    )


def _form(form: FormRow) -> shapes.FormOut:
    shown = str if sees_numbers() else (lambda text: mask_within(str(text)))
    fields = {key: str(value) if key == "number" else shown(value) for key, value in form.fields.items()}
    if "number" in fields:
        fields["number"] = ";".join(map(_number, split_numbers(fields["number"])))
    return shapes.FormOut(
        id=form.id,
        call_id=form.call_id or "",
        consultant=form.consultant,
        kind=form.kind,
        asked_for=form.asked_for or "",
        taken_at=form.taken_at,
        filed_at=form.filed_at,
        slot=form.slot_name,
        entered=form.entered,
        fields=fields,
        revisions=len(form.revisions),
    )


def _filing(told: shapes.FormIn) -> Filing:
    return Filing(
        call_id=told.call_id or None,
        consultant=told.consultant,
        kind=told.kind,
        asked_for=told.asked_for or None,
        taken_at=told.taken_at,
        slot_name=told.slot,
        fields=told.fields,
        entered="api",
    )


def _callback(row: CallbackRow) -> shapes.CallbackOut:
    return shapes.CallbackOut(
        id=row.id,
        number=_number(number_of(row)),
        call_id=row.call_id or "",
        owed_since=row.owed_since,
        missed_calls=row.missed_calls,
        consultant=row.person or "",
        assigned_by=row.assigned_by,
        settled_at=row.settled_at,
        settled_by=row.settled_by or "",
    )


def _finding(row: FindingRow) -> shapes.FindingOut:
    return shapes.FindingOut(
        id=row.id,
        day=row.day,
        kind=row.kind,
        slot=row.slot,
        person=row.person,
        call=row.call,
        form=row.form,
        state=row.state,
        found_at=row.found_at,
    )

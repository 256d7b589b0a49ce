"""来电 Calls: the day's list and one call's trail. Routes only parse, call and render."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import auth_required, current_user
from sqlalchemy.orm import Session

from router.masking import mask
from router.store.calls import CallRow
from router.store.explain import explain
from router.store.queries import call_with, calls_of_day, trail_of_call
from router.web import shared
from router.web.calls.marks import marks_of
from router.web.language import shown_language

call_pages = Blueprint("calls", __name__, template_folder="templates")


@call_pages.get("/calls")
@auth_required("session")
def day() -> ResponseReturnValue:
    """The calls of a day; a consultant sees their own."""
    zone = _zone()
    shown = _day(request.args.get("date", ""), zone)
    calls = [call for call in calls_of_day(_session(), shown, zone) if _may_see(call)]
    return render_template("calls/day.html", calls=calls, day=shown, zone=zone, mask=_masked, marks=marks_of)


@call_pages.get("/calls/<call_id>")
@auth_required("session")
def call(call_id: str) -> ResponseReturnValue:
    """One call, step by step: who was considered, their state at that moment, the rule (R17)."""
    found = call_with(_session(), call_id)
    if found is None or not _may_see(found):
        abort(404)
    names = shared.settings().names
    steps = explain(trail_of_call(_session(), found.id), names, shown_language())
    return render_template("calls/call.html", call=found, steps=steps, zone=_zone(), mask=_masked, marks=marks_of)


def _masked(call: CallRow) -> str:
    return mask((call.number.number or "") if call.number else "")


def _may_see(call: CallRow) -> bool:
    """Consultants see the calls that they were on; everyone else sees all (WEB 2)."""
    roles = {role.name for role in current_user.roles}
    return bool(roles - {"consultant"}) or (call.person is not None and call.person == current_user.person)


def _day(text: str, zone: ZoneInfo) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.now(zone).date()


def _zone() -> ZoneInfo:
    return ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])


def _session() -> Session:
    session: Session = current_app.extensions["hotline"]["sessions"]()
    return session

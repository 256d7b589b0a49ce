"""来电 Calls: the day's list and one call's trail. Routes only parse, call and render."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from router.store.calls.explain import explain, in_words_let_ring, summary
from router.store.calls.queries import call_with, calls_of_day, trail_of_call, trails_of
from router.store.calls.rings import KINDS, rang_out, rings_of
from router.store.fairness.let_ring_then_took import let_ring_then_took
from router.store.scope import day_bounds
from router.store.tables.calls import CallRow
from router.web import shared
from router.web.access import SEES_SIGNS
from router.web.calls.marks import marks_of
from router.web.calls.timeline import duration, timeline
from router.web.language import shown_language

call_pages = Blueprint("calls", __name__, template_folder="templates")

# what a count on a page shows of a day
OUTCOMES: Mapping[str, Callable[[CallRow], bool]] = MappingProxyType(
    {"answered": lambda call: call.answered_at is not None, "missed": lambda call: call.is_missed}
)


@call_pages.get("/calls")
def day() -> ResponseReturnValue:
    """The calls of a day; a consultant sees their own."""
    zone, session = shared.zone(), shared.session()
    shown = shared.day_asked()
    everyone = [call for call in calls_of_day(session, shown, zone) if _may_see(call)]
    calls = [call for call in everyone if OUTCOMES.get(request.args.get("show", ""), bool)(call)]
    ids = {call.id for call in calls}
    trails = {call: trail for call, trail in trails_of(session, *day_bounds(shown, zone), KINDS).items() if call in ids}
    out = {call: rang_out(rings_of(trail, _three_rings())) for call, trail in trails.items()}
    signs = let_ring_then_took(session, trails, three_rings=_three_rings()) if _may_see_signs() else []
    return render_template(
        "calls/day.html",
        calls=calls,
        everyone=everyone,
        show=request.args.get("show", ""),
        day=shown,
        number=shared.masked,
        marks=marks_of,
        out=out,
        signs={sign.call_id for sign in signs},
    )


@call_pages.get("/calls/<call_id>")
def call(call_id: str) -> ResponseReturnValue:
    """One call, step by step: who was considered, their state at that moment, the rule (R17)."""
    session = shared.session()
    found = call_with(session, call_id)
    if found is None or not _may_see(found):
        abort(404)
    names, language = shared.names(), shown_language()
    trail = trail_of_call(session, found.id)
    rings = rings_of(trail, _three_rings())
    signs = let_ring_then_took(session, {found.id: trail}, three_rings=_three_rings()) if _may_see_signs() else []
    return render_template(
        "calls/call.html",
        call=found,
        steps=explain(trail, names, language),
        summary=summary(found, rings, names, language),
        signs=[in_words_let_ring(sign.person, sign.let_go, sign.how, names, language) for sign in signs],
        rings=rings,
        line=timeline(found, trail, rings, _three_rings()),
        talk=duration(found.ended_at - found.answered_at) if found.answered_at and found.ended_at else "",
        number=shared.masked,
        marks=marks_of,
    )


def _three_rings() -> timedelta:
    return timedelta(seconds=shared.settings().three_rings_seconds)


def _may_see_signs() -> bool:
    return bool(shared.roles() & SEES_SIGNS)


def _may_see(call: CallRow) -> bool:
    """Consultants see the calls that they were on; everyone else sees all (WEB 2)."""
    return shared.whose() in (None, call.person)

"""我的: the page, its stream, and the two things to press. Routes only parse, ask the engine, render.

No answer and no decline here: the handset does both, and a slip would cost a turn (WEB 3).
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
)
from flask import url_for as address_of
from flask.typing import ResponseReturnValue

from router.core.inputs import PresenceChanged
from router.core.words import CallId, PersonId
from router.errors import HotlineError
from router.store.customers.callbacks import open_callbacks
from router.store.customers.queries import WARNED_BEFORE, expiring_customers
from router.store.follow.events import FactKind
from router.store.forms.queries import forms_owed
from router.store.tables.calls import CallRow
from router.web import shared
from router.web.me.view import my_view
from router.web.shown.board import NO_BOARD, board_view
from router.web.shown.owning import left_in_words, masked, terms
from router.web.shown.refusals import in_words
from router.wire.board import OfficeBoard
from router.wire.observation import Observation

me_pages = Blueprint("me", __name__, template_folder="templates")


@me_pages.get("/me")
def page() -> ResponseReturnValue:
    """My turn, my presence, my call; and what I owe."""
    person, session = _me(), shared.session()
    owed = forms_owed(session, since=shared.owed_since(), person=person)
    backs = [row for row in open_callbacks(session) if row.person == person]
    _serial, link, board = shared.live().newest()
    return render_template(
        "me/page.html",
        owed=[{"call": call, "number": shared.masked(call), "minutes_left": _minutes_left(call)} for call in owed],
        backs=[{"since": row.owed_since, "call": row.call_id, "number": shared.masked(row)} for row in backs],
        lapsing=expiring_customers(session, terms(), shared.now() + WARNED_BEFORE, person),
        masked=masked,
        left=left_in_words,
        **_view(link, board, person),
    )


@me_pages.get("/me/stream")
def stream() -> Response:
    """Server-sent events: my part of the board."""
    person = _me()

    def message(link: str, board: OfficeBoard | None) -> str:
        return render_template("me/_message.html", **_view(link, board, person))

    return shared.live_stream(message)


@me_pages.post("/me/presence")
def presence() -> ResponseReturnValue:
    """Change my own presence, and nobody else's."""
    told = PresenceChanged(
        person=PersonId(_me()), presence=request.form.get("presence", ""), by=PersonId(shared.username())
    )
    return _done(lambda: shared.engine().tell(told, source="web", key=secrets.token_hex(8)))


@me_pages.post("/me/other")
def other() -> ResponseReturnValue:
    """Mark the call that I am on as other business (R18), as `*7` does."""
    call = CallId(request.form.get("call", ""))
    seen = Observation(what=FactKind.OTHER, call=call, person=PersonId(_me()), source="web", by=shared.username())
    return _done(lambda: shared.engine().observe(seen))


def _done(act: Any) -> ResponseReturnValue:
    try:
        act()
    except HotlineError as error:
        flash(in_words(error), "error")
    return redirect(address_of("me.page"))


def _me() -> str:
    person = shared.person()
    if person is None:
        abort(404)
    return person


def _view(link: str, board: OfficeBoard | None, person: str) -> dict[str, Any]:
    shown = board_view(link, board)
    return {
        "person": person,
        "link": shown["link"],
        "as_of": shown["as_of"],
        "presences": shared.presences(),
        **my_view(board or NO_BOARD, person),
    }


def _minutes_left(call: CallRow) -> int | None:
    """R21: minutes until the form is late; None while the call goes on."""
    if call.ended_at is None:
        return None
    due = call.ended_at + timedelta(minutes=shared.settings().form_minutes)
    return int((due - shared.now()).total_seconds() // 60)

"""回拨 Call-backs: owed, done, overdue; assigning and noting. Routes only parse, call and render.

The desk keeps what is owed (R15). An assignment and a note go to it, and come back by the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from router.core.inputs import CallbackAssigned, Contacted
from router.core.words import Number, PersonId
from router.errors import HotlineError
from router.store.customers.callbacks import SeenCall, callback_with, callbacks_since, seen_calls_out
from router.store.tables.customers import CallbackRow, number_of
from router.store.versions import ChangedError, step_version
from router.web import shared
from router.web.access import SETTLES_ANY
from router.web.failures import changed_meanwhile
from router.web.recording import whole
from router.web.shown.refusals import in_words
from router.web.shown.spans import how_long
from router.wire.errors import EngineUnreachableError, RefusedError

callback_pages = Blueprint("callbacks", __name__, template_folder="templates")

OVERDUE = timedelta(hours=4)
SHOWN_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackLine:
    """A call back as the page shows it; `seen` is an outgoing call of the PBX's records that answers it."""

    row: CallbackRow
    seen: SeenCall | None
    is_overdue: bool
    took: str


@callback_pages.get("/callbacks")
def page() -> ResponseReturnValue:
    """Who has not called back; a consultant sees their own and those that nobody has."""
    now, whose = shared.now(), shared.whose()
    rows = callbacks_since(shared.session(), now - timedelta(days=SHOWN_DAYS), person=whose)
    lines = _lines(rows)
    owed = [line for line in lines if line.row.settled_at is None]
    return render_template(
        "callbacks/page.html",
        owed=owed,
        done=[line for line in reversed(lines) if line.row.settled_at is not None],
        overdue=sum(line.is_overdue for line in owed),
        people=shared.settings().names,
        may_assign=shared.may("callbacks.assign"),
        may_note=shared.may("callbacks.done"),
        me=shared.person(),
        days=SHOWN_DAYS,
        number=_number,
    )


@callback_pages.post("/callbacks/<int:callback_id>/assign")
def assign(callback_id: int) -> ResponseReturnValue:
    """Give a call back to somebody."""
    row, person = _asked(callback_id), request.form.get("person", "")
    if person not in shared.settings().names:
        flash(_("Choose who is to call back."), "error")
        return redirect(url_for("callbacks.page"))
    told = CallbackAssigned(number=_whole(row), person=PersonId(person), by=shared.username())
    return _decided(row, told, f"assign:{row.id}:{row.version}:{person}", _("Assigned."))


@callback_pages.post("/callbacks/<int:callback_id>/done")
def done(callback_id: int) -> ResponseReturnValue:
    """Note that somebody has called back: a contact with the customer (R15, R16.2)."""
    row = _asked(callback_id)
    is_own = not shared.roles() & SETTLES_ANY
    person = shared.person() if is_own else request.form.get("person") or row.person
    if is_own and row.person != person:
        abort(403)
    if person not in shared.settings().names:
        flash(_("Choose who has called back."), "error")
        return redirect(url_for("callbacks.page"))
    told = Contacted(number=_whole(row), person=PersonId(person))
    return _decided(row, told, f"called-back:{row.id}", _("Noted as called back."))


def _decided(row: CallbackRow, told: CallbackAssigned | Contacted, key: str, done: str) -> ResponseReturnValue:
    """Have the desk told, by the one who saw the call back as it is: the version is taken first, and given back where
    nothing came of it.
    """
    session = shared.session()
    if row.settled_at is not None:
        return _changed(row)
    try:
        step_version(session, row, request.form.get("version", type=int))
    except ChangedError:
        session.rollback()
        return _changed(row)
    session.commit()
    is_done = False
    with _said():
        shared.engine().tell(told, source=f"page:{shared.username()}"[:32], key=key)
        is_done = True
    if is_done:
        flash(done)
    else:
        with suppress(ChangedError):
            step_version(session, row, row.version, to=row.version - 1)
            session.commit()
    return redirect(url_for("callbacks.page"))


def _changed(row: CallbackRow) -> Response:
    """Who has the call back now, or has made it."""
    names = shared.names()
    lines = []
    if row.settled_at is not None:
        at = shared.local(row.settled_at, "%m-%d %H:%M:%S")
        lines = [f"{_('Called back')}: {names[row.settled_by] if row.settled_by else '—'} {at}"]
    elif row.person:
        by = _("assigned by %(by)s", by=row.assigned_by) if row.assigned_by else ""
        lines = [f"{_('Call back')}: {names[row.person]} {by}"]
    return changed_meanwhile(row.version, lines, url_for("callbacks.page"))


@contextmanager
def _said() -> Iterator[None]:
    """Say why the engine did not take it."""
    try:
        yield
    except EngineUnreachableError:
        flash(_("The router does not answer: nothing was changed. Try again in a minute."), "error")
    except RefusedError as error:
        flash(_("The router refuses: %(why)s", why=in_words(error)), "error")
    except HotlineError as error:
        flash(_("Not done: %(why)s", why=in_words(error)), "error")


def _asked(callback_id: int) -> CallbackRow:
    row = callback_with(shared.session(), callback_id)
    if row is None or not row.number.number:
        abort(404)
    return row


def _whole(row: CallbackRow) -> Number:
    return Number(number_of(row))


def _lines(rows: Sequence[CallbackRow]) -> list[CallbackLine]:
    now = shared.now()
    owed = [row for row in rows if row.settled_at is None]
    numbers = [row.number.number for row in owed if row.number.number]
    since = min((row.owed_since for row in owed), default=now)
    seen = seen_calls_out(shared.session(), numbers, since)
    return [_line(row, seen.get(number_of(row), ())) for row in rows]


def _line(row: CallbackRow, seen: Sequence[SeenCall]) -> CallbackLine:
    waited = (row.settled_at or shared.now()) - row.owed_since
    return CallbackLine(
        row=row,
        seen=next((call for call in seen if call.at >= row.owed_since), None) if row.settled_at is None else None,
        is_overdue=waited > OVERDUE,
        took=how_long(waited),
    )


def _number(row: CallbackRow) -> str:
    """Whole for who is to dial it, masked for everybody else."""
    is_mine = row.person is not None and row.person == shared.person()
    if not is_mine or row.settled_at is not None:
        return shared.masked(row)
    return whole(number_of(row), about=f"customer {row.number.customer_id}", is_list=True)

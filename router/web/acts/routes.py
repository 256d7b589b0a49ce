"""主管操作: each act asks a reason and tells its consequence first (WEB 1.7). Routes parse, ask the engine, render.

The engine decides: it tries the act on a copy of its desk for the preview, and refuses an edit of a sheet that has
changed since the page was made; then both orders are shown, and nothing that was typed is lost (WEB 6).
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from router.core.errors import Refusal
from router.core.words import PersonId
from router.desk_client import acts as office_acts
from router.desk_client.acts import Wish
from router.errors import RequestError
from router.store.fairness.acts import acts_of_day, returned_turns
from router.store.people.queries import presence_of_day
from router.web import shared
from router.web.acts.reading import moved, order_from, wish_from
from router.web.acts.view import places_changed, turns_changed
from router.web.language import shown_language
from router.web.shown.refusals import in_words, refused
from router.wire.board import OfficeBoard
from router.wire.errors import EngineUnreachableError

act_pages = Blueprint("acts", __name__, template_folder="templates")


@act_pages.get("/acts/person/<person>")
def person(person: str) -> ResponseReturnValue:
    """One person: turn, presence, phone, who changed what and when; and every act."""
    board = shared.engine().board()
    if person not in board.people:
        abort(404)
    group = _group_or_none(board, person)
    sheet = board.running_sheet(group) if group else None
    turn = next((turn for turn in sheet.turns if turn.person == person), None) if sheet else None
    return _page(
        "acts/person.html", person=person, shown=board.people[PersonId(person)], group=group, sheet=sheet, turn=turn
    )


@act_pages.get("/acts/order/<group>")
def order(group: str) -> ResponseReturnValue:
    """调序: the order being edited, with what it would bring."""
    board = shared.engine().board()
    sheet = board.running_sheet(group)
    if sheet is None:
        flash(_("No slot is running, so there is no order to edit."), "error")
        return redirect(url_for("board.page"))
    seen = tuple(turn.person for turn in sheet.turns)
    edited = order_from(request.args["order"]) if "order" in request.args else seen
    edited = moved(edited, request.args.get("move", ""))
    version = request.args.get("version", str(sheet.version))
    typed = {name: request.args.get(name, "") for name in ("reason", "note")}
    values = {**typed, "group": group, "order": ",".join(edited), "version": version, "key": secrets.token_hex(8)}
    return _dialog("order", values, board)


@act_pages.get("/acts/<kind>")
def ask(kind: str) -> ResponseReturnValue:
    """The dialog of an act: its consequence, its reason, one button."""
    if kind not in office_acts.KINDS or kind == "order":
        abort(404)
    board = shared.engine().board()
    values = {**request.args, "key": secrets.token_hex(8)}
    if "version" not in values:
        group = values.get("group") or _group_or_none(board, values.get("person", ""))
        sheet = board.running_sheet(group) if group else None
        values |= {"group": group or "", "version": str(sheet.version) if sheet else ""}
    return _dialog(kind, values, board)


@act_pages.post("/acts/<kind>")
def do(kind: str) -> ResponseReturnValue:
    """Have the act done; refused or unanswered, the dialog comes again with all that was typed."""
    if kind not in office_acts.KINDS:
        abort(404)
    board = shared.engine().board()
    values = dict(request.form)
    wish = wish_from(values, kind, shared.username())
    if not wish.why:
        return _dialog(kind, values, board, _("Give a reason: it stands in the record.")), 422
    try:
        act = office_acts.act_of(wish, board, shared.now().astimezone(shared.zone()))
        shared.engine().tell(act.told, source="web", key=f"act-{values.get('key', '')}", facts=act.facts)
    except EngineUnreachableError:
        return _dialog(kind, values, board, _("The router has not confirmed it. Press again: it counts once.")), 503
    except RequestError as error:
        if _is_stale(wish, board := shared.engine().board()):
            return _stale(values, wish, board), 409
        return _dialog(kind, {**values, "key": secrets.token_hex(8)}, board, in_words(error)), 422
    flash(_("Done and recorded."), "message")
    return redirect(url_for("acts.day" if request.form.get("back") == "day" else "board.page"))


@act_pages.get("/acts/day")
def day() -> ResponseReturnValue:
    """退轮与操作: turns that forms and hand-overs gave back, acts, and presence, of a day."""
    shown, zone = shared.day_asked(), shared.zone()
    session = shared.session()
    return _page(
        "acts/day.html",
        day=shown,
        is_today=shown == shared.day_asked(""),
        returned=returned_turns(session, shown, zone),
        acts=acts_of_day(session, shown, zone, shared.names(), shown_language()),
        changes=presence_of_day(session, shown, zone),
        may_audit=shared.may("audit.page"),
    )


# --- the dialog -------------------------------------------------------------------------------------------------------


def _dialog(kind: str, values: dict[str, str], board: OfficeBoard, problem: str = "") -> str:
    wish = wish_from(values, kind, shared.username())
    trial: dict[str, Any] | None = None
    try:
        act = office_acts.act_of(wish, board, shared.now().astimezone(shared.zone()))
        trial = shared.engine().preview(act.told)
        problem = problem or (refused(Refusal.read(trial["refused"])) if trial["refused"] else "")
    except RequestError as error:
        problem = problem or in_words(error)
    shown: dict[str, Any] = {"trial": trial, "turns": turns_changed(trial) if trial else [], "problem": problem}
    if kind == "order":
        sheet = board.running_sheet(wish.group)
        now = [turn.person for turn in sheet.turns] if sheet else []
        others = [person for person in shared.settings().names if not _cannot_join(board, person, wish)]
        shown |= {"now": now, "places": places_changed(now, wish.order), "others": others}
    template = "acts/order.html" if kind == "order" else "acts/act.html"
    return _page(template, kind=kind, wish=wish, values=values, board=board, **shown)


def _cannot_join(board: OfficeBoard, person: str, wish: Wish) -> bool:
    """R1: nobody is on two sheets at one time; who is in the edited order can't be put in again."""
    return person not in board.people or person in wish.order or _group_or_none(board, person) not in (None, wish.group)


def _is_stale(wish: Wish, board: OfficeBoard) -> bool:
    sheet = board.running_sheet(wish.group)
    return bool(wish.version) and sheet is not None and str(sheet.version) != wish.version


def _stale(values: dict[str, str], wish: Wish, board: OfficeBoard) -> str:
    sheet = board.running_sheet(wish.group)
    again = {**values, "version": str(sheet.version) if sheet else "", "key": secrets.token_hex(8)}
    again.pop("csrf_token", None)
    return _page("acts/stale.html", wish=wish, sheet=sheet, again=again)


def _group_or_none(board: OfficeBoard, person: str) -> str | None:
    try:
        return office_acts.group_of(board, person)
    except RequestError:
        return None


def _page(template: str, **shown: Any) -> str:
    return render_template(
        template,
        presences=shared.presences(),
        may_act=shared.may("acts.do"),
        **shown,
    )

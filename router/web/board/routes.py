"""看板 Board: the page and its stream. Routes only parse, call and render."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, current_app, render_template, stream_with_context
from flask.typing import ResponseReturnValue
from flask_security import auth_required

from router.web import shared
from router.web.acts.routes import ACTORS, READERS
from router.web.board.view import board_view
from router.web.live import LiveBoard

board_pages = Blueprint("board", __name__, template_folder="templates")

MAX_STREAM_SECONDS = 3600  # a forgotten tab ends; the browser comes back by itself


@board_pages.get("/board")
@auth_required("session")
def page() -> ResponseReturnValue:
    """The board as it is, with a stream of what changes."""
    return render_template("board/page.html", may_act=_may_act(), **_view(*_live().newest()[1:]))


@board_pages.get("/board/stream")
@auth_required("session")
def stream() -> ResponseReturnValue:
    """Server-sent events: the board whenever it changes, and at least every 5 s."""
    may_act = _may_act()
    current_app.extensions["hotline"]["sessions"].remove()  # a stream holds no database session
    response = Response(stream_with_context(_messages(_live(), may_act=may_act)), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _may_act() -> str:
    """Whether the page offers acts (`act`), only shows who did what (`read`), or neither (WEB 2)."""
    roles = shared.roles()
    return "act" if roles & set(ACTORS) else "read" if roles & set(READERS) else ""


def _messages(live: LiveBoard, *, may_act: str) -> Iterator[str]:
    serial, link, board = live.newest()
    while True:
        html = render_template("board/_board.html", may_act=may_act, **_view(link, board))
        lines = "".join(f"data: {line}\n" for line in html.splitlines() if line.strip())
        yield f"id: {serial}\n{lines}\n"
        serial, link, board = live.wait(serial)


def _view(link: str, board: dict[str, object] | None) -> dict[str, object]:
    names = shared.settings().names
    return board_view(link, board, current_app.config["BABEL_DEFAULT_TIMEZONE"], names)


def _live() -> LiveBoard:
    live: LiveBoard = current_app.extensions["hotline"]["live"]
    live.start()
    return live

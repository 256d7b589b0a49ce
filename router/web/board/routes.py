"""看板 Board: the page and its stream. Routes only parse, call and render."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from router.web import shared
from router.web.shown.board import board_view
from router.wire.board import OfficeBoard

board_pages = Blueprint("board", __name__, template_folder="templates")


@board_pages.get("/board")
def page() -> ResponseReturnValue:
    """The board as it is, with a stream of what changes."""
    return render_template("board/page.html", may_act=_may_act(), **board_view(*shared.live().newest()[1:]))


@board_pages.get("/board/stream")
def stream() -> Response:
    """Server-sent events: the board."""
    may_act = _may_act()

    def message(link: str, board: OfficeBoard | None) -> str:
        return render_template("board/_message.html", may_act=may_act, **board_view(link, board))

    return shared.live_stream(message)


def _may_act() -> str:
    """Whether the page offers acts (`act`), or only shows who did what (`read`) (WEB 2)."""
    return "act" if shared.may("acts.do") else "read"

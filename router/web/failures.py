"""Whatever goes wrong has a page of ours, in the reader's language, that keeps what was typed. May live here: those.

The page asks neither database nor engine, since either may be what is away. Programs get the API's shape instead.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from router.logs import logger
from router.web.admission import refusal
from router.wire.errors import EngineUnreachableError

log = logger(__name__)

STALE, SIGNED_OUT, NO_DATABASE, NO_ENGINE = "stale", "signed-out", "database-away", "engine-unreachable"
CHANGED, DONE_OTHERWISE, OF_SOMEBODY_ELSE, BEING_DONE = "changed", "done-otherwise", "of-somebody-else", "being-done"
RETRY_SECONDS = "5"

TOLD: Mapping[int | str, tuple[LazyString, LazyString]] = MappingProxyType(
    {
        STALE: (
            _("This page is from before you signed in"),
            _("Nothing was done. Look at what you sent, and send it again."),
        ),
        SIGNED_OUT: (
            _("You are signed out"),
            _("Nothing was done. Sign in in a new window, then come back here and send it again."),
        ),
        400: (_("This can't be understood"), _("Nothing was done. Go back and try again.")),
        403: (_("This is not open to your role"), _("Ask the supervisor, or sign in as somebody else.")),
        404: (_("This is not here"), _("The address is wrong, or what it showed is somebody else's or gone.")),
        405: (_("This address can't be used so"), _("Nothing was done. Go back and try again.")),
        413: (_("This is too large"), _("Nothing was done. A file may have 8 MB, a form half of one.")),
        429: (_("That was too often"), _("Nothing was done. Wait a minute and try again.")),
        500: (
            _("Something broke here"),
            _("It is in the log. If it stays, tell the technician this number."),
        ),
        CHANGED: (
            _("Somebody changed it meanwhile"),
            _("Nothing of yours was done. Look at what it is now; send yours again if it still holds."),
        ),
        DONE_OTHERWISE: (
            _("This page was sent already, with something else in it"),
            _("That stands; this was not done. Look at what came of it, and send this again if you mean it as well."),
        ),
        OF_SOMEBODY_ELSE: (
            _("This page was made for somebody else"),
            _("Another person has signed in here since. Nothing was done. Send it again only if you mean it yourself."),
        ),
        BEING_DONE: (
            _("This is being done already"),
            _("It was sent twice, and the first has no answer yet. Try again in a moment: it counts once."),
        ),
        NO_DATABASE: (
            _("The database does not answer"),
            _("Calls are served all the same. Try again in a moment; nothing you typed is lost."),
        ),
        NO_ENGINE: (
            _("The router does not answer"),
            _("Nothing was done. Try again in a moment; nothing you typed is lost."),
        ),
    }
)
"""What happened, and what to do about it."""

NOT_TYPED = frozenset({"csrf_token", "password", "new_password", "new_password_confirm", "code"})
TECHNICAL = frozenset({"key", "once", "version", "back", "next", "to", "do", "call", "submit"})


def register_failures(app: Flask) -> None:
    """Answer every failure of the application with a page of ours."""
    app.register_error_handler(CSRFError, lambda error: failure(400, STALE, error))
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(EngineUnreachableError, lambda error: failure(503, NO_ENGINE, error))
    for away in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(away, _database_away)
    app.register_error_handler(Exception, _broken)


def _refused(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # an answer that a route has made itself, or a redirection
    return failure(error.code, SIGNED_OUT if error.code == 401 else error.code, error)


def _database_away(error: DBAPIError | PoolTimeoutError) -> ResponseReturnValue:
    log.warning("database away", why=error)
    vars(g)["_login_user"] = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # nobody is asked for
    return failure(503, NO_DATABASE, error)


def _broken(_error: Exception) -> ResponseReturnValue:
    number = secrets.token_hex(4)
    log.exception("a page broke", number=number, page=request.endpoint)
    return failure(500, 500, None, number=number)


def changed_meanwhile(version: int, lines: Sequence[str], back: str) -> Response:
    """The page for who decided on what was seen and is not so any more: who changed what, and what was typed.

    It is sent again for the `version` that it shows; `back` leads to what it is now.
    """
    return failure(409, CHANGED, None, lines=lines, version=version, back=back)


def failure(
    status: int,
    what: int | str,
    error: Exception | None,
    *,
    number: str = "",
    lines: Sequence[str] = (),
    version: int | None = None,
    back: str = "",
) -> Response:
    """The page of a failure; to a program the same in the API's shape."""
    if request.path.startswith("/api/"):
        return _to_a_program(status, what, error, number)
    title, cure = TOLD.get(what, TOLD[400] if status < 500 else TOLD[500])
    kept = [] if status == 413 else _typed()
    if status == 409:  # whoever sends it again means it: another act, on what it is now
        kept = [field for field in kept if field[0] not in ("once", "version")]
    if version is not None:
        kept.append(("version", str(version)))
    page = render_template(
        "failure.html",
        status=status,
        title=title,
        cure=cure,
        number=number,
        kept=kept,
        shown=[value for name, value in kept if name not in TECHNICAL and value.strip()],
        may_send=bool(kept) and what != 403 and _is_from_here(),
        signed_out=what == SIGNED_OUT,
        had_file=status != 413 and any(file.filename for file in request.files.values()),
        lines=lines,
        needs_nonce=not any(name == "once" for name, _value in kept),
        back=back or _came_from(),
    )
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    if status == 503:
        answer.headers["Retry-After"] = RETRY_SECONDS
    if isinstance(error, HTTPException):
        answer.headers.extend((name, text) for name, text in error.get_headers() if name in ("Allow", "Retry-After"))
    return answer


def _to_a_program(status: int, what: int | str, error: Exception | None, number: str) -> Response:
    words = {404: "there is no such address", 405: "this address has no such method", 413: "too large"}
    said = {NO_DATABASE: "the database does not answer", NO_ENGINE: "the router does not answer"}
    text = said.get(str(what)) or words.get(status) or getattr(error, "name", "") or f"it broke here: {number}"
    cure = "try again" if status >= 500 else "see /api/v1/document/openapi.json"
    return refusal(status, text, cure, id_=what if isinstance(what, str) else f"http-{status}")


def _typed() -> list[tuple[str, str]]:
    """What was sent, but for secrets; nothing where it can't be read any more."""
    if request.method != "POST":
        return []
    try:
        return [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_TYPED]
    except HTTPException:
        return []


def _is_from_here() -> bool:
    """Whether a page of ours sent it: nobody is offered to send what another site wrote."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def _came_from() -> str:
    """The page before, where that is ours; else home."""
    before = urlsplit(request.referrer or "")
    is_ours = before.netloc == request.host and before.path != request.path
    return f"{before.path}?{before.query}" if is_ours else "/"

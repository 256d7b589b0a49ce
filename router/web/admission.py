"""Who is let in: the table of `router/web/access.py`, asked before every request. May live here: that, and refusals.

Nothing of a route runs for whom its address is not, and what is not in the table is answered as if it were not there.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, abort, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_security import auth_required, current_user

from router.store.people.tokens import find_token
from router.store.tables.tokens import ApiTokenRow
from router.web import shared
from router.web.access import LARGEST_FILE, ROUTES, WITH_FILES, Open, Token
from router.web.security import end_old_session, is_device, sign_the_device_in

# these ask nobody, and work with the database away
ASKED_WITHOUT_A_SESSION = frozenset({"static", "security.static", "assets", "healthz", "set_language"})

PROBLEM = "application/problem+json"
RETRY_SECONDS = "5"


def admit_by_the_table(app: Flask) -> None:
    """Ask the table before each request; call before anything else that looks at requests."""
    app.before_request(_admit)


def _admit() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such address: Flask says so
    who = ROUTES.get(request.endpoint)
    if who is None:
        abort(404)
    if request.endpoint not in ASKED_WITHOUT_A_SESSION:
        end_old_session()
        sign_the_device_in()
    if isinstance(who, Open):
        return None
    return _program(who.scope) if isinstance(who, Token) else _person(who)


def _person(roles: frozenset[str]) -> ResponseReturnValue | None:
    if current_user.is_authenticated and not shared.roles() & roles:
        abort(403)
    if not current_user.is_authenticated and request.form:
        abort(401)  # what was typed is kept, and can be sent again
    if current_user.is_authenticated and request.endpoint in WITH_FILES:
        request.max_content_length = LARGEST_FILE  # nobody else makes us read so much
    if is_device():
        return None
    answer: ResponseReturnValue | None = _signed_in()
    return answer


def _nothing_more() -> None:
    return None


_signed_in: Any = auth_required("session")(_nothing_more)  # Flask-Security's way to the page for signing in


def _program(scope: str) -> Response | None:
    """Let a program in by its bearer token."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    found = find_token(shared.session(), text.strip(), shared.now()) if kind.lower() == "bearer" else None
    if found is None:
        return refusal(401, "a valid token is needed", "Authorization: Bearer TOKEN", id_="token")
    if scope not in found.scopes:
        return refusal(403, f"the token lacks the scope {scope}", "make one that has it", id_="scope")
    shared.session().commit()
    g.api_token = found
    return None


def refusal(status: int, what: str, cure: str, *, id_: str, faults: dict[str, str] | None = None) -> Response:
    """An answer that tells a program why not: `application/problem+json` (RFC 9457), with our id, cure and faults."""
    told = {"type": f"urn:hotline-router:{id_}", "title": what, "status": status, "detail": f"{what}: {cure}"}
    answer = jsonify({**told, "id": id_, "what": what, "cure": cure, "faults": faults or {}})
    answer.status_code, answer.mimetype = status, PROBLEM
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="hotline"'
    if status in (429, 503):
        answer.headers["Retry-After"] = RETRY_SECONDS
    return answer


def token() -> ApiTokenRow:
    """The token of the request at hand."""
    found: ApiTokenRow = g.api_token
    return found


def sees_numbers() -> bool:
    """Whether the token may have whole numbers."""
    return "numbers" in token().scopes

"""Who may use the API: a bearer token with the scope. May live here: that question, and how the API refuses.

No cookie counts here, so no CSRF token is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Response, g, jsonify, request

from router.store.people.tokens import find_token
from router.store.tables.tokens import ApiTokenRow
from router.web import shared

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def refusal(status: int, what: str, cure: str, *, id_: str, faults: dict[str, str] | None = None) -> Response:
    """An answer that says why not."""
    answer = jsonify({"id": id_, "what": what, "cure": cure, "faults": faults or {}})
    answer.status_code = status
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="hotline"'
    return answer


def scope(name: str) -> Callable[[Callable[Arguments, Answer]], Callable[Arguments, Answer | Response]]:
    """Let a route be used with a token that has this scope."""

    def guard(route: Callable[Arguments, Answer]) -> Callable[Arguments, Answer | Response]:
        @wraps(route)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer | Response:
            kind, _, text = request.headers.get("Authorization", "").partition(" ")
            token = find_token(shared.session(), text.strip(), shared.now()) if kind.lower() == "bearer" else None
            if token is None:
                return refusal(401, "a valid token is needed", "Authorization: Bearer TOKEN", id_="token")
            if name not in token.scopes:
                return refusal(403, f"the token lacks the scope {name}", "make one that has it", id_="scope")
            shared.session().commit()
            g.api_token = token
            return route(*args, **kwargs)

        return guarded

    return guard


def token() -> ApiTokenRow:
    """The token of the request at hand."""
    found: ApiTokenRow = g.api_token
    return found


def sees_numbers() -> bool:
    """Whether the token may have whole numbers."""
    return "numbers" in token().scopes

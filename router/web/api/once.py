"""A POST that a program sends again (its line broke) is acted on once. May live here: that guard, by `Idempotency-Key`.

The key is claimed before anything is done; who comes second with the same is told what became of the first, with
something else that the key is used. What came of it is written with what is done, so that there are both or neither.
No body is kept: people's numbers would lie there a month. The first answer is told anew, from what it made.
"""

from __future__ import annotations

import json as plain
from collections.abc import Callable

from flask import Response, g, request

from router.store.people.answers import Asked, Known, answer_with, let_go
from router.web import shared
from router.web.admission import refusal, token
from router.web.once import claimed, keyed_digest, opened

KEY = "Idempotency-Key"


def once(view: Callable[[], Response], again: Callable[[int], Response]) -> Response:
    """The answer of `view`, which makes something, or, to whoever comes second, `again` of what the first has made."""
    asked = _asked()
    if asked is None:
        return view()
    known = claimed(asked)
    if known is not None:
        return _known(known, again)
    shared.session().rollback()  # what is read from here on is of after the claim
    g.api_asked = asked
    try:
        return view()
    finally:
        shared.session().rollback()  # of what is left open: the key is let go in a session of its own
        let_go(opened(), asked)  # but where `made` has noted what came of it


def made(number: int) -> None:
    """Note what the request has made; the caller commits both."""
    asked: Asked | None = g.get("api_asked")
    if asked is not None:
        answer_with(shared.session(), asked, {"made": number})


def _asked() -> Asked | None:
    key = request.headers.get(KEY)
    if key is None:
        return None
    body = plain.dumps(request.get_json(silent=True), sort_keys=True)  # as it reads, however it is written
    told = (request.method, request.full_path, body)
    digest = keyed_digest(*(part.encode("utf-8", "surrogatepass") for part in told))
    return Asked(whose=f"token:{token().id}", key=key, digest=digest)


def _known(known: Known, again: Callable[[int], Response]) -> Response:
    if not known.is_same:
        return refusal(422, "the key was used for something else", "take a new key for each request", id_="key-used")
    if known.answer is None:
        return refusal(409, "this is being done already", "try again in a moment, it counts once", id_="being-done")
    return again(known.answer["made"])

"""A form that is sent twice is acted on once (a double tap, Back and send, a restored tab). May live here: that guard.

Each form carries a nonce of its rendering. The first who sends it claims it; who comes with the same again gets the
first answer, who comes with something else is told so. A nonce says for whom its page was made: one that somebody else
left open in this browser is not sent in another's name. Only an act that led on to a page is kept: whatever was
refused, or only shown, may be sent again. A form without a nonce is a program's, and is acted on each time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, flash, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from router.logs import logger
from router.store.people.answers import Asked, Known, claim_request, keep_answer, let_go
from router.web import shared
from router.web.failures import BEING_DONE, DONE_OTHERWISE, OF_SOMEBODY_ELSE, failure

log = logger(__name__)

NOT_GUARDED = frozenset({"forms.draft"})  # saved again and again while its form is being typed
LOOK_AGAIN_SECONDS = 0.05
WAIT_SECONDS = 10.0
MARKS = 16  # letters of each half of a nonce


def answer_once(app: Flask) -> None:
    """Guard every form that carries a nonce; call after whatever else refuses requests."""
    app.before_request(_begin)
    app.after_request(_end)
    app.add_template_global(nonce, "once")


def nonce() -> str:
    """For one rendering of one form: chance, and for whom it is."""
    chance = secrets.token_hex(MARKS // 2)
    return f"{chance}.{_mark(chance, _user())}"


def _begin() -> ResponseReturnValue | None:
    key = request.form.get("once", "") if request.method == "POST" and request.endpoint not in NOT_GUARDED else ""
    if not key or not current_user.is_authenticated:
        return None
    chance, dot, mark = key.partition(".")
    if dot and not hmac.compare_digest(mark.encode(), _mark(chance, _user()).encode()):
        return failure(409, OF_SOMEBODY_ELSE, None)
    asked = Asked(whose=f"user:{_user()}", key=key, digest=_digest())
    known = claimed(asked)
    if known is None:
        g.claimed, g.said_before = asked, len(session.get("_flashes", ()))
        return None
    if not known.is_same:
        return failure(409, DONE_OTHERWISE, None)
    if known.answer is None:
        return failure(503, BEING_DONE, None)
    for category, message in known.answer["said"]:
        flash(message, category)
    return redirect(known.answer["to"], known.answer["status"])


def _end(response: Response) -> Response:
    asked: Asked | None = g.pop("claimed", None)
    if asked is None:
        return response
    said = session.get("_flashes", [])[g.said_before :]
    try:
        _settle(asked, response, said)
    except SQLAlchemyError as error:  # what was done stands, whether or not it can be said again
        log.warning("answer not kept", why=error)
    return response


def _settle(asked: Asked, response: Response, said: list[tuple[str, str]]) -> None:
    has_led_on = 300 <= response.status_code < 400 and not any(category == "error" for category, _message in said)
    if has_led_on:
        to = response.headers["Location"]
        keep_answer(opened(), asked, {"status": response.status_code, "to": to, "said": [list(one) for one in said]})
    else:
        let_go(opened(), asked)


def claimed(asked: Asked) -> Known | None:
    """Claim the key: None. Else what is known of it, once whoever has it is ready, or after 10 s all the same."""
    until = time.monotonic() + WAIT_SECONDS
    while (known := claim_request(opened(), asked, shared.now())) is not None:
        if not known.is_same or known.answer is not None or time.monotonic() > until:
            return known
        time.sleep(LOOK_AGAIN_SECONDS)
    return None


def opened() -> Callable[[], Session]:
    """Sessions of their own: the request's may roll back."""
    made: Callable[[], Session] = current_app.extensions["hotline"]["sessions"].session_factory
    return made


def keyed_digest(*parts: bytes) -> str:
    """Tells contents apart without keeping them: forms have people's numbers in them."""
    made = hmac.new(str(current_app.secret_key).encode(), digestmod=hashlib.sha256)
    for part in parts:
        made.update(len(part).to_bytes(8, "big") + part)
    return made.hexdigest()


def _digest() -> str:
    fields = [field for field in request.form.items(multi=True) if field[0] not in ("csrf_token", "once")]
    parts: list[Any] = [request.full_path, *(text for field in sorted(fields) for text in field)]
    contents = [part.encode("utf-8", "surrogatepass") for part in parts]
    for name, file in sorted(request.files.items()):
        contents += [name.encode(), file.stream.read()]
        file.stream.seek(0)
    return keyed_digest(*contents)


def _user() -> str:
    return str(current_user.username) if current_user.is_authenticated else ""


def _mark(chance: str, user: str) -> str:
    return keyed_digest(b"once", chance.encode(), user.encode())[:MARKS]

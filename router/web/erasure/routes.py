"""抹除: the administrator has an outside party forgotten. Routes only parse, call and render.

What would go is counted first; the number is typed twice and stands in no address, no answer and no record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from router.desk_client.erasing import forget
from router.logs import logger
from router.masking import mask, mask_within
from router.store.customers.erasure import numbers_of_customer, would_be_forgotten
from router.store.people.audit import What
from router.web import shared
from router.web.once import keyed_digest
from router.web.recording import record
from router.wire.errors import EngineUnreachableError

log = logger(__name__)

erasure_pages = Blueprint("erasure", __name__, template_folder="templates")

EraseInFiles = Callable[[Sequence[str]], int]
"""Takes numbers out of the PBX's own files; raises `OSError`."""


@erasure_pages.get("/erasure")
def page() -> ResponseReturnValue:
    """Whom to forget?"""
    return render_template("erasure/page.html", seen=None, problem="")


@erasure_pages.post("/erasure")
def look() -> ResponseReturnValue:
    """What would go, counted; nothing is done."""
    numbers = _numbers()
    if not numbers:
        return render_template("erasure/page.html", seen=None, problem=_not_a_number()), 422
    return _shown(numbers)


@erasure_pages.post("/erasure/erase")
def erase() -> ResponseReturnValue:
    """Forget them, as it was shown."""
    numbers, session = _numbers(), shared.session()
    why = mask_within(" ".join(request.form.get("reason", "").split()))
    if not numbers or _code(numbers) != request.form.get("as_shown", ""):
        problem = _("That is not the number that was looked up, or more is on record now: look again.")
        return render_template("erasure/page.html", seen=None, problem=problem), 422
    if not why or request.form.get("sure") != "yes":
        return _shown(numbers, _("Give a reason, and confirm that it can't be taken back.")), 422
    try:
        forget(session, shared.engine(), numbers, by=shared.username(), at=shared.now())
    except EngineUnreachableError:
        session.rollback()
        return _shown(numbers, _("The router does not answer. Try again in a minute: it is safe.")), 503
    record(What.ERASURE, about="a customer", rows=len(numbers), why=why)
    session.commit()
    _erase_in_files(numbers)
    flash(_("Forgotten. Backups, and an existing PBX's own records, keep it: delete it there."))
    return redirect(url_for("erasure.page"))


def _erase_in_files(numbers: Sequence[str]) -> None:
    erase_in_files: EraseInFiles | None = current_app.extensions["hotline"]["erase_in_files"]
    if erase_in_files is None:
        return
    try:
        erase_in_files(numbers)
    except OSError as error:
        log.warning("files keep a number", why=error.strerror)
        flash(_("Asterisk's own files could not be written: run hotline erase for each of the numbers."), "error")


def _numbers() -> list[str]:
    """The number that was typed and all further ones of the same customer; none for what is no number."""
    number = shared.settings().numbering.one(request.form.get("number", "")[:40])
    return numbers_of_customer(shared.session(), number) if number else []


def _code(numbers: Sequence[str]) -> str:
    """Tells by the page's word alone whether the same is meant."""
    return keyed_digest(b"erasure", *(number.encode() for number in numbers))


def _not_a_number() -> str:
    return str(_("That is no number: write its digits, with the area code."))


def _shown(numbers: Sequence[str], problem: str = "") -> str:
    shared.session().rollback()
    seen: dict[str, Any] = {
        "numbers": [mask(number) for number in numbers],
        "forgotten": would_be_forgotten(shared.session(), numbers, shared.now()),
        "code": _code(numbers),
        "reason": mask_within(request.form.get("reason", ""))[:200],
    }
    return render_template("erasure/page.html", seen=seen, problem=problem)

"""设备: a screen asks with a one-time code, the administrator lets it in. Routes only parse, call and render."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from router.errors import HotlineError
from router.store.people.audit import What
from router.store.people.devices import ask_to_pair, asking, let_in, paired, put_out
from router.web import shared, words
from router.web.recording import record
from router.web.security import DEVICE_COOKIE, is_device
from router.web.shown.refusals import in_words

device_pages = Blueprint("devices", __name__, template_folder="templates")
CODE = "device_code"
KEPT = timedelta(days=400)  # no browser keeps a cookie longer; each look at this page renews it


@device_pages.get("/device")
def this_one() -> ResponseReturnValue:
    """On the device: asks to be paired, shows the code, and goes on to the board once it is let in."""
    if is_device():
        session.pop(CODE, None)
        return _keeping(redirect(url_for("home")), request.cookies[DEVICE_COOKIE])
    return render_template("devices/this_one.html", code=session.get(CODE, ""))


@device_pages.post("/device")
def ask() -> ResponseReturnValue:
    """Have a new code shown."""
    try:
        secret, code = ask_to_pair(
            shared.session(), now=shared.now(), address=request.remote_addr or "", browser=request.user_agent.string
        )
    except HotlineError as error:
        flash(in_words(error), "error")
        return redirect(url_for("devices.this_one"))
    shared.session().commit()
    session[CODE] = f"{code[:4]}-{code[4:]}"
    return _keeping(redirect(url_for("devices.this_one")), secret)


@device_pages.get("/devices")
def page() -> ResponseReturnValue:
    """Which screens are let in, and which ask?"""
    return render_template(
        "devices/page.html",
        asking=asking(shared.session(), shared.now()),
        paired=paired(shared.session()),
        kinds=words.DEVICE,
    )


@device_pages.post("/devices")
def approve() -> ResponseReturnValue:
    """Let the device in that shows the code."""
    told = request.form
    try:
        row = let_in(
            shared.session(),
            told.get("code", "")[:40],
            name=told.get("name", "")[:40],
            kind=told.get("kind", ""),
            by=shared.username(),
            now=shared.now(),
        )
        record(What.DEVICE, about=f"device:{row.name}", why=f"paired: {row.kind}")
        shared.session().commit()
        flash(_("The device is let in; it goes on by itself."))
    except HotlineError as error:
        shared.session().rollback()
        flash(in_words(error), "error")
    return redirect(url_for("devices.page"))


@device_pages.post("/devices/<int:device_id>/revoke")
def revoke(device_id: int) -> ResponseReturnValue:
    """Put a device out, at once."""
    try:
        row = put_out(shared.session(), device_id, by=shared.username(), now=shared.now())
        record(What.DEVICE, about=f"device:{row.name}", why="put out")
        shared.session().commit()
        flash(_("The device is put out."))
    except HotlineError as error:
        flash(in_words(error), "error")
    return redirect(url_for("devices.page"))


def _keeping(answer: ResponseReturnValue, secret: str) -> Response:
    made = make_response(answer)
    is_tls = shared.settings().https or request.is_secure
    made.set_cookie(DEVICE_COOKIE, secret, max_age=KEPT, httponly=True, samesite="Lax", secure=is_tls)
    return made

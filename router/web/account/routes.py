"""我的账号: where somebody is signed in, and their second step. Routes only parse, call and render.

The secret of an app that is being set up is in the browser's own signed cookie until its first code was right.
"""

from __future__ import annotations

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user
from markupsafe import Markup

from router.store.people.audit import Result, What
from router.store.people.second_step import enrol, forget
from router.store.people.sessions import open_sessions
from router.web import shared
from router.web.recording import record
from router.web.security import (
    code_is_right,
    end_my_other_sessions,
    lacks_second_step,
    password_refused,
    sealer,
    session_digest,
)

account_pages = Blueprint("account", __name__, template_folder="templates")
SETTING_UP = "second_step"


@account_pages.get("/account")
def page() -> ResponseReturnValue:
    """Where am I signed in, and how well is it kept?"""
    return _shown()


@account_pages.post("/account/second-step")
def begin() -> ResponseReturnValue:
    """Begin to set an app up: shows its QR code, changes nothing yet."""
    session[SETTING_UP] = sealer().new()[0]
    return redirect(url_for("account.page"))


@account_pages.post("/account/second-step/confirm")
def confirm() -> ResponseReturnValue:
    """The app's first code, with the password: from now on it is asked for. The codes for paper are shown once."""
    sealed = session.get(SETTING_UP, "")
    why = _("Begin anew.") if not sealed or current_user.tf_totp_secret else _refused()
    step = sealer().step_of(sealed, request.form.get("code", ""), shared.now()) if sealed and not why else None
    if step is None:
        flash(why or _("That is not the app's code now: look at the clock of phone and machine."), "error")
        shared.session().commit()
        return redirect(url_for("account.page"))
    codes = enrol(shared.session(), current_user, sealed, step)
    end_my_other_sessions()
    record(What.SECOND, about=shared.username(), why="set up")
    shared.session().commit()
    session.pop(SETTING_UP)
    return _shown(codes)


@account_pages.post("/account/second-step/stop")
def stop() -> ResponseReturnValue:
    """Ask for no second step any more: with the password and a code, so that an open browser is not enough."""
    why = _refused()
    if not why and not code_is_right(current_user, request.form.get("code", "")):
        why = _("The code is wrong, or was used.")
    if why:
        record(What.SECOND, about=shared.username(), why="stopped", result=Result.REFUSED)
        flash(why, "error")
    else:
        forget(current_user)
        record(What.SECOND, about=shared.username(), why="stopped")
        flash(_("No code is asked for any more."))
    shared.session().commit()
    return redirect(url_for("account.page"))


@account_pages.post("/account/sign-out-elsewhere")
def sign_out_elsewhere() -> ResponseReturnValue:
    """End my sessions on all other devices."""
    count = end_my_other_sessions()
    record(What.SIGN_OUT, about=shared.username(), rows=count)
    shared.session().commit()
    flash(ngettext("%(num)s other session has ended.", "%(num)s other sessions have ended.", count))
    return redirect(url_for("account.page"))


def _refused() -> str:
    return password_refused(request.form.get("password", ""))


def _shown(codes: list[str] | None = None) -> str:
    sealed = session.get(SETTING_UP, "") if not current_user.tf_totp_secret else ""
    address = sealer().address(sealed, shared.username()) if sealed else ""
    picture = segno.make(address, error="m").svg_inline(scale=5, border=2, dark="#000", light="#fff") if sealed else ""
    return render_template(
        "account/page.html",
        sessions=open_sessions(shared.session(), shared.username()),
        here=session_digest(),
        has_second_step=bool(current_user.tf_totp_secret),
        paper_left=len(current_user.mf_recovery_codes or ()),
        must=lacks_second_step(),
        picture=Markup(picture),  # noqa: S704  (drawn by segno from our own address)
        key=sealer().readable(sealed) if sealed else "",
        codes=codes,
        may=shared.may,
    )

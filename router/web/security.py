"""Signing in: Flask-Security on our users, sessions that end on the server. May live here: its settings, its wiring.

A browser has the secret of a session, the database its digest and whether it stands (`store.people.sessions`); a cookie
that was copied is of no use once the session has ended. Tries are counted (`store.people.tries`). Who still has the
password that `hotline up` printed can do nothing but change it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import user_logged_in, user_logged_out
from flask_security import (
    ChangePasswordForm,
    LoginForm,
    Security,
    SQLAlchemySessionUserDatastore,
    UserMixin,
    VerifyForm,
    current_user,
    password_changed,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session
from wtforms import StringField

from router.store.people.audit import Result, What
from router.store.people.devices import device_with, mark_of, note_devices_seen
from router.store.people.second_step import Sealer, take_paper_code, take_step
from router.store.people.sessions import (
    LONGEST,
    begin_session,
    digest_of,
    end_session,
    end_sessions,
    note_use,
    session_in_force,
)
from router.store.people.tries import Try, begin_try, try_of, was_right
from router.store.tables.devices import DeviceRow
from router.store.tables.users import Role, User
from router.web.passwords import OfficePasswords
from router.web.recording import record

SETTINGS: dict[str, Any] = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_USERNAME_ENABLE": True,
    "SECURITY_USERNAME_REQUIRED": True,
    "SECURITY_USERNAME_MIN_LENGTH": 2,
    "SECURITY_USER_IDENTITY_ATTRIBUTES": [
        {"username": {"mapper": lambda text: text.strip() or None, "case_insensitive": True}}
    ],
    "SECURITY_PASSWORD_LENGTH_MIN": 12,  # ASVS 2.1.1
    "SECURITY_CHANGEABLE": True,
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_TRACKABLE": True,
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_POST_LOGIN_VIEW": "/",
    "SECURITY_POST_LOGOUT_VIEW": "/login",
    "SECURITY_POST_CHANGE_VIEW": "/",
}

NOTED_EVERY = timedelta(minutes=1)
DEVICE_COOKIE = "hotline_device"
COOKIES: dict[str, Any] = {
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "PERMANENT_SESSION_LIFETIME": LONGEST,
    "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a board is open all day
}

# What still works for somebody who must change the password first
BEFORE_THE_CHANGE = frozenset(
    {"security.change_password", "security.logout", "set_language", "static", "assets", "healthz"}
)
BEFORE_THE_SECOND_STEP = frozenset({"account.page", "account.begin", "account.confirm"})


class SessionCookies(SecureCookieSessionInterface):
    """A cookie that came by TLS goes by TLS alone and is this host's, also where a proxy in front of us speaks it."""

    def get_cookie_name(self, app: Flask) -> str:
        """`__Host-` makes a browser refuse it from any other host of the domain, and without TLS."""
        return f"{'__Host-' if self.get_cookie_secure(app) else ''}{super().get_cookie_name(app)}"

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the browser may send it by TLS alone."""
        return super().get_cookie_secure(app) or request.is_secure


def secure_the_app(app: Flask, sessions: scoped_session[Session]) -> None:
    """Set Flask-Security up on the app with our users and roles."""
    for name, value in {**SETTINGS, **COOKIES}.items():
        app.config.setdefault(name, value)
    app.config.update(COOKIES)
    app.session_interface = SessionCookies()
    Security(
        app,
        SQLAlchemySessionUserDatastore(sessions, User, Role),
        login_form=SignInForm,
        verify_form=SignInAgainForm,
        change_password_form=OwnPasswordForm,
        password_util_cls=OfficePasswords,
    )
    app.before_request(_have_the_password_changed)
    user_logged_in.connect(_begin, app)
    user_logged_out.connect(_sign_out, app)
    password_changed.connect(_note_the_change, app)


# --- sessions ---------------------------------------------------------------------------------------------------------


def _begin(_app: Flask, user: User, **_more: object) -> None:
    """A new session on the server; whatever the browser had before is not carried on (no fixation)."""
    stays = session.pop("_remember", None) == "set" or session.permanent
    if "sid" in session:
        end_session(_database(), session["sid"], why="again", now=_now())
    session.permanent = stays
    session["sid"] = begin_session(
        _database(),
        user,
        now=_now(),
        address=request.remote_addr or "",
        browser=request.user_agent.string,
        stays=stays,
    )
    if request.endpoint == "security.login":
        record(What.SIGN_IN, about=user.username, who=user.username)


def _sign_out(_app: Flask, user: User, **_more: object) -> None:
    session.permanent = False
    if user.is_authenticated:
        record(What.SIGN_OUT, about=user.username, who=user.username)
    end_session(_database(), session.pop("sid", ""), why="signed-out", now=_now())
    _database().commit()


def end_old_session() -> None:
    """Forget who is signed in where their session has ended; ask before who that is, at each request."""
    if request.cookies.get("remember_token"):
        session["_remember"] = "clear"  # of an earlier version: nobody could end it
    if "_user_id" not in session:
        return
    found = session_in_force(_database(), session.get("sid", ""), session["_user_id"], _now())
    if found is None:
        language = session.get("language")
        session.clear()
        if language:
            session["language"] = language
    else:
        _note(note_use, found.digest, found.seen_at)


def session_digest() -> str:
    """How the database knows the session at hand, a person's or a device's."""
    return digest_of(request.cookies.get(DEVICE_COOKIE, "") if is_device() else session.get("sid", ""))


def end_my_other_sessions() -> int:
    """Sign who is signed in out everywhere else; how many there were. The caller commits."""
    return end_sessions(_database(), current_user, why="elsewhere", now=_now(), but=session.get("sid", ""))


# --- devices ----------------------------------------------------------------------------------------------------------


class Device(UserMixin):
    """A paired screen, as one who is signed in: it has the rights of its kind, and is named in what it does."""

    must_change_password = False
    tf_totp_secret = None
    person = None
    active = True

    def __init__(self, row: DeviceRow) -> None:
        self.id = row.id
        self.username = f"device:{row.name}"
        self.name = row.name
        self.roles = [Role(name=row.kind)]
        self.fs_uniquifier = mark_of(row.id)


def sign_the_device_in() -> None:
    """Where nobody is signed in, a paired device is; ask before who that is."""
    secret = request.cookies.get(DEVICE_COOKIE)
    if "_user_id" in session or not secret or request.endpoint == "security.login":
        return  # a person may sign in on it
    row = device_with(_database(), secret)
    if row is None:
        return
    vars(g)["_login_user"] = Device(row)  # as Flask-Login keeps who is signed in
    _note(note_devices_seen, row.digest, row.seen_at)


def is_device() -> bool:
    """Whether a device asks."""
    return isinstance(vars(g).get("_login_user"), Device)


def _note(noting: Callable[[Session, Collection[str], datetime], None], digest: str, seen_at: datetime | None) -> None:
    """Note once a minute that a session or a device is in use."""
    if seen_at is not None and timedelta() <= _now() - seen_at < NOTED_EVERY:
        return
    try:
        noting(_database(), [digest], _now())
        _database().commit()
    except OperationalError:  # somebody else writes: the next request notes it
        _database().rollback()


def _have_the_password_changed() -> ResponseReturnValue | None:
    if request.endpoint in BEFORE_THE_CHANGE or not current_user.is_authenticated:
        return None
    if current_user.must_change_password:
        return redirect(url_for("security.change_password"), 303)
    if lacks_second_step() and request.endpoint not in BEFORE_THE_SECOND_STEP:
        return redirect(url_for("account.page"), 303)
    return None


def lacks_second_step() -> bool:
    """Whether who is signed in must have a second step, and has none yet."""
    needed = set(current_app.extensions["hotline"]["settings"].now().second_step)
    return not current_user.tf_totp_secret and bool(needed & {role.name for role in current_user.roles})


def _note_the_change(_app: Flask, user: User, **_more: object) -> None:
    """The mark goes when people change it themselves; their other sessions end. Flask-Security commits."""
    if current_user.is_authenticated and current_user.id == user.id:
        user.must_change_password = False
        record(What.PASSWORD, about=user.username, who=user.username)
        end_sessions(_database(), user, why="password", now=_now(), but=session.get("sid", ""))


# --- tries ------------------------------------------------------------------------------------------------------------


class SignInForm(LoginForm):
    """Name and password, and the code of those who have a second step; too many wrong ones wait."""

    code = StringField()

    def validate(self, **more: Any) -> bool:
        """Whether it is right; a try that comes too soon is not looked at."""
        if not self.username.data or not self.password.data:
            return bool(super().validate(**more))
        one = _try_as(self.username.data)
        if not _may_try(one, self.form_errors):
            return False
        if super().validate(**more) and self._second_step():
            return _right(one)
        # who is unknown may be a password in the wrong field: it is not written down
        record(What.SIGN_IN, about=str(self.user.username) if self.user else "", who="", result=Result.REFUSED)
        _database().commit()
        return False

    def _second_step(self) -> bool:
        """Whether the code is right; asked after the password, so that nobody learns who has one."""
        is_right = isinstance(self.user, User) and code_is_right(self.user, self.code.data or "")
        if not is_right:
            self.form_errors.append(gettext("Enter a fresh code of your app, or one of those on paper."))
        return is_right


class SignInAgainForm(VerifyForm):
    """The password of who is signed in: who found an open browser does not guess it here."""

    def validate(self, **more: Any) -> bool:
        """As for signing in."""
        one = _try_as(str(self.user.username))
        return _may_try(one, self.form_errors) and bool(super().validate(**more)) and _right(one)


class OwnPasswordForm(ChangePasswordForm):
    """Changing one's password: the present one is asked for, and guessed no faster than elsewhere."""

    def validate(self, **more: Any) -> bool:
        """As for signing in; a new password that is refused is no wrong try."""
        one = _try_as(str(current_user.username))
        if not _may_try(one, self.form_errors):
            return False
        is_right = bool(super().validate(**more))
        if is_right or not self.password.errors:
            _right(one)
            _database().commit()
        return is_right


def code_is_right(user: User, code: str) -> bool:
    """Whether this is a code of the user's second step, used now for the first time; who has none needs none."""
    if not user.tf_totp_secret:
        return True
    step = sealer().step_of(user.tf_totp_secret, code, _now())
    if step is not None:
        return take_step(_database(), user, step, _now())
    return take_paper_code(_database(), user, code)


def password_refused(text: str) -> str:
    """Why the password of who is signed in is not taken; "" where it is right. Tries are counted."""
    told: list[str] = []
    one = _try_as(str(current_user.username))
    if not _may_try(one, told):
        return told[0]
    if not current_user.verify_and_update_password(text):
        return str(gettext("The password is wrong."))
    _right(one)
    return ""


def sealer() -> Sealer:
    """What seals the secrets of apps."""
    site = current_app.extensions["hotline"]["settings"].now().site_name
    return Sealer(current_app.config["SECRET_KEY"] + "second-step", site)


def _try_as(name: str) -> Try:
    address = request.remote_addr or ""
    return try_of(_database(), name, address, secret=current_app.config["SECRET_KEY"], now=_now())


def _may_try(one: Try, told: list[str]) -> bool:
    wait = begin_try(_database(), one, _now())
    if wait:
        minutes = math.ceil(wait.total_seconds() / 60)
        told.append(ngettext("Locked, try again in %(num)s minute", "Locked, try again in %(num)s minutes", minutes))
    return not wait


def _right(one: Try) -> bool:
    was_right(_database(), one)
    return True


def _database() -> Session:
    made: Session = current_app.extensions["hotline"]["sessions"]()
    return made


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)

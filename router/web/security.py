"""Signing in: Flask-Security on our users. May live here: its settings and its wiring.

Lock-out after too many wrong passwords lives in the user's own row (`store.tables.users`), and so does the mark of
somebody who still has the password that `hotline up` printed: nothing but changing it works until that is done.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from flask import Flask, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import user_loaded_from_cookie, user_logged_in
from flask_security import Security, SQLAlchemySessionUserDatastore, current_user, password_changed
from sqlalchemy.orm import Session, scoped_session

from router.store.tables.users import Role, User

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

IDLE = timedelta(hours=12)  # a session that nobody used so long has ended
LONGEST = timedelta(days=30)  # nobody stays signed in longer without their password (ASVS 3.3.2)
NOTED_EVERY = timedelta(minutes=1)

# What still works for somebody who must change the password first
BEFORE_THE_CHANGE = frozenset(
    {"security.change_password", "security.logout", "set_language", "static", "assets", "healthz"}
)


def secure_the_app(app: Flask, sessions: scoped_session[Session]) -> None:
    """Set Flask-Security up on the app with our users and roles."""
    for name, value in SETTINGS.items():
        app.config.setdefault(name, value)
    Security(app, SQLAlchemySessionUserDatastore(sessions, User, Role))
    app.before_request(_have_the_password_changed)
    for begins in (user_logged_in, user_loaded_from_cookie):
        begins.connect(_note_the_beginning, app)
    password_changed.connect(_note_the_change, app)


def _note_the_beginning(_app: Flask, **_more: object) -> None:
    session["since"] = session["seen"] = time.time()


def end_old_session() -> None:
    """Forget who is signed in where the session was idle too long or is too old; ask before who that is."""
    if "_user_id" not in session:
        return
    now, seen = time.time(), session.get("seen", 0.0)
    if now - seen > IDLE.total_seconds() or now - session.get("since", 0.0) > LONGEST.total_seconds():
        language = session.get("language")
        session.clear()
        if language:
            session["language"] = language
    elif now - seen > NOTED_EVERY.total_seconds():
        session["seen"] = now


def _have_the_password_changed() -> ResponseReturnValue | None:
    if request.endpoint in BEFORE_THE_CHANGE or not current_user.is_authenticated:
        return None
    return redirect(url_for("security.change_password"), 303) if current_user.must_change_password else None


def _note_the_change(_app: Flask, user: User, **_more: object) -> None:
    """The mark goes when people change it themselves; Flask-Security ends their other sessions, and commits."""
    if current_user.is_authenticated and current_user.id == user.id:
        user.must_change_password = False

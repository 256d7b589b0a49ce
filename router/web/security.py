"""Signing in: Flask-Security on our users. May live here: its settings and its wiring.

Lock-out after too many wrong passwords lives in the user's own row (`store.tables.users`), and so does the mark of
somebody who still has the password that `hotline up` printed: nothing but changing it works until that is done.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
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
    "SECURITY_CHANGEABLE": True,
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_TRACKABLE": True,
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_POST_LOGIN_VIEW": "/",
    "SECURITY_POST_LOGOUT_VIEW": "/login",
    "SECURITY_POST_CHANGE_VIEW": "/",
}

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
    password_changed.connect(_note_the_change, app)


def _have_the_password_changed() -> ResponseReturnValue | None:
    if request.endpoint in BEFORE_THE_CHANGE or not current_user.is_authenticated:
        return None
    return redirect(url_for("security.change_password"), 303) if current_user.must_change_password else None


def _note_the_change(_app: Flask, user: User, **_more: object) -> None:
    """The mark goes when people change it themselves; Flask-Security ends their other sessions, and commits."""
    if current_user.is_authenticated and current_user.id == user.id:
        user.must_change_password = False

"""Signing in: Flask-Security on our users. May live here: its settings and its wiring.

Lock-out after too many wrong passwords lives in the user's own row (`router.store.users`).
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_security import Security, SQLAlchemySessionUserDatastore
from sqlalchemy.orm import Session, scoped_session

from router.store.users import Role, User

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
}


def secure_the_app(app: Flask, sessions: scoped_session[Session]) -> None:
    """Set Flask-Security up on the app with our users and roles."""
    for name, value in SETTINGS.items():
        app.config.setdefault(name, value)
    Security(app, SQLAlchemySessionUserDatastore(sessions, User, Role))

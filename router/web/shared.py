"""What the routes of every page ask of the application at hand. May live here: these short questions.

A route parses, asks, calls one function and renders; who is signed in and what they may do is asked here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from flask import abort, current_app
from flask_security import auth_required, current_user
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from router.web.app import WebSettings
    from router.web.live import Source
    from router.web.live_settings import LiveSettings

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def session() -> Session:
    """The request's database session; it ends with the request."""
    made: Session = current_app.extensions["hotline"]["sessions"]()
    return made


def settings() -> WebSettings:
    """What the pages know of the site, as it is now."""
    live: LiveSettings = current_app.extensions["hotline"]["settings"]
    return live.now()


def engine() -> Source:
    """The engine's socket."""
    source: Source = current_app.extensions["hotline"]["engine"]
    return source


def zone() -> ZoneInfo:
    """The site's zone."""
    return ZoneInfo(settings().zone)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def day_asked(text: str) -> date:
    """The date of a query; today at the site where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.now(zone()).date()


def roles() -> set[str]:
    """The roles of who is signed in."""
    return {role.name for role in current_user.roles}


def person() -> str | None:
    """The consultant that who is signed in is; None for others."""
    code: str | None = current_user.person
    return code


def username() -> str:
    """Who is signed in, as records name them."""
    return str(current_user.username)


def only(*names: str) -> Callable[[Callable[Arguments, Answer]], Callable[Arguments, Answer]]:
    """Let a route be used by these roles alone, signed in; without names by everyone who is signed in."""

    def guard(route: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
        @wraps(route)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
            if names and not roles() & set(names):
                abort(403)
            return route(*args, **kwargs)

        signed_in: Any = auth_required("session")(guarded)
        return signed_in  # type: ignore[no-any-return]  # Flask-Security has no types for it

    return guard

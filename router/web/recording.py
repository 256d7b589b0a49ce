"""What people do, put on record (审计) for the request at hand. May live here: `record`, and `whole`.

`whole` is the one way to a number in full: it notes who looks before it gives it. No other module of the pages or the
API may turn a number into one that people dial (`tests/web/test_whole_numbers.py` looks).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app, g, request
from flask_security import current_user
from sqlalchemy.orm import Session

from router.masking import national
from router.store.people.audit import Result, What, count_about, note

LATELY = timedelta(minutes=10)  # a list that one works from is looked at again and again


def record(
    what: What,
    *,
    about: str = "",
    who: str | None = None,
    result: Result = Result.DONE,
    rows: int | None = None,
    why: str = "",
) -> None:
    """Note it with what the request changes; the caller commits."""
    _note(_sessions()(), what, about=about, who=who, result=result, rows=rows, why=why)


def whole(number: str, *, about: str, is_list: bool = False) -> str:
    """A number in full, as people dial it; that it was seen is on record before it is given, once a request.

    A list that one works from (`is_list`) is on record once in ten minutes; "" (withheld, erased) tells nothing.
    """
    if not number:
        return ""
    seen: set[str] = g.setdefault("numbers_seen", set())
    if about not in seen:
        with _sessions().session_factory() as session:  # of its own: it stands whatever becomes of the request
            since = datetime.now(UTC) - LATELY
            if not is_list or not count_about(session, What.NUMBER, actor(), about, since):
                _note(session, What.NUMBER, about=about)
                session.commit()
        seen.add(about)
    return national(number)


def actor() -> str:
    """Who asks: a program by its token, somebody signed in, or nobody yet."""
    token = g.get("api_token")
    if token is not None:
        return f"api:{token.name}"
    return str(current_user.username) if current_user.is_authenticated else ""


def _note(
    session: Session,
    what: What,
    *,
    about: str,
    who: str | None = None,
    result: Result = Result.DONE,
    rows: int | None = None,
    why: str = "",
) -> None:
    note(
        session,
        what,
        who=actor() if who is None else who,
        about=about,
        address=request.remote_addr or "",
        result=result,
        rows=rows,
        why=why,
        now=datetime.now(UTC),
    )


def _sessions() -> Any:
    return current_app.extensions["hotline"]["sessions"]

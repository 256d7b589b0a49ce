"""The audit (审计): who saw, took out, brought in or changed what. May live here: adding to it, and reading it.

`note` is the only way in. Whoever acts notes it in the transaction of the act: neither stands without the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from router.store.scope import SITE_ID
from router.store.tables.audit import AuditRow

MOST = 200


class What(StrEnum):
    """What the audit tells of."""

    NUMBER = "number"  # a whole number was seen
    EXPORT = "export"
    IMPORT = "import"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    PASSWORD = "password"  # noqa: S105  (a kind of event) — changed by its owner
    RESET = "reset"  # a password given by somebody else
    UNLOCK = "unlock"
    SECOND = "second-step"
    USERS = "users"  # accounts, roles
    TOKEN = "token"  # noqa: S105  (a kind of event)
    DEVICE = "device"
    ERASURE = "erasure"


class Result(StrEnum):
    """How it went."""

    DONE = "done"
    REFUSED = "refused"


def note(
    session: Session,
    what: What,
    *,
    who: str,
    now: datetime,
    about: str = "",
    address: str = "",
    result: Result = Result.DONE,
    rows: int | None = None,
    why: str = "",
) -> None:
    """Add a line; the caller commits it together with what it tells of."""
    session.add(
        AuditRow(
            site_id=SITE_ID,
            at=now,
            who=who,
            what=what,
            about=about,
            address=address,
            result=result,
            rows=rows,
            why=why.strip(),
        )
    )


def audited(
    session: Session,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    what: str = "",
    who: str = "",
    before: int | None = None,
    most: int = MOST,
) -> Sequence[AuditRow]:
    """Lines, newest first; `before` is the id of the last one seen."""
    wanted = select(AuditRow).where(AuditRow.site_id == SITE_ID)
    if since is not None:
        wanted = wanted.where(AuditRow.at >= since)
    if until is not None:
        wanted = wanted.where(AuditRow.at < until)
    if what:
        wanted = wanted.where(AuditRow.what == what)
    if who:
        wanted = wanted.where(AuditRow.who == who)
    if before is not None:
        wanted = wanted.where(AuditRow.id < before)
    return session.scalars(wanted.order_by(AuditRow.id.desc()).limit(most)).all()


def audited_about(session: Session, what: What, abouts: Sequence[str], *, most: int = 20) -> Sequence[AuditRow]:
    """Lines about these things, newest first."""
    wanted = (AuditRow.site_id == SITE_ID, AuditRow.what == what, AuditRow.about.in_(abouts))
    return session.scalars(select(AuditRow).where(*wanted).order_by(AuditRow.id.desc()).limit(most)).all()


def count_since(session: Session, what: What, who: str, since: datetime) -> int:
    """How often somebody did that since a moment."""
    wanted = (AuditRow.site_id == SITE_ID, AuditRow.what == what, AuditRow.who == who)
    done = (AuditRow.at >= since, AuditRow.result == Result.DONE)
    return session.scalar(select(func.count()).select_from(AuditRow).where(*wanted, *done)) or 0


def count_about(session: Session, what: What, who: str, about: str, since: datetime) -> int:
    """How often somebody did that to one thing since a moment."""
    wanted = (AuditRow.site_id == SITE_ID, AuditRow.what == what, AuditRow.who == who, AuditRow.about == about)
    return session.scalar(select(func.count()).select_from(AuditRow).where(*wanted, AuditRow.at >= since)) or 0

"""Who is signed in where. May live here: beginning sessions, looking them up, keeping and ending them.

A session is in force while its row says so, its account is open, and the account's rights are those of the sign-in;
sign-out, another password, another role, `hotline user reset` end it at once, whatever a browser still has.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from router.store.scope import SITE_ID
from router.store.tables.sessions import SessionRow
from router.store.tables.users import User

IDLE = timedelta(hours=13)  # the longest shift of an office, 12 hours, and some
LONGEST = timedelta(days=30)  # nobody stays signed in longer without their password (ASVS 3.3.2)


def digest_of(secret: str) -> str:
    """How the database knows a session; the secret is 256 bits of chance, so that a plain digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def begin_session(
    session: Session, user: User, *, now: datetime, address: str, browser: str, stays: bool = False
) -> str:
    """A new session; what its browser is to keep. The caller commits."""
    secret = secrets.token_urlsafe(32)
    session.add(
        SessionRow(
            site_id=SITE_ID,
            user=user,
            digest=digest_of(secret),
            rights=_rights(user),
            stays=stays,
            address=address,
            browser=browser,
            began_at=now,
            seen_at=now,
        )
    )
    session.flush()
    return secret


def session_in_force(session: Session, secret: str, mark: str, now: datetime) -> SessionRow | None:
    """The session of a browser that says it is signed in as the account with this mark; None where that has ended."""
    row = session.scalars(select(SessionRow).where(SessionRow.digest == digest_of(secret))).unique().one_or_none()
    if row is None or row.ended_at is not None or not row.user.active or row.user.fs_uniquifier != mark:
        return None
    if row.rights != _rights(row.user) or now - row.began_at > LONGEST:
        return None
    return None if not row.stays and now - row.seen_at > IDLE else row


def open_sessions(session: Session, username: str) -> Sequence[SessionRow]:
    """Where somebody is signed in, newest use first."""
    wanted = (User.username == username, SessionRow.ended_at.is_(None))
    rows = select(SessionRow).join(SessionRow.user).where(*wanted).order_by(SessionRow.seen_at.desc(), SessionRow.id)
    return session.scalars(rows).unique().all()


def standing_sessions(session: Session, now: datetime) -> frozenset[tuple[str, str]]:
    """Mark of the account and digest of each session that stands, as far as nobody's use is asked for."""
    wanted = (SessionRow.ended_at.is_(None), SessionRow.began_at > now - LONGEST, User.active)
    rows = session.scalars(select(SessionRow).join(SessionRow.user).where(*wanted)).unique()
    return frozenset((row.user.fs_uniquifier, row.digest) for row in rows if row.rights == _rights(row.user))


def note_use(session: Session, digests: Collection[str], now: datetime) -> None:
    """These are in use: somebody asked for a page, or a page's stream is open. The caller commits."""
    wanted = (SessionRow.site_id == SITE_ID, SessionRow.digest.in_(digests), SessionRow.ended_at.is_(None))
    session.execute(update(SessionRow).where(*wanted).values(seen_at=now))


def end_session(session: Session, secret: str, *, why: str, now: datetime) -> None:
    """End one; the caller commits."""
    wanted = (SessionRow.site_id == SITE_ID, SessionRow.digest == digest_of(secret), SessionRow.ended_at.is_(None))
    session.execute(update(SessionRow).where(*wanted).values(ended_at=now, ended_why=why))


def end_sessions(session: Session, user: User, *, why: str, now: datetime, but: str = "") -> int:
    """End all of somebody's, everywhere (`but` the one with this secret); how many. The caller commits."""
    wanted = [SessionRow.site_id == SITE_ID, SessionRow.user_id == user.id, SessionRow.ended_at.is_(None)]
    if but:
        wanted.append(SessionRow.digest != digest_of(but))
    ids = session.scalars(select(SessionRow.id).where(*wanted)).all()
    session.execute(update(SessionRow).where(SessionRow.id.in_(ids)).values(ended_at=now, ended_why=why))
    return len(ids)


def _rights(user: User) -> str:
    return "|".join([*sorted(role.name for role in user.roles), user.person or ""])

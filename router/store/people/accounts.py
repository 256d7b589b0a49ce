"""Accounts of those who sign in. May live here: looking one up, giving it another password."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from router.errors import RequestError
from router.store.people.second_step import forget
from router.store.people.sessions import end_sessions
from router.store.tables.users import User
from router.texts import _


class AccountError(RequestError):
    """An account that is not there, or that somebody else is changing."""

    id = "account"


def accounts(session: Session) -> Sequence[User]:
    """Everybody who signs in or did, by name."""
    return session.scalars(select(User).order_by(User.username)).unique().all()


def account_of(session: Session, name: str) -> User:
    """The account with this user name, however its letters are written; raises `AccountError`."""
    wanted = func.lower(User.username) == name.strip().lower()
    found = session.scalars(select(User).where(wanted)).unique().one_or_none()
    if found is None:
        raise AccountError(_("there is no user %(name)s", name=name), cure=_("hotline user list"))
    return found


def set_password(session: Session, user: User, hashed: str, *, now: datetime) -> int:
    """Give a first password that must be changed, end second step and all sessions; how many. The caller commits.

    Raises `AccountError` where somebody else gave one since `user` was read: each would be told a password, and one of
    them a wrong one.
    """
    seen, mark = user.fs_uniquifier, uuid.uuid4().hex
    wanted = update(User).where(User.id == user.id, User.fs_uniquifier == seen)
    values = {"password": hashed, "fs_uniquifier": mark, "must_change_password": True}
    done = session.execute(wanted.values(values).returning(User.id).execution_options(synchronize_session=False)).all()
    if not done:
        raise AccountError(
            _("somebody else is changing the password of %(name)s", name=user.username),
            cure=_("ask them for the new one, or do it again"),
        )
    session.refresh(user)
    forget(user)
    return end_sessions(session, user, why="reset", now=now)

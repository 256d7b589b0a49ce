"""What people were told, and what is still to be sent. May live here: reading queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from router.store.scope import SITE_ID
from router.store.tables.notices import NoticeRow, OutboxRow


def targets_due(session: Session, now: datetime) -> Sequence[str]:
    """The targets that have a message whose time has come."""
    wanted = (OutboxRow.site_id == SITE_ID, OutboxRow.next_at <= now)
    return session.scalars(select(OutboxRow.target).where(*wanted).distinct().order_by(OutboxRow.target)).all()


def message_due(session: Session, target: str, now: datetime) -> OutboxRow | None:
    """The target's oldest message whose time has come; another process may be at it: claim it."""
    wanted = (OutboxRow.site_id == SITE_ID, OutboxRow.target == target, OutboxRow.next_at <= now)
    return session.scalars(select(OutboxRow).where(*wanted).order_by(OutboxRow.id).limit(1)).one_or_none()


def notices_for(session: Session, person: str | None, *, supervises: bool, limit: int = 100) -> Sequence[NoticeRow]:
    """What somebody was told, newest first: a person's own, and for supervisors those for all of them."""
    whose = _whose(person, supervises=supervises)
    return session.scalars(select(NoticeRow).where(*whose).order_by(NoticeRow.id.desc()).limit(limit)).all()


def notices_unseen(session: Session, person: str | None, *, supervises: bool) -> int:
    """How many of those nobody has taken note of yet."""
    whose = _whose(person, supervises=supervises)
    wanted = select(func.count()).select_from(NoticeRow).where(*whose, NoticeRow.seen_at.is_(None))
    return session.scalars(wanted).one()


def _whose(person: str | None, *, supervises: bool) -> tuple[ColumnElement[bool], ...]:
    mine = NoticeRow.person == person if person else false()
    return NoticeRow.site_id == SITE_ID, or_(mine, NoticeRow.person.is_(None)) if supervises else mine


def messages_failing(session: Session) -> Sequence[OutboxRow]:
    """Messages that were tried in vain, newest first: for doctor and the page."""
    wanted = (OutboxRow.site_id == SITE_ID, OutboxRow.sent_at.is_(None), OutboxRow.tries > 0)
    return session.scalars(select(OutboxRow).where(*wanted).order_by(OutboxRow.id.desc()).limit(100)).all()


def is_told(session: Session, key: str, first: datetime, end: datetime) -> bool:
    """Whether something whose key begins so was told of that time."""
    wanted = (NoticeRow.site_id == SITE_ID, NoticeRow.key.startswith(key, autoescape=True))
    return session.scalars(select(NoticeRow.id).where(*wanted, NoticeRow.at.between(first, end))).first() is not None

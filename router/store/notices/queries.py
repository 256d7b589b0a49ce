"""What people were told, and what is still to be sent. May live here: reading queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from router.store.scope import SITE_ID
from router.store.tables.notices import NoticeRow, NoticeSeenRow, OutboxRow

SHOWN = 100


def targets_due(session: Session, now: datetime) -> Sequence[str]:
    """The targets that have a message whose time has come."""
    wanted = (OutboxRow.site_id == SITE_ID, OutboxRow.next_at <= now)
    return sorted(
        set(session.scalars(select(OutboxRow.target).where(*wanted)))
    )  # told apart here: few are due, of years


def message_due(session: Session, target: str, now: datetime) -> OutboxRow | None:
    """The target's oldest message whose time has come; another process may be at it: claim it."""
    wanted = (OutboxRow.site_id == SITE_ID, OutboxRow.target == target, OutboxRow.next_at <= now)
    return session.scalars(select(OutboxRow).where(*wanted).order_by(OutboxRow.id).limit(1)).one_or_none()


def notices_for(session: Session, person: str | None, *, supervises: bool) -> Sequence[NoticeRow]:
    """What somebody was told, the newest first: a person's own, and for supervisors those for all of them."""
    if not (person or supervises):
        return []
    newest = _newest(person, supervises=supervises)
    return session.scalars(select(NoticeRow).where(NoticeRow.id.in_(newest)).order_by(NoticeRow.id.desc())).all()


def notices_seen(session: Session, rows: Iterable[NoticeRow], username: str) -> set[int]:
    """Which of these somebody has taken note of."""
    ids = [row.id for row in rows]
    wanted = (NoticeSeenRow.username == username, NoticeSeenRow.notice_id.in_(ids))
    return set(session.scalars(select(NoticeSeenRow.notice_id).where(*wanted)))


def notices_unseen(session: Session, person: str | None, username: str, *, supervises: bool) -> int:
    """How many of what the page shows somebody has not taken note of yet."""
    if not (person or supervises):
        return 0
    newest = _newest(person, supervises=supervises)
    is_seen = select(NoticeSeenRow.notice_id).where(
        NoticeSeenRow.notice_id == NoticeRow.id, NoticeSeenRow.username == username
    )
    wanted = select(func.count()).select_from(NoticeRow).where(NoticeRow.id.in_(newest), ~is_seen.exists())
    return session.scalars(wanted).one()


def _newest(person: str | None, *, supervises: bool) -> Select[Any]:
    """The ids of the newest that are theirs, each kind of them read from its end."""
    parts = [NoticeRow.person == person] if person else []
    parts += [NoticeRow.person.is_(None)] if supervises else []
    order = NoticeRow.id.desc()
    ids = [
        select(NoticeRow.id.label("id"))
        .where(NoticeRow.site_id == SITE_ID, part)
        .order_by(order)
        .limit(SHOWN)
        .subquery()
        for part in parts
    ]
    all_ids = union_all(*(select(one.c.id) for one in ids)).subquery()
    return select(all_ids.c.id).order_by(all_ids.c.id.desc()).limit(SHOWN)


def messages_failing(session: Session) -> Sequence[OutboxRow]:
    """Messages that were tried in vain, newest first: for doctor and the page."""
    wanted = (OutboxRow.site_id == SITE_ID, OutboxRow.sent_at.is_(None), OutboxRow.tries > 0)
    return session.scalars(select(OutboxRow).where(*wanted).order_by(OutboxRow.id.desc()).limit(100)).all()


def is_told(session: Session, key: str, first: datetime, end: datetime) -> bool:
    """Whether something whose key begins so was told of that time."""
    wanted = (NoticeRow.site_id == SITE_ID, NoticeRow.key.startswith(key, autoescape=True))
    return session.scalars(select(NoticeRow.id).where(*wanted, NoticeRow.at.between(first, end))).first() is not None

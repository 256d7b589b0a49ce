"""What people and programs are told at once (B4), and the outbox by which it leaves the house.

May live here: those tables, writing and reading them. A notice is known by its key, so that looking twice at the same
event tells it once; the outbox has a row for each target, which is tried again until it is sent or given up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from router.store.base import Base, UtcDateTime
from router.store.office import SITE_ID

RETRY_AFTER = tuple(timedelta(seconds=s) for s in (10, 60, 300, 900, 3600, 3600, 7200, 14400, 28800))


class NoticeRow(Base):
    """Something that was told: to one person, or to the supervisors (`person` empty)."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("site_id", "key"), Index("ix_notice_person", "site_id", "person", "seen_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    key: Mapped[str] = mapped_column(String(120))
    what: Mapped[str] = mapped_column(String(24))
    person: Mapped[str | None] = mapped_column(String(32))
    call_id: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)  # names and masked numbers, for the sentence
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_by: Mapped[str] = mapped_column(String(80), default="")


class OutboxRow(Base):
    """One message for one target, until it is sent or given up."""

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("site_id", "target", "key"), Index("ix_outbox_next", "site_id", "next_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    target: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # `title` and `text`, or the payload of a webhook
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # none: sent, or given up
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str] = mapped_column(String(255), default="")


class NoticeMarkRow(Base):
    """How far the record has been looked through for what must be told."""

    __tablename__ = "notice_mark"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    source: Mapped[str] = mapped_column(String(24), primary_key=True)
    last_id: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell; `person` None: the supervisors."""

    key: str
    what: str
    at: datetime
    person: str | None = None
    call_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def add_notice(session: Session, notice: Notice) -> bool:
    """Put a notice on the page; False when it is there already. The caller commits."""
    wanted = (NoticeRow.site_id == SITE_ID, NoticeRow.key == notice.key)
    if session.scalars(select(NoticeRow.id).where(*wanted)).one_or_none() is not None:
        return False
    session.add(
        NoticeRow(
            site_id=SITE_ID,
            key=notice.key,
            what=notice.what,
            person=notice.person,
            call_id=notice.call_id,
            at=notice.at,
            details=dict(notice.details),
        )
    )
    session.flush()
    return True


def add_message(session: Session, target: str, key: str, body: Mapping[str, Any], now: datetime) -> None:
    """Put a message for a target into the outbox, once per key; the caller commits."""
    wanted = (OutboxRow.site_id == SITE_ID, OutboxRow.target == target, OutboxRow.key == key)
    if session.scalars(select(OutboxRow.id).where(*wanted)).one_or_none() is None:
        row = OutboxRow(site_id=SITE_ID, target=target, key=key, body=dict(body), made_at=now, next_at=now)
        session.add(row)
        session.flush()


def messages_due(session: Session, now: datetime, *, limit: int = 50) -> Sequence[OutboxRow]:
    """Messages whose time has come, oldest first."""
    wanted = (OutboxRow.site_id == SITE_ID, OutboxRow.next_at <= now)
    return session.scalars(select(OutboxRow).where(*wanted).order_by(OutboxRow.id).limit(limit)).all()


def message_tried(row: OutboxRow, now: datetime, failure: str) -> None:
    """Note how a message went: sent, to be tried again, or given up after the last time."""
    row.tries += 1
    row.failure = failure[:255]
    if not failure:
        row.sent_at, row.next_at = now, None
    else:
        row.next_at = now + RETRY_AFTER[row.tries - 1] if row.tries <= len(RETRY_AFTER) else None


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


def see_notices(rows: Iterable[NoticeRow], by: str, now: datetime) -> None:
    """Note that somebody has seen them; the caller commits."""
    for row in rows:
        if row.seen_at is None:
            row.seen_at, row.seen_by = now, by


def mark_of(session: Session, source: str, newest: int) -> NoticeMarkRow:
    """How far `source` has been looked through; one never looked at begins at `newest`: old news is not told."""
    mark = session.get(NoticeMarkRow, (SITE_ID, source))
    if mark is None:
        mark = NoticeMarkRow(site_id=SITE_ID, source=source, last_id=newest)
        session.add(mark)
        session.flush()
    return mark


def messages_failing(session: Session) -> Sequence[OutboxRow]:
    """Messages that were tried in vain, newest first: for doctor and the page."""
    wanted = (OutboxRow.site_id == SITE_ID, OutboxRow.sent_at.is_(None), OutboxRow.tries > 0)
    return session.scalars(select(OutboxRow).where(*wanted).order_by(OutboxRow.id.desc()).limit(100)).all()

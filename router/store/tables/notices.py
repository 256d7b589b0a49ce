"""What people were told, messages on their way. May live here: those tables, and how far was looked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from router.store.tables.base import Bounded, OfSite, UtcDateTime


class NoticeRow(OfSite):
    """Something that was told: to one person, or to the supervisors (`person` empty)."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("site_id", "key"),
        Index("ix_notice_person", "site_id", "person", "id"),
        Index("ix_notice_at", "site_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    key: Mapped[str] = mapped_column(Bounded(120))
    what: Mapped[str] = mapped_column(Bounded(24))
    person: Mapped[str | None] = mapped_column(Bounded(32))
    call_id: Mapped[str | None] = mapped_column(Bounded(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)  # names and masked numbers, for the sentence


class NoticeSeenRow(OfSite):
    """Somebody has taken note of a notice; what a colleague saw one has not seen oneself."""

    __tablename__ = "notice_seen"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    username: Mapped[str] = mapped_column(Bounded(255), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class OutboxRow(OfSite):
    """One message for one target, until it is sent or given up."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("site_id", "target", "key"),
        Index("ix_outbox_next", "site_id", "next_at"),
        Index("ix_outbox_sent", "site_id", "sent_at", "tries"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    target: Mapped[str] = mapped_column(Bounded(40))
    key: Mapped[str] = mapped_column(Bounded(120))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # `title` and `text`, or the payload of a webhook
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # none: sent, or given up
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str] = mapped_column(Bounded(255), default="")


class NoticeMarkRow(OfSite):
    """How far the record has been looked through for what must be told."""

    __tablename__ = "notice_mark"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    source: Mapped[str] = mapped_column(Bounded(24), primary_key=True)
    last_id: Mapped[int] = mapped_column(default=0)

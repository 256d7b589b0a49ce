"""Who is signed in where, and how often a sign-in failed. May live here: those two tables.

A session is known by a digest of what its browser has: who reads the database can sign in as nobody.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from router.store.tables.base import Bounded, OfSite, UtcDateTime
from router.store.tables.users import User


class SessionRow(OfSite):
    """One sign-in on one browser; it ends here, on the server, and stays on record."""

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_user", "site_id", "user_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(default=1)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    digest: Mapped[str] = mapped_column(Bounded(64), unique=True)
    rights: Mapped[str] = mapped_column(Bounded(255))  # roles and person at the sign-in: with other ones it ends
    stays: Mapped[bool] = mapped_column(default=False)  # also when the browser is closed, and when nobody uses it
    address: Mapped[str] = mapped_column(Bounded(64))
    browser: Mapped[str] = mapped_column(Bounded(120))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_why: Mapped[str] = mapped_column(Bounded(24), default="")

    user: Mapped[User] = relationship(lazy="joined")


class TriedRow(OfSite):
    """How often a sign-in failed of late, by a key that tells neither name nor address."""

    __tablename__ = "sign_in_tried"
    __table_args__ = (UniqueConstraint("site_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(default=1)
    key: Mapped[str] = mapped_column(Bounded(64))
    of_name: Mapped[str] = mapped_column(Bounded(64), default="", index=True)  # whose: `hotline user unlock` finds it
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)

"""Screens that show the office its board without anybody signed in (大屏, 平板). May live here: that table."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from router.store.tables.base import Bounded, OfSite, UtcDateTime

KINDS = ("wall", "tablet")
"""What a device is; also the name of its rights in the table of addresses, which no user may have."""


class DeviceRow(OfSite):
    """One device: it asked with a one-time code, somebody let it in, and may take that back. Rows stay on record."""

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(default=1)
    digest: Mapped[str] = mapped_column(Bounded(64), unique=True)  # of what its browser keeps
    code_digest: Mapped[str] = mapped_column(Bounded(64), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_from: Mapped[str] = mapped_column(Bounded(64))
    browser: Mapped[str] = mapped_column(Bounded(120))
    name: Mapped[str] = mapped_column(Bounded(40), default="")
    kind: Mapped[str] = mapped_column(Bounded(16), default="")
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[str] = mapped_column(Bounded(80), default="")
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str] = mapped_column(Bounded(80), default="")

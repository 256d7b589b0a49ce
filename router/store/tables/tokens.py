"""Tokens by which programs use the API. May live here: that table; only a digest of each is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from router.store.tables.base import Bounded, OfSite, UtcDateTime


class ApiTokenRow(OfSite):
    """A program that may use the API, and for what; a revoked one stays on record."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(Bounded(80))
    beginning: Mapped[str] = mapped_column(Bounded(24))
    digest: Mapped[str] = mapped_column(Bounded(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(Bounded(80))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

"""Call forms (来电表) with their history. May live here: those tables, written by the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from router.store.base import Base, UtcDateTime


class FormRow(Base):
    """A form as it stands; what it said before is in its revisions, and nothing of it is deleted."""

    __tablename__ = "form"
    __table_args__ = (Index("ix_form_call", "site_id", "call_id"), Index("ix_form_filed", "site_id", "filed_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    call_id: Mapped[str | None] = mapped_column(String(64))
    consultant: Mapped[str] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    slot_name: Mapped[str] = mapped_column(String(80), default="")
    asked_for: Mapped[str | None] = mapped_column(String(32))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    revisions: Mapped[list[FormRevisionRow]] = relationship(
        order_by="FormRevisionRow.revision", cascade="all, delete-orphan"
    )


class FormRevisionRow(Base):
    """What a form said at one time, and who wrote it."""

    __tablename__ = "form_revision"
    __table_args__ = (UniqueConstraint("form_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"))
    revision: Mapped[int]
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by: Mapped[str] = mapped_column(String(80))
    values: Mapped[dict[str, Any]] = mapped_column(JSON)

"""Call forms (来电表) with their history. May live here: those tables, written by `forms.changes`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from router.store.tables.base import Bounded, OfSite, UtcDateTime


class FormRow(OfSite):
    """A form as it stands; what it said before is in its revisions, and nothing of it is deleted."""

    __tablename__ = "form"
    __table_args__ = (
        Index("ix_form_call", "site_id", "call_id"),
        Index("ix_form_nth", "site_id", "call_id", "nth", unique=True),  # of two at one moment one waits to be meant
        Index("ix_form_filed", "site_id", "filed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    call_id: Mapped[str | None] = mapped_column(Bounded(64))
    nth: Mapped[int | None]  # which of its call's forms: a second one only on purpose; none without a call
    version: Mapped[int] = mapped_column(default=1)  # a correction or review says which it saw
    consultant: Mapped[str] = mapped_column(Bounded(32), index=True)
    kind: Mapped[str] = mapped_column(Bounded(16))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    slot_name: Mapped[str] = mapped_column(Bounded(80), default="")
    asked_for: Mapped[str | None] = mapped_column(Bounded(32))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    entered: Mapped[str] = mapped_column(Bounded(16), default="page")  # or `paper`, `import`

    revisions: Mapped[list[FormRevisionRow]] = relationship(
        back_populates="form", order_by="FormRevisionRow.revision", cascade="all, delete-orphan"
    )
    reviews: Mapped[list[FormReviewRow]] = relationship(order_by="FormReviewRow.id", cascade="all, delete-orphan")


class FormRevisionRow(OfSite):
    """What a form said at one time, who wrote it and why; and when the desk heard of it."""

    __tablename__ = "form_revision"
    __table_args__ = (UniqueConstraint("form_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"))
    revision: Mapped[int]
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by: Mapped[str] = mapped_column(Bounded(80))
    why: Mapped[str] = mapped_column(Bounded(255), default="")
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)  # none: the desk has still to hear of it
    refused: Mapped[str] = mapped_column(Bounded(255), default="")  # the desk's word, of a call that it does not know

    form: Mapped[FormRow] = relationship(back_populates="revisions")


class FormReviewRow(OfSite):
    """A second person's look at a form (抽查): approved, rejected, or a remark; of the revision that was looked at."""

    __tablename__ = "form_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"), index=True)
    revision: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(Bounded(80))
    verdict: Mapped[str] = mapped_column(Bounded(16))  # approved, rejected, remark
    remark: Mapped[str] = mapped_column(Bounded(1000), default="")


class FormDraftRow(OfSite):
    """What somebody has typed and not filed yet; gone once it is filed."""

    __tablename__ = "form_draft"
    __table_args__ = (UniqueConstraint("site_id", "username", "call_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    username: Mapped[str] = mapped_column(Bounded(255))
    call_id: Mapped[str] = mapped_column(Bounded(64), default="")  # empty: a form without a call
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    values: Mapped[dict[str, Any]] = mapped_column(JSON)


Index("ix_form_taken", FormRow.site_id, FormRow.taken_at)  # R24: a form has the date on which it was taken

"""What was answered to requests that may come twice. May live here: that table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from router.store.tables.base import Bounded, OfSite, UtcDateTime


class AnswerRow(OfSite):
    """A request known by its key, and how it was answered: whoever sends it again gets that, and nothing is done twice.

    `answer` is what the web needs to say it again; none while it is worked on.
    """

    __tablename__ = "answer_given"
    __table_args__ = (
        UniqueConstraint("site_id", "whose", "key"),
        Index("ix_answer_given_begun", "site_id", "begun_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    whose: Mapped[str] = mapped_column(Bounded(300))  # `user:NAME` or `token:ID`
    key: Mapped[str] = mapped_column(Bounded(255))
    digest: Mapped[str] = mapped_column(Bounded(64))  # of what was sent, under the site's secret
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

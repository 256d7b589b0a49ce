"""What the telephone system itself recorded (R23), how far each source was read, when the router was away.

May live here: those tables. Written by the readers of `telephony/records` alone, never from the router's own log: there
would be nothing to compare.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from router.store.tables.base import Bounded, OfSite, UtcDateTime


class PbxSourceRow(OfSite):
    """One source of PBX records: where reading goes on, and what the last reading said."""

    __tablename__ = "pbx_source"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(Bounded(255))  # `private`, `csv:...`, a database url without its password
    position: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # the reader's own book-mark
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the last reading that went well
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str] = mapped_column(Bounded(500), default="")  # empty after a reading that went well


class PbxRow(OfSite):
    """One row of a hotline call as the PBX wrote it; rows with the same `call_id` are one call (R24)."""

    __tablename__ = "pbx_row"
    __table_args__ = (
        UniqueConstraint("site_id", "source_id", "row_key"),
        Index("ix_pbx_row_started", "site_id", "started_at"),
        Index("ix_pbx_row_call", "site_id", "call_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("pbx_source.id"))
    row_key: Mapped[str] = mapped_column(
        Bounded(160)
    )  # tells a row from all others of its source: read twice, kept once
    call_id: Mapped[str] = mapped_column(Bounded(80), default="")  # the trunk channel's uniqueid, as in `call.uniqueid`
    direction: Mapped[str] = mapped_column(Bounded(8), default="in")  # `in` to a hotline, `out` to a customer
    number: Mapped[str] = mapped_column(Bounded(64), default="")  # E.164 of the other side; empty when withheld
    hotline: Mapped[str] = mapped_column(Bounded(32), default="")  # the hotline's number; not on every row of a call
    trunk: Mapped[str] = mapped_column(Bounded(32), default="")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str] = mapped_column(Bounded(32), default="")  # a consultant's id; of an `out` row who rang
    ended_by: Mapped[str] = mapped_column(Bounded(16), default="")  # `caller`, `consultant`, or empty: unknown (R19)


class BlindIntervalRow(OfSite):
    """A time in which the router had no link to the PBX: what came then, it did not see (the page says so)."""

    __tablename__ = "blind_interval"
    __table_args__ = (UniqueConstraint("site_id", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the last moment at which the link was seen
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # none: it was still away when that was noted

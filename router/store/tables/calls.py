"""The record of calls: the log, its trail, the turns. May live here: those tables, written by the writer alone.

An exception are calls that reconciliation recovers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from router.store.tables.base import Bounded, OfSite, UtcDateTime
from router.store.tables.customers import NumberRow

TURNED_AWAY = ("blocked", "inside")  # `missed_why` of calls that are no leads: nobody was rung, no call back is owed


class CallRow(OfSite):
    """One call to a hotline (R9-R16), as it stands after the newest event."""

    __tablename__ = "call"
    __table_args__ = (
        Index("ix_call_arrived", "site_id", "arrived_at"),
        Index("ix_call_uniqueid", "site_id", "uniqueid"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Bounded(64), primary_key=True)
    uniqueid: Mapped[str] = mapped_column(Bounded(80), default="")  # Asterisk's, for joining with its records (R24)
    systemname: Mapped[str] = mapped_column(Bounded(80), default="")
    trunk: Mapped[str] = mapped_column(Bounded(32), default="")
    hotline: Mapped[str] = mapped_column(Bounded(32), default="")
    number_id: Mapped[int | None] = mapped_column(ForeignKey("customer_number.id"), index=True)  # none: withheld
    slot_name: Mapped[str | None] = mapped_column(Bounded(80))  # none: closed (R24)
    slot_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rang_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str] = mapped_column(Bounded(80), default="")
    answerer: Mapped[str | None] = mapped_column(Bounded(32))  # who answered first
    person: Mapped[str | None] = mapped_column(Bounded(32), index=True)  # who was last on it (R16.6)
    stage: Mapped[str | None] = mapped_column(Bounded(16))  # why the answerer's phone rang
    turn: Mapped[str | None] = mapped_column(Bounded(16))  # what the answer did to the answerer's turn (R6)
    late: Mapped[bool] = mapped_column(default=False)  # the caller's three rings were over (R20)
    missed_why: Mapped[str | None] = mapped_column(Bounded(16))
    form_kind: Mapped[str | None] = mapped_column(Bounded(16))
    served_by: Mapped[str] = mapped_column(Bounded(16), default="router")  # or `fallback`
    recovered: Mapped[bool] = mapped_column(default=False)  # put in afterwards, from Asterisk's records
    marks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    number: Mapped[NumberRow | None] = relationship()

    @property
    def is_missed(self) -> bool:
        """Whether a caller was missed (R15): nobody spoke with them, and they were not turned away as no lead."""
        return self.missed_why is not None and self.missed_why not in TURNED_AWAY


class TrailRow(OfSite):
    """One step of what happened and why (R17): an input, or what the desk said of it; numbers by key."""

    __tablename__ = "trail"
    __table_args__ = (
        UniqueConstraint("site_id", "journal", "seq", "position"),
        Index("ix_trail_call", "site_id", "call_id"),
        Index("ix_trail_at", "site_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    journal: Mapped[str] = mapped_column(Bounded(32))
    seq: Mapped[int]
    position: Mapped[int]  # 0: the input itself
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    call_id: Mapped[str | None] = mapped_column(Bounded(64))
    kind: Mapped[str] = mapped_column(Bounded(32))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    rules: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    source: Mapped[str] = mapped_column(Bounded(32), default="")
    refused: Mapped[str] = mapped_column(Bounded(255), default="")


class TurnRow(OfSite):
    """One thing that happened to a person's turn (R2-R8), with the sheet it stood on."""

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("site_id", "journal", "seq", "position"),
        Index("ix_turn_at", "site_id", "at"),
        Index("ix_turn_person", "site_id", "person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    journal: Mapped[str] = mapped_column(Bounded(32))
    seq: Mapped[int]
    position: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    sheet_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a `continues` slot goes on with it (R1)
    slot_name: Mapped[str | None] = mapped_column(Bounded(80))
    group: Mapped[str] = mapped_column(Bounded(16))
    round: Mapped[int]
    person: Mapped[str] = mapped_column(Bounded(32))
    what: Mapped[str] = mapped_column(Bounded(16))  # offered, used, kept, passed, forfeited, lapsed, restored, ...
    why: Mapped[str] = mapped_column(Bounded(80), default="")
    by: Mapped[str] = mapped_column(Bounded(80), default="")  # the supervisor, and the reason given (R8)
    note: Mapped[str] = mapped_column(Bounded(255), default="")
    undoes: Mapped[int | None]  # the row of the turn that had come back and is taken away again (R8)
    call_id: Mapped[str | None] = mapped_column(Bounded(64))

"""Reconciliation on record (R22-R25): runs, findings with what became of them, display counts.

May live here: those tables. A finding is known by what it is about, so a second run finds it again and adds nothing.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from router.store.tables.base import Bounded, OfSite, UtcDateTime


class ReconcileRunRow(OfSite):
    """One run for one date: when, why, and how it ended; the newest that went well is what the page shows."""

    __tablename__ = "reconcile_run"
    __table_args__ = (Index("ix_reconcile_run_day", "site_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    day: Mapped[date] = mapped_column(Date)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(Bounded(80), default="")  # `nightly`, `backfill`, or a user
    failure: Mapped[str] = mapped_column(Bounded(500), default="")
    has_pbx: Mapped[bool] = mapped_column(default=True)  # False: no PBX records are configured for this site
    slots: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # the counts of each slot


class FindingRow(OfSite):
    """One finding (R25) and where it stands: open, asked, settled_late, confirmed, dismissed, or gone."""

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("site_id", "day", "kind", "slot", "person", "call", "form"),
        Index("ix_finding_state", "site_id", "state", "day"),
        Index("ix_finding_person", "site_id", "person", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(Bounded(24))
    slot: Mapped[str] = mapped_column(Bounded(80))
    person: Mapped[str] = mapped_column(Bounded(32), default="")
    call: Mapped[str] = mapped_column(Bounded(80), default="")
    form: Mapped[str] = mapped_column(Bounded(32), default="")
    state: Mapped[str] = mapped_column(Bounded(16), default="open")
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)  # a decision says which it saw

    acts: Mapped[list[FindingActRow]] = relationship(order_by="FindingActRow.id", cascade="all, delete-orphan")


class FindingActRow(OfSite):
    """What was done about a finding: the new state, who, when and why. Never changed, never deleted."""

    __tablename__ = "finding_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(Bounded(80))
    state: Mapped[str] = mapped_column(Bounded(16))
    reason: Mapped[str] = mapped_column(Bounded(500), default="")


class DisplayCountRow(OfSite):
    """What the phone's display counted in a slot (电话显示数, R23), typed in or imported; the newest counts."""

    __tablename__ = "display_count"
    __table_args__ = (Index("ix_display_count_day", "site_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    day: Mapped[date] = mapped_column(Date)
    slot: Mapped[str] = mapped_column(Bounded(80))
    count: Mapped[int | None]  # none: taken back
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(Bounded(80))

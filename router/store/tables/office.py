"""The office as the database keeps it: people, phones, numbers, plans, settings. May live here: those tables.

The site file seeds them (`seed`); afterwards they count. Ids of people are the file's, as in journal and trail. What is
the machine's (addresses, trunks, secrets) is in the file alone (`router.config.office`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from router.store.tables.base import Base, Bounded, OfSite, UtcDateTime


class SiteRow(Base):
    """One sales centre; every other table names it."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Bounded(80))
    zone: Mapped[str] = mapped_column(Bounded(64))
    language: Mapped[str] = mapped_column(Bounded(8))
    region: Mapped[str] = mapped_column(Bounded(8))
    area_code: Mapped[str | None] = mapped_column(Bounded(8))
    is_demo: Mapped[bool] = mapped_column(default=False)


class ConsultantRow(OfSite):
    """A consultant; one who left stays, not `active` (R16.2)."""

    __tablename__ = "consultant"
    __table_args__ = (UniqueConstraint("site_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    code: Mapped[str] = mapped_column(Bounded(32))
    name: Mapped[str] = mapped_column(Bounded(80))
    extension: Mapped[str | None] = mapped_column(Bounded(8))
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)

    phones: Mapped[list[PhoneRow]] = relationship(order_by="PhoneRow.position", cascade="all, delete-orphan")


class PhoneRow(OfSite):
    """One phone of a consultant: exactly one of account, contact, dial, mobile."""

    __tablename__ = "phone"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    consultant_id: Mapped[int] = mapped_column(ForeignKey("consultant.id"), index=True)
    position: Mapped[int]
    account: Mapped[str | None] = mapped_column(Bounded(32))
    contact: Mapped[str | None] = mapped_column(Bounded(255))
    dial: Mapped[str | None] = mapped_column(Bounded(255))
    mobile: Mapped[str | None] = mapped_column(Bounded(32))
    trunk: Mapped[str | None] = mapped_column(Bounded(32))
    confirm: Mapped[bool] = mapped_column(default=True)


class HotlineRow(OfSite):
    """An advertised number, and the medium it is advertised in."""

    __tablename__ = "hotline"
    __table_args__ = (UniqueConstraint("site_id", "trunk", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    position: Mapped[int]
    number: Mapped[str] = mapped_column(Bounded(32))
    trunk: Mapped[str] = mapped_column(Bounded(32))
    name: Mapped[str] = mapped_column(Bounded(80), default="")
    media: Mapped[str] = mapped_column(Bounded(80), default="")
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)


class PlanRow(OfSite):
    """A plan (R1): a standing one for `days` or `dates`, or one published for a `date`; the newest of a date counts."""

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    position: Mapped[int] = mapped_column(default=0)
    days: Mapped[list[str]] = mapped_column(JSON, default=list)
    dates: Mapped[list[str]] = mapped_column(JSON, default=list)
    date: Mapped[date | None] = mapped_column(index=True)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(Bounded(80), default="")

    slots: Mapped[list[SlotRow]] = relationship(order_by="SlotRow.start_minute", cascade="all, delete-orphan")


class SlotRow(OfSite):
    """A slot of a plan: minutes since midnight in the site's zone, and the order of each group."""

    __tablename__ = "slot"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    name: Mapped[str] = mapped_column(Bounded(80), default="")
    start_minute: Mapped[int]
    end_minute: Mapped[int]
    continues: Mapped[bool] = mapped_column(default=False)
    call_order: Mapped[list[str]] = mapped_column(JSON, default=list)
    reception_order: Mapped[list[str]] = mapped_column(JSON, default=list)


class SettingRow(OfSite):
    """One table of the office that has no rows of its own (`policy`, `presence` ...), as the file writes it."""

    __tablename__ = "setting"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Bounded(64), primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSON)


class SiteFileRow(OfSite):
    """What the site file said of the office when it was applied; changes are held against the newest."""

    __tablename__ = "site_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(Bounded(80))
    office: Mapped[dict[str, Any]] = mapped_column(JSON)


class SiteChangeRow(OfSite):
    """One key of the office changed: when, by whom, from where (`page`, `file`, `cli`), from what to what.

    `before` and `after` are `[value]`, or `[]` where there was none.
    """

    __tablename__ = "site_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    key: Mapped[str] = mapped_column(Bounded(120), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(Bounded(80))
    source: Mapped[str] = mapped_column(Bounded(16))
    before: Mapped[list[Any]] = mapped_column(JSON)
    after: Mapped[list[Any]] = mapped_column(JSON)

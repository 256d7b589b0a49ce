"""The office in the database, read as plain data. May live here: that, its plans, and who changed what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from router.config.form import FormTable
from router.config.model import Plan, PolicyTable, PresenceTable, Site, SlotEntry
from router.config.office import Plain, plan_key, with_office
from router.config.plan import Counting, plan_that_counts, slot_entries
from router.config.values import clock_text
from router.errors import StoreError
from router.store.scope import SITE_ID
from router.store.tables.office import (
    ConsultantRow,
    HotlineRow,
    PhoneRow,
    PlanRow,
    SettingRow,
    SiteChangeRow,
    SiteFileRow,
    SiteRow,
    SlotRow,
)
from router.store.tables.users import User
from router.texts import _

SITE_FIELDS = ("name", "zone", "language", "region", "area_code")
HOTLINE_FIELDS = ("number", "trunk", "name", "media", "aliases")
PHONE_FIELDS = ("account", "contact", "dial", "mobile", "trunk")
LOOK_BACK_DAYS = 32  # published plans that still may count: "yesterday's", over holidays (R1)


class NoSiteError(StoreError):
    """The database has no site yet."""

    id = "no-site"


def has_site(session: Session) -> bool:
    """Whether the database was seeded."""
    return session.get(SiteRow, SITE_ID) is not None


def office_in(session: Session) -> Plain:
    """The office as the database has it, in the shape of `plain_office`. Raises `NoSiteError`."""
    row = session.get(SiteRow, SITE_ID)
    if row is None:
        raise NoSiteError(
            _("the database has no site"), cure=_("start once with a site file: hotline up --config FILE")
        )
    kept = {setting.name: setting.value for setting in session.scalars(select(SettingRow))}
    return {
        "site": {name: getattr(row, name) for name in SITE_FIELDS},
        "presence": PresenceTable.model_validate(kept.get("presence", {})).model_dump(mode="json"),
        "policy": PolicyTable.model_validate(kept.get("policy", {})).model_dump(mode="json"),
        "form": FormTable.model_validate(kept.get("form", {})).model_dump(mode="json"),
        "reconcile": {"at": kept.get("reconcile", {}).get("at", "23:30")},
        "hotline": _hotlines_in(session),
        "consultant": _consultants_in(session),
        "user": _users_in(session),
        "plan": _plans_in(session),
    }


def _hotlines_in(session: Session) -> Plain:
    rows = session.scalars(select(HotlineRow).order_by(HotlineRow.position)).all()
    numbers = [row.number for row in rows]
    return {
        row.number if numbers.count(row.number) == 1 else f"{row.number}@{row.trunk}": {
            name: getattr(row, name) for name in HOTLINE_FIELDS
        }
        for row in rows
    }


def _consultants_in(session: Session) -> Plain:
    wanted = select(ConsultantRow).where(ConsultantRow.active).order_by(ConsultantRow.position, ConsultantRow.id)
    return {
        row.code: {"name": row.name, "extension": row.extension, "phones": [phone_in(phone) for phone in row.phones]}
        for row in session.scalars(wanted)
    }


def phone_in(row: PhoneRow) -> Plain:
    """A phone as the file writes it."""
    told: Plain = {name: getattr(row, name) for name in PHONE_FIELDS if getattr(row, name) is not None}
    return {**told, "confirm": row.confirm} if row.mobile else told


def _users_in(session: Session) -> Plain:
    users = session.scalars(select(User).where(User.active).order_by(User.id)).unique()
    return {
        user.username: {"name": user.name, "role": user.roles[0].name, "consultant": user.person}
        for user in users
        if user.roles
    }


def _plans_in(session: Session) -> Plain:
    return {key_of_plan(row): _plan_in(row) for row in standing_plans(session)}


def standing_plans(session: Session) -> Sequence[PlanRow]:
    """The standing plans, by place in the file."""
    return session.scalars(select(PlanRow).where(PlanRow.date.is_(None)).order_by(PlanRow.position, PlanRow.id)).all()


def _plan_in(row: PlanRow) -> Plain:
    return {"days": row.days, "dates": row.dates, "slots": [slot_entry(slot) for slot in row.slots]}


def key_of_plan(row: PlanRow) -> str:
    """What tells a standing plan from the others: its days or dates."""
    return plan_key(Plan.model_validate({"days": row.days, "dates": row.dates}))


def slot_entry(slot: SlotRow) -> Plain:
    """A slot as the file writes it."""
    return {
        "name": slot.name,
        "from": clock_text(slot.start_minute),
        "to": clock_text(slot.end_minute),
        "continues": slot.continues,
        "call": slot.call_order,
        "reception": slot.reception_order,
    }


def published_in(session: Session, today: date) -> dict[str, list[Plain]]:
    """The plans published for dates that still matter: their slots by date, of each date the newest (R1)."""
    wanted = PlanRow.date >= today - timedelta(days=LOOK_BACK_DAYS)
    rows = session.scalars(select(PlanRow).where(wanted).order_by(PlanRow.id))
    return {row.date.isoformat(): [slot_entry(slot) for slot in row.slots] for row in rows if row.date is not None}


def change_of(session: Session, key: str) -> SiteChangeRow | None:
    """The newest change on record of a key, or of the entry that it is part of."""
    names = key.split(".")
    keys = [".".join(names[:length]) for length in range(2, len(names) + 1)]
    wanted = select(SiteChangeRow).where(SiteChangeRow.site_id == SITE_ID, SiteChangeRow.key.in_(keys))
    return session.scalars(wanted.order_by(SiteChangeRow.id.desc()).limit(1)).one_or_none()


def applied_file(session: Session) -> SiteFileRow | None:
    """What the site file said when it was last applied, by whom and when."""
    wanted = select(SiteFileRow).where(SiteFileRow.site_id == SITE_ID)
    return session.scalars(wanted.order_by(SiteFileRow.id.desc()).limit(1)).one_or_none()


def site_in(session: Session, file: Site | None = None) -> Site:
    """The site as it counts: the office as the database has it, the machine as `file` says. Raises `NoSiteError`."""
    return with_office(file or Site(), office_in(session))


def published_plans(session: Session, today: date) -> dict[date, tuple[SlotEntry, ...]]:
    """The slots published for dates that still matter (R1), by date."""
    return {date.fromisoformat(day): slot_entries(slots) for day, slots in published_in(session, today).items()}


def slots_end(session: Session, day: date) -> datetime | None:
    """When the last slot of the date ends, as its plan says (R1); None without slots, or without a whole office."""
    try:
        site = site_in(session)
    except (NoSiteError, ValidationError):
        return None
    ends = [slot.end for slot in plan_of_day(session, site, day).slots if slot.end is not None]
    return datetime.fromtimestamp(max(ends) / 1000, UTC) if ends else None


def plan_of_day(session: Session, site: Site, day: date) -> Counting:
    """The plan that counts for a date (R1), and where it comes from."""
    return plan_that_counts(site, published_plans(session, day), day)

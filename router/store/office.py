"""The office in the database, read and written as plain data. May live here: that, and the record of changes.

Whoever changes the office does it inside `changing`, so that who changed what, and when, is on record; `put_office`
writes a whole one, touching only what differs. Nobody is deleted: consultants and users who left stay, not active.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from router.config.changes import ABSENT, differences
from router.config.form import FormTable
from router.config.model import Plan, PolicyTable, PresenceTable, SlotEntry
from router.config.office import Plain, plan_key
from router.config.values import clock_text
from router.errors import StoreError
from router.store.site import (
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
from router.store.users import ROLES, Role, User

SITE_ID = 1
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


# --- reading ----------------------------------------------------------------------------------------------------------


def office_in(session: Session) -> Plain:
    """The office as the database has it, in the shape of `plain_office`. Raises `NoSiteError`."""
    row = session.get(SiteRow, SITE_ID)
    if row is None:
        raise NoSiteError("the database has no site", cure="start once with a site file: hotline up --config FILE")
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
        row.code: {"name": row.name, "extension": row.extension, "phones": [_phone_in(phone) for phone in row.phones]}
        for row in session.scalars(wanted)
    }


def _phone_in(row: PhoneRow) -> Plain:
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
    return {_key(row): _plan_in(row) for row in _standing(session)}


def _standing(session: Session) -> Sequence[PlanRow]:
    return session.scalars(select(PlanRow).where(PlanRow.date.is_(None)).order_by(PlanRow.position, PlanRow.id)).all()


def _plan_in(row: PlanRow) -> Plain:
    return {"days": row.days, "dates": row.dates, "slots": [slot_entry(slot) for slot in row.slots]}


def _key(row: PlanRow) -> str:
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


# --- writing ----------------------------------------------------------------------------------------------------------


def lock_office(session: Session) -> None:
    """Let nobody else change the office until the transaction ends; what was read before is read anew."""
    session.execute(update(SiteRow).where(SiteRow.id == SITE_ID).values(name=SiteRow.name))
    session.expire_all()


@contextmanager
def changing(session: Session, *, by: str, source: str) -> Iterator[None]:
    """Change the office inside: who, when and from where (`page`, `cli`, `file`) go on record, key by key.

    Nobody else changes it meanwhile. The caller commits.
    """
    lock_office(session)
    before = office_in(session)
    yield
    session.flush()
    session.expire_all()
    now = datetime.now(UTC)
    for one in differences(office_in(session), before, None):
        session.add(
            SiteChangeRow(
                site_id=SITE_ID,
                key=one.key[:120],
                at=now,
                by=by[:80],
                source=source,
                before=[] if one.database is ABSENT else [one.database],
                after=[] if one.file is ABSENT else [one.file],
            )
        )
    session.flush()


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


def note_applied(session: Session, office: Plain, *, by: str) -> None:
    """Record what the site file says of the office: from now on its changes are held against this."""
    session.add(SiteFileRow(site_id=SITE_ID, at=datetime.now(UTC), by=by[:80], office=office))


def put_office(session: Session, office: Mapping[str, Any]) -> None:
    """Make the database's office this one, touching only what differs; the caller commits."""
    row = session.get(SiteRow, SITE_ID)
    if row is None:
        raise NoSiteError("the database has no site", cure="seed it first: hotline up --config FILE")
    for name in SITE_FIELDS:
        setattr(row, name, office["site"][name])
    for name in ("presence", "policy", "form", "reconcile"):
        session.merge(SettingRow(site_id=SITE_ID, name=name, value=office[name]))
    _put_consultants(session, office["consultant"])
    _put_hotlines(session, office["hotline"])
    _put_plans(session, office["plan"])
    put_users(session, office["user"])
    session.flush()


def _put_consultants(session: Session, wanted: Mapping[str, Plain]) -> None:
    rows = {row.code: row for row in session.scalars(select(ConsultantRow))}
    for code, row in rows.items():
        row.active = code in wanted
    for position, (code, one) in enumerate(wanted.items()):
        row = rows.get(code) or ConsultantRow(site_id=SITE_ID, code=code, active=True)
        row.name, row.extension, row.position = one["name"], one["extension"], position
        if [_phone_in(phone) for phone in row.phones] != one["phones"]:
            row.phones = [
                PhoneRow(site_id=SITE_ID, position=place, **{"confirm": True, **phone})
                for place, phone in enumerate(one["phones"])
            ]
        session.add(row)


def _put_hotlines(session: Session, wanted: Mapping[str, Plain]) -> None:
    rows = {(row.trunk, row.number): row for row in session.scalars(select(HotlineRow))}
    for position, one in enumerate(wanted.values()):
        row = rows.pop((one["trunk"], one["number"]), None) or HotlineRow(site_id=SITE_ID)
        row.position = position
        for name in HOTLINE_FIELDS:
            setattr(row, name, one[name])
        session.add(row)
    for row in rows.values():
        session.delete(row)


def _put_plans(session: Session, wanted: Mapping[str, Plain]) -> None:
    rows = {_key(row): row for row in _standing(session)}
    for position, (key, plan) in enumerate(wanted.items()):
        row = rows.pop(key, None) or PlanRow(site_id=SITE_ID)
        row.position, row.days, row.dates = position, plan["days"], plan["dates"]
        if [slot_entry(slot) for slot in row.slots] != plan["slots"]:
            row.slots = [slot_row(SlotEntry.model_validate(slot)) for slot in plan["slots"]]
        session.add(row)
    for row in rows.values():
        session.delete(row)


def slot_row(slot: SlotEntry) -> SlotRow:
    """A slot's row, for a standing or a published plan."""
    return SlotRow(
        site_id=SITE_ID,
        name=slot.name,
        start_minute=slot.start,
        end_minute=slot.end,
        continues=slot.continues,
        call_order=list(slot.call),
        reception_order=list(slot.reception),
    )


def put_users(session: Session, wanted: Mapping[str, Plain]) -> None:
    """Make the users who may sign in these; new ones have no password yet, those not among them may not sign in."""
    known = {role.name: role for role in session.scalars(select(Role)).unique()}
    roles = {name: known.get(name) or Role(name=name) for name in ROLES}
    session.add_all(roles.values())
    rows = {user.username: user for user in session.scalars(select(User)).unique()}
    for username, user in rows.items():
        user.active = username in wanted
    for username, one in wanted.items():
        user = rows.get(username) or User(
            site_id=SITE_ID,
            username=username,
            fs_uniquifier=uuid.uuid4().hex,
            active=True,
            must_change_password=True,
            roles=[],
        )
        user.name, user.person = one["name"], one["consultant"]
        if [role.name for role in user.roles[:1]] != [one["role"]]:
            user.roles = [roles[one["role"]]]
        session.add(user)

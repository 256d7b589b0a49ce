"""The office in the database, written as plain data. May live here: that, and the record of changes.

Whoever changes the office does it inside `changing`, so that who changed what, and when, is on record; `put_office`
writes a whole one, touching only what differs. Nobody is deleted: consultants and users who left stay, not active.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from router.config.changes import ABSENT, differences
from router.config.model import SlotEntry
from router.config.office import Plain
from router.store.office.queries import (
    HOTLINE_FIELDS,
    SITE_FIELDS,
    NoSiteError,
    key_of_plan,
    office_in,
    phone_in,
    slot_entry,
    standing_plans,
)
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
from router.store.tables.users import ROLES, Role, User
from router.texts import _


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
                key=one.key,
                at=now,
                by=by,
                source=source,
                before=[] if one.database is ABSENT else [one.database],
                after=[] if one.file is ABSENT else [one.file],
            )
        )
    session.flush()


def note_applied(session: Session, office: Plain, *, by: str) -> None:
    """Record what the site file says of the office: from now on its changes are held against this."""
    session.add(SiteFileRow(site_id=SITE_ID, at=datetime.now(UTC), by=by, office=office))


def put_office(session: Session, office: Mapping[str, Any]) -> None:
    """Make the database's office this one, touching only what differs; the caller commits."""
    row = session.get(SiteRow, SITE_ID)
    if row is None:
        raise NoSiteError(_("the database has no site"), cure=_("seed it first: hotline up --config FILE"))
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
        if [phone_in(phone) for phone in row.phones] != one["phones"]:
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
    rows = {key_of_plan(row): row for row in standing_plans(session)}
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

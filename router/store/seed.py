"""The site file and the database's site tables, one into the other. May live here: that translation.

The file seeds an empty database; after that the database counts, and `site_in` gives the site as it is there, in the
file's own shape, so that everything which takes a site takes either, and the two can be compared.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.config.model import Consultant, Plan, Site, SlotEntry, StoreTable
from router.errors import StoreError
from router.store.site import ConsultantRow, HotlineRow, PhoneRow, PlanRow, SettingRow, SiteRow, SlotRow, TrunkRow
from router.store.users import ROLES, Role, User

SITE_ID = 1
SETTINGS = ("web", "pbx", "presence", "policy", "reconcile", "form")  # tables of the file that have none of their own
PHONE_FIELDS = ("account", "secret", "contact", "dial", "mobile", "trunk", "confirm")


class SeedError(StoreError):
    """The database has no site, or has one already."""

    id = "seed"


def has_site(session: Session) -> bool:
    """Whether the database was seeded."""
    return session.get(SiteRow, SITE_ID) is not None


def seed(session: Session, site: Site, *, is_demo: bool = False) -> list[User]:
    """Fill an empty database from a site; the caller commits. Returns the new users, who have no password yet.

    Raises `SeedError` if there is a site already: nothing edited on a page is overwritten.
    """
    if has_site(session):
        raise SeedError("the database has a site already", cure="`hotline config diff` shows how the file differs")
    table = site.site
    session.add(
        SiteRow(
            id=SITE_ID,
            name=table.name,
            zone=table.zone,
            language=table.language,
            region=table.region,
            area_code=table.area_code,
            is_demo=is_demo,
        )
    )
    session.flush()
    session.add_all(_consultant(position, consultant) for position, consultant in enumerate(site.consultants))
    session.add_all(_trunks(site))
    session.add_all(_hotlines(site))
    session.add_all(standing_plan(position, plan) for position, plan in enumerate(site.plans))
    session.add_all(SettingRow(site_id=SITE_ID, name=name, value=_plain(getattr(site, name))) for name in SETTINGS)
    users = _users(session, site, must_change_password=not is_demo)  # made-up people have nothing to protect
    session.add_all(users)
    session.flush()
    return users


def _plain(model: Any) -> dict[str, Any]:
    """A table of the file as JSON, as written there: what is not set stays unset."""
    written: dict[str, Any] = model.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if "at" in written:
        written["at"] = clock_time(written["at"])
    return written


def _consultant(position: int, consultant: Consultant) -> ConsultantRow:
    phones = [
        PhoneRow(site_id=SITE_ID, position=place, **{name: getattr(phone, name) for name in PHONE_FIELDS})
        for place, phone in enumerate(consultant.all_phones)
    ]
    return ConsultantRow(
        site_id=SITE_ID,
        code=consultant.id,
        name=consultant.name,
        extension=consultant.extension,
        position=position,
        phones=phones,
    )


def _trunks(site: Site) -> Iterable[TrunkRow]:
    for position, trunk in enumerate(site.trunks):
        yield TrunkRow(site_id=SITE_ID, position=position, name=trunk.name, settings=_plain(trunk))


def _hotlines(site: Site) -> Iterable[HotlineRow]:
    for position, line in enumerate(site.hotlines):
        yield HotlineRow(
            site_id=SITE_ID,
            position=position,
            number=line.number,
            trunk=line.trunk,
            name=line.name,
            media=line.media,
            aliases=list(line.aliases),
        )


def standing_plan(position: int, plan: Plan) -> PlanRow:
    """A standing plan's row."""
    return PlanRow(
        site_id=SITE_ID,
        position=position,
        days=list(plan.days),
        dates=[day.isoformat() for day in plan.dates],
        slots=[slot_row(slot) for slot in plan.slots],
    )


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


def _users(session: Session, site: Site, *, must_change_password: bool) -> list[User]:
    known = {role.name: role for role in session.scalars(select(Role)).unique()}
    roles = {name: known.get(name) or Role(name=name) for name in ROLES}
    session.add_all(roles.values())
    return [
        User(
            site_id=SITE_ID,
            username=entry.username,
            name=entry.name or entry.username,
            person=entry.consultant,
            fs_uniquifier=uuid.uuid4().hex,
            active=True,
            must_change_password=must_change_password,
            roles=[roles[entry.role]],
        )
        for entry in site.users
    ]


# --- and back ------------------------------------------------------------------------------


def site_in(session: Session, store: StoreTable | None = None) -> Site:
    """The site as the database has it; `store` is the file's, which says where the database is. Raises `SeedError`."""
    row = session.get(SiteRow, SITE_ID)
    if row is None:
        raise SeedError("the database has no site", cure="start once with a site file: hotline up --config FILE")
    settings = {row.name: row.value for row in session.scalars(select(SettingRow))}
    return Site.model_validate(
        {
            **settings,
            "site": {name: getattr(row, name) for name in ("name", "zone", "language", "region", "area_code")},
            "store": (store or StoreTable()).model_dump(),
            "trunk": [trunk.settings for trunk in session.scalars(select(TrunkRow).order_by(TrunkRow.position))],
            "hotline": [
                _hotline_entry(line) for line in session.scalars(select(HotlineRow).order_by(HotlineRow.position))
            ],
            "consultant": _consultant_entries(session),
            "plan": _plan_entries(session),
            "user": _user_entries(session),
        }
    )


def _hotline_entry(line: HotlineRow) -> dict[str, Any]:
    return {name: getattr(line, name) for name in ("number", "trunk", "name", "media", "aliases")}


def _consultant_entries(session: Session) -> list[dict[str, Any]]:
    wanted = select(ConsultantRow).where(ConsultantRow.active).order_by(ConsultantRow.position)
    entries = []
    for row in session.scalars(wanted):
        phones = [{name: getattr(phone, name) for name in PHONE_FIELDS} for phone in row.phones]
        whose = {"phone": phones[0]} if len(phones) == 1 else {"phones": phones}
        entries.append({"id": row.code, "name": row.name, "extension": row.extension, **whose})
    return entries


def _plan_entries(session: Session) -> list[dict[str, Any]]:
    wanted = select(PlanRow).where(PlanRow.date.is_(None)).order_by(PlanRow.position)
    return [
        {"days": plan.days, "dates": plan.dates, "slots": [slot_entry(slot) for slot in plan.slots]}
        for plan in session.scalars(wanted)
    ]


def slot_entry(slot: SlotRow) -> dict[str, Any]:
    """A slot as the file writes it."""
    return {
        "name": slot.name,
        "from": clock_time(slot.start_minute),
        "to": clock_time(slot.end_minute),
        "continues": slot.continues,
        "call": slot.call_order,
        "reception": slot.reception_order,
    }


def clock_time(minutes: int) -> str:
    """Minutes since midnight as the file writes them.

    >>> clock_time(545)
    '09:05'
    """
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _user_entries(session: Session) -> list[dict[str, Any]]:
    users = session.scalars(select(User).where(User.active).order_by(User.id)).unique()
    return [
        {"username": user.username, "name": user.name, "role": user.roles[0].name, "consultant": user.person}
        for user in users
        if user.roles
    ]

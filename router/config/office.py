"""Whose a setting is: the machine's, which the file always says, or the office's, which the database keeps.

May live here: that division, the office as plain data (`Plain`), and a site made of a file's machine and an office.

The office's part is what people change in the day's work: names, consultants and their phones, hotline numbers, users,
standing plans, presence, policy, the call form, the hour of reconciliation. The file seeds it once; then the database
counts. The machine's part is what a technician says of this computer: addresses and ports, PBX, trunks, the database's
address, where the PBX's records are, and every secret. A phone's secret is found in the file by its account, and is in
no database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from router.config.model import DAYS, Consultant, Phone, Plan, Site, SlotEntry, UserEntry
from router.config.values import clock_text

Plain = dict[str, Any]
"""An office as JSON: `{"policy": {"rings": 3}, "consultant": {"A": {"name": …}}, …}`: table, (entry,) field, value."""

TABLES = ("site", "presence", "policy", "form", "reconcile")  # the office's tables with one value a field
ENTRIES = ("hotline", "consultant", "user", "plan")  # those with entries that have fields
MACHINE_FIELDS = frozenset({"reconcile.pbx", "reconcile.columns"})  # the machine's, though the table is the office's

ROLE_NAMES = {
    "supervisor": "销售主管",
    "manager": "销售经理",
    "secretary": "销售秘书",
    "consultant": "置业顾问",
    "administrator": "管理员",
}


def is_office(name: str) -> bool:
    """Whether the setting with this dotted name (`policy.rings`) is the office's.

    >>> [is_office(name) for name in ("policy.rings", "web.bind", "reconcile.pbx", "consultant.phone.secret")]
    [True, False, False, False]
    """
    table, _, rest = name.partition(".")
    is_machine = name.startswith(tuple(MACHINE_FIELDS)) or rest.endswith("secret")
    return table in (*TABLES, *ENTRIES) and not is_machine


def first_users(site: Site) -> tuple[UserEntry, ...]:
    """The users that the file names, or one for each role where it names none."""
    if site.users:
        return site.users
    first = site.consultants[0].id if site.consultants else None
    return tuple(
        UserEntry.model_validate(
            {"username": role, "name": name, "role": role, "consultant": first if role == "consultant" else None}
        )
        for role, name in ROLE_NAMES.items()
    )


# --- a site's office as plain data ------------------------------------------------------------------------------------


def plain_office(site: Site) -> Plain:
    """The office's part of a site, every field with the value that counts, no secrets."""
    return {
        "site": site.site.model_dump(mode="json"),
        "presence": site.presence.model_dump(mode="json"),
        "policy": site.policy.model_dump(mode="json"),
        "form": site.form.model_dump(mode="json"),
        "reconcile": {"at": clock_text(site.reconcile.at)},
        "hotline": dict(_hotlines(site)),
        "consultant": {one.id: _consultant(one) for one in site.consultants},
        "user": {one.username: _user(one) for one in site.users},
        "plan": {plan_key(plan): plain_plan(plan) for plan in site.plans},
    }


def file_office(file: Site, database: Plain) -> Plain:
    """What the file says of the office; one without `[[user]]` says nothing of users: the first start made them."""
    office = plain_office(file)
    return office if file.users else {**office, "user": database["user"]}


def _hotlines(site: Site) -> Iterator[tuple[str, Plain]]:
    count = Counter(one.number for one in site.hotlines)
    for one in site.hotlines:
        key = one.number if count[one.number] == 1 else f"{one.number}@{one.trunk}"
        yield key, one.model_dump(mode="json")


def _consultant(one: Consultant) -> Plain:
    return {"name": one.name, "extension": one.extension, "phones": [_phone(phone) for phone in one.all_phones]}


def _phone(phone: Phone) -> Plain:
    told: Plain = phone.model_dump(mode="json", exclude_none=True, exclude={"secret"})
    if phone.mobile is None:
        del told["confirm"]  # it means nothing for other phones
    return told


def _user(one: UserEntry) -> Plain:
    return {"name": one.name or one.username, "role": one.role, "consultant": one.consultant}


def plan_key(plan: Plan) -> str:
    """What a standing plan is known by: its days and dates, such as `daily` or `sat,sun`."""
    return ",".join([*sorted(plan.days, key=_day_order), *(day.isoformat() for day in sorted(plan.dates))])


def _day_order(day: str) -> int:
    return ("daily", "weekdays", "weekends", *DAYS).index(day)


def plain_plan(plan: Plan) -> Plain:
    """A standing plan as plain data."""
    return {
        "days": sorted(plan.days, key=_day_order),
        "dates": [day.isoformat() for day in sorted(plan.dates)],
        "slots": plain_slots(plan.slots),
    }


def plain_slots(slots: tuple[SlotEntry, ...]) -> list[Plain]:
    """Slots as the file writes them, in order of time."""
    return [
        {
            "name": slot.name,
            "from": clock_text(slot.start),
            "to": clock_text(slot.end),
            "continues": slot.continues,
            "call": list(slot.call),
            "reception": list(slot.reception),
        }
        for slot in sorted(slots, key=lambda slot: slot.start)
    ]


# --- and back ---------------------------------------------------------------------------------------------------------


def with_office(file: Site, office: Mapping[str, Any]) -> Site:
    """The site that counts: the machine as `file` says, the office as given; raises `ValidationError`."""
    secrets = {phone.account: phone.secret for one in file.consultants for phone in one.all_phones if phone.secret}
    read = Site.model_validate(
        {
            **{table: office[table] for table in ("site", "presence", "policy", "form")},
            "hotline": list(office["hotline"].values()),
            "consultant": [_consultant_entry(id_, one, secrets) for id_, one in office["consultant"].items()],
            "user": [{"username": name, **one} for name, one in office["user"].items()],
            "plan": list(office["plan"].values()),
            "reconcile": office["reconcile"],
        }
    )
    names = ("site", "presence", "policy", "form", "hotlines", "consultants", "users", "plans")
    changed: dict[str, Any] = {name: getattr(read, name) for name in names}
    changed["reconcile"] = file.reconcile.model_copy(update={"at": read.reconcile.at})
    return file.model_copy(update=changed)


def _consultant_entry(id_: str, one: Mapping[str, Any], secrets: Mapping[str | None, str | None]) -> Plain:
    phones = [{**phone, "secret": secrets.get(phone.get("account"))} for phone in one["phones"]]
    whose = {"phone": phones[0]} if len(phones) == 1 else {"phones": phones}
    return {"id": id_, "name": one["name"], "extension": one["extension"], **whose}

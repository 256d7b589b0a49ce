"""What must fit together in a site file. May live here: checks across tables; each gives a place, what and a cure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from router.config.model import Consultant, PbxMode, Plan, Site, SlotEntry, split_address

Place = tuple[str | int, ...]
Found = tuple[Place, str, str]


def check(site: Site) -> Iterator[Found]:
    """Everything that does not fit, each with its place in the file."""
    yield from _unique(site)
    yield from _names(site)
    for number, plan in enumerate(site.plans):
        yield from _plan(site, number, plan)
    if site.pbx.mode is PbxMode.PRIVATE:
        yield from _ports(site)
    yield from _secret_files(site)


def _unique(site: Site) -> Iterator[Found]:
    seen: dict[tuple[str, str], Place] = {}
    for what, value, place in _named_things(site):
        if (what, value) in seen:
            yield place, f"{what} {value!r} is there twice", "give each its own"
        seen[what, value] = place


def _named_things(site: Site) -> Iterator[tuple[str, str, Place]]:
    for i, trunk in enumerate(site.trunks):
        yield "trunk", trunk.name, ("trunk", i, "name")
        if trunk.account:
            yield "account", trunk.account, ("trunk", i, "account")
    for i, hotline in enumerate(site.hotlines):
        for number in (hotline.number, *hotline.aliases):
            yield "hotline number", number, ("hotline", i, "number")
    for i, consultant in enumerate(site.consultants):
        yield "consultant id", consultant.id, ("consultant", i, "id")
        if consultant.dialled:
            yield "extension", consultant.dialled, ("consultant", i, "extension" if consultant.extension else "phone")
        for phone in consultant.all_phones:
            key = "phone" if consultant.phone else "phones"
            for what in ("account", "contact", "dial", "mobile"):
                value = getattr(phone, what)
                if value:
                    yield what, value, ("consultant", i, key)
    for i, user in enumerate(site.users):
        yield "user", user.username.lower(), ("user", i, "username")


def _names(site: Site) -> Iterator[Found]:
    trunks = {trunk.name for trunk in site.trunks}
    people = {consultant.id for consultant in site.consultants}
    for i, hotline in enumerate(site.hotlines):
        if hotline.trunk not in trunks:
            yield ("hotline", i, "trunk"), f"there is no trunk {hotline.trunk!r}", _one_of(trunks)
    for i, consultant in enumerate(site.consultants):
        yield from _phone_trunks(i, consultant, trunks)
    for i, user in enumerate(site.users):
        if user.consultant is not None and user.consultant not in people:
            yield ("user", i, "consultant"), f"there is no consultant {user.consultant!r}", _one_of(people)


def _phone_trunks(index: int, consultant: Consultant, trunks: set[str]) -> Iterator[Found]:
    for phone in consultant.all_phones:
        if phone.trunk is not None and phone.trunk not in trunks:
            place = ("consultant", index, "phone" if consultant.phone else "phones")
            yield place, f"there is no trunk {phone.trunk!r}", _one_of(trunks)


def _plan(site: Site, number: int, plan: Plan) -> Iterator[Found]:
    people = {consultant.id for consultant in site.consultants}
    for i, slot in enumerate(plan.slots):
        place: Place = ("plan", number, "slots", i)
        order = (*slot.call, *slot.reception)
        for person in dict.fromkeys(order):
            if person not in people:
                yield place, f"there is no consultant {person!r}", _one_of(people)
            if order.count(person) > 1:
                yield place, f"{person!r} is named twice in {_title(slot)} (R1)", "name each person once a slot"
    for (_, a), (j, b) in combinations(enumerate(plan.slots), 2):
        if a.start < b.end and b.start < a.end:
            yield (
                ("plan", number, "slots", j),
                f"{_title(b)} overlaps {_title(a)} (R1)",
                "let one end where the other begins",
            )


def _title(slot: SlotEntry) -> str:
    span = f"{slot.start // 60:02}:{slot.start % 60:02}-{slot.end // 60:02}:{slot.end % 60:02}"
    return f"slot {slot.name!r} {span}" if slot.name else f"slot {span}"


def _one_of(names: set[str]) -> str:
    return f"name one of: {', '.join(sorted(names))}" if names else "there is none yet: add it"


def _ports(site: Site) -> Iterator[Found]:
    first, last = site.pbx.rtp_range
    _, sip = split_address(site.pbx.sip_bind)
    _, web = split_address(site.web.bind)
    if first <= sip <= last:
        yield ("pbx", "rtp_ports"), f"the voice ports include the SIP port {sip}", "move one of them"
    if web == site.pbx.ami_port:
        yield ("pbx", "ami_port"), f"pages and AMI both want port {web}", "move one of them"


def _secret_files(site: Site) -> Iterator[Found]:
    files = [(("pbx", "ami", "secret_file"), site.pbx.ami.secret_file)] if site.pbx.ami else []
    files += [
        (("trunk", i, "register"), trunk.register_with.secret_file)  # type: ignore[misc]  # places differ in length
        for i, trunk in enumerate(site.trunks)
        if trunk.register_with
    ]
    for place, path in files:
        try:
            readable_by_others = path.stat().st_mode & 0o004
        except OSError as error:
            yield place, f"{path}: {error.strerror}", "make the file with the secret alone in it"
            continue
        if readable_by_others:
            yield place, f"{path} can be read by everybody", f"chmod 600 {path}"

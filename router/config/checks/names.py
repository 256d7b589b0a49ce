"""Names: each thing has its own, and every name that is used is somebody's. May live here: these two checks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from router.config.document import Place
from router.config.model import PHONE_KINDS, Consultant, PbxMode, Phone, Site
from router.config.problems import Problem, clash, did_you_mean, found, listed, meant
from router.config.words import shown
from router.texts import _

KINDS = {
    "trunk": _("trunk"),
    "hotline": _("hotline number"),
    "consultant": _("consultant id"),
    "extension": _("extension"),
    "account": _("account (or trunk name)"),
    "contact": _("phone address"),
    "dial": _("dial string"),
    "mobile": _("mobile"),
    "target": _("target"),
    "user": _("user name"),
}

Named = tuple[str, tuple[str, ...] | str, Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Names that the file gives, be what they belong to right or wrong: a trunk with a mistake in it is there."""

    trunks: frozenset[str]
    consultants: frozenset[str]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Known:
        """The names in the file's values."""
        return cls(trunks=_texts(raw, "trunk", "name"), consultants=_texts(raw, "consultant", "id"))


def _texts(raw: Mapping[str, Any], table: str, key: str) -> frozenset[str]:
    items = raw.get(table)
    values = [item.get(key) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return frozenset(value for value in values if isinstance(value, str))


def phones_of(index: int, consultant: Consultant) -> Iterator[tuple[Place, Phone]]:
    """Each phone of a consultant with its place."""
    if consultant.phone:
        yield ("consultant", index, "phone"), consultant.phone
    for number, phone in enumerate(consultant.phones):
        yield ("consultant", index, "phones", number), phone


def check(site: Site, known: Known) -> Iterator[Problem]:
    """Names that are there twice, and trunks and consultants that are not there at all."""
    seen: dict[tuple[str, Any], Place] = {}
    told: set[Place] = set()  # a trunk's name that is there twice is an endpoint's name that is, too
    for kind, value, place in _named(site):
        first = seen.setdefault((kind, value), place)
        if first != place and place not in told:
            told.add(place)
            text = shown(value if isinstance(value, str) else value[-1])
            yield clash("twice", place, first, thing=KINDS[kind], value=text)
    yield from _unknown(site, known)


def _named(site: Site) -> Iterator[Named]:
    yield from _named_trunks(site)
    for i, hotline in enumerate(site.hotlines):
        yield "hotline", (hotline.trunk, hotline.number), ("hotline", i, "number")
        for j, alias in enumerate(hotline.aliases):
            yield "hotline", (hotline.trunk, alias), ("hotline", i, "aliases", j)
    for i, consultant in enumerate(site.consultants):
        yield "consultant", consultant.id, ("consultant", i, "id")
        yield from _named_phones(i, consultant)
    for i, user in enumerate(site.users):
        yield "user", user.username.lower(), ("user", i, "username")
    for i, told in enumerate(site.notify):
        yield "target", told.name, ("notify", i, "name")
    for i, hook in enumerate(site.webhooks):
        yield "target", hook.name, ("webhook", i, "name")


def _named_trunks(site: Site) -> Iterator[Named]:
    for i, trunk in enumerate(site.trunks):
        yield "trunk", trunk.name, ("trunk", i, "name")
        if trunk.account:
            yield "account", trunk.account, ("trunk", i, "account")
        elif site.pbx.mode is PbxMode.PRIVATE:  # its endpoint in our Asterisk has its name, like that of an account
            yield "account", trunk.name, ("trunk", i, "name")


def _named_phones(index: int, consultant: Consultant) -> Iterator[Named]:
    for place, phone in phones_of(index, consultant):
        for kind in PHONE_KINDS:
            value = getattr(phone, kind)
            if value:
                # a phone at a fixed address is known by it when it dials, whatever name it gives
                yield kind, value.rpartition("@")[2] if kind == "contact" else value, (*place, kind)
        if phone.account and phone.account == consultant.dialled and not consultant.extension:
            yield "extension", phone.account, (*place, "account")
    if consultant.extension:
        yield "extension", consultant.extension, ("consultant", index, "extension")


def _unknown(site: Site, known: Known) -> Iterator[Problem]:
    for i, hotline in enumerate(site.hotlines):
        yield from _is_known("unknown-trunk", hotline.trunk, known.trunks, ("hotline", i, "trunk"))
    for i, consultant in enumerate(site.consultants):
        for place, phone in phones_of(i, consultant):
            if phone.trunk:
                yield from _is_known("unknown-trunk", phone.trunk, known.trunks, (*place, "trunk"))
    if site.closed.duty_number:
        yield from _is_known("unknown-trunk", site.closed.duty_number[1], known.trunks, ("closed", "duty"))
    elif site.closed.duty:
        yield from is_consultant(site.closed.duty, known, ("closed", "duty"))
    for i, user in enumerate(site.users):
        if user.consultant:
            yield from is_consultant(user.consultant, known, ("user", i, "consultant"))
    for i, told in enumerate(site.notify):
        if told.consultant:
            yield from is_consultant(told.consultant, known, ("notify", i, "consultant"))


def is_consultant(person: str, known: Known, place: Place) -> Iterator[Problem]:
    """The problem that nobody has this id, if so."""
    return _is_known("unknown-consultant", person, known.consultants, place)


def _is_known(mistake: str, name: str, known: Collection[str], place: Place) -> Iterator[Problem]:
    if name in known:
        return
    near = meant(name, known)
    yield found(mistake, place, value=shown(name), hint=did_you_mean(near) if near else listed(known))

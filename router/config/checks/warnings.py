"""What is not wrong, but worth a look before the site opens. May live here: remarks; none of them refuses a site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from phonenumbers import is_emergency_number

from router.config.checks.people import slot_title
from router.config.checks.secrets import is_loopback, sip_is_local, weak_accounts
from router.config.model import DAYS, PbxMode, Site
from router.config.problems import Problem, found
from router.config.values import split_address
from router.config.words import shown
from router.texts import Listing, _

PORTS_A_CALL = 4
DAY_WORDS = dict(zip(DAYS, (_("mon"), _("tue"), _("wed"), _("thu"), _("fri"), _("sat"), _("sun")), strict=True))


def check(site: Site, file: Path) -> Iterator[Problem]:
    """Every remark on a site that could be used."""
    yield from _open_to_others(site, file)
    yield from _people(site)
    yield from _plans(site)
    yield from _ringing(site)
    if not site.hotlines:
        yield Problem(id="no-hotline", place=())
    if site.pbx.mode is PbxMode.EXISTING and site.reconcile.pbx == "private":
        yield found("no-records", ("reconcile", "pbx"), ("pbx", "mode"))


def _open_to_others(site: Site, file: Path) -> Iterator[Problem]:
    if sip_is_local(site):
        for account, place in weak_accounts(site):
            yield found("weak-secret-here", place, ("pbx", "sip_bind"), value=shown(account))
    if not site.web.tls and not is_loopback(split_address(site.web.bind)[0]):
        yield found("pages-in-the-clear", ("web", "bind"), ("web", "tls"))
    if _has_secrets(site) and file.stat().st_mode & 0o004:
        yield Problem(id="file-readable", place=(), values={"value": str(file)})


def _has_secrets(site: Site) -> bool:
    phones = (phone for consultant in site.consultants for phone in consultant.all_phones)
    secrets = (*(phone.secret for phone in phones), *(trunk.secret for trunk in site.trunks))
    return any(secrets) or "@" in site.store.url


def _people(site: Site) -> Iterator[Problem]:
    if not site.consultants:
        yield Problem(id="nobody", place=())
    for i, consultant in enumerate(site.consultants):
        if not consultant.dialled:
            rests = [("consultant", i, key) for key in ("extension", "phone", "phones")]
            yield Problem(
                id="no-extension", place=("consultant", i), values={"value": consultant.name}, about=tuple(rests)
            )
        elif is_emergency_number(consultant.dialled, site.site.region):
            place = ("consultant", i, "extension" if consultant.extension else "phone")
            yield found("emergency-extension", place, ("site", "region"), value=shown(consultant.dialled))
    for i, user in enumerate(site.users):
        if user.role == "consultant" and not user.consultant:
            place = ("user", i, "role")
            yield found("user-without-consultant", place, ("user", i, "consultant"), value=shown(user.username))


def _plans(site: Site) -> Iterator[Problem]:
    listed = {day for plan in site.plans for day in plan.days}
    open_days = [
        day for number, day in enumerate(DAYS) if not listed & {day, "daily", "weekends" if number >= 5 else "weekdays"}
    ]
    if open_days:
        days = Listing(DAY_WORDS[day] for day in open_days)
        yield Problem(id="no-plan", place=("plan",), values={"days": days}, about=(("plan",),))
    for i, plan in enumerate(site.plans):
        for j, slot in enumerate(plan.slots):
            if not slot.call and not slot.reception:
                place = ("plan", i, "slots", j)
                yield found("slot-empty", place, value=slot_title(slot))


def _ringing(site: Site) -> Iterator[Problem]:
    policy = site.policy
    rests = [("policy", key) for key in ("rings", "ring_seconds")] + [("trunk",)]
    if policy.max_ring_seconds <= policy.rings * site.ring_seconds:
        place, longest = ("policy", "max_ring_seconds"), f"{policy.max_ring_seconds:g}"
        yield found("never-open", place, *rests, value=longest, rings=policy.rings)
    for i, trunk in enumerate(site.trunks):
        if site.ring_seconds_of(trunk) != site.ring_seconds:
            yield found("cadences-differ", ("trunk", i, "country"), *rests, value=f"{site.ring_seconds:g}")
    first, last = site.pbx.rtp_range
    calls, lines = (last - first + 1) // PORTS_A_CALL, sum(trunk.lines or 0 for trunk in site.trunks)
    if calls < lines and site.pbx.mode is PbxMode.PRIVATE:
        yield found("few-voice-ports", ("pbx", "rtp_ports"), ("trunk",), calls=calls, lines=lines)

"""From the site file to a private Asterisk's settings.

May live here: that translation, and what a phone is dialled by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from router.config.model import Consultant, Hotline, Phone, Site, Trunk, split_address
from router.telephony.numbers import ways_to_write
from router.telephony.private.conf import shipped
from router.telephony.private.errors import AsteriskSettingsError
from router.telephony.private.settings import (
    SILENCE_SECONDS,
    AccountSettings,
    ContactSettings,
    PrivateSettings,
    Registration,
    TrunkSettings,
)
from router.texts import _

PRIVATE_NETWORKS: Final = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7")

TONES: Final = {
    "CN": "cn",
    "US": "us",
    "CA": "us",
    "GB": "gb",
    "HK": "gb",
    "SG": "gb",
    "DE": "de",
    "FR": "de",
    "JP": "jp",
}
"""Country -> its tones in config/asterisk/indications.conf; others: cn."""


def dial_string(consultant: Consultant, phone: Phone) -> str:
    """What Asterisk dials to ring `phone`, such as `PJSIP/101`."""
    if phone.account:
        return f"PJSIP/{phone.account}"
    if phone.contact:
        return f"PJSIP/{contact_name(consultant, phone)}"
    return phone.dial or f"PJSIP/{phone.mobile}@{phone.trunk}"


def contact_name(consultant: Consultant, phone: Phone) -> str:
    """The endpoint of a phone at a fixed address: `fixed-C`, for a second one `fixed-C-2`."""
    fixed = [one for one in consultant.all_phones if one.contact]
    number = fixed.index(phone) + 1
    return f"fixed-{consultant.id}" + (f"-{number}" if number > 1 else "")


def settings_for(site: Site, secret: Callable[[str], str], folder: Path | None = None) -> PrivateSettings:
    """The private Asterisk of `site`.

    `secret(name)` gives a lasting random secret (the data folder's); `folder` is where the site file's relative paths
    begin. Raises `AsteriskSettingsError` for what Asterisk can't be told.
    """
    host, port = split_address(site.pbx.sip_bind)
    first, last = site.pbx.rtp_range
    country = site.trunks[0].country if site.trunks else "CN"
    dialplan = shipped("dialplan")
    return PrivateSettings(
        ami_secret=secret("ami"),
        sip_host=host,
        sip_port=port,
        rtp_first=first,
        rtp_last=last,
        ami_port=site.pbx.ami_port,
        language=site.site.language,
        tones=TONES.get(country, "cn"),
        trunks=tuple(_trunk(trunk, site, folder or Path.cwd(), secret) for trunk in site.trunks),
        accounts=tuple(_accounts(site, secret)),
        contacts=tuple(_contacts(site)),
        extensions=tuple(_extensions(site)),
        permit=_permitted(site, host),
        dialplan=dialplan if dialplan.exists() else None,
    )


def _trunk(trunk: Trunk, site: Site, folder: Path, secret: Callable[[str], str]) -> TrunkSettings:
    table = trunk.register_with
    registration = None
    if table:
        try:
            word = (folder / table.secret_file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise AsteriskSettingsError(
                _(
                    "the secret of trunk %(name)s can't be read: %(secret_file)s: %(why)s",
                    name=trunk.name,
                    secret_file=table.secret_file,
                    why=error.strerror,
                ),
                cure=_("write the carrier's password into that file, readable by us alone"),
            ) from error
        registration = Registration(server=table.server, username=table.username, secret=word)
    # an account's other side may call every number of ours: it stands for any carrier (a demonstration's caller)
    ours = [hotline for hotline in site.hotlines if hotline.trunk == trunk.name or trunk.account]
    return TrunkSettings(
        name=trunk.name,
        match=trunk.match,
        registration=registration,
        numbers=tuple(_numbers(ours, site)),
        country=trunk.country,
        outgoing=trunk.outgoing,
        international=trunk.international,
        daily_calls=trunk.daily_calls,
        # a caller who waits unanswered may send no voice yet
        silence_seconds=max(SILENCE_SECONDS, trunk.no_answer_seconds + 30 if trunk.answer == "never" else 0),
        account=trunk.account or "",
        secret=(trunk.secret or secret(f"sip-{trunk.account}")) if trunk.account else "",
    )


def _numbers(hotlines: list[Hotline], site: Site) -> Iterator[tuple[str, str]]:
    """Each number as it is written in the site file, then in the other ways in which carriers write it."""
    region, area = site.site.region, site.site.area_code or ""
    known = {dialled: one.number for one in reversed(hotlines) for dialled in (*reversed(one.aliases), one.number)}
    written = dict(reversed(known.items()))
    for dialled, number in list(written.items()):
        for way in ways_to_write(dialled, region=region, area_code=area):
            written.setdefault(way, number)
    yield from written.items()


def _accounts(site: Site, secret: Callable[[str], str]) -> Iterator[AccountSettings]:
    for consultant in site.consultants:
        for phone in consultant.all_phones:
            if phone.account:
                yield AccountSettings(
                    account=phone.account,
                    secret=phone.secret or secret(f"sip-{phone.account}"),
                    number=consultant.dialled or phone.account,
                    display=_plain(consultant.name),
                )


def _contacts(site: Site) -> Iterator[ContactSettings]:
    for consultant in site.consultants:
        for phone in consultant.all_phones:
            if phone.contact:
                yield ContactSettings(
                    name=contact_name(consultant, phone),
                    uri=phone.contact,
                    number=consultant.dialled or consultant.id,
                    display=_plain(consultant.name),
                )


def _extensions(site: Site) -> Iterator[tuple[str, tuple[str, ...]]]:
    for consultant in site.consultants:
        desk = tuple(dial_string(consultant, phone) for phone in consultant.all_phones if not phone.mobile)
        if consultant.dialled and desk:
            yield consultant.dialled, desk


def _permitted(site: Site, host: str) -> tuple[str, ...]:
    """SIP from this machine alone needs no list; else private networks and the carriers' addresses."""
    if ip_address(host).is_loopback:
        return ()
    if any(trunk.register_with and not trunk.match for trunk in site.trunks):
        return ()  # a carrier known by its name only: its addresses may change; calls need its line's secret token
    return (*PRIVATE_NETWORKS, *(one for trunk in site.trunks for one in trunk.match))


def _plain(name: str) -> str:
    """A name without what ends a line or a value in Asterisk's configuration."""
    return re.sub(r"[\x00-\x1f\x7f;]", " ", name)

"""The private Asterisk of a site: its settings made from the site file. May live here: that translation."""

from __future__ import annotations

from pathlib import Path

import router
from router.cli.settings import Place, endpoint_of_contact
from router.config.model import Consultant, Trunk, split_address
from router.telephony.private.binary import AsteriskBinary
from router.telephony.private.files import Account, CarrierTrunk, FixedPhone, PrivateSettings
from router.telephony.private.instance import PrivateAsterisk


def shipped(name: str) -> Path:
    """A folder that is shipped with us: beside the package in a checkout, inside it when installed."""
    package = Path(router.__file__).parent
    installed = package / "_data" / name
    return installed if installed.exists() else package.parent / name


def private_asterisk(place: Place, binary: AsteriskBinary) -> PrivateAsterisk:
    """The site's own Asterisk, not started yet."""
    return PrivateAsterisk(
        binary=binary, folder=place.folder.asterisk, settings=private_settings(place), dialplan=shipped("dialplan")
    )


def private_settings(place: Place) -> PrivateSettings:
    """Accounts, fixed phones, trunks and ports as Asterisk's files need them."""
    site, folder = place.site, place.folder
    host, port = split_address(site.pbx.sip_bind)
    first, last = site.pbx.rtp_range
    accounts = [account for consultant in site.consultants for account in _accounts(place, consultant)]
    accounts += [
        Account(name=t.account, secret=t.secret or folder.secret(f"sip-{t.account}"), context="hotline-in")
        for t in site.trunks
        if t.account
    ]
    return PrivateSettings(
        sip_host=host,
        sip_port=port,
        rtp_first=first,
        rtp_last=last,
        ami_port=site.pbx.ami_port,
        ami_secret=folder.secret("ami"),
        key=folder.secret("dialplan"),
        accounts=tuple(accounts),
        fixed=tuple(phone for consultant in site.consultants for phone in _fixed(consultant)),
        trunks=tuple(_trunk(trunk) for trunk in site.trunks if not trunk.account),
        country=site.trunks[0].country.lower() if site.trunks and site.trunks[0].country in ("CN", "US") else "cn",
    )


def _accounts(place: Place, consultant: Consultant) -> list[Account]:
    return [
        Account(
            name=phone.account,
            secret=phone.secret or place.folder.secret(f"sip-{phone.account}"),
            shown=consultant.name,
        )
        for phone in consultant.all_phones
        if phone.account
    ]


def _fixed(consultant: Consultant) -> list[FixedPhone]:
    return [
        FixedPhone(
            name=endpoint_of_contact(consultant.id, number),
            contact=phone.contact,
            extension=consultant.dialled or "",
            shown=consultant.name,
        )
        for number, phone in enumerate(consultant.all_phones)
        if phone.contact
    ]


def _trunk(trunk: Trunk) -> CarrierTrunk:
    register = trunk.register_with
    return CarrierTrunk(
        name=trunk.name,
        match=trunk.match,
        server=register.server if register else "",
        username=register.username if register else "",
        secret=register.secret_file.read_text(encoding="utf-8").strip() if register else "",
    )

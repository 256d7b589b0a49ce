"""The telephone system: trunks, phones and ports that can work together. May live here: checks of these, no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from itertools import combinations

from router.config.cadence import RING_SECONDS
from router.config.checks.names import phones_of
from router.config.document import Place
from router.config.model import PbxMode, Phone, Site, Trunk
from router.config.problems import Problem, clash, found
from router.config.values import split_address
from router.config.words import shown

RESERVED = "fixed-"  # names of endpoints for phones at fixed addresses
AMI_HOST = "127.0.0.1"


def check(site: Site) -> Iterator[Problem]:
    """What Asterisk could not be made to do."""
    private = site.pbx.mode is PbxMode.PRIVATE
    for i, trunk in enumerate(site.trunks):
        if trunk.country not in RING_SECONDS and site.policy.ring_seconds is None:
            yield found("no-cadence", ("trunk", i, "country"), ("policy", "ring_seconds"), value=shown(trunk.country))
        if private:
            yield from _trunk(i, trunk)
    for i, consultant in enumerate(site.consultants):
        for place, phone in phones_of(i, consultant):
            yield from _phone(site, phone, place)
    if private:
        yield from _trunks_overlap(site)
        yield from _ports(site)


def _trunk(index: int, trunk: Trunk) -> Iterator[Problem]:
    place: Place = ("trunk", index)
    match, register, account = (*place, "match"), (*place, "register"), (*place, "account")
    if not trunk.match and not trunk.register_with and not trunk.account:
        yield Problem(id="trunk-without-source", place=place, about=(match, register, account))
    if trunk.account and trunk.match:
        yield found("account-trunk", match, account, key="match")
    if trunk.account and trunk.register_with:
        yield found("account-trunk", register, account, key="register")
    if trunk.outgoing and not trunk.target and not trunk.account:
        yield found("trunk-without-target", (*place, "outgoing"), match, register, account, value=shown(trunk.name))
    name, key = (trunk.account, "account") if trunk.account else (trunk.name, "name")
    if name.startswith(RESERVED):
        yield found("reserved-name", (*place, key), value=shown(name))


def _phone(site: Site, phone: Phone, place: Place) -> Iterator[Problem]:
    mode = ("pbx", "mode")
    if site.pbx.mode is PbxMode.EXISTING:
        if phone.contact:
            yield found("needs-private", (*place, "contact"), mode)
        return
    if phone.dial:
        yield found("needs-existing", (*place, "dial"), mode)
    if phone.account and phone.account.startswith(RESERVED):
        yield found("reserved-name", (*place, "account"), mode, value=shown(phone.account))
    if phone.contact and _is_ours(site, phone.contact.rpartition("@")[2]):
        yield found("contact-is-us", (*place, "contact"), ("pbx", "sip_bind"), value=phone.contact)
    if phone.mobile:
        yield from _mobile(site, phone, place)


def _mobile(site: Site, phone: Phone, place: Place) -> Iterator[Problem]:
    for i, trunk in enumerate(site.trunks):
        if trunk.name == phone.trunk and not trunk.target and not trunk.account:
            rests = [("trunk", i, key) for key in ("name", "match", "register", "account")]
            yield found("trunk-without-target", (*place, "trunk"), *rests, value=shown(trunk.name))


def _is_ours(site: Site, address: str) -> bool:
    host, port = split_address(address)
    ours, our_port = split_address(site.pbx.sip_bind)
    return port == our_port and (host == ours or (_is_any(ours) and ip_address(host).is_loopback))


def _is_any(host: str) -> bool:
    return ip_address(host).is_unspecified


def _trunks_overlap(site: Site) -> Iterator[Problem]:
    addresses = [
        (trunk, network, ("trunk", i, "match", j))
        for i, trunk in enumerate(site.trunks)
        for j, network in enumerate(trunk.match)
    ]
    for (a, one, there), (b, two, here) in combinations(addresses, 2):
        nets = ip_network(one, strict=False), ip_network(two, strict=False)
        if a is not b and nets[0].version == nets[1].version and nets[0].overlaps(nets[1]):
            yield clash("trunks-overlap", here, there, value=two, owner=shown(a.name))


def _ports(site: Site) -> Iterator[Problem]:
    first, last = site.pbx.rtp_range
    _, sip = split_address(site.pbx.sip_bind)
    host, web = split_address(site.web.bind)
    if first <= sip <= last:
        yield found("port-clash", ("pbx", "rtp_ports"), ("pbx", "sip_bind"), port=sip, user="[pbx] sip_bind")
    if web == site.pbx.ami_port and (_is_any(host) or host == AMI_HOST):
        yield found("port-clash", ("pbx", "ami_port"), ("web", "bind"), port=web, user="[web] bind")

"""`hotline up --lan`: this machine on the local network. May live here: its address, a site moved there, a QR code.

Networks other than private ones are never opened by it: SIP is taken from `PRIVATE_NETWORKS` alone (the private
Asterisk's access list), and the manager interface stays on loopback.
"""

from __future__ import annotations

import fcntl
import io
import socket
import struct
from ipaddress import ip_address, ip_network
from typing import Final

import segno

from router.config.model import Site, split_address
from router.errors import ConfigurationError
from router.telephony.private.from_site import PRIVATE_NETWORKS
from router.texts import Listing, _

SIOCGIFADDR: Final = 0x8915


class NoLanError(ConfigurationError):
    """This machine has no address on a private network."""

    id = "no-lan"


def own_address(wanted: str | None = None) -> str:
    """This machine's address on the local network: the one asked for, else the one that calls out go by.

    Raises `NoLanError` with the cure where there is none, or several that are equally good.
    """
    here = _addresses()
    if wanted:
        if wanted not in here:
            raise NoLanError(
                _("this machine does not have the address %(wanted)s", wanted=wanted),
                cure=_("it has %(these)s", these=Listing(here)),
            )
        return wanted
    private = [one for one in here if _is_private(one)]
    if not private:
        raise NoLanError(
            _("this machine has no address on a private network (it has %(these)s)", these=", ".join(here) or "none"),
            cure=_("connect it, or name an address with --address; a public address is never chosen"),
        )
    out = _address_out()
    if len(private) > 1 and out not in private:
        raise NoLanError(
            _("this machine has several addresses: %(these)s", these=Listing(private)), cure=_("choose with --address")
        )
    return out if out in private else private[0]


def _is_private(address: str) -> bool:
    one = ip_address(address)
    return not one.is_loopback and any(
        one in network for network in map(ip_network, PRIVATE_NETWORKS) if network.version == one.version
    )


def _addresses() -> list[str]:
    """The IPv4 address of each network interface."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(probe.fileno(), SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue  # an interface without one
            found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _address_out() -> str:
    """The address that packets to the world leave by; none is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def moved_to_lan(site: Site) -> Site:
    """The site as colleagues reach it: pages by TLS and SIP on every address, the ports as they are."""
    web = site.web.model_copy(update={"bind": f"0.0.0.0:{split_address(site.web.bind)[1]}", "tls": True})
    pbx = site.pbx.model_copy(update={"sip_bind": f"0.0.0.0:{split_address(site.pbx.sip_bind)[1]}"})
    return site.model_copy(update={"web": web, "pbx": pbx})


def qr_code(text: str) -> str:
    """The text as a QR code for a terminal."""
    out = io.StringIO()
    segno.make(text, error="m").terminal(out, border=2, compact=True)
    return out.getvalue()

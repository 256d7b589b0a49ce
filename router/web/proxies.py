"""Where a request really comes from. May live here: believing the proxies that the site file names, and nobody else.

Anybody can write `X-Forwarded-For`. It counts from a proxy of ours alone, read from its end: the last address in it
that is no proxy of ours is the browser, what stands before it is what the browser itself claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from flask import Flask

Environment = dict[str, Any]
Network = IPv4Network | IPv6Network


def believe_proxies(app: Flask, proxies: Sequence[str]) -> None:
    """Take the browser's address and scheme from these proxies."""
    if not proxies:
        return
    ours = [ip_network(one, strict=False) for one in proxies]
    inner: Callable[[Environment, Any], Iterable[bytes]] = app.wsgi_app

    def outer(environment: Environment, start: Any) -> Iterable[bytes]:
        if _is_in(environment.get("REMOTE_ADDR", ""), ours):
            environment["REMOTE_ADDR"] = sender(environment, ours)
            if environment.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower() == "https":
                environment["wsgi.url_scheme"] = "https"
        return inner(environment, start)

    app.wsgi_app = outer  # type: ignore[assignment, method-assign]  # Flask's documented way to put something before it


def sender(environment: Environment, ours: Sequence[Network]) -> str:
    """The last forwarded address that is no proxy of ours; the proxy's own where there is none."""
    last = str(environment["REMOTE_ADDR"])
    for text in reversed(environment.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        known = _address(text)
        if known is None:
            return last
        last = known
        if not _is_in(known, ours):
            return last
    return last


def _address(text: str) -> str | None:
    """An address as proxies write it: with a port, in brackets."""
    text = text.strip().strip('"')
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    host = host.partition(":")[0] if host.count(":") == 1 else host
    try:
        known = ip_address(host)
    except ValueError:
        return None
    return str(known.ipv4_mapped if isinstance(known, IPv6Address) and known.ipv4_mapped else known)


def _is_in(text: str, ours: Sequence[Network]) -> bool:
    known = _address(text)
    return known is not None and any(ip_address(known) in network for network in ours)

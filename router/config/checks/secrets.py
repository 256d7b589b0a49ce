"""Secrets: files that only we can read, links that nobody can listen to, words that nobody guesses.

May live here: these checks. They look at the secret files on disk, and keep nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from router.config.checks.names import phones_of
from router.config.document import Place
from router.config.model import Site
from router.config.problems import Problem, found
from router.config.values import split_address
from router.config.words import shown

STRONG_CHARACTERS = 8
STRONG_DIGITS = 12
PLACEHOLDERS = ("change", "password", "secret", "make-your-own", "qwerty")


def check(site: Site) -> Iterator[Problem]:
    """Secret files, the link to an existing Asterisk, and weak secrets where others can try them."""
    for place, path in _files(site):
        yield from _file(path, place)
    ami = site.pbx.ami
    if ami and not ami.tls and not is_loopback(ami.host):
        yield found("ami-in-the-clear", ("pbx", "ami", "host"), ("pbx", "ami", "tls"), value=ami.host)
    if not sip_is_local(site):
        for account, place in weak_accounts(site):
            yield found("weak-secret", place, ("pbx", "sip_bind"), value=shown(account))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, and nobody else can listen."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def sip_is_local(site: Site) -> bool:
    """Whether SIP is taken from this machine alone."""
    return is_loopback(split_address(site.pbx.sip_bind)[0])


def weak_accounts(site: Site) -> Iterator[tuple[str, Place]]:
    """Accounts whose secret is guessed soon, with its place."""
    for i, trunk in enumerate(site.trunks):
        if trunk.account and trunk.secret and is_weak(trunk.secret, trunk.account):
            yield trunk.account, ("trunk", i, "secret")
    for i, consultant in enumerate(site.consultants):
        for place, phone in phones_of(i, consultant):
            if phone.account and phone.secret and is_weak(phone.secret, phone.account):
                yield phone.account, (*place, "secret")


def is_weak(secret: str, account: str) -> bool:
    """Whether those who try accounts at random would guess the secret: short, numbers only, or as in an example."""
    text = secret.lower()
    return (
        len(text) < STRONG_CHARACTERS
        or (text.isdigit() and len(text) < STRONG_DIGITS)
        or text.strip("0123456789-_.!") in (*PLACEHOLDERS, "change-me", "changeme", account.lower(), "")
        or text.startswith(PLACEHOLDERS)
    )


def _files(site: Site) -> Iterator[tuple[Place, Path]]:
    if site.pbx.ami:
        yield ("pbx", "ami", "secret_file"), site.pbx.ami.secret_file
    for i, trunk in enumerate(site.trunks):
        if trunk.register_with:
            yield ("trunk", i, "register", "secret_file"), trunk.register_with.secret_file
    for i, target in enumerate(site.notify):
        yield ("notify", i, "url_file"), target.url_file
    for i, hook in enumerate(site.webhooks):
        yield ("webhook", i, "secret_file"), hook.secret_file


def _file(path: Path, place: Place) -> Iterator[Problem]:
    try:
        text = path.read_bytes().strip()
        mode = path.stat().st_mode
    except OSError as error:
        yield found("secret-missing", place, value=str(path), reason=error.strerror or str(error))
        return
    if not text:
        yield found("secret-empty", place, value=str(path))
    if mode & 0o004:
        yield found("secret-readable", place, value=str(path))

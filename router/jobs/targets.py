"""Where notices go: chat robots, mail and whatever else apprise knows, and signed webhooks. May live here: sending.

Sending blocks and may fail in any way; it happens in the outbox's threads alone, and every failure is a text.
"""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import apprise
import requests
from standardwebhooks.webhooks import Webhook

from router.jobs.robots import answers_of, refusal_in
from router.store.notices.changes import Notice

TIME_OUT_SECONDS = (4.0, 10.0)  # to connect, to answer


class Target(Protocol):
    """Somewhere to send to."""

    @property
    def name(self) -> str:
        """Its name in the site file."""

    def wants_notice(self, what: str, person: str | None) -> bool:
        """Whether a notice for this person (None: the supervisors) goes here."""

    def wants_event(self, event: str) -> bool:
        """Whether this event for programs goes here."""

    def said(self, notice: Notice) -> dict[str, Any]:
        """The message of a notice."""

    def send(self, key: str, body: Mapping[str, Any]) -> str:
        """Send it; "" when it went well, else why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseTarget:
    """A chat robot, a mailbox ...: an address as apprise writes it, for one person or for the supervisors."""

    name: str
    url: str
    what: frozenset[str]
    person: str | None
    words: Callable[[Notice], tuple[str, str]]  # title and text in the site's language

    def wants_notice(self, what: str, person: str | None) -> bool:
        """A person's target gets that person's notices, the others those for the supervisors."""
        return what in self.what and person == self.person

    def wants_event(self, event: str) -> bool:  # noqa: ARG002  (the port's signature)
        """Never: events are for programs."""
        return False

    def said(self, notice: Notice) -> dict[str, Any]:
        """Title and text."""
        title, text = self.words(notice)
        return {"title": title, "text": text}

    def send(self, key: str, body: Mapping[str, Any]) -> str:  # noqa: ARG002  (chat robots know no keys)
        """Send it by apprise, which tells no reason, and takes a robot's refusal with HTTP 200 for success."""
        robot = apprise.Apprise()
        if not robot.add(self.url):
            return "apprise does not understand this address"
        with answers_of(robot) as answers:
            # each by itself, in this thread: `Apprise.notify` sends from threads of its own, where nobody listens
            sent = [one.notify(title=str(body["title"]), body=str(body["text"])) for one in robot]
        refused = next((why for answer in answers if (why := refusal_in(answer))), "")
        return refused or ("" if all(sent) else "the target refused it or did not answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class HookTarget:
    """A program's address, called with a signed POST (standardwebhooks.com)."""

    name: str
    url: str
    secret: str
    events: frozenset[str]
    allow_private: bool = False

    def wants_notice(self, what: str, person: str | None) -> bool:  # noqa: ARG002  (the port's signature)
        """Never: notices are for people."""
        return False

    def wants_event(self, event: str) -> bool:
        """Those it was set up for."""
        return event in self.events

    def said(self, notice: Notice) -> dict[str, Any]:  # noqa: ARG002  (the port's signature)
        """Nothing: see `wants_notice`."""
        return {}

    def send(self, key: str, body: Mapping[str, Any]) -> str:
        """POST it; the same key is the same `webhook-id`, so that a message sent twice can be told."""
        if not self.allow_private and _is_private(self.url):
            return "the address is a private one: set allow_private if that is meant"
        data = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(key, now, data),
        }
        try:
            answer = requests.post(
                self.url, data=data.encode(), headers=headers, timeout=TIME_OUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            return type(error).__name__
        return "" if 200 <= answer.status_code < 300 else f"HTTP {answer.status_code}"


def _is_private(url: str) -> bool:
    """Whether the host is, or leads to, an address that is not public: nobody reaches our own network through us."""
    host = urlsplit(url).hostname or ""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False  # then the call fails by itself
    return any(not ipaddress.ip_address(str(one).partition("%")[0]).is_global for one in found)

"""SIP messages as text (RFC 3261): parsing, building, and the parts of their headers.

May live here: bytes in, values out. No sockets, no clock, no state.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import unquote

CRLF = "\r\n"
COMPACT = {
    "i": "call-id", "f": "from", "t": "to", "v": "via", "m": "contact", "c": "content-type", "l": "content-length",
    "r": "refer-to", "b": "referred-by", "o": "event", "s": "subject", "k": "supported",
}  # fmt: skip
COPIED = ("via", "from", "to", "call-id", "cseq", "record-route")
REASONS = {
    100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted", 302: "Moved Temporarily",
    404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout", 480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist", 486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here",
    491: "Request Pending", 500: "Server Internal Error", 503: "Service Unavailable", 603: "Decline",
}  # fmt: skip

Header = tuple[str, str]


class Party(NamedTuple):
    """Who is shown on a display."""

    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Message:
    """A request or a response; header names are lower case, order kept. Bytes that are no UTF-8 survive the way."""

    first: str
    headers: tuple[Header, ...] = ()
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> Message | None:
        """The message in a datagram; None for a keep-alive and for what is no SIP."""
        head, _, body = data.decode("utf-8", "surrogateescape").partition(CRLF + CRLF)
        lines = re.sub(r"\r\n[ \t]+", " ", head).split(CRLF)
        if "SIP/2.0" not in lines[0]:
            return None
        parts = (line.partition(":") for line in lines[1:])
        named = ((name.strip().lower(), value.strip()) for name, _, value in parts)
        return cls(lines[0], tuple((COMPACT.get(name, name), value) for name, value in named), body)

    def text(self) -> str:
        """What goes over the wire."""
        length = len(self.body.encode("utf-8", "surrogateescape"))
        lines = [self.first, *(f"{name}: {value}" for name, value in self.headers), f"content-length: {length}"]
        return CRLF.join(lines) + CRLF + CRLF + self.body

    def bytes(self) -> bytes:
        """The datagram."""
        return self.text().encode("utf-8", "surrogateescape")

    def get(self, name: str) -> str:
        """The first header of that name, or ''."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        """Every header of that name."""
        return [value for key, value in self.headers if key == name]

    def having(self, *headers: Header) -> Message:
        """A copy in which these headers stand in place of those of the same names (in their place), or are added."""
        fresh = dict(headers)
        kept = [(name, fresh.pop(name, value)) for name, value in self.headers]
        return replace(self, headers=(*kept, *fresh.items()))

    @property
    def status(self) -> int:
        """A response's status; 0 for a request."""
        return int(self.first.split()[1]) if self.first.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """A request's method, or that of the request a response answers."""
        return self.cseq[1] if self.status else self.first.split()[0]

    @property
    def uri(self) -> str:
        """A request's URI."""
        return self.first.split()[1]

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method."""
        number, method = self.get("cseq").split()
        return int(number), method

    @property
    def branch(self) -> str:
        """The transaction's branch."""
        return _parameter("branch", self.get("via"))


def response(
    request: Message, status: int, *, tag: str = "", headers: Sequence[Header] = (), body: str = ""
) -> Message:
    """The answer to a request; `tag` completes its To header where that has none."""
    copied = [(name, value) for name, value in request.headers if name in COPIED]
    if tag and not tag_of(request.get("to")) and status > 100:
        copied = [(name, f"{value};tag={tag}" if name == "to" else value) for name, value in copied]
    return Message(f"SIP/2.0 {status} {REASONS.get(status, 'Whatever')}", (*copied, *headers), body)


def tag_of(header: str) -> str:
    """The tag of a From or To header."""
    return _parameter("tag", header)


def uri_of(header: str) -> str:
    """The URI of a From, To or Contact header."""
    match = re.search(r"<([^>]+)>", header)
    return match[1] if match else header.split(";")[0].strip()


def party_of(header: str) -> Party:
    """Display name and number in a From, P-Asserted-Identity or Remote-Party-ID header."""
    match = re.match(r'\s*(?:"((?:\\.|[^"\\])*)"|([^<"]*?))\s*<?(?:sips?:(?:([^@;>]*)@)?|tel:([^;>]*))', header)
    if not match:
        return Party("", "")
    name = re.sub(r"\\(.)", r"\1", match[1]) if match[1] is not None else match[2].strip()
    return Party(name, unquote(match[3] or match[4] or ""))


def shown_by(message: Message) -> Party:
    """Whom a phone shows: P-Asserted-Identity before Remote-Party-ID before From."""
    names = ("p-asserted-identity", "remote-party-id", "from")
    return party_of(next((message.get(name) for name in names if message.get(name)), ""))


def quoted(name: str) -> str:
    """A display name as a quoted string."""
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def token() -> str:
    """A random token for tags, branches and call ids."""
    return secrets.token_hex(8)


def _parameter(name: str, header: str) -> str:
    match = re.search(rf";\s*{name}=([^;>,\s]+)", header)
    return match[1] if match else ""

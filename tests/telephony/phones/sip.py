"""SIP as the test phones speak it (RFC 3261, 2617, 4566): text in, text out, no I/O."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

CRLF = "\r\n"
COMPACT = {
    "i": "call-id",
    "f": "from",
    "t": "to",
    "v": "via",
    "m": "contact",
    "c": "content-type",
    "l": "content-length",
}


@dataclass
class Message:
    """A request or a response; header names are lower case, order kept."""

    first: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> Message | None:
        """The message in a datagram; None for a keep-alive."""
        head, _, body = data.decode("utf-8", "replace").partition(CRLF + CRLF)
        lines = re.sub(r"\r\n[ \t]+", " ", head).split(CRLF)
        if not lines[0].strip():
            return None
        headers = []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            headers.append((COMPACT.get(name, name), value.strip()))
        return cls(lines[0], headers, body)

    def bytes(self) -> bytes:
        """The datagram."""
        body = self.body.encode()
        lines = [self.first, *(f"{name}: {value}" for name, value in self.headers), f"content-length: {len(body)}"]
        return (CRLF.join(lines) + CRLF + CRLF).encode("utf-8", "surrogateescape") + body

    def get(self, name: str) -> str:
        """The first header of that name, or ''."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        """Every header of that name."""
        return [value for key, value in self.headers if key == name]

    @property
    def status(self) -> int:
        """A response's status; 0 for a request."""
        return int(self.first.split()[1]) if self.first.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """A request's method, or that of the request a response answers."""
        return self.cseq[1] if self.status else self.first.split()[0]

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method."""
        number, method = self.get("cseq").split()
        return int(number), method

    @property
    def branch(self) -> str:
        """The transaction's branch."""
        match = re.search(r"branch=([^;,\s]+)", self.get("via"))
        return match[1] if match else ""


def tag_of(header: str) -> str:
    """The tag of a From or To header."""
    match = re.search(r";tag=([^;>\s]+)", header)
    return match[1] if match else ""


def uri_of(header: str) -> str:
    """The URI of a From, To or Contact header."""
    match = re.search(r"<([^>]+)>", header)
    return match[1] if match else header.split(";")[0].strip()


def name_and_number(header: str) -> tuple[str, str]:
    """Display name and user part of a From or P-Asserted-Identity header."""
    match = re.match(r'\s*(?:"((?:\\.|[^"\\])*)"|([^<]*?))\s*<sips?:([^@;>]*)', header)
    if not match:
        return "", ""
    name = re.sub(r"\\(.)", r"\1", match[1]) if match[1] is not None else match[2].strip()
    return name, match[3]


def token() -> str:
    """A random token for tags, branches and call ids."""
    return secrets.token_hex(8)


def digest(challenge: str, *, user: str, secret: str, method: str, uri: str) -> str:
    """The Authorization value for a challenge (RFC 2617, MD5, qop auth or none)."""
    parts = dict(re.findall(r'(\w+)="?([^",]*)"?', challenge.partition(" ")[2]))
    ha1 = _md5(f"{user}:{parts['realm']}:{secret}")
    ha2 = _md5(f"{method}:{uri}")
    answer = f'Digest username="{user}", realm="{parts["realm"]}", nonce="{parts["nonce"]}", uri="{uri}", algorithm=MD5'
    if "qop" in parts:
        cnonce = token()
        response = _md5(f"{ha1}:{parts['nonce']}:00000001:{cnonce}:auth:{ha2}")
        answer += f', qop=auth, nc=00000001, cnonce="{cnonce}"'
    else:
        response = _md5(f"{ha1}:{parts['nonce']}:{ha2}")
    answer += f', response="{response}"'
    return answer + (f', opaque="{parts["opaque"]}"' if parts.get("opaque") else "")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def sdp(host: str, port: int) -> str:
    """An offer or answer: A-law and telephone events on one port."""
    lines = [
        "v=0",
        f"o=- {port} {port} IN IP4 {host}",
        "s=phone",
        f"c=IN IP4 {host}",
        "t=0 0",
        f"m=audio {port} RTP/AVP 8 101",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        "a=sendrecv",
    ]
    return CRLF.join(lines) + CRLF


def media_of(body: str) -> tuple[str, int] | None:
    """Where the other side wants its RTP."""
    host = re.search(r"^c=IN IP4 (\S+)", body, re.MULTILINE)
    port = re.search(r"^m=audio (\d+)", body, re.MULTILINE)
    return (host[1], int(port[1])) if host and port else None


def copy_headers(message: Message, names: Sequence[str]) -> list[tuple[str, str]]:
    """The headers that a response takes over from its request."""
    return [(name, value) for name, value in message.headers if name in names]

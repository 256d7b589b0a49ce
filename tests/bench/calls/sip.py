"""As much SIP as a load generator needs: requests and answers as bytes, and reading them. May live here: text, no I/O.

No message is looked at more closely than the bench needs, so that the generator costs little beside what it measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

COPIED: Final = ("via", "from", "call-id", "cseq")
SDP: Final = (
    "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)
REASONS: Final = {180: "Ringing", 200: "OK", 487: "Request Terminated", 481: "Call/Transaction Does Not Exist"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody speaks SIP."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Message:
    """A request (`method`) or an answer (`status`); `headers` by small name, the last of a kind counts."""

    method: str
    status: int
    headers: dict[str, str]

    @property
    def call_id(self) -> str:
        """Which call it belongs to."""
        return self.headers.get("call-id", "")

    @property
    def about(self) -> str:
        """The method of the transaction."""
        return self.headers.get("cseq", "").rpartition(" ")[2]

    @property
    def caller(self) -> str:
        """The user part of From."""
        return self.headers.get("from", "").partition("sip:")[2].partition("@")[0]


def read(data: bytes) -> Message | None:
    """The message, or None for what is none."""
    head = data.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    first, *lines = head.split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    words = first.split(" ", 2)
    if len(words) < 3:
        return None
    if words[0] == "SIP/2.0":
        return Message("", int(words[1]), headers)
    return Message(words[0], 0, headers)


def uri_of(value: str) -> str:
    """The URI in a Contact."""
    return value.partition("<")[2].partition(">")[0] if "<" in value else value.partition(";")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A call that we make: all of its requests are made of this."""

    id: str
    ours: Address
    caller: str
    uri: str
    to: str

    def request(self, method: str, number: int, *, branch: str, uri: str = "", to: str = "", body: str = "") -> bytes:
        """A request in this call."""
        return text(
            f"{method} {uri or self.uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.ours};rport;branch=z9hG4bK{branch}",
            "Max-Forwards: 70",
            f"From: <sip:{self.caller}@{self.ours.host}>;tag={self.id}",
            f"To: {to or self.to}",
            f"Call-ID: {self.id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:{self.caller}@{self.ours}>",
            body=body,
        )


def answer(status: int, request: Message, ours: Address, *, tag: str, body: str = "") -> bytes:
    """An answer to a request."""
    to = request.headers["to"]
    lines = [f"{name.title()}: {request.headers[name]}" for name in COPIED]
    return text(
        f"SIP/2.0 {status} {REASONS[status]}",
        *lines,
        f"To: {to}" if ";tag=" in to else f"To: {to};tag={tag}",
        f"Contact: <sip:phone@{ours}>",
        body=body,
    )


def text(*lines: str, body: str = "") -> bytes:
    """A message of these lines."""
    kind = ("Content-Type: application/sdp",) if body else ()
    return "\r\n".join((*lines, *kind, f"Content-Length: {len(body)}", "", body)).encode()

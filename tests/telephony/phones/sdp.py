"""What phones say about their voice (RFC 4566, 3264): A-law and telephone events on one port.

May live here: text in, values out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.telephony.phones.messages import CRLF

ALAW = 8
KEYS = 101
ANSWERS = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Where the other side wants its voice, and how."""

    host: str
    port: int
    alaw: bool
    keys: int | None  # payload type of telephone events (RFC 4733); None: it takes none
    direction: str

    @property
    def listens(self) -> bool:
        """Whether it wants to hear us now."""
        return self.direction in ("sendrecv", "recvonly") and self.host != "0.0.0.0"  # noqa: S104  (an old way to hold)


def describe(host: str, port: int, *, direction: str = "sendrecv", keys: int = KEYS, version: int = 1) -> str:
    """An offer or answer; `version` must grow from one to the next of a call."""
    lines = [
        "v=0",
        f"o=- {port} {version} IN IP4 {host}",
        "s=phone",
        f"c=IN IP4 {host}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {ALAW} {keys}",
        f"a=rtpmap:{ALAW} PCMA/8000",
        f"a=rtpmap:{keys} telephone-event/8000",
        f"a=fmtp:{keys} 0-16",
        "a=ptime:20",
        f"a={direction}",
    ]
    return CRLF.join(lines) + CRLF


def media_of(body: str) -> Media | None:
    """What an offer or answer says; None where there is no voice in it."""
    host = re.search(r"^c=IN IP4 (\S+)", body, re.MULTILINE)
    audio = re.search(r"^m=audio (\d+) \S+ ([\d ]+)", body, re.MULTILINE)
    if not host or not audio:
        return None
    keys = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", body, re.MULTILINE)
    direction = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", body, re.MULTILINE)
    return Media(
        host=host[1],
        port=int(audio[1]),
        alaw=str(ALAW) in audio[2].split(),
        keys=int(keys[1]) if keys else None,
        direction=direction[1] if direction else "sendrecv",
    )

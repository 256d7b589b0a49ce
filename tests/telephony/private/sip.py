"""A SIP phone of a few lines, over one UDP socket: enough to ask a real Asterisk simple questions.

May live here: building requests, reading responses, digest answers. No voice.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

LIMIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request or response as it came."""

    first: str
    text: str

    @property
    def code(self) -> int:
        """The response's code, 0 for a request."""
        match = re.match(r"SIP/2\.0 (\d{3})", self.first)
        return int(match[1]) if match else 0

    def header(self, name: str) -> str:
        """The first value of a header, empty where there is none."""
        match = re.search(rf"^{name}\s*:\s*(.*?)\r?$", self.text, flags=re.MULTILINE | re.IGNORECASE)
        return match[1] if match else ""


class Phone:
    """One address that speaks SIP with the Asterisk at `server`."""

    def __init__(self, server: tuple[str, int], host: str = "127.0.0.1", port: int = 0) -> None:
        self.server = server
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, port))
        self.host, self.port = self.socket.getsockname()
        self.call_id, self.tag, self.number = secrets.token_hex(8), secrets.token_hex(4), 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.socket.close()

    def send(
        self, method: str, user: str, *, sender: str, headers: Mapping[str, str] | None = None, body: str = ""
    ) -> None:
        """Send a request to `user` at the server, `sender` being the text before @ in From."""
        if method not in ("ACK", "CANCEL"):
            self.number += 1
            self.branch = secrets.token_hex(6)
        to = f"{user}@" if user else ""
        lines = {
            "Via": f"SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{self.branch};rport",
            "Max-Forwards": "70",
            "From": f"{sender}@{self.host}>;tag={self.tag}"
            if "<" in sender
            else f"<sip:{sender}@{self.host}>;tag={self.tag}",
            "To": f"<sip:{to}{self.server[0]}>",
            "Call-ID": self.call_id,
            "CSeq": f"{self.number} {method}",
            "Contact": f"<sip:phone@{self.host}:{self.port}>",
            "Content-Length": str(len(body)),
            **(headers or {}),
        }
        head = f"{method} sip:{to}{self.server[0]}:{self.server[1]} SIP/2.0\r\n"
        text = head + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n" + body
        self.socket.sendto(text.encode(), self.server)

    def hears(self, *codes: int, seconds: float = LIMIT_SECONDS) -> Message:
        """The next response with one of these codes; others in between are skipped."""
        deadline, seen = time.monotonic() + seconds, []
        while (left := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                text = self.socket.recv(65535).decode()
            except TimeoutError:
                break
            message = Message(first=text.split("\r\n", 1)[0], text=text)
            if message.code in codes:
                return message
            seen.append(message.first)
        raise AssertionError(f"expected {codes}, heard {seen}")

    def registers(self, account: str, secret: str) -> Message:
        """Register with the account's password; the last answer."""
        self.send("REGISTER", "", sender=account, headers={"To": f"<sip:{account}@{self.server[0]}>", "Expires": "60"})
        challenge = self.hears(401).header("WWW-Authenticate")
        answer = digest(challenge, "REGISTER", f"sip:{self.server[0]}:{self.server[1]}", account, secret)
        self.send(
            "REGISTER",
            "",
            sender=account,
            headers={"To": f"<sip:{account}@{self.server[0]}>", "Expires": "60", "Authorization": answer},
        )
        return self.hears(200, 401, 403)

    def dials(self, number: str, sender: str) -> None:
        """Send an INVITE with an offer of A-law."""
        body = (
            f"v=0\r\no=- 1 1 IN IP4 {self.host}\r\ns=-\r\nc=IN IP4 {self.host}\r\nt=0 0\r\n"
            f"m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
        )
        self.send("INVITE", number, sender=sender, headers={"Content-Type": "application/sdp"}, body=body)

    def ends(self, answer: Message, number: str, sender: str) -> None:
        """Confirm an answer and hang up."""
        to = {"To": answer.header("To")}
        self.send("ACK", number, sender=sender, headers=to)
        self.send("BYE", number, sender=sender, headers=to)
        self.hears(200)


def digest(challenge: str, method: str, uri: str, user: str, secret: str) -> str:
    """An Authorization header that answers an MD5 challenge."""
    words = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    nonce, count = secrets.token_hex(4), "00000001"

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    first, second = md5(f"{user}:{words['realm']}:{secret}"), md5(f"{method}:{uri}")
    answer = md5(f"{first}:{words['nonce']}:{count}:{nonce}:auth:{second}")
    return (
        f'Digest username="{user}", realm="{words["realm"]}", nonce="{words["nonce"]}", uri="{uri}", '
        f'response="{answer}", cnonce="{nonce}", nc={count}, qop=auth, algorithm=MD5, '
        f'opaque="{words.get("opaque", "")}"'
    )

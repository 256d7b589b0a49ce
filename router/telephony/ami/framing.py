"""Bytes from Asterisk's manager to messages, sans I/O: fed in chunks of any size, it gives what is complete.

May live here: the decoder and what it alone can report. It never raises, never waits, never keeps more than its limits.

Theory. After one greeting line, a message is lines that end in CR LF, closed by an empty line. So the last CR LF CR LF
of what has come parts whole messages from the beginning of the next. Everything before it is split at once (fast: one
pass over the bytes, in C), only the rest is kept. UTF-8 is decoded after the cut, so no chunk border tears a character;
bytes that are no UTF-8 become U+FFFD and can't swallow a line end. A message longer than the limit is
passed over up to its empty line and reported as `Oversized`; whoever reads then decides whether to go on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from router.telephony.ami.layouts import LayoutParser
from router.telephony.ami.messages import AmiEvent, Response, Unknown

FRAME_LIMIT_BYTES: Final = 1 << 20
GREETING_LIMIT_BYTES: Final = 1024

_GREETING: Final = re.compile(r"^Asterisk\s*Call\s*Manager(?: Proxy)?/(?P<version>\d[\w.]*)", re.IGNORECASE)
_END: Final = b"\r\n\r\n"
_EMPTY: Final = (b"", b"\r\n")
_EMPTY_LINES: Final = re.compile(rb"(?:\r\n)*")


@dataclass(frozen=True, slots=True)
class Greeting:
    """The first line of an Asterisk manager, with the version of its protocol."""

    version: str


@dataclass(frozen=True, slots=True)
class NoGreeting:
    """The first line is not an Asterisk manager's; nothing after it is read."""

    text: str


@dataclass(frozen=True, slots=True)
class Oversized:
    """A message longer than the limit was passed over; what it said is lost."""

    limit_bytes: int


Message = AmiEvent | Response | Unknown | Greeting | NoGreeting | Oversized


class FrameDecoder:
    """The decoder of one connection; a new connection needs a new one."""

    def __init__(
        self, *, frame_limit_bytes: int = FRAME_LIMIT_BYTES, greeting_limit_bytes: int = GREETING_LIMIT_BYTES
    ) -> None:
        self._frame_limit = frame_limit_bytes
        self._greeting_limit = greeting_limit_bytes
        self._parse = LayoutParser().parse
        self._kept = bytearray()
        self._greeted = False
        self._deaf = False  # after a first line that is no greeting
        self._skipping = False  # inside a message that is too long

    @property
    def kept_bytes(self) -> int:
        """Bytes of the unfinished message that are held back."""
        return len(self._kept)

    def feed(self, data: bytes) -> list[Message]:
        """Take the next bytes, whatever their borders, and give the messages that they complete, in order."""
        if self._deaf:
            return []
        searched = max(0, len(self._kept) - len(_END) + 1)
        self._kept += data
        messages: list[Message] = []
        if not self._greeted:
            if not self._greet(messages):
                return messages
            searched = 0
        if self._skipping:
            if not self._skip(searched):
                return messages
            searched = 0
        self._cut(searched, messages)
        return messages

    def _greet(self, messages: list[Message]) -> bool:
        """Read the first line; whether it is there and good."""
        end = self._kept.find(b"\r\n")
        if end < 0 and len(self._kept) <= self._greeting_limit + 1:
            return False
        line = self._kept[: min(end, 200) if end >= 0 else 200].decode("utf-8", "replace")
        found = _GREETING.match(line) if 0 <= end <= self._greeting_limit else None
        if found is None:
            self._deaf = True
            self._kept.clear()
            messages.append(NoGreeting(line))
            return False
        self._greeted = True
        del self._kept[: end + 2]
        messages.append(Greeting(found["version"]))
        return True

    def _skip(self, searched: int) -> bool:
        """Drop the rest of a message that is too long; whether its end has come."""
        end = self._kept.find(_END, searched)
        if end < 0:
            del self._kept[: -len(_END) + 1]
            return False
        del self._kept[: end + len(_END)]
        self._skipping = False
        return True

    def _cut(self, searched: int, messages: list[Message]) -> None:
        """Turn all whole messages into objects and keep the beginning of the next, within the limit."""
        end = self._kept.rfind(_END, searched)
        if end >= 0:
            block = bytes(self._kept[:end])
            del self._kept[: end + len(_END)]
            if end <= self._frame_limit:
                messages += [
                    self._parse(frame.decode("utf-8", "replace")) for frame in block.split(_END) if frame not in _EMPTY
                ]
            else:
                self._sift(block, messages)
        if self._kept.startswith(b"\r\n"):  # more empty lines than one are part of no message
            del self._kept[: _EMPTY_LINES.match(self._kept).end()]  # type: ignore[union-attr]  # it matches anything
        if len(self._kept) > self._frame_limit + len(_END) - 1:  # the last bytes may be the beginning of its end
            messages.append(Oversized(self._frame_limit))
            self._skipping = True
            del self._kept[: -len(_END) + 1]

    def _sift(self, block: bytes, messages: list[Message]) -> None:
        """A block that may hold a message over the limit: look at each."""
        for frame in block.split(_END):
            length = len(frame.removeprefix(b"\r\n").removesuffix(b"\r\n"))
            if length > self._frame_limit:
                messages.append(Oversized(self._frame_limit))
            elif length:
                messages.append(self._parse(frame.decode("utf-8", "replace")))

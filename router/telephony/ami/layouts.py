"""Reading the events that come all the time faster than any message. May live here: a shortcut that changes no result.

Theory. Asterisk writes an event of one name with the same keys in the same order each time. Once such a layout has been
read the careful way, one regular expression finds all its values in one pass: a third faster (tests/bench/ami_decode.py
measures it). Whatever does not fit to the letter (other keys, one twice, a stray line, lone CR) takes the careful way.
Making an expression takes a millisecond, so each name may change its layout only a few times, and strange names can't
make many.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from router.telephony.ami.messages import AmiEvent, Response, Unknown, parse

NAMES_LIMIT: Final = 300
CHANGES_LIMIT: Final = 4
KEYS_LIMIT: Final = 100


class _Layout(NamedTuple):
    name: str
    keys: tuple[str, ...]
    match: Callable[[str], re.Match[str] | None]
    changes: int


class LayoutParser:
    """`parse` of messages.py, for one connection, with a memory of layouts."""

    def __init__(self) -> None:
        self._layouts: dict[str, _Layout] = {}

    def parse(self, text: str) -> AmiEvent | Response | Unknown:
        """One frame, without the empty line that ends it, as a message."""
        head, _, body = text.partition("\r\n")
        layout = self._layouts.get(head)
        if layout is not None:
            found = layout.match(body)
            if found is not None:
                return AmiEvent(layout.name, dict(zip(layout.keys, found.groups(), strict=True)), text)
        message = parse(text)
        if isinstance(message, AmiEvent) and message.keys and not (message.repeated or message.follows):
            self._learn(head, message, layout.changes + 1 if layout is not None else 0)
        return message

    def _learn(self, head: str, event: AmiEvent, changes: int) -> None:
        names_full = not changes and len(self._layouts) >= NAMES_LIMIT
        if changes > CHANGES_LIMIT or names_full or len(event.keys) > KEYS_LIMIT:
            return
        lines = (re.escape(key) + ": ([^\r]*)" for key in event.keys)
        match = re.compile("\r\n".join(lines)).fullmatch
        self._layouts[head] = _Layout(event.name, tuple(event.keys), match, changes)

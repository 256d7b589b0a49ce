"""When the router had its link to Asterisk: a small file, kept up to the second. May live here: writing and reading it.

What came while there was no link the router did not see; Asterisk's own records did. A line is a time with a link: its
beginning and its last beat, in ms since 1970; the last line is written over with each beat, so that a kill at any
moment leaves no more than a second unknown.
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BEAT_SECONDS: Final = 1.0
BLIND_MS: Final = 5_000
"""A shorter time without a beat is no blind interval: Asterisk waits as long for the router before it serves alone."""

_LINE = re.compile(r"(\d{13}),(\d{13})\n")
_LENGTH: Final = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time without a link; `to_ms` None: it is still away."""

    from_ms: int
    to_ms: int | None


class LinkTimes:
    """Writes the file; belongs to one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._since_ms: int | None = None

    def follow(self, over: threading.Event, is_linked: Callable[[], bool]) -> None:
        """Write a beat every second until `over`."""
        while not over.wait(BEAT_SECONDS):
            self.beat(time.time_ns() // 1_000_000, is_linked=is_linked())

    def beat(self, now_ms: int, *, is_linked: bool) -> None:
        """One look: lengthen the line at hand, or begin one."""
        if not is_linked:
            self._since_ms = None
            return
        with self._path.open("r+b" if self._path.exists() else "w+b") as file:
            end = file.seek(0, 2) // _LENGTH * _LENGTH  # whatever a full disk tore off is written over
            if self._since_ms is None:
                self._since_ms = now_ms
            else:
                end = max(0, end - _LENGTH)
            file.seek(end)
            file.write(f"{self._since_ms:013d},{now_ms:013d}\n".encode())


def gaps(path: Path, now_ms: int) -> list[Gap]:
    """The blind intervals, oldest first; none where the file is not there (the router never ran here)."""
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return []
    spans = [(int(found[1]), int(found[2])) for found in _LINE.finditer(text)]
    ends: list[tuple[int, int | None]] = [(until, since) for (_, until), (since, _) in itertools.pairwise(spans)]
    ends += [(until, None) for _, until in spans[-1:]]
    return [Gap(from_ms=a, to_ms=b) for a, b in ends if (now_ms if b is None else b) - a > BLIND_MS]

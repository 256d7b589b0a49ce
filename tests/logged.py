"""No number of a caller in any log. May live here: what looks for them, in this process and in files of others.

And each line that a process of ours writes is one that was made by our one formatter.
It knows nothing of how the product masks: it looks for the numbers that callers have in the tests, as they are dialled,
as E.164 and as carriers write them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

from router import logs

NUMBER = re.compile(r"(?<![0-9a-z*])(?:\+|00)?(?:86|0|9|17951)?1[3-9]\d{9}(?![0-9a-z])|\+[1-9]\d{8,14}(?!\d)")
CAUGHT = "caught=number"  # masked at the last moment: whoever logs a number masks it
STRANGER = re.compile(
    r"pjsip_distributor\.c: Request '[A-Z]+' from .* - No matching endpoint found|SecurityEvent=\"InvalidAccountID\""
)  # Asterisk turned an address away that no trunk has: what it calls itself is its own word, and is no caller's number
ASTERISK_S = frozenset({"messages.log", "security.log"})
MANY = 5
OURS = frozenset({"engine.log", "web.log", "jobs.log"})  # in a service's folder `logs`: processes of ours


def numbers_in(lines: Iterator[str] | list[str]) -> list[str]:
    """The lines that hold a whole number, or held one until the last moment."""
    return [line for line in lines if NUMBER.search(line) or CAUGHT in line]


class Witness(logging.Handler):
    """Hears what this process logs, as its log would show it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logs.formatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line."""
        self.lines.append(self.format(record))

    def check(self) -> None:
        """Fail where a line holds a number."""
        found = numbers_in(self.lines)
        assert not found, "a caller's number in the log:\n" + "\n".join(found[:MANY])


class LogFiles:
    """The log files below a folder, whoever wrote them: ours, the supervisor's, Asterisk's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def found(self) -> list[str]:
        """Each line with a number, and each of ours that is none of the log's, with its file."""
        found = []
        for path in sorted(self._folder.rglob("*.log*")):
            if path.is_file() and not path.is_symlink():
                lines = path.read_text("utf-8", "replace").splitlines()
                odd = [line for line in lines if path.name in OURS and not line.startswith("time=")]
                told = [line for line in lines if path.name not in ASTERISK_S or not STRANGER.search(line)]
                found += [f"{path}: {line}" for line in (*numbers_in(told), *odd)]
        return found

    def check(self) -> None:
        """Fail where a file holds a number."""
        found = self.found()
        assert not found, f"{len(found)} lines of logs hold a caller's number, or are no lines of a log:\n" + "\n".join(
            found[:MANY]
        )

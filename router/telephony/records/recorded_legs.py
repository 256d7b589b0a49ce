"""One row of Asterisk's call detail records, whatever it was read from. May live here: that row and its key."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass
from datetime import datetime

ANSWERED = "ANSWERED"
KEY_LENGTH = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedLeg:
    """A row: who was connected with whom, from when to when. Times are aware; an empty text is unknown."""

    uniqueid: str
    channel: str
    start: datetime
    linkedid: str = ""
    dstchannel: str = ""
    src: str = ""
    dst: str = ""
    dcontext: str = ""
    answer: datetime | None = None
    end: datetime | None = None
    disposition: str = ""
    lastdata: str = ""
    sequence: str = ""

    @property
    def key(self) -> str:
        """Tells it from all other rows of its source, so that a row read twice counts once."""
        if self.sequence and len(self.uniqueid) < KEY_LENGTH - 40:
            return f"{self.uniqueid}|{self.sequence}"[:KEY_LENGTH]
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()

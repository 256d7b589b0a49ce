"""From legs to rows of the database. May live here: judging a batch, writing it with its book-mark, one commit each.

What can't be read is never passed over for good: the lines themselves are kept with the book-mark and tried again at
each reading, until they can be read or somebody leaves them out (`hotline records leave-out`). Where there are more
than can be kept, the book-mark stays before the first of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from router.store.pbx.changes import add_rows, adopt_rows
from router.store.pbx.queries import known_calls
from router.store.tables.pbx import PbxSourceRow
from router.telephony.records.exchange import CallEntry, Exchange
from router.telephony.records.local_pairs import LocalPairs
from router.telephony.records.recorded_legs import RecordedLeg
from router.telephony.records.starts import Starts

BATCH = 1000
MOST_KEPT: Final = 200
LONGEST_KEPT: Final = 4096
KEPT: Final = "kept"
PAIRS: Final = "pairs"


@dataclass(slots=True, kw_only=True)
class Intake:
    """One reading of one source, going on: what it is written with, and what it has come to so far."""

    session: Session
    source: PbxSourceRow
    exchange: Exchange
    rows: int = 0
    new: int = 0
    lost: bool = False
    strays: list[str] = field(default_factory=list)
    bad: int = 0  # lines that could not be read
    first_bad: str = ""
    waiting: int = 0  # lines that an earlier reading could not read, and this one neither
    first_waiting: str = ""
    nameless: int = 0  # lines without a unique id
    first_nameless: str = ""
    starts: Starts = field(default_factory=Starts)
    _held: bool = False  # the book-mark moves no more: something behind it is not kept
    _fresh: list[str] = field(default_factory=list)  # lines to keep, with the next commit

    # --- what can't be read ---------------------------------------------------------------------------------------

    def keep(self, why: str, raw: bytes) -> None:
        """Note a line that can't be read, and keep it."""
        self.still_bad(why)
        known = self.source.position.get(KEPT, [])
        text = raw.rstrip(b"\r\n").decode("latin-1")  # any bytes, as text that any database takes
        if text in known or text in self._fresh:
            return
        if len(known) + len(self._fresh) >= MOST_KEPT or len(text) > LONGEST_KEPT:
            self._held = True
        else:
            self._fresh.append(text)

    def still_bad(self, why: str, *, is_known: bool = False) -> None:
        """Count a line that can't be read; a known one was told of when it came."""
        if is_known:
            self.waiting += 1
            self.first_waiting = self.first_waiting or why
        else:
            self.bad += 1
            self.first_bad = self.first_bad or why

    def without_id(self, where: str) -> None:
        """Count a line that names no channel, and never will."""
        self.nameless += 1
        self.first_nameless = self.first_nameless or where

    def kept(self) -> list[bytes]:
        """The lines that earlier readings could not read."""
        return [text.encode("latin-1") for text in self.source.position.get(KEPT, [])]

    def kept_as(self, lines: Iterable[bytes]) -> dict[str, Any]:
        """The part of the book-mark that says which lines are kept."""
        return {KEPT: [line.decode("latin-1") for line in lines]}

    # --- what can ---------------------------------------------------------------------------------------------------

    def take(self, legs: Sequence[RecordedLeg], position: Mapping[str, Any]) -> None:
        """Write the legs that count, move the book-mark, commit: both or neither."""
        legs = [self.starts.leg(leg) for leg in legs]
        pairs = LocalPairs.of(self.source.position.get(PAIRS, {}))
        marked = {leg.uniqueid for leg in legs if self.exchange.is_hotline(leg)}
        asked = {one for leg in legs for one in (leg.uniqueid, leg.linkedid)} - marked
        calls = marked | known_calls(self.session, asked, site_id=self.source.site_id)
        linked = pairs.link(legs, calls, self.exchange)
        entries = [entry for leg in linked if (entry := self.exchange.entry(leg, calls | pairs.calls)) is not None]
        self.new += add_rows(self.session, [self._row(entry) for entry in entries])
        self.strays += pairs.given_up
        self.rows += len(legs)
        self.move({**position, PAIRS: pairs.as_data()})

    def move(self, position: Mapping[str, Any]) -> None:
        """Move the book-mark, with the lines to keep, and commit."""
        kept = [*position.get(KEPT, self.source.position.get(KEPT, [])), *self._fresh]
        moved = {key: value for key, value in position.items() if key in (KEPT, PAIRS) or not self._held}
        self.source.position = {**self.source.position, **moved, KEPT: kept}
        self._fresh = []
        self.session.commit()

    def adopt(self) -> None:
        """Give rows of earlier versions, which found no call of theirs, to the call whose answer they are."""
        adopt_rows(self.session, self.source.site_id, timedelta(minutes=1))

    def _row(self, entry: CallEntry) -> dict[str, Any]:
        leg = entry.leg
        return {
            "site_id": self.source.site_id,
            "source_id": self.source.id,
            "row_key": leg.key,
            "call_id": entry.call_id[:80],
            "direction": entry.direction,
            "number": entry.number[:64],
            "hotline": entry.hotline[:32],
            "trunk": entry.trunk[:32],
            "started_at": leg.start,
            "answered_at": entry.answered_at,
            "ended_at": leg.end,
            "answered_by": entry.person[:32],
            "ended_by": "",
        }


def without_kept(position: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """A book-mark without the lines and rows that could not be read, and how many they were."""
    table = position.get("table", {})
    count = len(position.get(KEPT, [])) + len(table.get("unread", []))
    return {**position, KEPT: [], **({"table": {**table, "unread": []}} if table else {})}, count

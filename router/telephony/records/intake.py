"""From legs to rows of the database. May live here: judging a batch, writing it with its book-mark, one commit each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from router.store.pbx.changes import add_rows
from router.store.pbx.queries import known_calls
from router.store.tables.pbx import PbxSourceRow
from router.telephony.records.exchange import Entry, Exchange
from router.telephony.records.recorded_legs import RecordedLeg

BATCH = 1000


@dataclass(slots=True, kw_only=True)
class Intake:
    """One reading of one source, going on: what it is written with, and what it has come to so far."""

    session: Session
    source: PbxSourceRow
    exchange: Exchange
    rows: int = 0
    new: int = 0
    bad: list[str] = field(default_factory=list)
    lost: bool = False

    def take(self, legs: Sequence[RecordedLeg], position: Mapping[str, Any]) -> None:
        """Write the legs that count, move the book-mark, commit: both or neither."""
        marked = {leg.uniqueid for leg in legs if self.exchange.is_hotline(leg)}
        asked = {one for leg in legs for one in (leg.uniqueid, leg.linkedid)} - marked
        calls = marked | known_calls(self.session, asked, site_id=self.source.site_id)
        entries = [entry for leg in legs if (entry := self.exchange.entry(leg, calls)) is not None]
        self.new += add_rows(self.session, [self._row(entry) for entry in entries])
        self.rows += len(legs)
        self.move(position)

    def move(self, position: Mapping[str, Any]) -> None:
        """Move the book-mark and commit."""
        self.source.position = {**self.source.position, **position}
        self.session.commit()

    def _row(self, entry: Entry) -> dict[str, Any]:
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

"""What the private Asterisk's channel events add: who hung up first (R19), which mobile answered, calls cut off.

May live here: reading them and matching them with rows on record. An event whose call has no rows yet holds the
book-mark back for a while: rows are written when a call ends, and its events earlier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from router.store.pbx.changes import add_rows, name_answerer, name_enders
from router.store.pbx.queries import known_calls
from router.telephony.records.channel_events import ChannelEvent, event_of, fits
from router.telephony.records.cut_off import OpenCall, OpenCalls
from router.telephony.records.intake import BATCH, Intake
from router.telephony.records.lines import RecordShape
from router.telephony.records.tail import Piece, mark_at, mark_of, records, way_from
from router.telephony.switchboard.directory import device_of

PATIENCE: Final = timedelta(hours=4)  # longer than any call


def read_events(path: Path, intake: Intake) -> None:
    """Read what is new and add it to the rows on record. Raises a `HotlineError` when nothing can be read."""
    way = way_from(path, mark_of(intake.source.position.get("cel")))
    reader = _Reader(intake=intake, open=OpenCalls(exchange=intake.exchange))
    for piece in way.pieces:
        reader.read(piece)


@dataclass(slots=True, kw_only=True)
class _Reader:
    """One reading of the events, going on."""

    intake: Intake
    open: OpenCalls
    waiting: list[tuple[datetime, int]] = field(default_factory=list)  # events whose call is not on record yet
    newest: datetime | None = None

    def read(self, piece: Piece) -> None:
        """The rest of one file, and the book-mark behind it."""
        events: list[ChannelEvent] = []
        cut: list[OpenCall] = []
        end = piece.offset
        for record in records(piece, RecordShape(fits=fits)):
            begin, end = end, record.end
            event = event_of(record.fields, begin) if record.fields else None
            if event is None:
                continue
            event = self.intake.starts.event(event)
            self.newest = event.at
            events.append(event)
            cut.extend(self.open.see(event))
            if len(events) >= BATCH:
                self._add(events, cut)
                events, cut = [], []
        self._add(events, cut)
        if end > piece.offset:
            held = end if piece.over else min((end, *self._held()))
            self.intake.move({"cel": mark_at(piece.path, held).as_data()})
        self.waiting.clear()

    def _held(self) -> list[int]:
        """Where events begin that are to be read again: their calls go on, or are not on record yet."""
        calls = ((call.started_at, call.at_byte) for call in self.open.open.values())
        return [at_byte for at, at_byte in (*self.waiting, *calls) if self.newest and at > self.newest - PATIENCE]

    def _add(self, events: Sequence[ChannelEvent], cut: Sequence[OpenCall]) -> None:
        source, session = self.intake.source, self.intake.session
        asked = {event.call_id for event in events if event.kind in ("HANGUP", "PICKUP")}
        known = known_calls(session, asked | {call.call_id for call in cut}, site_id=source.site_id)
        lost = [call.row(source.site_id, source.id) for call in cut if call.call_id not in known]
        self.intake.new += add_rows(session, lost)
        enders: dict[str, str] = {}
        for event in events:
            if event.call_id not in asked:
                continue
            if event.call_id not in known:
                self.waiting.append((event.at, event.at_byte))
            elif event.kind == "HANGUP":
                enders.update({event.call_id: who} if (who := self._ended_by(event)) else {})
            elif device_of(event.picked_up_with) in self.intake.exchange.mobiles and event.picked_up_by:
                name_answerer(session, event.call_id, event.at, event.picked_up_by, site_id=source.site_id)
        name_enders(session, enders, site_id=source.site_id)

    def _ended_by(self, event: ChannelEvent) -> str:
        """R19: `caller`, `consultant`, or "" where it can't be known."""
        if event.ended_by and event.ended_by == event.channel:
            return "caller"
        return "consultant" if event.ended_by and self.intake.exchange.whose(event.ended_by) is not None else ""

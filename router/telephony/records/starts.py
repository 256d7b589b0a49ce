"""Asterisk's starts, and the ids that two of them gave within one second. May live here: telling those apart.

A channel's id is the second of its birth and a number that begins anew with each Asterisk. One that is killed and back
within the same second gives the same ids again. The first channel of each Asterisk is number 0; where it is born in a
second in which the one before made channels, too, ids of that second get the time of that start from then on. Only the
private Asterisk's channel events tell of it; files of others stay as they are (R24).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from router.telephony.records.channel_events import FIRST, ChannelEvent, fits, moment_and_id
from router.telephony.records.columns import birth
from router.telephony.records.lines import RecordShape
from router.telephony.records.recorded_legs import RecordedLeg
from router.telephony.records.tail import mark_of, records, way_from

AT_ONCE: Final = timedelta(milliseconds=50)  # a leg's row may begin a moment before its channel's first event
MOST: Final = 50


@dataclass(slots=True)
class Starts:
    """What is known of starts up to one moment: the newest second in which a channel was born; seconds of two."""

    until: datetime | None = None
    second: datetime | None = None
    twice: list[tuple[datetime, datetime]] = field(default_factory=list)  # the second, and when the later one began

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Starts:
        """What a book-mark remembers."""
        until, second = (datetime.fromisoformat(data[key]) if data.get(key) else None for key in ("until", "second"))
        twice = [(datetime.fromisoformat(one), datetime.fromisoformat(at)) for one, at in data.get("twice", [])]
        return cls(until=until, second=second, twice=twice)

    def as_data(self) -> dict[str, Any]:
        """As a book-mark remembers it."""
        return {
            "until": self.until.isoformat() if self.until else None,
            "second": self.second.isoformat() if self.second else None,
            "twice": [[one.isoformat(), at.isoformat()] for one, at in self.twice[-MOST:]],
        }

    def see(self, at: datetime, uniqueid: str, *, is_start: bool) -> None:
        """Follow one event of a channel; those that were seen before change nothing."""
        born = birth(uniqueid)
        if born is None or (self.until is not None and at <= self.until):
            return
        self.until = at
        if is_start and uniqueid.endswith(FIRST) and born == self.second:
            self.twice.append((born, at))
        self.second = max(born, self.second or born)

    def name(self, uniqueid: str, at: datetime) -> str:
        """The id by which a channel is known that did something at that time."""
        if not self.twice:
            return uniqueid
        born = birth(uniqueid)
        begun = [start for second, start in self.twice if second == born and at >= start - AT_ONCE]
        return f"{begun[-1].astimezone(UTC):%H%M%S%f}-{uniqueid}" if begun else uniqueid

    def leg(self, leg: RecordedLeg) -> RecordedLeg:
        """The leg with its ids as they are known."""
        if not self.twice:
            return leg
        return replace(leg, uniqueid=self.name(leg.uniqueid, leg.start), linkedid=self.name(leg.linkedid, leg.start))

    def event(self, event: ChannelEvent) -> ChannelEvent:
        """The event likewise."""
        if not self.twice:
            return event
        uniqueid, linkedid = self.name(event.uniqueid, event.at), self.name(event.linkedid, event.at)
        return replace(event, uniqueid=uniqueid, linkedid=linkedid)


def starts_in(path: Path, position: Mapping[str, Any]) -> Starts:
    """What is known of starts once the rest of the events' file is looked through. Raises a `HotlineError`."""
    starts = Starts.of(position.get("starts", {}))
    for piece in way_from(path, mark_of(position.get("cel"))).pieces:
        for record in records(piece, RecordShape(fits=fits)):
            if record.fields:
                at, uniqueid, is_start = moment_and_id(record.fields)
                starts.see(at, uniqueid, is_start=is_start)
    return starts

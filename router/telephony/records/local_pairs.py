"""Which call an answer behind a Local channel belongs to, where the PBX writes no linkedid (`loguniqueid` alone).

May live here: that joining. A Local channel has two halves: `…;1` stands as the caller's `dstchannel`, `…;2` is the
channel of the row in which the phone stands. Either row may be written first, so both are remembered for a while.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

from router.telephony.records.exchange import LOCAL, Exchange
from router.telephony.records.recorded_legs import RecordedLeg

MOST: Final = 100
PATIENCE: Final = timedelta(hours=4)  # longer than any call
MOMENTS: Final = ("start", "answer", "end")


@dataclass(slots=True)
class LocalPairs:
    """Halves whose other half was seen, or is still to come."""

    callers: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # name -> call, and when its row began
    waiting: list[RecordedLeg] = field(default_factory=list)
    calls: set[str] = field(default_factory=set)
    given_up: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """What a book-mark remembers."""
        callers = {name: (call, datetime.fromisoformat(at)) for name, call, at in data.get("callers", [])}
        return cls(callers=callers, waiting=[_leg(one) for one in data.get("waiting", [])])

    def as_data(self) -> dict[str, Any]:
        """As a book-mark remembers it."""
        callers = [[name, call, at.isoformat()] for name, (call, at) in self.callers.items()][-MOST:]
        return {"callers": callers, "waiting": [_data(leg) for leg in self.waiting]}

    def link(self, legs: Sequence[RecordedLeg], calls: Container[str], exchange: Exchange) -> list[RecordedLeg]:
        """The legs, those behind a Local channel with the call's id as their linkedid; some of earlier among them."""
        for leg in legs:
            is_caller = leg.dstchannel.startswith(LOCAL) and leg.dstchannel.endswith(";1")
            if is_caller and not leg.linkedid and leg.uniqueid in calls:
                name = leg.dstchannel.removesuffix(";1")
                self.callers.pop(name, None)  # the newest stands last
                self.callers[name] = (leg.uniqueid, leg.start)
        found, waiting = list[RecordedLeg](), list[RecordedLeg]()
        for leg in (*self.waiting, *legs):
            if leg.linkedid or not leg.channel.startswith(LOCAL):
                found.append(leg)
            elif (call := self._call_of(leg)) is not None:
                self.calls.add(call)
                found.append(replace(leg, linkedid=call))
            elif exchange.is_answer(leg):
                waiting.append(leg)
            else:
                found.append(leg)
        self._wait(waiting, max((leg.start for leg in legs), default=None))
        return found

    def _call_of(self, leg: RecordedLeg) -> str | None:
        call, at = self.callers.get(leg.channel.removesuffix(";2"), ("", leg.start))
        return call if call and abs(leg.start - at) <= PATIENCE else None

    def _wait(self, waiting: list[RecordedLeg], newest: datetime | None) -> None:
        late = [leg for leg in waiting if newest is not None and leg.start < newest - PATIENCE]
        kept = [leg for leg in waiting if leg not in late]
        self.given_up = [f"{leg.channel}: an answer whose call is not in the records" for leg in (*late, *kept[:-MOST])]
        self.waiting = kept[-MOST:]


def _data(leg: RecordedLeg) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(leg).items() if value
    }


def _leg(data: Mapping[str, Any]) -> RecordedLeg:
    values: dict[str, Any] = dict(data)
    values |= {key: datetime.fromisoformat(data[key]) for key in MOMENTS if key in data}
    return RecordedLeg(**values)

"""Calls that Asterisk could write no leg of, since it ended in their middle: known by its channel events alone.

May live here: following open calls through events until Asterisk starts anew. A start shows in the ids: the first
channel of each is number 0. Whatever is open then was cut off; its end is not known better than by the last event.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from router.reading.numbering import digits
from router.telephony.records.channel_events import FIRST, ChannelEvent
from router.telephony.records.exchange import Exchange


@dataclass(slots=True, kw_only=True)
class OpenCall:
    """A call of the hotline that has not hung up yet, as far as events were read."""

    call_id: str
    started_at: datetime
    at_byte: int
    number: str
    hotline: str
    trunk: str
    answered_at: datetime | None = None
    person: str = ""
    ended_at: datetime | None = None

    def row(self, site_id: int, source_id: int) -> dict[str, Any]:
        """As `pbx_row` keeps it."""
        return {
            "site_id": site_id,
            "source_id": source_id,
            "row_key": f"{self.call_id}|cut off",
            "call_id": self.call_id[:80],
            "direction": "in",
            "number": self.number[:64],
            "hotline": self.hotline,
            "trunk": self.trunk,
            "started_at": self.started_at,
            "answered_at": self.answered_at,
            "ended_at": self.ended_at,
            "answered_by": self.person,
            "ended_by": "",
        }


@dataclass(slots=True, kw_only=True)
class OpenCalls:
    """The calls that are open at one place in the events."""

    exchange: Exchange
    open: dict[str, OpenCall] = field(default_factory=dict)
    _last: datetime | None = None

    def see(self, event: ChannelEvent) -> Iterable[OpenCall]:
        """Follow one event; gives the calls that were cut off before it."""
        cut: list[OpenCall] = []
        if event.kind == "CHAN_START":
            if event.uniqueid.endswith(FIRST):
                cut, self.open = list(self.open.values()), {}
                for call in cut:
                    call.ended_at = self._last
            if self.exchange.calls_hotline(event.channel, event.uniqueid, event.context, event.exten):
                self.open[event.uniqueid] = self._opened(event)
        elif event.kind == "HANGUP":
            self.open.pop(event.uniqueid, None)
        elif event.linkedid in self.open:
            self._follow(self.open[event.linkedid], event)
        self._last = event.at
        return cut

    def _opened(self, event: ChannelEvent) -> OpenCall:
        return OpenCall(
            call_id=event.uniqueid,
            started_at=event.at,
            at_byte=event.at_byte,
            number=self.exchange.normalise(_plain(event.number)),
            hotline=self.exchange.hotlines.get(event.exten, ""),
            trunk=self.exchange.trunk_of(event.channel),
        )

    def _follow(self, call: OpenCall, event: ChannelEvent) -> None:
        """Somebody's phone is connected with the caller."""
        person = event.picked_up_by
        for channel in (event.channel, event.peer):
            whose = self.exchange.whose(channel)
            if whose is not None and event.kind == "BRIDGE_ENTER":
                call.answered_at = call.answered_at or event.at
                person = person or whose
        call.person = call.person or person


def _plain(number: str) -> str:
    """Before the dialplan has cleaned it a caller's number may be anything; after that: digits, perhaps a plus."""
    return ("+" if number.startswith("+") else "") + digits(number)

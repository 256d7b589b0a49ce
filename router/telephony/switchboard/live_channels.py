"""The live channels, by what they are to us. May live here: reading Asterisk's list of channels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from router.core.words import CallId
from router.telephony.ami import AmiEvent

HAND_OVER: Final = "hotline-handover"
SERVED_BY_US: Final = frozenset({"hotline-offer", "hotline-ringing", "hotline-waiting", HAND_OVER})
OFFER: Final = re.compile(r"(Local/(c[0-9a-f]{19})@hotline-(?:offer|handover)-[0-9a-f]{8});([12])")


@dataclass(slots=True)
class LiveChannels:
    """What a list of channels says. `sides`: a call's `;2` side; where it stands is what the caller hears."""

    uniqueids: dict[str, AmiEvent] = field(default_factory=dict)
    offers: dict[CallId, str] = field(default_factory=dict)
    sides: dict[CallId, AmiEvent] = field(default_factory=dict)
    bridges: dict[str, list[AmiEvent]] = field(default_factory=dict)

    def context(self, call: CallId) -> str:
        """Where the call's `;2` side stands; "" for a call that has none."""
        side = self.sides.get(call)
        return side.get("Context") if side else ""

    def is_served_by_fallback(self, call: CallId) -> bool:
        """Whether Asterisk found us silent and serves the call by itself."""
        return call in self.offers and self.context(call) not in SERVED_BY_US

    def dials_alone(self, call: CallId) -> bool:
        """Whether the dialplan itself dials for the call at this moment."""
        side = self.sides.get(call)
        return side is not None and side.get("Application") == "Dial"

    def phones_on(self, call: CallId) -> list[str]:
        """Channels that the call's `;2` side is connected with: phones that answered the dialplan's own Dial."""
        side = self.sides.get(call)
        peers = self.bridges.get(side.get("BridgeId"), []) if side else []
        return [event.get("Channel") for event in peers if event is not side]


def read(channels: Sequence[AmiEvent]) -> LiveChannels:
    """Sort the channels of a `CoreShowChannels`."""
    seen = LiveChannels()
    for event in channels:
        seen.uniqueids[event.get("Uniqueid")] = event
        if event.get("BridgeId"):
            seen.bridges.setdefault(event.get("BridgeId"), []).append(event)
        match = OFFER.fullmatch(event.get("Channel"))
        if match and match[3] == "2":  # a `;1` may be a ghost: the list can show channels that were picked up long ago
            seen.offers[CallId(match[2])] = match[1]
            seen.sides[CallId(match[2])] = event
    return seen

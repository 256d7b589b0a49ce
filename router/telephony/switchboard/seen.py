"""The live channels, by what they are to us. May live here: reading Asterisk's list of channels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from router.core.words import CallId
from router.telephony.ami import Event

SERVED_BY_US: Final = frozenset({"hotline-offer", "hotline-ringing", "hotline-waiting", "hotline-handover"})
OFFER: Final = re.compile(r"(Local/(c[0-9a-f]{19})@hotline-(?:offer|handover)-[0-9a-f]{8});([12])")


@dataclass(slots=True)
class Seen:
    """What a list of channels says. `contexts`: where a call's `;2` side stands, which is what the caller hears."""

    uniqueids: dict[str, Event] = field(default_factory=dict)
    offers: dict[CallId, str] = field(default_factory=dict)
    contexts: dict[CallId, str] = field(default_factory=dict)
    bridges: dict[str, list[Event]] = field(default_factory=dict)


def read(channels: Sequence[Event]) -> Seen:
    """Sort the channels of a `CoreShowChannels`."""
    seen = Seen()
    for event in channels:
        seen.uniqueids[event.get("Uniqueid")] = event
        if event.get("BridgeId"):
            seen.bridges.setdefault(event.get("BridgeId"), []).append(event)
        match = OFFER.fullmatch(event.get("Channel"))
        if match and match[3] == "2":  # a `;1` may be a ghost: the list can show channels that were picked up long ago
            seen.offers[CallId(match[2])] = match[1]
            seen.contexts[CallId(match[2])] = event.get("Context")
    return seen

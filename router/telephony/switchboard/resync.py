"""A link is made: what we tell Asterisk, and what we learn from its list of channels. May live here: only that.

What happened while there was no link is read from what is there now. Nothing that was sent and not answered is sent
again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from router.core.words import CallId
from router.telephony.ami import Action, Event
from router.telephony.switchboard import calls, commands, ringing
from router.telephony.switchboard.floor import Floor, LiveCall
from router.telephony.switchboard.legs import LegState

OFFER: Final = re.compile(r"(Local/(c[0-9a-f]{19})@hotline-(?:offer|handover)-[0-9a-f]{8});[12]")


def greeting(floor: Floor) -> list[Action]:
    """Globals and the database that the dialplan reads, so that it can serve calls without us."""
    office = floor.office
    actions = [
        commands.set_global("HOTLINE_KEY", floor.key),
        commands.set_global("HOTLINE_PROMPTS", office.prompts),
        commands.set_global("HOTLINE_MOH", office.music),
        commands.set_global("HOTLINE_THREE", str(max(1, office.times.three_rings_ms // 1000))),
    ]
    digits = max((len(person.extension) for person in office.people), default=0)
    actions.append(commands.set_global("HOTLINE_DIGITS", str(digits or "")))
    for family in ("hotline-number", "hotline-ext", "hotline-out"):
        actions.append(commands.forget(family))
    for hotline in office.hotlines:
        trunk = office.by_trunk.get(hotline.trunk)
        actions.append(commands.put("hotline-number", hotline.number, trunk.answer if trunk else "waiting"))
    for person in office.people:
        if person.extension and person.internal_dial:
            actions.append(commands.put("hotline-ext", person.extension, person.internal_dial))
    for trunk in office.trunks:
        if trunk.outgoing:
            actions.append(commands.put("hotline-out", "trunk", trunk.name))
            actions.append(commands.put("hotline-out", "international", "1" if trunk.international else "0"))
            break
    if office.hotlines:
        actions.append(commands.put("hotline", "ready", "1"))
    return actions


def fallback_list(floor: Floor, order: Iterable[str]) -> list[Action]:
    """The people whom the fallback rings, in sheet order: desk phones only, as a mobile must be confirmed."""
    actions = [commands.forget("hotline-fallback")]
    people = (floor.office.by_id.get(person) for person in order)  # type: ignore[call-overload]  # plain ids
    phones = (phone for person in people if person for phone in person.phones if phone.device)
    for number, phone in enumerate(phones, start=1):
        actions.append(commands.put("hotline-fallback", str(number), f"{phone.device},{phone.dial}"))
    return actions


@dataclass(slots=True)
class _Seen:
    """The live channels, by what they are to us."""

    uniqueids: dict[str, Event] = field(default_factory=dict)
    offers: dict[CallId, str] = field(default_factory=dict)


def _read(channels: Sequence[Event]) -> _Seen:
    seen = _Seen()
    for event in channels:
        seen.uniqueids[event.get("Uniqueid")] = event
        match = OFFER.fullmatch(event.get("Channel"))
        if match:
            seen.offers[CallId(match[2])] = match[1]
    return seen


def linked(floor: Floor, channels: Sequence[Event], devices: dict[str, str]) -> None:
    """Compare what we believed with what is there, tell the desk the difference, and go on."""
    seen = _read(channels)
    floor.linked = True
    for leg in list(floor.legs.values()):
        event = seen.uniqueids.get(leg.id)
        if event is None:
            ringing.lost(floor, leg)
        elif event.get("BridgeId") and leg.state is not LegState.TALKING:
            ringing.found_talking(floor, leg)
        elif leg.state is LegState.ASKED and event.get("ChannelStateDesc") == "Ringing":
            ringing.found_ringing(floor, leg)
    for call in list(floor.calls.values()):
        _compare_call(floor, call, seen)
    floor.devices.linked(devices, floor.now)
    for person in floor.office.by_id:
        ringing.look_at(floor, person)


def _compare_call(floor: Floor, call: LiveCall, seen: _Seen) -> None:
    if call.caller_uniqueid not in seen.uniqueids:
        calls.end(floor, call)
        return
    offer = seen.offers.get(call.id)
    if offer is not None:
        call.offer = offer
        ringing.ring_pending(floor, call)

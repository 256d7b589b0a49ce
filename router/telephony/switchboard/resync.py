"""A link is made: what we tell Asterisk, and what we learn from its list of channels. May live here: only that.

What happened while there was no link is read from what is there now. Nothing that was sent and not answered is sent
again.
"""

from __future__ import annotations

from collections.abc import Sequence

from router.telephony.ami import AmiAction, AmiEvent
from router.telephony.switchboard import calls, commands, handover, lost_news, recovery, ringing
from router.telephony.switchboard.directory import Directory
from router.telephony.switchboard.floor import Floor, Hears, LiveCall
from router.telephony.switchboard.legs import Leg, LegState
from router.telephony.switchboard.live_channels import HAND_OVER, LiveChannels, read


def greeting(floor: Floor) -> list[AmiAction]:
    """Globals that the dialplan reads; the rest stands in its database (`standby.py`)."""
    return [commands.set_global("HOTLINE_KEY", floor.key), *told_of_the_directory(floor.directory)]


def told_of_the_directory(directory: Directory) -> list[AmiAction]:
    """What the dialplan must know of the office beside its lists."""
    digits = max((len(person.extension) for person in directory.people), default=0)
    return [
        commands.set_global("HOTLINE_PROMPTS", directory.prompts),
        commands.set_global("HOTLINE_MOH", directory.music),
        commands.set_global("HOTLINE_THREE", str(max(1, directory.times.three_rings_ms // 1000))),
        commands.set_global("HOTLINE_LONGEST", str(max(1, directory.times.max_ring_ms // 1000))),
        commands.set_global("HOTLINE_DIGITS", str(digits or "")),
    ]


def linked(floor: Floor, channels: Sequence[AmiEvent], devices: dict[str, str]) -> None:
    """Compare what we believed with what is there, tell the desk the difference, and go on."""
    seen = read(channels)
    floor.linked, floor.alarms_in_a_row = True, 0
    if floor.expected:
        recovery.recover(floor, seen)
    for call in list(floor.calls.values()):
        if call.caller_uniqueid and call.caller_uniqueid not in seen.uniqueids:
            calls.end(floor, call)  # before its phones: that they are gone, too, is no failure that the desk acts on
    for leg in list(floor.legs.values()):
        _compare_leg(floor, leg, seen.uniqueids.get(leg.id))
    for call in list(floor.calls.values()):
        _compare_call(floor, call, seen)
    for call_id, offer in seen.offers.items():
        if call_id not in floor.calls and not seen.is_served_by_fallback(call_id):
            floor.say(commands.announce(offer, call_id))  # it came while nobody listened
    floor.devices.linked(devices, floor.now)
    for person in floor.directory.by_id:
        ringing.look_at(floor, person)


def _compare_leg(floor: Floor, leg: Leg, event: AmiEvent | None) -> None:
    if event is None:
        lost_news.lost(floor, leg)
    elif event.get("BridgeId") and leg.state is not LegState.TALKING:
        lost_news.found_talking(floor, leg)
    elif leg.state is LegState.STOPPED:
        lost_news.found_unwanted(floor, leg)
    elif leg.state is LegState.ASKED and event.get("ChannelStateDesc") == "Ringing":
        lost_news.found_ringing(floor, leg)
    elif leg.state is LegState.ASKED:
        lost_news.found_silent(floor, leg)


def _compare_call(floor: Floor, call: LiveCall, seen: LiveChannels) -> None:
    if call.over:
        return
    offer = seen.offers.get(call.id)
    if offer is None:
        return
    if call.fallback or seen.is_served_by_fallback(call.id):
        calls.is_served_by_fallback(floor, call, seen.phones_on(call.id))
    elif call.handing is not None or seen.context(call.id) == HAND_OVER:
        handover.goes_on(floor, call, offer, seen)
    elif not call.caller_channel:
        floor.say(commands.announce(offer, call.id))
    else:
        if call.offer != offer and call.hears is Hears.MOVING:
            call.hears = Hears.WAITING  # its new offer was told while nobody listened
        call.offer = offer
        calls.do_pending(floor, call)

"""The router starts anew in the middle of the day. May live here: what the journal knows against what Asterisk has.

The ids of our channels name call, person and phone, so the list of channels tells who rings and who talks. What the
desk took to be ringing and is not has failed; what talks and was not known to was answered; what is gone has hung up.
Phones that ring for nobody are stopped; talks that the desk knows nothing of are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from router.core.inputs import Answered, Failed, HungUp
from router.core.model import Office
from router.core.words import CallId, CallState
from router.telephony.ami import AmiEvent
from router.telephony.switchboard import commands, handover
from router.telephony.switchboard.directory import Handset, device_of
from router.telephony.switchboard.floor import Expected, Floor, Hears, LiveCall, Order, Purpose
from router.telephony.switchboard.legs import Leg, LegState, read_leg_id
from router.telephony.switchboard.live_channels import LiveChannels

STATES: Final[Mapping[str, LegState]] = {"Ringing": LegState.RINGING, "Up": LegState.UP}


def expected_calls(office: Office) -> tuple[Expected, ...]:
    """What a recovered desk takes to be going on."""
    live = (call for call in office.calls.values() if call.unanswered or call.state is CallState.TALKING)
    return tuple(
        Expected(
            call=call.id,
            ringing=tuple(call.ringing),
            talking=call.last_on_it if call.state is CallState.TALKING else None,
            open_to_all=call.state is CallState.OPEN,
        )
        for call in live
    )


def recover(floor: Floor, seen: LiveChannels) -> None:
    """Make the board as it would be had the router lived, and tell the desk what it missed."""
    expected, floor.expected = {item.call: item for item in floor.expected}, ()
    legs = _legs(floor, seen, expected)
    for item in expected.values():
        mine = [leg for leg in legs if leg.call == item.call]
        talking = next((leg for leg in mine if leg.state is LegState.TALKING), None)
        if talking is None and item.talking is not None and item.call not in seen.offers:
            talking = _who_came_by_themselves(floor, seen, item)
            mine += [talking] if talking else []
        if item.call not in seen.offers and talking is None:
            floor.tell(HungUp(call=item.call))
            for leg in mine:
                floor.legs.pop(leg.id, None)
                floor.say(commands.hang_up(leg.id))
        else:
            _take_up(floor, seen, item, mine, talking)


def _legs(floor: Floor, seen: LiveChannels, expected: Mapping[CallId, Expected]) -> list[Leg]:
    """Our phones' channels; those that ring for no call of ours are hung up."""
    legs = []
    for uniqueid, event in seen.uniqueids.items():
        named = read_leg_id(uniqueid)
        person = floor.directory.by_id.get(named[1]) if named else None
        if named is None or person is None or named[2] >= len(person.phones):
            continue
        bridged = bool(event.get("BridgeId"))
        if named[0] not in expected:
            if not bridged:
                floor.say(commands.hang_up(uniqueid))
            continue
        state = LegState.TALKING if bridged else STATES.get(event.get("ChannelStateDesc"), LegState.ASKED)
        leg = Leg(id=uniqueid, call=named[0], person=named[1], phone=person.phones[named[2]], state=state)
        leg.rang = state is not LegState.ASKED
        floor.legs[leg.id] = leg
        legs.append(leg)
    return legs


def _who_came_by_themselves(floor: Floor, seen: LiveChannels, item: Expected) -> Leg | None:
    """Whoever took the call by `*8`, or got it by a transfer, is on it with a channel of their own."""
    for peers in seen.bridges.values():
        of = {event.get("Uniqueid"): floor.directory.by_device.get(device_of(event.get("Channel"))) for event in peers}
        for uniqueid, person in of.items():
            if person and person == item.talking and None in of.values():  # the other is no consultant: the caller
                device = device_of(seen.uniqueids[uniqueid].get("Channel"))
                phone = Handset(dial=device, device=device)
                leg = Leg(id=uniqueid, call=item.call, person=person, phone=phone, state=LegState.TALKING)
                floor.legs[leg.id] = leg
                return leg
    return None


def _take_up(floor: Floor, seen: LiveChannels, item: Expected, legs: list[Leg], talking: Leg | None) -> None:
    call = LiveCall(id=item.call, offer=seen.offers.get(item.call, ""), arrived_ms=floor.now, told=True)
    call.open_to_all = item.open_to_all
    call.fallback = seen.is_served_by_fallback(item.call) and item.talking is None
    floor.calls[call.id] = call
    if item.talking is not None and talking is None:
        handover.take_up(floor, call, item.talking, legs)
        return
    for leg in legs:
        order = call.orders.setdefault(leg.person, Order(person=leg.person, purpose=Purpose.OFFER))
        order.legs.append(leg)
        order.rang = order.rang or leg.rang
        order.over = leg is not talking and leg.person not in item.ringing
        if order.over:
            floor.say(commands.hang_up(leg.id))
    if talking is not None:
        call.talker, call.hears = talking, Hears.PERSON
        call.orders[talking.person].over = True
        _know_the_caller(seen, call, talking)
        if item.talking is None:
            floor.tell(Answered(call=call.id, person=talking.person))
        return
    for person in item.ringing:
        if person not in call.orders and not call.fallback:
            floor.tell(Failed(call=call.id, person=person), why="no channel after a restart")


def _know_the_caller(seen: LiveChannels, call: LiveCall, talking: Leg) -> None:
    """The one who shares the bridge."""
    bridge = seen.uniqueids[talking.id].get("BridgeId")
    others: list[AmiEvent] = [event for event in seen.bridges[bridge] if event.get("Uniqueid") != talking.id]
    if others:
        call.caller_channel, call.caller_uniqueid = others[0].get("Channel"), others[0].get("Uniqueid")

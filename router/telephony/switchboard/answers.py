"""Somebody has the caller (R6, R11, R16). May live here: what a pickup means, and to whom it is told.

Who has the caller is said by `Pickup` alone: of several phones off the hook only one has them, and it need not be one
that we rang.
"""

from __future__ import annotations

from router.core.inputs import Answered, Contacted, HandedOver, Taken
from router.core.words import Number
from router.telephony.ami import AmiEvent
from router.telephony.switchboard import ringing
from router.telephony.switchboard.directory import Handset, device_of
from router.telephony.switchboard.floor import Floor, Hears, LiveCall, Order, Purpose
from router.telephony.switchboard.legs import ANSWERED_ELSEWHERE, Leg, LegEvent, LegState


def on_pickup(floor: Floor, event: AmiEvent) -> None:
    """A phone has the caller now: the one answer that counts."""
    leg, target = ringing.known_leg(floor, event.one("Uniqueid") or ""), event.get("TargetChannel")
    some = floor.calls.values() if leg is None else [floor.calls[leg.call]]
    call = next((one for one in some if one.offer and one.target == target), None)
    if call is None:
        return
    leg = leg or _by_the_pbx(floor, call, event)
    if leg is None:
        floor.alarm("unknown-pickup", f"call {call.id} was picked up by {event.get('Channel')}, who is no consultant")
        call.hears, call.answered = Hears.PERSON, True
        floor.tell_over(call)
        for order in call.orders.values():
            order.over = True
            ringing.stop_legs(floor, order, ANSWERED_ELSEWHERE)
        return
    has_the_caller(floor, call, leg)


def _by_the_pbx(floor: Floor, call: LiveCall, event: AmiEvent) -> Leg | None:
    """A consultant's phone that has the caller by the PBX's own pickup (of groups, say): not rung by us."""
    device, uniqueid = device_of(event.get("Channel")), event.one("Uniqueid") or ""
    person = floor.directory.by_device.get(device)
    if person is None or not uniqueid:
        return None
    phone = Handset(dial=device, device=device)
    leg = Leg(id=uniqueid, call=call.id, person=person, phone=phone, state=LegState.UP)
    floor.legs[leg.id] = leg
    others = call.orders[person].legs if person in call.orders else []
    call.orders[person] = Order(person=person, purpose=Purpose.TAKE, legs=[*others, leg], rang=True)
    return leg


def has_the_caller(floor: Floor, call: LiveCall, leg: Leg) -> None:
    """The one answer that counts: everybody else stops."""
    leg.step(LegEvent.PICKED)
    floor.alarms_in_a_row = 0
    call.talker, call.hears = leg, Hears.PERSON
    order = call.orders[leg.person]
    was_over, order.over = order.over, True
    for other in call.orders.values():
        other.over = True
        ringing.stop_legs(floor, other, ANSWERED_ELSEWHERE)
    if call.told_over:
        tell_late_answer(floor, call, leg)
    elif order.purpose is Purpose.OFFER and was_over:
        floor.tell(Taken(call=call.id, person=leg.person, fact=True), channel=ringing.event_channel(leg))
    else:
        _tell_answer(floor, call, leg, order)
    call.answered = True


def tell_late_answer(floor: Floor, call: LiveCall, leg: Leg) -> None:
    """The desk has given the call up, and in that instant somebody answered: they talk, and no call back is owed."""
    number = floor.numbers.first(floor.numbers.normalise(call.number))
    if number:
        floor.tell(
            Contacted(number=Number(number), person=leg.person), late=call.id, channel=ringing.event_channel(leg)
        )
    ringing.look_at(floor, leg.person)


def _tell_answer(floor: Floor, call: LiveCall, leg: Leg, order: Order) -> None:
    facts = {"channel": ringing.event_channel(leg), "phone": leg.phone.device or "mobile"}
    if order.purpose is Purpose.OFFER:
        floor.tell(Answered(call=call.id, person=leg.person), **facts)
    elif order.purpose is Purpose.TAKE:
        floor.tell(Taken(call=call.id, person=leg.person, fact=True), **facts)
        ringing.look_at(floor, leg.person)
    elif order.purpose is Purpose.HAND_OVER:
        floor.devices.release(leg.person, talks=True)
        floor.tell(HandedOver(call=call.id, person=leg.person), **facts)
    call.handing = None

"""Feature codes of the phones (DESIGN 9). May live here: what a phone asks for, and the answer it hears.

Who asks is known from the phone's device, never from a number that it sends.
"""

from __future__ import annotations

from router.core.inputs import PresenceChanged
from router.core.words import PersonId
from router.store.follow.events import FactKind
from router.telephony.ami import AmiEvent
from router.telephony.switchboard import commands
from router.telephony.switchboard.directory import Handset, device_of
from router.telephony.switchboard.floor import Floor, Hears, LiveCall, Order, Purpose
from router.telephony.switchboard.legs import Leg, LegState
from router.wire.observation import Observation

PRESENCES = frozenset({"present", "receiving", "meeting", "errand", "break", "off"})


def on_presence(floor: Floor, event: AmiEvent) -> None:
    """`*1` to `*5`, `*0`: recorded, and said back."""
    phone, presence = event.one("Phone") or "", event.one("Presence") or ""
    person = floor.directory.by_device.get(device_of(phone))
    if person is None or presence not in PRESENCES or not floor.asked.allows(person, floor.now):
        _refuse(floor, phone)
        return
    floor.tell(PresenceChanged(person=person, presence=presence, by=person), phone=device_of(phone))
    floor.say(commands.redirect(phone, "hotline-yes", presence))


def on_take(floor: Floor, event: AmiEvent) -> None:
    """`*8`: take the oldest call that is open to everyone (R11)."""
    phone, uniqueid = event.one("Phone") or "", event.one("PhoneUniqueid") or ""
    person = floor.directory.by_device.get(device_of(phone))
    call = oldest_open(floor, person) if person else None
    if person is None or call is None or not uniqueid:
        _refuse(floor, phone)
        return
    described = Handset(dial=device_of(phone), device=device_of(phone))
    leg = Leg(id=uniqueid, call=call.id, person=person, phone=described, state=LegState.UP)
    floor.legs[leg.id] = leg
    call.orders[person] = Order(person=person, purpose=Purpose.TAKE, legs=[leg], rang=True)
    floor.say(commands.set_variable(phone, "HOTLINE_TARGET", call.target))
    floor.say(commands.set_variable(phone, "TRANSFER_CONTEXT", commands.TRANSFERS))
    floor.say(commands.set_variable(phone, "DYNAMIC_FEATURES", commands.KEYS))
    floor.say(commands.redirect(phone, "hotline-pickup", call.id))


def on_other(floor: Floor, event: AmiEvent) -> None:
    """`*7` in a call: other business (R18). It decides nothing: the engine's clock and the form make use of it."""
    leg = floor.legs.get(event.one("Leg") or "")
    if leg is not None and leg.state is LegState.TALKING:
        floor.out.append(
            Observation(what=FactKind.OTHER, call=leg.call, person=leg.person, source="ami", by=leg.person)
        )


def on_out_limit(floor: Floor, event: AmiEvent) -> None:
    """A phone has made all the calls out that it may make today: is it still its owner's?"""
    floor.alarm("outgoing-limit", f"phone {device_of(event.get('Phone'))} has made all its calls out of today")


def oldest_open(floor: Floor, person: PersonId) -> LiveCall | None:
    """The oldest call that the person may take, as far as the PBX knows it: `may_take` is asked for the rest."""
    if floor.on_hotline(person) or not floor.may_take(person):
        return None
    open_calls = [call for call in floor.calls.values() if is_open(floor, call) and not _is_out(call, person)]
    return min(open_calls, key=lambda call: call.arrived_ms, default=None)


def is_open(floor: Floor, call: LiveCall) -> bool:
    """Open to everyone: the desk rang everyone, or three rings have passed on the caller's clock."""
    if call.over or call.told_over or call.answered or not call.offer or call.hears is Hears.PERSON:
        return False
    late = call.clock_ms is not None and floor.now - call.clock_ms >= floor.directory.times.three_rings_ms
    return call.open_to_all or late


def _is_out(call: LiveCall, person: PersonId) -> bool:
    """R3: whoever declined it, or whose phone failed for it, is out of it."""
    order = call.orders.get(person)
    return order is not None and order.purpose is Purpose.OFFER and order.over


def _refuse(floor: Floor, phone: str) -> None:
    if phone:
        floor.say(commands.redirect(phone, "hotline-no", "s"))

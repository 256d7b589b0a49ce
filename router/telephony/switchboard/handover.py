"""Handing a call over (R16.6). May live here: what happens between the transfer and somebody's answer.

The caller's channel stands in `hotline-transfer` with a new offer. The one it goes to is rung for 20 s, and counts as
in use for the desk meanwhile; the hand-over counts from the answer. Declined, failed or unanswered, the one who handed
over is rung again, and for the desk nothing has happened. A transfer to an extension that is no consultant's is left to
the dialplan: it never reaches the rules.
"""

from __future__ import annotations

from collections.abc import Sequence

from router.core.inputs import HandedOver
from router.core.words import CallId, MissedWhy, PersonId
from router.telephony.ami import AmiEvent
from router.telephony.switchboard import commands, ringing, watching
from router.telephony.switchboard.directory import Phone, device_of
from router.telephony.switchboard.display import WORDS
from router.telephony.switchboard.floor import Floor, Handing, Hears, LiveCall, Order, Purpose
from router.telephony.switchboard.legs import ANSWERED_ELSEWHERE, Leg, LegState
from router.telephony.switchboard.live_channels import HAND_OVER, LiveChannels


def on_hand_over(floor: Floor, event: AmiEvent) -> None:
    """The talker has sent the caller to an extension."""
    call = floor.calls.get(CallId(event.one("Call") or ""))
    offer = event.one("Offer") or ""
    if call is None or call.over or not offer:
        return
    watching.doubt(floor, call)
    giver = floor.directory.by_device.get(device_of(event.get("By"))) or (call.talker.person if call.talker else None)
    target = floor.directory.by_extension.get(event.get("To"))
    call.offer, call.hears, call.talker = offer, Hears.RINGING, None
    if giver is None or target is None:
        return  # not claimed: the dialplan dials the extension by itself, then the giver
    floor.say(commands.claim(offer))
    call.handing = Handing(giver=giver, target=target)
    if target == giver or not _may_have_it(floor, target):
        _ring_giver(floor, call, giver)
        return
    floor.devices.reserve(target)
    ringing.look_at(floor, target)
    words = WORDS["hand-over"].fill(giver=floor.name_of(giver)).render(floor.directory.language)
    ringing.start(floor, call, target, Purpose.HAND_OVER, words, not_taken)
    floor.at(floor.directory.times.hand_over_ms, _unanswered, call, offer)


def on_attended_transfer(floor: Floor, event: AmiEvent) -> None:
    """The talker spoke with somebody first, and has now connected the caller with them: they are on the call."""
    givers = (floor.legs.get(event.one(f"{which}TransfererUniqueid") or "") for which in ("Orig", "Second"))
    leg = next((giver for giver in givers if giver is not None and giver.state is LegState.TALKING), None)
    call = floor.calls.get(leg.call) if leg else None
    if call is None or event.get("Result") != "Success":
        return
    for which in ("TransferTarget", "Transferee"):  # which of the two is the caller depends on whom was rung first
        channel, uniqueid = event.one(f"{which}Channel") or "", event.one(f"{which}Uniqueid") or ""
        person = floor.directory.by_device.get(device_of(channel))
        if person is not None and uniqueid != call.caller_uniqueid:
            _is_on_it(floor, call, person, channel, uniqueid)


def _is_on_it(floor: Floor, call: LiveCall, person: PersonId, channel: str, uniqueid: str) -> None:
    phone = Phone(dial=device_of(channel), device=device_of(channel))
    leg = Leg(id=uniqueid, call=call.id, person=person, phone=phone, state=LegState.TALKING)
    floor.legs[leg.id] = call.talker = leg
    floor.devices.release(person, talks=True)
    floor.tell(HandedOver(call=call.id, person=person), phone=phone.device, channel=leg.id)


def _may_have_it(floor: Floor, target: PersonId) -> bool:
    """R16.6: a phone that is registered, not on a hotline call and not ringing for one; and free, as it is to ring."""
    devices = floor.devices
    return devices.registered(target) and not floor.on_hotline(target) and not devices.in_use(target, floor.now)


def _unanswered(floor: Floor, call: LiveCall, offer: str) -> None:
    """The 20 s are over."""
    if call.over or call.offer != offer or call.handing is None:
        return
    order = call.orders.get(call.handing.target)
    if order is not None and order.purpose is Purpose.HAND_OVER and not order.over:
        order.over = True
        ringing.stop_legs(floor, order, None)
        not_taken(floor, call, order)


def not_taken(floor: Floor, call: LiveCall, order: Order) -> None:
    """Nobody took it: back to the one who handed over; and if that one does not answer either, the call is over."""
    if call.handing is None or call.over:
        return
    if order.purpose is Purpose.HAND_OVER:
        floor.devices.release(order.person, talks=False)
        ringing.look_at(floor, order.person)
        _ring_giver(floor, call, call.handing.giver)
    else:
        _let_go(floor, call)


def _ring_giver(floor: Floor, call: LiveCall, giver: PersonId) -> None:
    words = WORDS["back"].render(floor.directory.language)
    ringing.start(floor, call, giver, Purpose.BACK, words, not_taken)
    floor.at(floor.directory.times.giver_ms, _giver_away, call, call.offer)


def _giver_away(floor: Floor, call: LiveCall, offer: str) -> None:
    if not call.over and call.offer == offer and call.handing is not None:
        _let_go(floor, call)


# --- after a lost link, or a restart of ours --------------------------------------------------------------------------


def take_up(floor: Floor, call: LiveCall, giver: PersonId, legs: Sequence[Leg]) -> None:
    """The router starts anew in the middle of a hand-over, which the journal knows nothing of: put it together again.

    Whoever rings and is not the giver is the one it was to go to; `goes_on` does the rest.
    """
    target = next((leg.person for leg in legs if leg.person != giver), giver)
    call.handing, call.hears = Handing(giver=giver, target=target), Hears.RINGING
    for leg in legs:
        purpose = Purpose.BACK if leg.person == giver else Purpose.HAND_OVER
        order = call.orders.setdefault(leg.person, Order(person=leg.person, purpose=purpose, not_taken=not_taken))
        order.legs.append(leg)
        order.rang = order.rang or leg.rang
    if target != giver:
        floor.devices.reserve(target)


def goes_on(floor: Floor, call: LiveCall, offer: str, seen: LiveChannels) -> None:
    """A hand-over seen in the list of channels: it goes on from where it is, whatever the dialplan did meanwhile."""
    call.offer = offer
    for channel in seen.phones_on(call.id):
        _answered_alone(floor, call, channel)
    if call.handing is None:
        return  # answered, or to somebody who is no consultant
    if not call.caller_channel:
        floor.say(commands.announce(offer, call.id))
    elif seen.dials_alone(call.id):  # it found us silent: it must not ring the same phones beside us
        floor.say(commands.redirect(f"{offer};2", HAND_OVER, call.id, "watch"))
    rung = next((order for order in call.orders.values() if order.at_stake and not order.over), None)
    if rung is None:
        _ring_giver(floor, call, call.handing.giver)
    elif rung.purpose is Purpose.HAND_OVER:
        floor.at(floor.directory.times.hand_over_ms, _unanswered, call, offer)
    else:
        floor.at(floor.directory.times.giver_ms, _giver_away, call, offer)


def _answered_alone(floor: Floor, call: LiveCall, channel: str) -> None:
    """Somebody answered while the dialplan handed the call over by itself."""
    person = floor.directory.by_device.get(device_of(channel))
    if person is None or call.handing is None:
        return
    handing, call.handing, call.hears = call.handing, None, Hears.PERSON
    floor.devices.release(handing.target, talks=handing.target == person)
    for order in call.orders.values():
        order.over = True
        ringing.stop_legs(floor, order, ANSWERED_ELSEWHERE)
    if person != handing.giver:
        floor.tell(HandedOver(call=call.id, person=person), phone=device_of(channel))


def _let_go(floor: Floor, call: LiveCall) -> None:
    """For the desk the giver still talks; its end is the end of the talk."""
    call.handing, call.hears = None, Hears.RELEASED
    floor.say(commands.redirect(call.caller_channel, "hotline-release", MissedWhy.NO_ANSWER.value))

"""Handing a call over (R16.6). May live here: what happens between the transfer and somebody's answer.

The caller's channel stands in `hotline-transfer` with a new offer. The one it goes to is rung for 20 s, and counts as
in use for the desk meanwhile; the hand-over counts from the answer. Declined, failed or unanswered, the one who handed
over is rung again, and for the desk nothing has happened; where that one does not answer either, everybody rings. An
extension that is no consultant's is dialled by the dialplan: its answer is the end of the talk, since it never reaches
the rules.
"""

from __future__ import annotations

from collections.abc import Sequence

from router.core.inputs import HandedOver
from router.core.words import CallId, PersonId
from router.telephony.ami import AmiEvent
from router.telephony.switchboard import commands, ringing, watching
from router.telephony.switchboard.directory import Handset, device_of
from router.telephony.switchboard.display import WORDS
from router.telephony.switchboard.floor import Floor, Handing, Hears, LiveCall, Order, Purpose
from router.telephony.switchboard.legs import ANSWERED_ELSEWHERE, Leg, LegState
from router.telephony.switchboard.live_channels import HAND_OVER, LiveChannels

GIVER_TRIES, GIVER_AGAIN_MS = 4, 1_000
GIVE_TRIES, GIVE_AGAIN_MS = 3, 500


def on_hand_over(floor: Floor, event: AmiEvent) -> None:
    """The talker has sent the caller to an extension."""
    call = floor.calls.get(CallId(event.one("Call") or ""))
    offer = event.one("Offer") or ""
    if call is None or call.over or not offer:
        return
    watching.doubt(floor, call)
    giver = floor.directory.by_device.get(device_of(event.get("By"))) or (call.talker.person if call.talker else None)
    target = floor.directory.by_extension.get(event.get("To"))
    call.offer, call.hears, call.answered, call.given_up = offer, Hears.RINGING, True, False
    if giver is None:
        return  # not claimed: the dialplan dials the extension by itself, then the giver
    floor.say(commands.claim(offer))
    handing = call.handing = Handing(giver=giver, target=target)
    if target is None:
        floor.say(commands.redirect(offer + ";2", HAND_OVER, call.id, "elsewhere"))
    elif target == giver or not _may_have_it(floor, target):
        _ring_giver(floor, call, handing)
    else:
        _ring_target(floor, call, giver, target)


def _ring_target(floor: Floor, call: LiveCall, giver: PersonId, target: PersonId) -> None:
    floor.devices.reserve(target)
    ringing.look_at(floor, target)
    words = WORDS["hand-over"].fill(giver=floor.name_of(giver)).render(floor.directory.language)
    ringing.start(floor, call, target, Purpose.HAND_OVER, words, not_taken)
    floor.at(floor.directory.times.hand_over_ms, _unanswered, call, call.offer)


def on_attended_transfer(floor: Floor, event: AmiEvent) -> None:
    """The talker spoke with somebody first, or rang them, and has now given them the caller."""
    givers = (floor.legs.get(event.one(f"{which}TransfererUniqueid") or "") for which in ("Orig", "Second"))
    leg = next((giver for giver in givers if giver is not None and giver.state is LegState.TALKING), None)
    call = floor.calls.get(leg.call) if leg else None
    if leg is None or call is None or call.over or event.get("Result") != "Success":
        return
    if event.get("DestType") == "App":
        _give_while_ringing(floor, call, leg, event)
        return
    for which in ("TransferTarget", "Transferee"):  # which of the two is the caller depends on whom was rung first
        channel, uniqueid = event.one(f"{which}Channel") or "", event.one(f"{which}Uniqueid") or ""
        if channel and uniqueid != call.caller_uniqueid:
            _is_on_it(floor, call, channel, uniqueid)


def _give_while_ringing(floor: Floor, call: LiveCall, giver: Leg, event: AmiEvent) -> None:
    """Given while the one who was asked still rang: the caller is in the giver's own call to them.

    Whoever answered there would be on the call without our hearing of it, and with nobody to go back to; so it becomes
    a hand-over like any other, to whom was dialled.
    """
    if event.get("TransfereeUniqueid") != call.caller_uniqueid:
        return
    dialled = [event.get(f"SecondTransferer{where}") for where in ("Exten", "ConnectedLineNum")]
    numbers = [number for number in dialled if number.isdigit()]
    to = next((number for number in numbers if number in floor.directory.by_extension), (*numbers, "")[0])
    by = device_of(event.get("OrigTransfererChannel")) + "-00000000"  # as a channel's name is
    floor.say(commands.set_variable(call.caller_channel, "HOTLINE_GIVER", by if giver.phone.device else ""))
    if to:
        _give(floor, call, to, giver, GIVE_TRIES)


def _give(floor: Floor, call: LiveCall, to: str, giver: Leg, tries: int) -> None:
    """Move the caller; again where nothing came of it: Asterisk loses a redirect while it moves the channel itself."""
    if call.over or call.handing is not None or call.talker is not giver or call.hears is not Hears.PERSON:
        return
    floor.say(commands.redirect(call.caller_channel, commands.TRANSFERS, to))
    if tries > 1:
        floor.at(GIVE_AGAIN_MS, _give, call, to, giver, tries - 1)


def _is_on_it(floor: Floor, call: LiveCall, channel: str, uniqueid: str) -> None:
    """The caller is connected with this channel; a consultant's, or somebody's with whom the rules have no business."""
    device = device_of(channel)
    person = floor.directory.by_device.get(device)
    if person is None:
        _leaves_the_rules(floor, call)
        return
    leg = Leg(
        id=uniqueid, call=call.id, person=person, phone=Handset(dial=device, device=device), state=LegState.TALKING
    )
    floor.legs[leg.id] = call.talker = leg
    floor.say(commands.set_variable(channel, "TRANSFER_CONTEXT", commands.TRANSFERS))
    floor.devices.release(person, talks=True)
    floor.tell(HandedOver(call=call.id, person=person), phone=device, channel=leg.id)


def _leaves_the_rules(floor: Floor, call: LiveCall) -> None:
    """R16.6: given to somebody who is no consultant. The talk with the giver is over, and they are free."""
    call.handing, call.hears, call.talker = None, Hears.PERSON, None
    floor.tell_over(call, passed_on="1")


def on_passed_on(floor: Floor, event: AmiEvent) -> None:
    """An extension that is no consultant's has answered."""
    call = floor.calls.get(CallId(event.one("Call") or ""))
    if call is not None and not call.over and call.handing is not None and call.handing.target is None:
        _leaves_the_rules(floor, call)


def on_not_passed_on(floor: Floor, event: AmiEvent) -> None:
    """It has not."""
    call = floor.calls.get(CallId(event.one("Call") or ""))
    if call is not None and not call.over and call.handing is not None and call.handing.target is None:
        floor.say(commands.claim(call.offer))
        _ring_giver(floor, call, call.handing)


def _may_have_it(floor: Floor, target: PersonId) -> bool:
    """R16.6: a phone that is registered, not on a hotline call and not ringing for one.

    One that is on another call is rung, too: it may only just be letting go of the giver, who asked first.
    """
    return floor.devices.registered(target) and not floor.on_hotline(target)


def _unanswered(floor: Floor, call: LiveCall, offer: str) -> None:
    """The 20 s are over."""
    if call.over or call.offer != offer or call.handing is None or call.handing.target is None:
        return
    order = call.orders.get(call.handing.target)
    if order is not None and order.purpose is Purpose.HAND_OVER and not order.over:
        order.over = True
        ringing.stop_legs(floor, order, None)
        not_taken(floor, call, order)


def not_taken(floor: Floor, call: LiveCall, order: Order) -> None:
    """Nobody took it: back to the one who handed over; and if that one does not answer either, to everybody."""
    if call.handing is None or call.over:
        return
    if order.purpose is Purpose.HAND_OVER:
        floor.devices.release(order.person, talks=False)
        ringing.look_at(floor, order.person)
        _ring_giver(floor, call, call.handing)
    elif order.rang or call.handing.tries >= GIVER_TRIES:
        _ring_everybody(floor, call, call.handing)
    else:  # busy with hanging up, most likely: a phone lets go of its own transfer a moment later
        floor.at(GIVER_AGAIN_MS, _ring_giver_again, call, call.offer)


def _ring_giver(floor: Floor, call: LiveCall, handing: Handing) -> None:
    handing.tries = 1
    _start_giver(floor, call, handing)
    floor.at(floor.directory.times.giver_ms, _giver_away, call, call.offer)


def _start_giver(floor: Floor, call: LiveCall, handing: Handing) -> None:
    words = WORDS["back"].render(floor.directory.language)
    ringing.start(floor, call, handing.giver, Purpose.BACK, words, not_taken)


def _ring_giver_again(floor: Floor, call: LiveCall, offer: str) -> None:
    if not call.over and call.offer == offer and call.handing is not None:
        call.handing.tries += 1
        _start_giver(floor, call, call.handing)


def _giver_away(floor: Floor, call: LiveCall, offer: str) -> None:
    if not call.over and call.offer == offer and call.handing is not None:
        _ring_everybody(floor, call, call.handing)


def _ring_everybody(floor: Floor, call: LiveCall, handing: Handing) -> None:
    """Neither wants the caller, who must not be lost: Asterisk rings all that it may. For the desk the giver talks."""
    order = call.orders.get(handing.giver)
    call.handing, call.given_up = None, True
    if order is not None:
        order.over = True
        ringing.stop_legs(floor, order, None)
    floor.alarm("hand-over-lost", f"nobody took call {call.id} that was handed over, nor took it back: everybody rings")
    floor.say(commands.to_offer(call.offer, "hotline-fallback", call.id))


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
        return  # answered
    if not call.caller_channel:
        floor.say(commands.announce(offer, call.id))
    elif seen.dials_alone(call.id):  # it found us silent: it must not ring the same phones beside us
        floor.say(commands.redirect(f"{offer};2", HAND_OVER, call.id, "watch"))
    rung = next((order for order in call.orders.values() if order.at_stake and not order.over), None)
    if rung is None:
        _ring_giver(floor, call, call.handing)
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
    if handing.target is not None:
        floor.devices.release(handing.target, talks=handing.target == person)
    for order in call.orders.values():
        order.over = True
        ringing.stop_legs(floor, order, ANSWERED_ELSEWHERE)
    if person != handing.giver:
        floor.tell(HandedOver(call=call.id, person=person), phone=device_of(channel))

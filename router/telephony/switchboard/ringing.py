"""Phones ring and stop (R6, R11; DESIGN, Telephony 2, 3, 5 and 7). May live here: what happens to legs and orders.

All phones of a person ring together. The first to ring starts the clock, a reject on one is a reject of all, and only
when all have failed the person's phone has failed. Who has the caller is said by `Pickup` alone.
"""

from __future__ import annotations

from functools import partial

from router.core.actions import Ring, StopRinging
from router.core.inputs import Declined, Failed, PhoneRang
from router.core.words import PersonId, Stage
from router.telephony.ami import AmiEvent
from router.telephony.switchboard import commands, silence, watching
from router.telephony.switchboard.display import caller_id, caller_id_outside, stage_words
from router.telephony.switchboard.floor import Floor, Hears, LiveCall, NotTaken, Order, Pending, Purpose
from router.telephony.switchboard.legs import (
    ANSWERED_ELSEWHERE,
    Leg,
    LegEvent,
    LegOutcome,
    LegState,
    leg_id,
    outcome,
    read_leg_id,
)

NO_CHANNEL_MS, HANGUP_MS = 250, 1_000
CROSSING_MS = 150  # in this time the news of a pickup comes that our stop has crossed

# --- what the desk says ----------------------------------------------------------------------------------------------


def ring(floor: Floor, order: Ring) -> None:
    """Ring these people's phones, in order."""
    call = floor.calls.get(order.call)
    if call is None:
        for person in order.people:  # whatever the desk believes of it, no phone will ring
            floor.tell(Failed(call=order.call, person=person), why="the call is not on the PBX")
        return
    if call.over or call.fallback or call.hears is Hears.PERSON:
        return  # its end or answer is on its way to the desk, or the fallback serves it
    if order.stage is Stage.EVERYONE:
        call.open_to_all = True
    if not floor.linked or not call.offer:
        call.pending.append(order)
        return
    words = stage_words(floor.directory.language, order.stage, floor.name_of(order.owner) if order.owner else "")
    for person in order.people:
        start(floor, call, person, Purpose.OFFER, words)
    claim(floor, call)


def claim(floor: Floor, call: LiveCall) -> None:
    """Tell the dialplan that the call is served: with the desk's first action for it, never before (DESIGN 6).

    A call that the desk does not act for, whatever keeps it, is served by the fallback after a second.
    """
    if call.offer and not call.claimed:
        call.claimed = True
        floor.say(commands.claim(call.offer))


def start(
    floor: Floor, call: LiveCall, person: PersonId, purpose: Purpose, words: str, not_taken: NotTaken | None = None
) -> None:
    """Ring all phones of one person that can be rung; with none of them, that is a failure."""
    order = Order(person=person, purpose=purpose, not_taken=not_taken)
    call.orders[person] = order
    known = floor.directory.by_id.get(person)
    for number, phone in enumerate(known.phones if known else ()):
        if floor.devices.may_ring(phone, floor.now) and floor.line_free(phone):
            leg = Leg(id=leg_id(call.id, person, number), call=call.id, person=person, phone=phone)
            leg.was_free = floor.devices.is_free(phone, floor.now)
            _ring_phone(floor, call, order, leg, words)
    if not order.legs:
        finish(floor, call, order, LegOutcome.FAILED, "no phone of theirs can be rung")


def _ring_phone(floor: Floor, call: LiveCall, order: Order, leg: Leg, words: str) -> None:
    order.legs.append(leg)
    floor.legs[leg.id] = leg
    language, limit_ms = floor.directory.language, floor.directory.times.ring_limit_ms
    if leg.phone.trunk:
        shown = caller_id_outside(language, call.number, words, call.name, hotline=call.hotline)
    else:
        shown = caller_id(language, call.number, words, call.name)
    floor.say(commands.originate(leg, target=call.target, caller_id=shown, limit_ms=limit_ms), leg.id)
    if leg.phone.trunk:
        floor.at(floor.directory.times.alert_after_ms, _count_as_ringing, leg)
    else:
        floor.at(silence.patience_ms(floor, leg.phone), give_up_silent, leg)


def stop_ringing(floor: Floor, action: StopRinging) -> None:
    """Stop a person's phones; none shows a missed call if somebody has answered, or they rejected it themselves."""
    call = floor.calls.get(action.call)
    if call is None:
        return
    kept = (without(said, action.person) for said in call.pending)
    call.pending = [said for said in kept if said]
    order = call.orders.get(action.person)
    if order is not None:
        order.over = True
        stop_legs(floor, order, ANSWERED_ELSEWHERE if action.answered or order.declined else None)


def without(said: Pending, person: PersonId) -> Pending | None:
    """What the desk said, for the others; None where it was of this person alone."""
    if not isinstance(said, Ring):
        return said
    people = tuple(other for other in said.people if other != person)
    return Ring(call=said.call, people=people, stage=said.stage, owner=said.owner) if people else None


def stop_legs(floor: Floor, order: Order, cause: int | None) -> None:
    """Stop every phone of the order that has not got the caller.

    Where nobody is known to have the caller a phone may just be getting them: its pickup would be cut by our hang-up.
    So that waits until the news of a pickup would have come.
    """
    call = next((floor.calls.get(leg.call) for leg in order.legs), None)
    sure = call is None or call.over or call.hears is Hears.PERSON
    for leg in order.legs:
        if leg.at_stake:
            leg.step(LegEvent.STOP)
            leg.stop_cause = cause
            if sure:
                floor.say(commands.hang_up(leg.id, cause))
            else:
                floor.at(CROSSING_MS, watching.stop_again, leg)
            watching.see_to_its_end(floor, leg)


# --- what Asterisk says ----------------------------------------------------------------------------------------------


def on_newstate(floor: Floor, event: AmiEvent) -> None:
    """A phone rings, or is off the hook."""
    state = event.get("ChannelStateDesc")
    leg = known_leg(floor, event.one("Uniqueid") or "")
    if leg is None or state not in ("Ringing", "Up"):
        return
    silence.ends(floor, leg.phone)
    if leg.state is LegState.STOPPED and state == "Up":
        floor.at(CROSSING_MS, watching.stop_again, leg)  # was it answered in time, its pickup is the next thing told
        return
    if leg.state is LegState.STOPPED:
        floor.say(commands.hang_up(leg.id, leg.stop_cause))  # came to life after its stop
        return
    if state == "Ringing":
        rang(floor, leg)
        return
    leg.step(LegEvent.ANSWERED)
    if not leg.phone.confirm:
        floor.at(floor.directory.times.watchdog_ms, watching.stuck, leg)


def rang(floor: Floor, leg: Leg) -> None:
    """A phone has begun to ring: with the first of a person's the desk is told."""
    leg.step(LegEvent.RANG)
    leg.rang = True
    call = floor.calls[leg.call]
    order = call.orders.get(leg.person)
    if order is None or order.rang or order.over:
        return
    order.rang = True
    hear_ringing(floor, call)
    if order.purpose is Purpose.OFFER:
        if call.clock_ms is None:
            call.clock_ms = floor.now
        floor.tell(PhoneRang(call=call.id, person=order.person))


def hear_ringing(floor: Floor, call: LiveCall) -> None:
    """The caller hears the ringing tone from the first phone's ringing on."""
    if call.offer and call.hears in (Hears.NOTHING, Hears.WAITING) and not call.fallback:
        call.hears = Hears.RINGING
        floor.say(commands.to_offer(call.offer, "hotline-ringing", call.id))


def on_dial_state(floor: Floor, event: AmiEvent) -> None:
    """A 183: no Newstate comes of it, and some phones and most mobiles give nothing else."""
    leg = floor.legs.get(event.one("DestUniqueid") or "")
    if leg is not None and event.get("DialStatus") == "PROGRESS" and leg.state is LegState.ASKED:
        silence.ends(floor, leg.phone)
        rang(floor, leg)


def _count_as_ringing(floor: Floor, leg: Leg) -> None:
    """A phone behind a trunk may never tell that it rings."""
    if leg.state is LegState.ASKED or (leg.state is LegState.UP and not leg.rang):
        rang(floor, leg)


def give_up_silent(floor: Floor, leg: Leg) -> None:
    """A desk phone without 180 or 183 has not rung: it failed."""
    if leg.state is LegState.ASKED and floor.linked:  # without a link it may well ring: the next one tells
        _failed_leg(floor, leg, "silent")
        silence.begins(floor, leg.phone, partial(look_at, floor, leg.person))
        leg.step(LegEvent.STOP)
        floor.say(commands.hang_up(leg.id))
        watching.see_to_its_end(floor, leg)


def known_leg(floor: Floor, leg_id: str) -> Leg | None:
    """The leg of ours with this ChannelId: also one that was given up, and comes to life after all.

    Nobody wants it any more, so it is stopped; but should it have picked up the caller, that is a fact.
    """
    named = read_leg_id(leg_id)
    if leg_id in floor.legs or named is None:
        return floor.legs.get(leg_id)
    call, subscriber = floor.calls.get(named[0]), floor.directory.by_id.get(named[1])
    if call is None or subscriber is None or named[2] >= len(subscriber.phones):
        return None
    leg = Leg(id=leg_id, call=call.id, person=subscriber.id, phone=subscriber.phones[named[2]])
    leg.step(LegEvent.STOP)
    order = call.orders.setdefault(leg.person, Order(person=leg.person, purpose=Purpose.OFFER, over=True))
    order.legs.append(leg)
    floor.legs[leg_id] = leg
    return leg


def event_channel(leg: Leg) -> str:
    """What the record keeps of a leg, for joining with Asterisk's own records."""
    return leg.id


def on_hangup(floor: Floor, event: AmiEvent) -> None:
    """A phone's channel has ended."""
    leg = floor.legs.get(event.one("Uniqueid") or "")
    if leg is None:
        return
    if leg.at_stake:
        order = floor.calls[leg.call].orders[leg.person]
        was_up = leg.state is LegState.UP and not leg.phone.confirm
        if event.get("TechCause"):
            silence.ends(floor, leg.phone)  # it said something
        if outcome(leg, event, elsewhere=floor.devices.is_elsewhere(leg.phone)) is LegOutcome.DECLINED:
            leg.step(LegEvent.ENDED)
            finish(floor, floor.calls[leg.call], order, LegOutcome.DECLINED, "")
        else:
            why = f"cause {event.get('Cause')} {event.get('TechCause')}".strip()
            leg.step(LegEvent.ENDED)
            _failed_leg(floor, leg, why, rests=not was_up and order.purpose is Purpose.OFFER)
    elif leg.alive:
        leg.step(LegEvent.ENDED)
    forget(floor, leg)


def on_originate_response(floor: Floor, event: AmiEvent) -> None:
    """How an Originate went; of interest where it failed and no channel was ever made."""
    leg = floor.legs.get(event.one("ActionID") or "")
    if leg is None or event.get("Response") != "Failure":
        return
    # The Hangup that says why comes after this event, if there was a channel at all; where the phone is unregistered or
    # unknown there is none, and nothing here tells the two apart (both say Reason 0 and our ChannelId).
    floor.at(NO_CHANNEL_MS if leg.state is LegState.ASKED else HANGUP_MS, never_was, leg)


def refused(floor: Floor, refused_id: str, why: str) -> None:
    """Asterisk refused the Originate itself."""
    leg = floor.legs.get(refused_id)
    if leg is not None:
        floor.alarm("originate-refused", f"Asterisk refused to ring {leg.phone.dial}: {why}")
        never_was(floor, leg)


def never_was(floor: Floor, leg: Leg, *, rests: bool = True) -> None:
    """No channel ever came of it, or it is gone unheard."""
    if not leg.alive or leg.state is LegState.TALKING:
        return
    at_stake = leg.at_stake
    leg.step(LegEvent.ENDED)
    if at_stake:
        _failed_leg(floor, leg, "no channel", rests=rests)
    forget(floor, leg)


def _failed_leg(floor: Floor, leg: Leg, why: str, *, rests: bool = True) -> None:
    """One phone failed; leave it alone for a while (`rests`), and see whether it was the person's last.

    A phone that was answered and then got no caller, who had just gone or was just taken, has nothing to rest from.
    """
    call = floor.calls[leg.call]
    order = call.orders[leg.person]
    if order.over:
        return
    if rests:
        floor.devices.rest(leg.phone, floor.now)
    if not any(other.at_stake for other in order.legs if other is not leg):
        finish(floor, call, order, LegOutcome.FAILED, why)
    look_at(floor, leg.person)


def finish(floor: Floor, call: LiveCall, order: Order, end: LegOutcome, why: str) -> None:
    """The person is out of it: tell whoever rang them."""
    if order.over:
        return
    order.over, order.declined = True, end is LegOutcome.DECLINED
    stop_legs(floor, order, ANSWERED_ELSEWHERE)
    if order.purpose is Purpose.OFFER:
        kind = Declined if end is LegOutcome.DECLINED else Failed
        floor.tell(kind(call=call.id, person=order.person), why=why)
    elif order.not_taken is not None:
        order.not_taken(floor, call, order)


def forget(floor: Floor, leg: Leg) -> None:
    """Drop a leg that has ended, and its call with the last one."""
    floor.legs.pop(leg.id, None)
    floor.devices.own_ended(leg.phone.device, floor.now)
    look_at(floor, leg.person)
    call = floor.calls.get(leg.call)
    if call is not None and call.over and not any(other.call == call.id for other in floor.legs.values()):
        del floor.calls[call.id]


def on_confirmed(floor: Floor, event: AmiEvent) -> None:
    """A mobile's owner pressed 1: from now on it is like any phone off the hook."""
    leg = floor.legs.get(event.one("Leg") or "")
    if leg is not None and leg.state is not LegState.STOPPED:
        leg.confirmed = True
        floor.at(floor.directory.times.watchdog_ms, watching.stuck, leg)


def on_refused(floor: Floor, event: AmiEvent) -> None:
    """A mobile's owner pressed 2."""
    leg = floor.legs.get(event.one("Leg") or "")
    if leg is not None and leg.at_stake:
        call = floor.calls[leg.call]
        finish(floor, call, call.orders[leg.person], LegOutcome.DECLINED, "pressed 2")


def look_at(floor: Floor, person: PersonId) -> None:
    """Tell the desk what it does not know yet of a person's phones, now and when time changes it."""
    if person not in floor.directory.by_id or not floor.linked:
        return
    for change in floor.devices.news(person, floor.now):
        floor.tell(change)
    due = floor.devices.next_change(person, floor.now)
    if due is not None:
        floor.at(due - floor.now, look_at, person)

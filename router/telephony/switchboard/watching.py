"""What must come in the end, and what must not happen. May live here: looking again after a while, and alarms.

Stops, and the news of rings and ends, can be lost on the way. So each phone that was rung is looked at again: whether
it has rung or failed (the desk waits for one of the two), whether a stopped one has ended, whether one that was
answered has got its caller.
"""

from __future__ import annotations

from router.core.actions import Ring
from router.telephony.switchboard import commands, ringing
from router.telephony.switchboard.floor import Floor, Hears, LiveCall, Order, Purpose, Said
from router.telephony.switchboard.legs import Leg, LegEvent, LegState, Outcome

DOUBT_MS = (1_500, 10_000, 60_000)
SURE_MS = 2_000  # beyond the time in which a phone must have rung or failed


def make_sure_later(floor: Floor, order: Ring) -> None:
    """Whatever gets lost on the way: after this time the desk has heard of each of these people, or hears now."""
    times = floor.office.times
    floor.at(max(times.alert_after_ms, times.silent_ms) + SURE_MS, _make_sure, order)


def _make_sure(floor: Floor, order: Ring) -> None:
    """A desk that was told neither that a phone rings nor that it failed would wait for it for ever."""
    call = floor.calls.get(order.call)
    if call is None or call.over or call.fallback or call.hears is Hears.PERSON:
        return
    if not floor.linked:
        make_sure_later(floor, order)
        return
    for person in order.people:
        waiting = any(isinstance(said, Ring) and person in said.people for said in call.pending)
        known = call.orders.get(person)
        if waiting:
            call.pending = [kept for kept in (ringing.without(said, person) for said in call.pending) if kept]
            known = call.orders[person] = Order(person=person, purpose=Purpose.OFFER)
        if known is not None and known.purpose is Purpose.OFFER and not known.rang and not known.over:
            floor.alarm("ring-lost", f"call {call.id} gave no sign of ringing at {person}")
            ringing.finish(floor, call, known, Outcome.FAILED, "no sign of ringing")


def see_to_its_end(floor: Floor, leg: Leg) -> None:
    """A stop can be lost, and so can the news that the phone has ended."""
    for after_ms in floor.office.times.stop_again_ms:
        floor.at(after_ms, _stop_again, leg)
    for after_ms in DOUBT_MS:
        floor.at(after_ms, _probe, leg)


def _stop_again(floor: Floor, leg: Leg) -> None:
    if leg.state is LegState.STOPPED:
        floor.say(commands.hang_up(leg.id, leg.stop_cause))


def doubt(floor: Floor, call: LiveCall) -> None:
    """See soon whether the call's phones are really on their way out.

    Where a phone is answered in the very instant in which it rings, Asterisk sometimes (1 in 1,000 such answers) mixes
    up what it remembers of the channels, and never tells of the phone's end.
    """
    for leg in floor.legs.values():
        if leg.call == call.id:
            for after_ms in DOUBT_MS:
                floor.at(after_ms, _probe, leg)


def _probe(floor: Floor, leg: Leg) -> None:
    if leg.id in floor.legs and floor.linked:
        floor.out.append(Said(commands.probe(leg.id), leg.id, probe=True))


def not_there(floor: Floor, leg_id: str) -> None:
    """Asterisk knows no such channel: it has ended, and its end was not told."""
    leg = floor.legs.get(leg_id)
    if leg is not None and leg.alive:
        leg.step(LegEvent.ENDED)
        ringing.forget(floor, leg)


def stuck(floor: Floor, leg: Leg) -> None:
    """Off the hook for long, and neither picked up nor released: see DESIGN 3."""
    if leg.state is LegState.UP and leg.id in floor.legs:
        floor.alarms_in_a_row += 1
        floor.alarm("pickup-stuck", f"phone {leg.phone.dial} was answered for call {leg.call} and got no caller")
        if floor.distrusts_pickups:
            floor.alarm("pickups-stuck", "new calls are left to the fallback until Asterisk is restarted")
        floor.say(commands.hang_up(leg.id))

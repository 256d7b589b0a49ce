"""News that did not come. May live here: what follows when a ring, an end or a pickup was not told, or not in time.

The desk waits for each phone that it has rung, whether it rings or fails; what a lost link swallowed is read from the
list of channels (`resync.py`), and what became of each phone is told from here.
"""

from __future__ import annotations

from router.core.actions import Ring
from router.telephony.switchboard import answers, commands, ringing
from router.telephony.switchboard.floor import Floor, Hears, Order, Purpose
from router.telephony.switchboard.legs import Leg, LegEvent, LegOutcome, LegState

SURE_MS = 2_000  # beyond the time in which a phone must have rung or failed


def make_sure_later(floor: Floor, order: Ring) -> None:
    """Whatever gets lost on the way: after this time the desk has heard of each of these people, or hears now."""
    times = floor.directory.times
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
            ringing.finish(floor, call, known, LegOutcome.FAILED, "no sign of ringing")


def not_there(floor: Floor, leg_id: str) -> None:
    """Asterisk knows no such channel: it has ended, and its end was not told."""
    leg = floor.legs.get(leg_id)
    if leg is not None and leg.alive:
        leg.step(LegEvent.ENDED)
        ringing.forget(floor, leg)


# --- after a lost link ------------------------------------------------------------------------------------------------


def lost(floor: Floor, leg: Leg) -> None:
    """Its channel is gone, and its end was not heard: that says nothing against the phone."""
    ringing.never_was(floor, leg, rests=False)
    if leg.state is LegState.TALKING:
        leg.step(LegEvent.ENDED)
        ringing.forget(floor, leg)


def found_talking(floor: Floor, leg: Leg) -> None:
    """It is in a bridge, and its pickup was not heard."""
    call = floor.calls.get(leg.call)
    if call is not None:
        answers.has_the_caller(floor, call, leg)


def found_ringing(floor: Floor, leg: Leg) -> None:
    """It rings, and we did not hear it begin."""
    ringing.rang(floor, leg)


def found_silent(floor: Floor, leg: Leg) -> None:
    """It was asked for and is there: its time begins anew, since it may have rung while we could not hear."""
    if not leg.phone.trunk:
        floor.at(floor.directory.times.silent_ms, ringing.give_up_silent, leg)


def found_unwanted(floor: Floor, leg: Leg) -> None:
    """It was stopped, and the stop was lost with the link."""
    floor.say(commands.hang_up(leg.id, leg.stop_cause))

"""Timers (DOMAIN 10, order at one instant). May live here: when time changes something, and what it then does.

Of several timers at one instant: the change of slot, then ends of wrap-up (those of one instant together), then
calls, older first; for one call forfeits, then opening to everyone or the end of the wait for an owner, then missed.
What a timer ends counts as ended only once that timer has had its turn; R14 is looked at after each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from router.core import calls, turns
from router.core.model import Call, Offer, Office
from router.core.rotation import change_slot
from router.core.tables import OfferState
from router.core.words import CallState, MissedWhy


@dataclass(frozen=True, slots=True)
class Timer:
    """When something is due, in milliseconds, and what then happens."""

    due: int
    fire: Callable[[], None]


def next_timer(office: Office) -> Timer | None:
    """The timer whose turn is next: the earliest, and of those of one instant the first in DOMAIN's order."""
    return min(_timers(office), key=lambda timer: timer.due, default=None)  # min keeps the first of equals


def _timers(office: Office) -> Iterator[Timer]:
    yield from _slot_change(office)
    wrap_ups = [person.wrap_up_until for person in office.people.values() if person.wrap_up_until is not None]
    if wrap_ups:
        yield Timer(min(wrap_ups), lambda: _end_wrap_ups(office, min(wrap_ups)))
    for call in office.pending.values():
        yield from _timers_of(office, call)


def _slot_change(office: Office) -> Iterator[Timer]:
    if office.slot is not None:
        if office.slot.end is not None:
            yield Timer(office.slot.end, lambda: change_slot(office))
    elif office.plan:
        yield Timer(office.plan[0].start, lambda: change_slot(office))


def _end_wrap_ups(office: Office, due: int) -> None:
    for person in office.people.values():
        if person.wrap_up_until == due:
            person.wrap_up_until = None


def _timers_of(office: Office, call: Call) -> Iterator[Timer]:
    three_rings = office.policy.three_rings_ms
    for offer in call.offers:
        if offer.state is OfferState.AT_STAKE and offer.rang_at is not None and offer.person in call.ringing:
            yield Timer(offer.rang_at + three_rings, _run_out(office, offer))
    if call.clock is not None and call.state is not CallState.OPEN:
        yield Timer(call.clock + three_rings, lambda: calls.open_to_everyone(office, call))
    if call.owner_wait_until is not None and not call.owner_wait_over and call.state is not CallState.OPEN:
        yield Timer(call.owner_wait_until, lambda: _end_owner_wait(call))
    if call.clock is not None:
        # R11[sixty]: from the clock's start, whoever rings
        yield Timer(call.clock + office.policy.max_ring_ms, lambda: calls.miss(office, call, MissedWhy.NO_ANSWER))
    elif call.state is CallState.WAITING:
        # R14[too-long]: not one whose first phone was told to ring and has not rung yet
        yield Timer(call.arrived + office.policy.max_wait_ms, lambda: calls.miss(office, call, MissedWhy.MAX_WAIT))


def _run_out(office: Office, offer: Offer) -> Callable[[], None]:
    return lambda: turns.run_out(office, offer)


def _end_owner_wait(call: Call) -> None:
    call.owner_wait_over = True

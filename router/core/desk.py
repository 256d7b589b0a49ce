"""The desk: told what happens, it answers what is to be done. May live here: the way in, and nothing of the rules.

`Desk.handle(input, now)` lets time pass to `now`, takes the input, and looks at R14; what comes out is a list of
actions and trail items in DOMAIN 10's order. The desk has no clock and does no I/O: the same inputs at the same times
give the same answers, so a day can be replayed, explained, fuzzed and simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import takewhile
from types import MappingProxyType
from typing import Any

from router.core import calls, inputs, rotation
from router.core.actions import Act, Action, Trail
from router.core.availability import presence_kind
from router.core.errors import ImpossibleInputError
from router.core.model import Call, Office, Person
from router.core.policy import PRESENT, Policy
from router.core.timers import next_timer
from router.core.words import CallState, DeviceState


class Desk:
    """One hotline's desk. `rings_at_once`: a phone told to ring rings in the same instant, for want of phones."""

    def __init__(self, policy: Policy | None = None, *, rings_at_once: bool = False) -> None:
        self.office = Office(policy=policy or Policy(), rings_at_once=rings_at_once)

    @property
    def next_deadline(self) -> int | None:
        """When time alone changes something next (ms), if nothing else happens."""
        timer = next_timer(self.office)
        return None if timer is None else max(timer.due, self.office.now)

    def until(self, now: int) -> Iterator[tuple[int, list[Action | Trail]]]:
        """Let time pass up to and including `now`, instant by instant: when, and what it brought."""
        while (deadline := self.next_deadline) is not None and deadline <= now:
            yield deadline, self.handle(inputs.Tick(), deadline)

    def handle(self, told: inputs.Input, now: int) -> list[Action | Trail]:
        """Take one input at `now` (ms) and answer in order.

        Raises `ImpossibleInputError` (or `PlanError`) for what can't have happened; the input then changed nothing.
        Go through `until` first: it gives each thing that time brings its own instant, and none is lost to a refusal.
        """
        office = self.office
        if now < office.now:
            raise ImpossibleInputError("time-goes-back", now=now, before=office.now)
        self._pass_time(now)
        fresh = _TAKE[type(told)](office, told)
        calls.settle(office, fresh)
        answer, office.out = office.out, []
        return answer

    def _pass_time(self, now: int) -> None:
        """Fire every timer due up to `now`, each at its own time, before the input (DOMAIN 10, order 1)."""
        office = self.office
        while (timer := next_timer(office)) is not None and timer.due <= now:
            office.now = max(timer.due, office.now)
            timer.fire()  # R17[timers-first]: what time brings stands before the input of that instant
            calls.settle(office, None)
        office.now = now


# --- one function an input; each checks before it changes -------------------------------------------------------------


def _plan_set(office: Office, told: inputs.PlanSet) -> None:
    rotation.check_slots(told.slots)
    coming = sorted((slot for slot in told.slots if slot.end is None or slot.end > office.now), key=lambda s: s.start)
    planned = coming[0] if coming and coming[0].start <= office.now else None  # what runs now, as it is planned
    running = office.slot
    if running is not None and planned is not None and _is_same(planned, running):
        coming = coming[1:]
        rotation.change_orders(office, planned)
        office.slot = planned
    elif running is not None:
        office.slot = replace(running, end=office.now)  # as any slot ends; closed, or another one begins
    office.plan = coming


def _is_same(planned: inputs.Slot, running: inputs.Slot) -> bool:
    """Whether the slot that is planned for now is the one that runs, its times or orders changed."""
    return planned.start == running.start or (bool(planned.name) and planned.name == running.name)


def _person_known(office: Office, told: inputs.PersonKnown) -> None:
    if told.presence is not None and told.presence != PRESENT:
        presence_kind(office, told.presence)
    person = office.people.setdefault(told.person, Person(id=told.person))
    person.active = told.active
    if told.presence is not None:
        person.presence = told.presence


def _customer_known(office: Office, told: inputs.CustomerKnown) -> None:
    office.people.setdefault(told.owner, Person(id=told.owner))
    customer = office.customer(told.number)
    customer.owner, customer.contact, customer.say = told.owner, told.last_contact, None


def _arrived(office: Office, told: inputs.CallArrived) -> Call | None:
    _forget_old_calls(office)
    return calls.arrive(office, told.call, told.number)


def _forget_old_calls(office: Office) -> None:
    """Drop calls that ended long ago, so that memory stays flat; their record has them for ever.

    One whose end was never told holds up none after it, and goes as soon as nobody is on it for the desk. With a call
    goes the customer whom nobody owns: a form can't give them back any more (R16.7).
    """
    keep_ms = office.policy.keep_ms
    if keep_ms is None:
        return
    old = list(takewhile(lambda call: call.arrived <= office.now - keep_ms, office.calls.values()))
    for call in old:
        if not call.unanswered and _is_over(office, call, office.now - keep_ms):
            del office.calls[call.id]
            _forget_nobodys(office, call)


def _is_over(office: Office, call: Call, long_ago: int) -> bool:
    if call.ended is not None:
        return call.ended <= long_ago
    return call.last_on_it is None or office.people[call.last_on_it].talking != call.id


def _forget_nobodys(office: Office, call: Call) -> None:
    customer = office.customers.get(call.number)
    if customer is not None and customer.owner is None and customer.say in (None, call.id):
        del office.customers[call.number]


def _rang(office: Office, told: inputs.PhoneRang) -> None:
    call = office.call(told.call)
    calls.check_rings(office, call, told.person)
    calls.rang(office, call, told.person)


def _answered(office: Office, told: inputs.Answered) -> None:
    call = office.call(told.call)
    calls.check_rings(office, call, told.person)
    calls.rang(office, call, told.person)  # answered before we heard it ring: then it rang now
    calls.connect(office, call, told.person)


def _declined(office: Office, told: inputs.Declined) -> Call | None:
    return calls.declined(office, office.call(told.call), told.person)


def _failed(office: Office, told: inputs.Failed) -> Call | None:
    return calls.failed(office, office.call(told.call), told.person)


def _taken(office: Office, told: inputs.Taken) -> Call | None:
    call, person = office.call(told.call), office.person(told.person)
    if not told.fact:
        calls.check_take(call, person)
        calls.connect(office, call, told.person)
        return None
    if not call.unanswered:
        raise ImpossibleInputError("not-theirs-now", call=call.id, state=call.state, person=person.id)
    left = calls.leave_others(office, call, person)
    calls.connect(office, call, told.person)
    return left


def _handed_over(office: Office, told: inputs.HandedOver) -> Call | None:
    call, person = office.call(told.call), office.person(told.person)
    if not told.fact:
        calls.check_hand_over(call, person)
    elif call.unanswered:  # what we were not told: somebody had answered it
        return _taken(office, inputs.Taken(call=call.id, person=person.id, fact=True))
    elif call.state is not CallState.TALKING or call.last_on_it == person.id:
        raise ImpossibleInputError("not-theirs-now", call=call.id, state=call.state, person=person.id)
    left = calls.leave_others(office, call, person)
    calls.hand_over(office, call, person)
    return left


def _hung_up(office: Office, told: inputs.HungUp) -> None:
    calls.hung_up(office, office.call(told.call), lost=told.lost)


def _presence(office: Office, told: inputs.PresenceChanged) -> None:
    person = office.person(told.person)
    if told.presence != PRESENT:
        presence_kind(office, told.presence)
    person.presence = told.presence


def _device(office: Office, told: inputs.DeviceChanged) -> Call | None:
    person = office.person(told.person)
    if told.device in (DeviceState.IN_USE, DeviceState.IDLE):
        person.in_use = told.device is DeviceState.IN_USE
        return None
    if told.device in (DeviceState.LOST, DeviceState.FOUND):
        person.lost = told.device is DeviceState.LOST
        return None
    person.registered = told.device is DeviceState.REGISTERED
    if not person.registered and person.ringing is not None:
        return calls.failed(office, office.calls[person.ringing], person.id)  # DOMAIN 10: a failure of that call, too
    return None


def _form(office: Office, told: inputs.FormFiled) -> None:
    calls.form_filed(office, office.call(told.call), told.kind, told.asked_for)


def _suspended(office: Office, told: inputs.Suspended) -> None:
    office.person(told.person).suspended = True
    office.say(Act(what="suspend", subject=told.person, by=told.by, why=told.why))


def _resumed(office: Office, told: inputs.Resumed) -> None:
    office.person(told.person).suspended = False
    office.say(Act(what="resume", subject=told.person, by=told.by, why=told.why))


def _contacted(office: Office, told: inputs.Contacted) -> None:
    calls.follow_up(office, told.number, office.person(told.person).id)


def _callback(office: Office, told: inputs.CallbackAssigned) -> None:
    if told.number not in office.callbacks:
        raise ImpossibleInputError("no-call-back-owed")
    office.callbacks[told.number] = office.person(told.person).id
    office.say(Act(what="callback", subject=told.person, by=told.by, why=""))


def _callback_owed(office: Office, told: inputs.CallbackOwed) -> None:
    person = office.people.get(told.person) if told.person is not None else None
    office.callbacks.setdefault(told.number, person.id if person is not None and person.active else None)


def _clock_stepped(office: Office, told: inputs.ClockStepped) -> None:
    """No time has passed: what began so long ago, or is due in so long, still is."""
    by = told.by_ms
    office.now += by
    for person in office.people.values():
        if person.wrap_up_until is not None:
            person.wrap_up_until += by
        if person.talking is not None and person.talking in office.calls:
            office.calls[person.talking].on_it_since += by
    for call in office.pending.values():
        call.arrived += by
        call.clock = None if call.clock is None else call.clock + by
        call.owner_wait_until = None if call.owner_wait_until is None else call.owner_wait_until + by
        for offer in call.offers:
            offer.rang_at = None if offer.rang_at is None else offer.rang_at + by


def _tick(_office: Office, _told: inputs.Tick) -> None:
    """Time has passed already."""


_TAKE: Mapping[type[inputs.Input], Callable[[Office, Any], Call | None]] = MappingProxyType(
    {
        inputs.PlanSet: _plan_set,
        inputs.PersonKnown: _person_known,
        inputs.CustomerKnown: _customer_known,
        inputs.CallArrived: _arrived,
        inputs.PhoneRang: _rang,
        inputs.Answered: _answered,
        inputs.Declined: _declined,
        inputs.Failed: _failed,
        inputs.Taken: _taken,
        inputs.HandedOver: _handed_over,
        inputs.HungUp: _hung_up,
        inputs.PresenceChanged: _presence,
        inputs.DeviceChanged: _device,
        inputs.FormFiled: _form,
        inputs.Suspended: _suspended,
        inputs.Resumed: _resumed,
        inputs.RosterEdited: rotation.edit_roster,
        inputs.TurnHandedOut: rotation.hand_out,
        inputs.TurnTakenAway: rotation.take_away,
        inputs.Contacted: _contacted,
        inputs.CallbackAssigned: _callback,
        inputs.CallbackOwed: _callback_owed,
        inputs.Tick: _tick,
        inputs.ClockStepped: _clock_stepped,
    }
)

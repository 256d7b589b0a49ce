"""The same day under other rules: a recorded day's arrivals and facts, with people who behave as they did.

May live here: the other day's run and what is changed in it. The model is stated in docs/explaining.md; nothing in it
is left to chance, so that the same question has the same answer.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from router.core import inputs
from router.core.actions import Action, Connected, Rang, Trail
from router.core.desk import Desk
from router.core.errors import DeskError, PlanError
from router.core.model import Office
from router.core.policy import Policy
from router.core.rotation import check_slots
from router.core.words import CallId, CallState, Group, Millis, PersonId
from router.errors import RequestError
from router.refusals import refusal_text
from router.simulate.outcomes import Outcomes
from router.simulate.recorded_day import Reaction, RecordedDay
from router.texts import _


class WhatIfError(RequestError):
    """The other day can't be: an unknown policy or slot, or an order that R1 refuses."""

    id = "what-if"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """Another order for a group in the slots of that name (or start, HH:MM)."""

    slot: str
    group: Group
    order: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRules:
    """What is different in the other day; `slot_start` names a slot's start as people write it (HH:MM)."""

    policy: Mapping[str, Any] = field(default_factory=dict)
    orders: Sequence[NewOrder] = ()
    slot_start: Callable[[Millis], str] = str

    def of_policy(self, policy: Policy) -> Policy:
        """The policy with the changed values."""
        return replace(policy, **self.policy)

    def of_slots(self, slots: Iterable[inputs.Slot]) -> tuple[inputs.Slot, ...]:
        """The slots with the changed orders; raises `WhatIfError` where R1 refuses them."""
        changed = tuple(self._of_slot(slot) for slot in slots)
        try:
            check_slots(changed)
        except PlanError as error:
            raise WhatIfError(
                _("that order can't be: %(why)s", why=refusal_text(error.refusal)),
                cure=_("give the other group of the slot an order, too"),
            ) from error
        return changed

    def fits(self, order: NewOrder, slot: inputs.Slot) -> bool:
        """Whether an order is meant for a slot."""
        return order.slot in (slot.name, self.slot_start(slot.start))

    def _of_slot(self, slot: inputs.Slot) -> inputs.Slot:
        for order in self.orders:
            if self.fits(order, slot) and order.group is Group.CALL:
                slot = replace(slot, call=order.order)
            elif self.fits(order, slot):
                slot = replace(slot, reception=order.order)
        return slot


@dataclass(slots=True)
class OtherDay:
    """What came of it; `left_out`: what happened that day and could not happen in this one."""

    outcomes: Outcomes
    left_out: list[tuple[Millis, inputs.Input, str]] = field(default_factory=list)


class _Run:
    """One run. Of events at one instant, those that happened that day come first, in the order in which they did."""

    def __init__(self, office: Office, day: RecordedDay, change: ChangedRules) -> None:
        self._desk = Desk()
        self._desk.office = office
        self._day = day
        self._change = change
        self._order = itertools.count()
        self._coming: list[tuple[Millis, int, int, inputs.Input | Policy, bool]] = []
        self.result = OtherDay(Outcomes())

    def run(self, end: Millis, first: Iterable[tuple[Millis, inputs.Input]] = ()) -> OtherDay:
        """Play everything that comes, and let time pass to the end of the day; `first` comes before all else."""
        for at, told in first:
            self._put(at, -1, told, is_fact=True)
        for at, place, fact in self._day.facts:
            self._put(at, place, fact, is_fact=True)
        while self._step(end):
            pass
        return self.result

    def _step(self, end: Millis) -> bool:
        """One thing that happens: what time brings comes before an event of the same instant (DOMAIN 10)."""
        deadline = self._desk.next_deadline
        coming = self._coming[0][0] if self._coming else end
        if deadline is not None and deadline <= coming:
            for at, answer in self._desk.until(deadline):
                self._heard(at, answer)
            return True
        if not self._coming:
            return False
        at, _, _, event, is_fact = heapq.heappop(self._coming)
        self._happen(max(at, self._desk.office.now), event, is_fact=is_fact)
        return True

    def _expect(self, at: Millis, told: inputs.Input) -> None:
        """Somebody will do this then."""
        self._put(at, self._day.places.get(told, self._day.count + 1), told, is_fact=False)

    def _put(self, at: Millis, place: int, event: inputs.Input | Policy, *, is_fact: bool) -> None:
        heapq.heappush(self._coming, (at, place, next(self._order), event, is_fact))

    def _happen(self, at: Millis, event: inputs.Input | Policy, *, is_fact: bool) -> None:
        if isinstance(event, Policy):
            self._desk.office.policy = self._change.of_policy(event)
            return
        if isinstance(event, inputs.PlanSet):
            event = inputs.PlanSet(slots=self._change.of_slots(event.slots))
        if not is_fact and not self._possible(event):
            return
        if isinstance(event, inputs.CallArrived):
            self.result.outcomes.arrived(event.call, at)
        try:
            answer = self._desk.handle(event, at)
        except DeskError as error:
            self.result.left_out.append((at, event, str(refusal_text(error.refusal))))
            return
        self._follow(at, event)
        self._heard(at, answer)

    def _possible(self, event: inputs.Input) -> bool:
        """Whether behaviour still makes sense: the phone still rings, the call still waits or talks."""
        calls = self._desk.office.calls
        match event:
            case (
                inputs.PhoneRang(call=call, person=person)
                | inputs.Answered(call=call, person=person)
                | inputs.Declined(call=call, person=person)
                | inputs.Failed(call=call, person=person)
            ):
                return person in calls[call].ringing
            case inputs.Taken(call=call, fact=is_fact):
                return calls[call].unanswered if is_fact else calls[call].state is CallState.OPEN
            case inputs.HandedOver(call=call, person=person):
                return calls[call].last_on_it != person
            case inputs.HungUp(call=call):
                return calls[call].unanswered or calls[call].state is CallState.TALKING
            case _:
                return True

    def _follow(self, at: Millis, event: inputs.Input) -> None:
        """What people and callers do next, as they did that day."""
        match event:
            case inputs.CallArrived(call=call):
                if call in self._day.patience:
                    self._expect(at + self._day.patience[call], inputs.HungUp(call=call))
                for after_ms, taken in self._day.takes.get(call, []):
                    self._expect(at + after_ms, taken)
            case inputs.PhoneRang(call=call, person=person):
                self._react(at, call, person, self._day.reaction(call, person, at))
            case _:
                pass

    def _react(self, at: Millis, call: CallId, person: PersonId, reaction: Reaction) -> None:
        told = _AS_INPUT.get(reaction.kind)
        if told is not None:
            self._expect(at + reaction.after_ms, told(call=call, person=person))

    def _told_to_ring(self, at: Millis, call: CallId, person: PersonId) -> None:
        at_once = self._day.before_it_rang(call, person)
        if at_once is not None:
            self._react(at, call, person, at_once)
        else:
            self._expect(at + self._day.ring_delay(call, person), inputs.PhoneRang(call=call, person=person))

    def _heard(self, at: Millis, answer: Sequence[Action | Trail]) -> None:
        self.result.outcomes.note(at, answer)
        for item in answer:
            match item:
                case Rang(call=call, who=who) if call in self.result.outcomes.calls:
                    for person in who:
                        self._told_to_ring(at, call, person)
                case Connected(call=call) if call in self.result.outcomes.calls:
                    self._talk(at, call)
                case _:
                    pass

    def _talk(self, at: Millis, call: CallId) -> None:
        for later in self._day.later.get(call, []):
            self._expect(at + later.after_ms, later.told)
        talk_ms = self._day.talk(call)
        if talk_ms is not None:
            self._expect(at + talk_ms, inputs.HungUp(call=call))


_AS_INPUT: Mapping[str, Callable[..., inputs.Input]] = {
    "answer": inputs.Answered,
    "decline": inputs.Declined,
    "fail": inputs.Failed,
}


def other_day(office: Office, day: RecordedDay, change: ChangedRules, start: Millis, end: Millis) -> OtherDay:
    """Play a recorded day under a change, from the office as it stood before it (which is used up).

    Raises `WhatIfError` for an order that fits no slot of the day, or that R1 refuses.
    """
    slots = [slot for _, _, fact in day.facts if isinstance(fact, inputs.PlanSet) for slot in fact.slots]
    slots += office.plan + ([office.slot] if office.slot else [])
    for order in change.orders:
        if not any(change.fits(order, slot) for slot in slots):
            known = ", ".join(sorted({slot.name or change.slot_start(slot.start) for slot in slots})) or "none"
            raise WhatIfError(
                _("no slot %(slot)r on that day", slot=order.slot), cure=_("slots of the day: %(known)s", known=known)
            )
    office.policy = change.of_policy(office.policy)
    office.plan = list(change.of_slots(office.plan))
    first: list[tuple[Millis, inputs.Input]] = []
    if office.slot is not None:
        running = office.slot
        fitting = [order for order in change.orders if change.fits(order, running)]
        first = [(start, inputs.RosterEdited(group=one.group, order=one.order, by="what-if")) for one in fitting]
    return _Run(office, day, change).run(end, first)

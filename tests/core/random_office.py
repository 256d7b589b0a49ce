"""A made-up office whose day unfolds by choices: each step is something that can really happen next.

`choose` picks from a list: hypothesis draws in the property tests, a seeded generator in the long runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st

from router.core import inputs
from router.core.actions import Action, Trail
from router.core.desk import Desk
from router.core.errors import DeskError
from router.core.policy import DAY_MS, Policy
from router.core.words import CallId, CallState, DeviceState, FormKind, Group, Number, PersonId

T = TypeVar("T")
Choose = Callable[[Sequence[Any]], Any]

PEOPLE = [PersonId(name) for name in "ABCDEF"]
NUMBERS = [Number(number) for number in ("1", "2", "3", "4", "")]
PRESENCES = ["present", "present", "present", "break", "off", "receiving", "errand"]
PAUSES_MS = [0, 100, 1000, 2500, 5000, 5000, 10_000, 15_000, 20_000, 45_000]


@dataclass
class RandomOffice:
    """A desk, the day's script so far, and what came of it."""

    choose: Choose
    desk: Desk = field(init=False)
    policy: Policy = field(init=False)
    now: int = 0
    calls: int = 0
    script: list[tuple[int, inputs.Input]] = field(default_factory=list)
    answers: list[tuple[int, Action | Trail]] = field(default_factory=list)

    def __post_init__(self) -> None:
        pick = self.choose
        self.policy = Policy(
            makeup_carry=pick([False, True]),
            wrap_up_ms=pick([0, 0, 5000, 20_000]),
            owner_wait=pick([False, False, True]),
            lapse_ms=pick([7 * DAY_MS, 60_000]),
        )
        self.desk = Desk(self.policy, rings_at_once=True)
        for person in PEOPLE:
            self.tell(inputs.PersonKnown(person=person))
        self.tell(inputs.CustomerKnown(number=Number("4"), owner=pick(PEOPLE), last_contact=-1000))
        self.tell(inputs.PlanSet(slots=self._plan()))

    def _plan(self) -> tuple[inputs.Slot, ...]:
        pick = self.choose
        if pick([True, True, False]):
            return (inputs.Slot(start=0, end=None, call=tuple(PEOPLE[:3]), reception=tuple(PEOPLE[3:5])),)
        first = inputs.Slot(start=0, end=pick([20_000, 60_000]), call=tuple(PEOPLE[:3]), reception=tuple(PEOPLE[3:5]))
        gap = pick([0, 0, 10_000])
        assert first.end is not None
        second = inputs.Slot(
            start=first.end + gap,
            end=first.end + gap + 100_000,
            continues=pick([True, False]),
            call=(PEOPLE[1], PEOPLE[0], PEOPLE[5]),
            reception=(PEOPLE[3],),
        )
        return first, second

    def tell(self, told: inputs.Input) -> list[Action | Trail]:
        """Let time pass and tell the desk; keeps script and answers."""
        for at, answer in self.desk.until(self.now):
            self.answers += [(at, item) for item in answer]
        answer = self.desk.handle(told, self.now)
        self.script.append((self.now, told))
        self.answers += [(self.now, item) for item in answer]
        return answer

    def step(self) -> None:
        """Something that can happen now happens, after a pause."""
        self.now += self.choose(PAUSES_MS)
        for at, answer in self.desk.until(self.now):
            self.answers += [(at, item) for item in answer]
        told = self.choose(self._possible())
        try:
            self.tell(told)
        except DeskError:
            self.tell(inputs.Tick())  # e.g. a take by somebody who rings: refused, and nothing has changed

    def _possible(self) -> list[inputs.Input]:
        office, pick = self.desk.office, self.choose
        person = pick(PEOPLE)
        options: list[inputs.Input] = [
            inputs.CallArrived(call=self._next_call(), number=pick(NUMBERS)),
            inputs.CallArrived(call=self._next_call(), number=pick(NUMBERS)),
            inputs.PresenceChanged(person=person, presence=pick(PRESENCES)),
            inputs.DeviceChanged(person=person, device=pick(list(DeviceState))),
            pick([inputs.Suspended(person=person), inputs.Resumed(person=person), inputs.Tick()]),
            inputs.Contacted(number=pick(NUMBERS[:4]), person=person),
        ]
        if office.slot is not None:
            options.append(self._roster())
        for call in office.calls.values():
            options += self._of_call(call.id, person)
        return options

    def _next_call(self) -> CallId:
        self.calls += 1
        return CallId(f"c{self.calls}")

    def _roster(self) -> inputs.Input:
        group = self.choose([Group.CALL, Group.RECEPTION])
        other = self.desk.office.sheets[Group.RECEPTION if group is Group.CALL else Group.CALL]
        free = [person for person in PEOPLE if person not in other.turns]
        keep = self.choose([len(free), max(len(free) - 1, 0)])
        start = self.choose(range(max(len(free), 1)))
        order = (free[start:] + free[:start])[:keep]
        if self.choose([True, False]):
            return inputs.RosterEdited(group=group, order=tuple(order))
        act = self.choose([inputs.TurnHandedOut, inputs.TurnTakenAway])
        made: inputs.Input = act(group=group, person=self.choose(PEOPLE), by="supervisor", why="test")
        return made

    def _of_call(self, call_id: CallId, person: PersonId) -> list[inputs.Input]:
        call = self.desk.office.calls[call_id]
        if call.unanswered:
            options: list[inputs.Input] = [inputs.HungUp(call=call_id)]
            for ringing in call.ringing:
                options += [inputs.Answered(call=call_id, person=ringing)] * 2
                options += [inputs.Declined(call=call_id, person=ringing), inputs.Failed(call=call_id, person=ringing)]
            if call.state is CallState.OPEN:
                options.append(inputs.Taken(call=call_id, person=person))
            return options
        if not call.answered:
            return []
        asked_for = self.choose([None, person])
        form = inputs.FormFiled(call=call_id, kind=self.choose(list(FormKind)), asked_for=asked_for)
        if call.state is CallState.TALKING:
            return [
                form,
                inputs.HungUp(call=call_id),
                inputs.HungUp(call=call_id),
                inputs.HandedOver(call=call_id, person=person),
            ]
        return [form]


def drawn_office(data: st.DataObject) -> RandomOffice:
    """An office whose choices hypothesis draws, so that it can shrink a day that fails."""

    def choose(options: Sequence[Any]) -> Any:
        options = list(options)
        return options[data.draw(st.integers(0, len(options) - 1))]

    return RandomOffice(choose)

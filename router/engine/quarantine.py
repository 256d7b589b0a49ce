"""When a timer of the desk fails: which call it was, and how the office goes on without it.

A mistake of ours in a timer would come back at every start, since a start finds the same timer due. So the call whose
timer it is leaves the desk as if its caller had hung up (nobody's turn is lost by it), and Asterisk rings everybody for
it by itself. May live here: finding that call, on copies of the office; nothing is changed but copies.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace

from router.core import inputs
from router.core.actions import Action, Trail
from router.core.desk import Desk
from router.core.model import Office
from router.core.words import CallId


@dataclass(frozen=True, slots=True)
class Cure:
    """An office in which time can go on: `ended` are the calls that left it, with what the desk said of each."""

    office: Office
    ended: tuple[tuple[CallId, list[Action | Trail]], ...]


def cure(office: Office, now: int) -> Cure:
    """The office with as few calls less as it takes for time to get past where it failed, on its way to `now` (ms)."""
    due = _next_deadline(office, now)
    for calls in _fewest_first(list(office.pending)):
        found = _without(office, calls)
        if found is not None and _reaches(found.office, due):
            return found
    return _at_a_standstill(office)


def _fewest_first(calls: list[CallId]) -> Iterator[list[CallId]]:
    """Each call by itself, oldest first, then all of them."""
    yield from ([call] for call in calls)
    if len(calls) > 1:
        yield calls


def _next_deadline(office: Office, now: int) -> int:
    try:
        return _copy(office).next_deadline or now
    except Exception:  # it is the looking for the next timer that fails
        return now


def _without(office: Office, calls: list[CallId]) -> Cure | None:
    desk = _copy(office)
    try:
        ended = tuple((call, desk.handle(inputs.HungUp(call=call), office.now)) for call in calls)
    except Exception:  # its end fails as well: the next try
        return None
    return Cure(desk.office, ended)


def _reaches(office: Office, due: int) -> bool:
    try:
        _copy(office).handle(inputs.Tick(), due)
    except Exception:
        return False
    return True


def _at_a_standstill(office: Office) -> Cure:
    """No call is to blame, or none can be ended: whatever time could change is taken out, and the sheets stay."""
    made = deepcopy(office)
    ended: tuple[tuple[CallId, list[Action | Trail]], ...] = tuple((call, []) for call in made.pending)
    for call in made.pending:
        del made.calls[call]
    made.pending.clear()
    for person in made.people.values():
        person.ringing = person.ringing if person.ringing in made.calls else None
        person.wrap_up_until = None
    made.slot = replace(made.slot, end=None) if made.slot else None
    made.plan.clear()
    return Cure(made, ended)


def _copy(office: Office) -> Desk:
    desk = Desk(office.policy)
    desk.office = deepcopy(office)
    return desk

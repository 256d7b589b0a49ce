"""The board: what the office sees of the desk at this moment, as plain data for pages, terminal and socket.

May live here: reading an office, never changing it. Numbers leave masked; times are milliseconds (UTC).
"""

from __future__ import annotations

from typing import Any

from router.core.availability import reason
from router.core.model import Call, Office, Person, Sheet
from router.core.ownership import live_owner
from router.core.words import WITHHELD, CallId, CallState, PersonId, Stage, TurnState
from router.masking import mask

NOBODY_CALLS = Call(id=CallId(""), number=WITHHELD, arrived=0)  # who would get a new call: nobody is out of it


def board(office: Office) -> dict[str, Any]:
    """Everything that the live pages show, from the desk's state as it is."""
    following = next_in_line(office)
    return {
        "at": office.now,
        "slot": _slot(office),
        "next": following,
        "sheets": [_sheet(office, sheet, following) for sheet in office.sheets.values()],
        "people": {person.id: _person(office, person) for person in office.people.values()},
        "calls": [_call(office, call) for call in _running(office)],
        "callbacks": [{"number": mask(number), "person": who} for number, who in office.callbacks.items()],
        "three_rings_ms": office.policy.three_rings_ms,
        "max_wait_ms": office.policy.max_wait_ms,
    }


def _running(office: Office) -> list[Call]:
    """The calls that go on, by arrival; found without looking through a month's ended ones."""
    talked = {person.talking: None for person in office.people.values() if person.talking is not None}
    running = {**office.pending, **{call: office.calls[call] for call in talked if call in office.calls}}
    return sorted(running.values(), key=lambda call: call.arrived)


def next_in_line(office: Office) -> PersonId | None:
    """Who would be rung for a new call now (R2, R5, R10); None: nobody."""
    for sheet in office.running_sheets():
        free = [p for p in sheet.turns if reason(office, office.people[p], NOBODY_CALLS) is None]
        due = [p for p in free if sheet.turns[p].state is TurnState.DUE]
        if free:
            return (due or free)[0]
    return None


def _slot(office: Office) -> dict[str, Any] | None:
    if office.slot is None:
        return None
    return {"name": office.slot.name, "start": office.slot.start, "end": office.slot.end}


def _sheet(office: Office, sheet: Sheet, following: PersonId | None) -> dict[str, Any]:
    return {
        "group": sheet.group,
        "round": sheet.round,
        "running": office.slot is not None,
        "turns": [
            {
                "person": person,
                "state": turn.state,
                "owed": turn.owed,
                "next": person == following,
            }
            for person, turn in sheet.turns.items()
        ],
    }


def _person(office: Office, person: Person) -> dict[str, Any]:
    why = reason(office, person, NOBODY_CALLS)
    return {
        "presence": person.presence,
        "phone": _phone(person),
        "suspended": person.suspended,
        "call": person.talking or person.ringing,
        "why_not": why.word if why else None,
        "kind": why.kind if why else None,
    }


def _phone(person: Person) -> str:
    states = {
        "talking": person.talking is not None or person.in_use,
        "ringing": person.ringing is not None,
        "wrap_up": person.wrap_up_until is not None,
        "offline": not person.registered,
    }
    return next((state for state, true in states.items() if true), "idle")


def _call(office: Office, call: Call) -> dict[str, Any]:
    owner = live_owner(office, call.number) if call.number != WITHHELD else None
    return {
        "id": call.id,
        "number": mask(call.number),
        "state": call.state,
        "arrived": call.arrived,
        "clock": call.clock,
        "ringing": list(call.ringing),
        "on_it": call.last_on_it if call.state is CallState.TALKING else None,
        "since": call.on_it_since if call.state is CallState.TALKING else None,
        "returning": call.returning,
        "owner": owner,
        "stage": Stage.EVERYONE if call.state is CallState.OPEN else None,
    }

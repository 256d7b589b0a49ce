"""What an act would bring, before it is done (WEB 1.7). May live here: trying an input on a copy of the desk.

The copy has what decides the next call: people, sheets, slot and the calls that are going on; not the month's ended
calls, which would take too long to copy.
"""

from __future__ import annotations

import copy
from typing import Any

from router.core.actions import Ring
from router.core.desk import Desk
from router.core.errors import DeskError
from router.core.inputs import Input
from router.core.model import Office
from router.engine.board import next_in_line


def preview(office: Office, told: Input) -> dict[str, Any]:
    """Who is next and how each turn stands, before and after; who would ring at once; or why it would be refused."""
    desk = Desk(office.policy)
    desk.office = _sketch(office)
    before = _standing(desk.office)
    try:
        answer = desk.handle(told, desk.office.now)
    except DeskError as error:
        return {"refused": str(error), "before": before, "after": before, "rings": []}
    rings = [person for item in answer if isinstance(item, Ring) for person in item.people]
    return {"refused": "", "before": before, "after": _standing(desk.office), "rings": rings}


def _sketch(office: Office) -> Office:
    talked = (person.talking for person in office.people.values())
    calls = {**office.pending, **{call: office.calls[call] for call in talked if call in office.calls}}
    numbers = {call.number for call in calls.values()}
    return copy.deepcopy(
        Office(
            policy=office.policy,
            rings_at_once=False,
            now=office.now,
            people=office.people,
            plan=office.plan,
            slot=office.slot,
            sheets=office.sheets,
            calls=calls,
            pending=office.pending,
            customers={number: known for number, known in office.customers.items() if number in numbers},
            last_id=office.last_id,
        ),
        {id(office.policy): office.policy},  # it can't be copied and never changes
    )


def _standing(office: Office) -> dict[str, Any]:
    return {
        "next": next_in_line(office),
        "sheets": {
            sheet.group.value: [
                {"person": turn.person, "state": turn.state.value, "owed": turn.owed} for turn in sheet.turns.values()
            ]
            for sheet in office.running_sheets()
        },
    }

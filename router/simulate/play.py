"""Playing a case: a thin loop around the desk that routes live calls (DOMAIN 10). May live here: loop and result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from router.core import actions, inputs
from router.core.desk import Desk
from router.core.errors import DeskError
from router.core.model import Office
from router.core.words import WITHHELD
from router.refusals import refusal_text
from router.simulate.model import Case

Item = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What `hotline simulate --json` prints of a case; with an error all else is empty."""

    case: str
    error: str | None
    trace: list[Item] = field(default_factory=list)
    sheets: dict[str, Item] = field(default_factory=dict)
    owners: dict[str, str | None] = field(default_factory=dict)
    callbacks: dict[str, str | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The result in DOMAIN 10's shape."""
        return {
            "case": self.case,
            "error": self.error,
            "trace": self.trace,
            "sheets": self.sheets,
            "owners": self.owners,
            "callbacks": self.callbacks,
        }


def play(case: Case) -> Result:
    """Play one case; an impossible event or a refused plan is the result's error, never an exception."""
    desk = Desk(case.policy, rings_at_once=True)
    trace: list[Item] = []
    try:
        _set_up(desk, case)
    except DeskError as error:
        return Result(case=case.name, error=f"{case.name}: {refusal_text(error.refusal)}")
    _advance(desk, 0, trace)  # a slot from 0 is in force even when nothing happens
    for event in case.events:
        try:
            _advance(desk, event.at, trace)
            _note(trace, event.at, desk.handle(event.told, event.at))
        except DeskError as error:
            return Result(case=case.name, error=f"{case.name}: event {{{event.text}}}: {refusal_text(error.refusal)}")
    office = desk.office
    return Result(
        case=case.name,
        error=None,
        trace=trace,
        sheets=sheets(office),
        owners={number: customer.owner for number, customer in office.customers.items() if number != WITHHELD},
        callbacks={number: person for number, person in office.callbacks.items()},  # noqa: C416  (widens the ids' types)
    )


def _set_up(desk: Desk, case: Case) -> None:
    for person in case.people:
        desk.handle(inputs.PersonKnown(person=person), 0)
    for customer in case.customers:
        desk.handle(customer, 0)
    desk.handle(inputs.PlanSet(slots=case.slots), 0)


def _advance(desk: Desk, at: int, trace: list[Item]) -> None:
    for instant, answer in desk.until(at):
        _note(trace, instant, answer)


def _note(trace: list[Item], at: int, answer: Iterable[actions.Action | actions.Trail]) -> None:
    trace.extend({"at": _seconds(at), **TRACE[type(item)](item)} for item in answer if type(item) in TRACE)


def _seconds(at: int) -> int | float:
    return at // 1000 if at % 1000 == 0 else at / 1000


def sheets(office: Office) -> dict[str, Item]:
    """The sheets last in force, as the result shows them."""
    return {
        group: {
            "round": sheet.round,
            "turns": {person: turn.state for person, turn in sheet.turns.items()},
            "owed": sorted(person for person, turn in sheet.turns.items() if turn.owed),
        }
        for group, sheet in office.sheets.items()
    }


def _rang(item: actions.Rang) -> Item:
    rang: Item = {"ring": item.call, "who": list(item.who), "stage": item.stage}
    return rang if item.sheet is None else {**rang, "sheet": item.sheet}


# trail item -> its line in the trace; what is missing here (evidence, acts, actions) is no part of a trace
TRACE: Mapping[type, Callable[[Any], Item]] = MappingProxyType(
    {
        actions.Rang: _rang,
        actions.Connected: lambda i: {"connect": i.call, "who": i.who, "turn": i.turn, "late": i.late},
        actions.HandOver: lambda i: {"handover": i.call, "who": i.who, "from": i.giver},
        actions.Waits: lambda i: {"wait": i.call},
        actions.Missed: lambda i: {"missed": i.call, "why": i.why, "callback": i.callback},
        actions.Passed: lambda i: {"pass": i.person, "sheet": i.sheet, "why": i.why},
        actions.Forfeit: lambda i: {"forfeit": i.person, "sheet": i.sheet, "why": i.why},
        actions.Lapse: lambda i: {"lapse": i.person, "sheet": i.sheet},
        actions.Restore: lambda i: {"restore": i.person, "sheet": i.sheet, "why": i.why},
        actions.Round: lambda i: {"round": i.number, "sheet": i.sheet},
        actions.Own: lambda i: {"own": i.number, "who": i.who},
    }
)

"""What the desk said, as lines of the log: a name and its facts, numbers masked; and what changed its state.

May live here: that wording, and looking for the changes. The whole record is in journal and database; the log is for
whoever watches a call go by.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator
from typing import Any

from router.core.actions import Action, Decision, LedgerEntry, Seen, Trail
from router.core.model import Office
from router.core.words import CallId
from router.masking import mask

Facts = dict[str, Any]
UNKNOWN = "-"


def lines(answer: list[Action | Trail]) -> Iterator[tuple[str, Facts]]:
    """A line for each trail item; actions are not said, what comes of them is; nor the ledger, which sums them up."""
    for item in answer:
        if not isinstance(item, Action | LedgerEntry):
            yield type(item).__name__.lower(), _facts(item)


def _facts(item: Trail) -> Facts:
    fields = {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}
    facts = {name: _value(name, value) for name, value in fields.items() if value is not None}
    if isinstance(item, Decision) and item.clock_ms is None:
        facts["clock_ms"] = UNKNOWN
    return facts


def _value(name: str, value: Any) -> Any:
    if name == "number" and isinstance(value, str):
        return mask(value) or "withheld"
    if isinstance(value, Seen):
        return f"{value.person}:{value.turn}:{value.why or 'available'}"
    if isinstance(value, tuple):
        return [_value(name, part) for part in value]
    return value.value if isinstance(value, enum.Enum) else value


class States:
    """The states of calls, turns and people as last seen, so that a change of any is told once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], str] | None = None

    def changes(self, office: Office) -> list[tuple[str, str, Facts]]:
        """What changed since the last look: state before and after, and whose; the first look tells of nothing."""
        known, now = self._known, _states(office)
        self._known = now
        if known is None or known == now:
            return []
        changed = [
            (known.get(key, UNKNOWN), state, _whose(key)) for key, state in now.items() if known.get(key) != state
        ]
        for key, state in known.items():
            if key not in now and (end := _end(office, key)) != state:
                changed.append((state, end, _whose(key)))
        return changed


def _states(office: Office) -> dict[tuple[str, str, str], str]:
    """Looked at after each input: words as they stand in the office, nothing made anew that need not be."""
    states: dict[tuple[str, str, str], str] = {("call", call.id, ""): call.state for call in office.pending.values()}
    for person in office.people.values():
        states["presence", person.id, ""] = person.presence
        states["calls", person.id, ""] = "suspended" if person.suspended else "given"
        if person.talking is not None and person.talking in office.calls:
            states["call", person.talking, ""] = office.calls[person.talking].state
    for sheet in office.sheets.values():
        for turn in sheet.turns.values():
            states["turn", turn.person, sheet.group] = f"{turn.state}+owed" if turn.owed else turn.state
    return states


def _end(office: Office, key: tuple[str, str, str]) -> str:
    """The state of what is not looked at any more: a call that is over, somebody who left."""
    call = office.calls.get(CallId(key[1])) if key[0] == "call" else None
    return call.state if call else "gone"


def _whose(key: tuple[str, str, str]) -> Facts:
    of, whose, sheet = key
    if of == "call":
        return {"of": of, "call": whose}
    return {"of": of, "person": whose, "sheet": sheet} if sheet else {"of": of, "person": whose}

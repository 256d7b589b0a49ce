"""What the templates of the acts are given. May live here: the board and a trial made ready to be shown, no queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def turns_changed(trial: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Whose turn would stand otherwise afterwards."""
    changes = []
    for group, after in trial["after"]["sheets"].items():
        before = {turn["person"]: turn for turn in trial["before"]["sheets"].get(group, [])}
        for turn in after:
            was = before.get(turn["person"])
            if was is None or (was["state"], was["owed"]) != (turn["state"], turn["owed"]):
                changes.append({"group": group, "was": was, "now": turn})
        kept = {turn["person"] for turn in after}
        changes += [{"group": group, "was": was, "now": None} for was in before.values() if was["person"] not in kept]
    return changes


def places_changed(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, int | None, int | None]]:
    """Who would stand elsewhere: person, place before and after (from 1; None: not on the sheet)."""
    people = dict.fromkeys((*before, *after))
    places = [(person, _place(before, person), _place(after, person)) for person in people]
    return [change for change in places if change[1] != change[2]]


def _place(order: Sequence[str], person: str) -> int | None:
    return order.index(person) + 1 if person in order else None

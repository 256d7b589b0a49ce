"""Which call each item of an answer is about. May live here: that reading; items such as `Forfeit` name no call.

A decision stands before what it leads to, and a call's restores before its `Missed` (DOMAIN 10), so the order tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from router.core import actions
from router.core.actions import Action, Trail
from router.core.words import CallId, RestoreWhy
from router.store.follow.events import JournalEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An item, its place in the event (0 is the input), and the call that it is about, if one is known."""

    position: int
    item: Action | Trail
    call: CallId | None


def steps_of(event: JournalEvent) -> list[Step]:
    """The items of an event's answer, each with its call."""
    call: CallId | None = getattr(event.input, "call", None)
    steps: list[Step] = []
    for position, item in enumerate(event.answer, 1):
        named: CallId | None = getattr(item, "call", None)
        if named is not None:
            call = named
        about = call
        if isinstance(item, actions.Restore) and item.why is RestoreWhy.ABANDONED:
            about = _next_missed(event.answer[position:]) or call
        elif isinstance(item, actions.SlotChanged | actions.Act):
            about = None
        steps.append(Step(position=position, item=item, call=about))
    return steps


def _next_missed(rest: Sequence[Action | Trail]) -> CallId | None:
    return next((item.call for item in rest if isinstance(item, actions.Missed)), None)

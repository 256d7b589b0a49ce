"""Marks of a call (R18-R20): facts for the supervisor, never penalties. May live here: setting and reading them.

A mark is `{"kind", "person", "at"}` in `call.marks`: `other`, `warned`, `overtime`, `duty`, `blocked`, `inside` (the
engine's facts), `hung_up_first` (a consultant ended it), `turn_returned` (a form or hand-over gave the turn back).
"""

from __future__ import annotations

from router.core import actions
from router.core.words import Number
from router.store.fairness.acts import BY_HAND
from router.store.follow.batch import Batch
from router.store.follow.events import TURNED_AWAY, Fact, FactKind, JournalEvent
from router.store.follow.steps import Step
from router.store.scope import moment
from router.store.tables.calls import CallRow

RULES = {FactKind.DUTY: ["R15"], **{key: ["R9"] for key in TURNED_AWAY}}


def apply_fact(batch: Batch, fact: Fact) -> None:
    """Mark the call, and keep the fact in its trail."""
    call = _turned_away(batch, fact) if fact.what in TURNED_AWAY else batch.call(fact.call)
    if call is not None:
        _mark(call, fact.what.value, fact.person, fact.at_ms)
    batch.trail.append(
        {
            "site_id": batch.site_id,
            "journal": batch.journal,
            "seq": fact.seq,
            "position": 0,
            "at": moment(fact.at_ms),
            "call_id": fact.call,
            "kind": "Fact",
            "rules": RULES.get(fact.what, ["R18"]),
            "body": {"what": fact.what.value, "person": fact.person, "by": fact.by},
            "source": fact.source,
            "refused": "",
        }
    )


def _turned_away(batch: Batch, fact: Fact) -> CallRow:
    """A call that the desk never heard of enters the log here: it came, and it was turned away."""
    facts, mark = fact.facts, batch.mark
    number = batch.number(fact, Number(facts.get("caller", "")))  # a new one is flushed: before the call has a row
    call = batch.call(fact.call) or batch.new_call(fact.call)
    call.uniqueid, call.systemname = facts.get("uniqueid", ""), facts.get("systemname", "")
    call.trunk, call.hotline = facts.get("trunk", ""), facts.get("hotline", "")
    call.number = number
    call.arrived_at = call.ended_at = moment(fact.at_ms)
    call.slot_name, call.slot_started_at = mark.slot_name, mark.slot_started_at
    call.missed_why = fact.what.value
    return call


def mark_the_end(call: CallRow, event: JournalEvent) -> None:
    """R19: the last on the call hung up before the caller did."""
    if call.answered_at is not None and call.person is not None and call.ended_by == "consultant":
        _mark(call, "hung_up_first", call.person, event.at_ms)


def mark_returned(batch: Batch, event: JournalEvent, step: Step) -> None:
    """A form or hand-over gave back the turn of this call (R6)."""
    item, call = step.item, batch.call(step.call) if step.call else None
    if call is not None and isinstance(item, actions.Restore) and item.why in BY_HAND:
        _mark(call, "turn_returned", item.person, event.at_ms)


def _mark(call: CallRow, kind: str, person: str, at_ms: int) -> None:
    known = call.marks or []
    if not any((mark["kind"], mark["person"]) == (kind, person) for mark in known):
        call.marks = [*known, {"kind": kind, "person": person, "at": moment(at_ms).isoformat()}]

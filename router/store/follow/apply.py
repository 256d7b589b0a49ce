"""One event of the journal, put into the tables. May live here: what each input and trail item means for the record.

No rule is decided here: who owns whom and what is owed comes with the event (`Standing`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from router.core import actions, inputs
from router.core.words import Number, Stage
from router.errors import StoreError
from router.store.follow.apply_turns import apply_turns, with_calls
from router.store.follow.batch import ERASED, Batch
from router.store.follow.events import NUMBER_FIELDS, Erasure, Fact, JournalEvent, JournalItem, Standing, Unreadable
from router.store.follow.marks import apply_fact, mark_returned, mark_the_end
from router.store.follow.presence import apply_presence
from router.store.follow.steps import Step, steps_of
from router.store.scope import moment
from router.store.tables.customers import CallbackRow, ContactRow, NumberRow
from router.texts import _

NOT_IN_THE_TRAIL = (
    inputs.Tick,
    inputs.CustomerKnown,
    inputs.PersonKnown,
    inputs.CallbackOwed,
)  # nothing to ask about afterwards
IN_THE_TRAIL = (
    *(
        cls
        for cls in vars(actions).values()
        if isinstance(cls, type) and cls in actions.Trail.__args__ and cls is not actions.LedgerEntry
    ),
    actions.TellOwner,
)


class UnreadableEventError(StoreError):
    """An event that this version can't read."""

    id = "event-unreadable"


def apply(batch: Batch, item: JournalItem) -> None:
    """Put one item into the tables; the caller commits. Raises `UnreadableEventError`, or what the database says."""
    if isinstance(item, Unreadable):
        raise UnreadableEventError(item.why, cure=_("was it written by a newer version?"))
    if isinstance(item, Erasure):
        batch.erase(item)
        return
    if isinstance(item, Fact):
        apply_fact(batch, item)
        return
    steps = with_calls(batch, steps_of(item))
    if not item.refused:
        _apply_input(batch, item)
        for step in steps:
            _apply_answer(batch, item, step)
        apply_turns(batch, item, steps)
        for standing in item.standing:
            _apply_standing(batch, item, standing)
    _write_trail(batch, item, steps)


# --- calls -----------------------------------------------------------------------------------------------------------


def _apply_input(batch: Batch, event: JournalEvent) -> None:
    told = event.input
    if isinstance(told, inputs.CallArrived):
        _arrived(batch, event, told)
        return
    if isinstance(told, inputs.PresenceChanged):
        apply_presence(batch, event, told)
        return
    if isinstance(told, inputs.Contacted):
        _contacted(batch, event, told)
        return
    call = batch.call(told.call) if isinstance(told, OF_A_CALL) else None
    if call is None:
        return
    if isinstance(told, inputs.PhoneRang) and call.rang_at is None:
        call.rang_at = moment(event.at_ms)
    elif isinstance(told, inputs.HungUp):
        call.ended_at = moment(event.at_ms)
        call.ended_by = event.facts.get("ended_by", "")
        mark_the_end(call, event)
    elif isinstance(told, inputs.FormFiled):
        call.form_kind = told.kind.value
    call.served_by = event.facts.get("served", call.served_by)


OF_A_CALL = (
    inputs.PhoneRang
    | inputs.Answered
    | inputs.Declined
    | inputs.Failed
    | inputs.Taken
    | inputs.HandedOver
    | inputs.HungUp
    | inputs.FormFiled
)


def _arrived(batch: Batch, event: JournalEvent, told: inputs.CallArrived) -> None:
    facts, mark = event.facts, batch.mark
    number = batch.number(event, Number(facts.get("caller", told.number)))  # a further number of a customer
    sent = facts.get("number", "")
    if number is not None and sent and not sent.startswith(ERASED) and number.number is not None:
        number.as_sent = sent
    call = batch.call(told.call)
    if call is None:
        call = batch.new_call(told.call)
    call.uniqueid, call.systemname = facts.get("uniqueid", ""), facts.get("systemname", "")
    call.trunk, call.hotline = facts.get("trunk", ""), facts.get("hotline", "")
    call.number = number
    call.arrived_at = moment(event.at_ms)
    call.slot_name, call.slot_started_at = mark.slot_name, mark.slot_started_at
    call.recovered = "recovered" in facts
    call.served_by = facts.get("served", call.served_by)


def _apply_answer(batch: Batch, event: JournalEvent, step: Step) -> None:
    item = step.item
    if isinstance(item, actions.Restore):
        mark_returned(batch, event, step)
    if not isinstance(item, actions.Connected | actions.HandOver | actions.Missed):
        return
    call = batch.call(item.call)
    if call is None:
        return
    if isinstance(item, actions.Missed):
        call.missed_why = item.why.value
        call.ended_at = moment(event.at_ms)
    elif isinstance(item, actions.HandOver):
        call.person = item.who
    else:
        call.answered_at = moment(event.at_ms)
        call.answerer = call.person = item.who
        call.turn, call.late = item.turn.value, item.late
        call.stage = _why_it_rang(batch, item)
        call.rang_at = call.rang_at or call.answered_at


def _why_it_rang(batch: Batch, item: actions.Connected) -> str:
    """The stage of the newest ring that the answerer was in; who took the call without one came as everyone may."""
    for rang in batch.rings_of(item.call):
        if item.who in rang["who"]:
            return str(rang["stage"])
    return Stage.EVERYONE.value


def _contacted(batch: Batch, event: JournalEvent, told: inputs.Contacted) -> None:
    number = batch.number(event, told.number)
    if number is None:
        return
    how = event.facts.get("how") or ("duty" if "duty" in event.facts else "callback")
    row = ContactRow(site_id=batch.site_id, journal=batch.journal, seq=event.seq, number_id=number.id)
    row.at, row.person = moment(event.at_ms), told.person
    row.how, row.by = how, event.facts.get("by", event.source)
    batch.session.add(row)


# --- customers and call backs ----------------------------------------------------------------------------------------


def _apply_standing(batch: Batch, event: JournalEvent, standing: Standing) -> None:
    number = batch.number(event, standing.number)
    if number is None or number.further:  # the customer is known by their first number
        return
    number.customer.owner = standing.owner
    number.customer.last_contact_at = moment(standing.contact) if standing.owner else None
    batch.session.flush()
    open_ones = _open_callbacks(batch, number)
    if standing.owed:
        _owe(batch, event, standing, number, next(iter(open_ones), None))
        return
    spoke, call = _who_spoke(event)
    for owed in open_ones:
        # R15: settled when somebody speaks with that number; what this journal's desk never knew of it can't take back
        if spoke is not None or owed.number_id == number.id:
            owed.settled_at, owed.settled_by, owed.settled_call_id = moment(event.at_ms), spoke, call
            owed.version += 1


def _open_callbacks(batch: Batch, number: NumberRow) -> Sequence[CallbackRow]:
    """The call backs owed to the number, whichever journal or record knew it by a key of its own."""
    same = NumberRow.number == number.number if number.number else NumberRow.id == number.id
    rows = select(NumberRow.id).where(NumberRow.site_id == batch.site_id, same)
    wanted = (CallbackRow.number_id.in_(rows), CallbackRow.settled_at.is_(None))
    return batch.session.scalars(select(CallbackRow).where(*wanted).order_by(CallbackRow.owed_since)).all()


def _owe(batch: Batch, event: JournalEvent, standing: Standing, number: NumberRow, owed: CallbackRow | None) -> None:
    missed = next((item for item in event.answer if isinstance(item, actions.Missed)), None)
    if owed is None:
        owed = CallbackRow(site_id=batch.site_id, number=number, owed_since=moment(event.at_ms), missed_calls=0)
        owed.version = 0
        batch.session.add(owed)
    if missed is not None:
        owed.missed_calls += 1
        owed.call_id = missed.call
    if isinstance(event.input, inputs.HungUp) and event.input.lost:
        owed.call_id = event.input.call
    if isinstance(event.input, inputs.CallbackAssigned):
        owed.assigned_by = event.input.by
    owed.person = standing.callback
    owed.version += 1


def _who_spoke(event: JournalEvent) -> tuple[str | None, str | None]:
    for item in event.answer:
        if isinstance(item, actions.Connected):
            return item.who, item.call
    return (event.input.person if isinstance(event.input, inputs.Contacted) else None), None


# --- the trail -------------------------------------------------------------------------------------------------------


def _write_trail(batch: Batch, event: JournalEvent, steps: Iterable[Step]) -> None:
    if not isinstance(event.input, NOT_IN_THE_TRAIL) or event.refused:
        told = _plain(batch, event, event.input)
        facts = {name: value for name, value in event.facts.items() if name not in NUMBER_FIELDS}
        body = {**told, "facts": facts} if facts else told
        _add_step(batch, event, 0, getattr(event.input, "call", None), type(event.input).__name__, body)
    for step in steps:
        if isinstance(step.item, IN_THE_TRAIL):
            body = _plain(batch, event, step.item)
            _add_step(batch, event, step.position, step.call, type(step.item).__name__, body)


def _add_step(
    batch: Batch, event: JournalEvent, position: int, call: str | None, kind: str, body: dict[str, Any]
) -> None:
    batch.trail.append(
        {
            "site_id": batch.site_id,
            "journal": batch.journal,
            "seq": event.seq,
            "position": position,
            "at": moment(event.at_ms),
            "call_id": call,
            "kind": kind,
            "rules": body.pop("rules", None),
            "body": body,
            "source": event.source,
            "refused": event.refused if position == 0 else "",
        }
    )


def _plain(batch: Batch, event: JournalEvent, item: Any) -> dict[str, Any]:
    """The fields as JSON; numbers by the id of their row."""
    body = dataclasses.asdict(item)
    if isinstance(body.get("number"), str):  # a round has a number, too
        row = batch.number(event, body.pop("number"))
        body["number_id"] = row.id if row else None
    if "rules" in body:
        body["rules"] = list(body["rules"])
    return body

"""The history of turns, from the trail. May live here: what each trail item says of a turn, a slot or a round."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select

from router.core import actions, inputs
from router.core.words import CallId, Group, PersonId, TurnUse
from router.store.follow.batch import Batch
from router.store.follow.events import JournalEvent
from router.store.follow.steps import Step
from router.store.scope import moment
from router.store.tables.calls import TurnRow

NO_ANSWER = "no_answer"  # a timer's forfeit (R6); its item names no call


@dataclass(frozen=True, slots=True)
class TurnChange:
    """What happened to a turn."""

    person: PersonId
    group: str
    what: str
    why: str = ""
    call: CallId | None = None


def with_calls(batch: Batch, steps: Iterable[Step]) -> list[Step]:
    """The steps, with the call of a forfeit that a timer brought: the one whose offer it ends."""
    return [_with_call(batch, step) for step in steps]


def _with_call(batch: Batch, step: Step) -> Step:
    if not isinstance(step.item, actions.Forfeit) or step.item.why != NO_ANSWER:
        return step
    offer = _offered(batch, step.item.person)
    return replace(step, call=CallId(offer.call_id)) if offer and offer.call_id else step


def apply_turns(batch: Batch, event: JournalEvent, steps: Iterable[Step]) -> None:
    """Write the event's turns, and keep the mark's slot and rounds as they go."""
    for step in steps:
        if isinstance(step.item, actions.SlotChanged):
            _slot_changed(batch, event, step.item)
        elif isinstance(step.item, actions.Round):
            batch.mark.rounds = {**batch.mark.rounds, step.item.sheet.value: step.item.number}
        elif isinstance(step.item, actions.LedgerEntry):
            _enter(batch, event, step.position, step.item)
        else:
            turn = _turn(batch, step)
            if turn is not None:
                _add(batch, event, step, turn)


def _enter(batch: Batch, event: JournalEvent, position: int, entry: actions.LedgerEntry) -> None:
    """Put an entry of the fairness ledger on record, a row for each person (R27)."""
    if batch.mark.sheet_started_at is None:
        return  # the event with which the sheet began was put aside
    batch.ledger.extend(
        {
            "site_id": batch.site_id,
            "journal": batch.journal,
            "seq": event.seq,
            "position": position,
            "place": place,
            "at": moment(event.at_ms),
            "sheet_started_at": batch.mark.sheet_started_at,
            "slot_name": batch.mark.slot_name,
            "group": entry.sheet.value,
            "round": entry.round,
            "person": person,
            "what": entry.what.value,
            "undoes": entry.undoes.value if entry.undoes else None,
            "why": entry.why,
            "call_id": entry.about,
        }
        for place, person in enumerate(entry.who)
    )


def _slot_changed(batch: Batch, event: JournalEvent, item: actions.SlotChanged) -> None:
    mark = batch.mark
    mark.slot_name = item.name
    mark.slot_started_at = None if item.name is None else moment(event.at_ms)
    if item.name is not None and not item.goes_on:
        mark.sheet_started_at = mark.slot_started_at
        mark.rounds = {group.value: 1 for group in Group}


def _turn(batch: Batch, step: Step) -> TurnChange | None:
    match step.item:
        case actions.Rang(sheet=Group() as sheet, who=(person,), stage=stage):
            return TurnChange(person, sheet, "offered", stage.value, step.call)
        case actions.Connected(who=person, turn=use) if use is not TurnUse.NONE:
            offer = _offered(batch, person, step.call)
            return TurnChange(person, offer.group, use.value, "", step.call) if offer else None
        case actions.Passed(person=person, sheet=sheet, why=why):
            return TurnChange(person, sheet, "passed", why, step.call)
        case actions.Forfeit(person=person, sheet=sheet, why=why):
            return TurnChange(person, sheet, "forfeited", why, step.call)
        case actions.Lapse(person=person, sheet=sheet):
            return TurnChange(person, sheet, "lapsed", "", step.call)
        case actions.Restore(person=person, sheet=sheet, why=because):
            return TurnChange(person, sheet, "restored", because.value, step.call)
    return None


def _offered(batch: Batch, person: str, call: str | None = None) -> TurnRow | None:
    """The newest offer to the person (for the call)."""
    wanted = [TurnRow.site_id == batch.site_id, TurnRow.person == person, TurnRow.what == "offered"]
    if call is not None:
        wanted.append(TurnRow.call_id == call)
    return batch.session.scalars(select(TurnRow).where(*wanted).order_by(TurnRow.id.desc()).limit(1)).one_or_none()


def _add(batch: Batch, event: JournalEvent, step: Step, turn: TurnChange) -> None:
    told, mark = event.input, batch.mark
    by, note = (told.by, told.why) if isinstance(told, inputs.TurnHandedOut | inputs.TurnTakenAway) else ("", "")
    undoes = event.facts.get("undoes", "")
    batch.session.add(
        TurnRow(
            site_id=batch.site_id,
            journal=batch.journal,
            seq=event.seq,
            position=step.position,
            at=moment(event.at_ms),
            sheet_started_at=mark.sheet_started_at,
            slot_name=mark.slot_name,
            group=turn.group,
            round=mark.rounds.get(turn.group, 1),
            person=turn.person,
            what=turn.what,
            why=turn.why,
            by=by,
            note=note,
            call_id=turn.call or None,
            undoes=int(undoes) if undoes.isdigit() else None,
        )
    )
    batch.session.flush()

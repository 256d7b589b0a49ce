"""The board, read from the desk and what is kept beside it. May live here: that reading, never a change."""

from __future__ import annotations

from collections.abc import Iterable

from router.core.availability import reason
from router.core.model import Call, Office, Person, Sheet
from router.core.ownership import live_owner
from router.core.words import WITHHELD, CallId, CallState, PersonId, Stage, TurnState
from router.engine.daily import DayRules, is_warned, limit_of
from router.engine.day_state import DayState, WhoChanged
from router.masking import mask
from router.wire.board import (
    Beside,
    BoardCall,
    BoardCallback,
    BoardChange,
    BoardItem,
    BoardPerson,
    BoardSheet,
    BoardSlot,
    BoardTurn,
    OfficeBoard,
)

CLOCK_STEP_SHOWN_MS = 3_600_000
NOBODY_CALLS = Call(id=CallId(""), number=WITHHELD, arrived=0)  # who would get a new call: nobody is out of it


def board(
    office: Office,
    day: DayState,
    rules: DayRules,
    *,
    beside: Beside | None = None,
    seq: int = 0,
    journal: str = "",
    to_record: int = 0,
    recent: Iterable[BoardItem] = (),
) -> OfficeBoard:
    """Everything that the live pages show."""
    following, around = next_in_line(office), beside or Beside()
    return OfficeBoard(
        at=office.now,
        seq=seq,
        slot=_slot(office),
        next=following,
        sheets=tuple(_sheet(office, day, sheet, following) for sheet in office.sheets.values()),
        people={person.id: _person(office, day, person) for person in office.people.values()},
        calls=tuple(_call(office, day, rules, call) for call in _running(office)),
        callbacks=tuple(BoardCallback(number=mask(number), person=who) for number, who in office.callbacks.items()),
        three_rings_ms=office.policy.three_rings_ms,
        max_wait_ms=office.policy.max_wait_ms,
        pbx=around.pbx,
        pickups_stuck=around.pickups_stuck,
        pbx_lacks=around.pbx_lacks,
        offline=around.offline,
        plan=around.plan,
        standby_stale=around.standby_stale,
        journal=journal,
        to_record=to_record,
        clock_step=day.clock_step if office.now - day.clock_stepped_at < CLOCK_STEP_SHOWN_MS else 0,
        recent=tuple(recent),
    )


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


def _slot(office: Office) -> BoardSlot | None:
    slot = office.slot
    return BoardSlot(name=slot.name, start=slot.start, end=slot.end) if slot else None


def _sheet(office: Office, day: DayState, sheet: Sheet, following: PersonId | None) -> BoardSheet:
    version = day.versions.get(sheet.group)
    return BoardSheet(
        group=sheet.group,
        round=sheet.round,
        running=office.slot is not None,
        turns=tuple(
            BoardTurn(person=person, state=turn.state, owed=turn.owed, next=person == following)
            for person, turn in sheet.turns.items()
        ),
        version=version.number if version else 0,
        edited=_change(version.last) if version else None,
    )


def _change(change: WhoChanged | None) -> BoardChange | None:
    return BoardChange(at=change.at, by=change.by, source=change.source, why=change.why) if change else None


def _person(office: Office, day: DayState, person: Person) -> BoardPerson:
    why = reason(office, person, NOBODY_CALLS)
    return BoardPerson(
        presence=person.presence,
        phone=_phone(person),
        suspended=person.suspended,
        call=person.talking or person.ringing,
        why_not=why.word if why else None,
        kind=why.kind if why else None,
        changed=_change(day.presence.get(person.id)),
        suspension=_change(day.suspended.get(person.id)),
        until=day.until.get(person.id),
        expected=day.expected.get(person.id),
        checked_in=day.checked_in.get(person.id),
    )


def _phone(person: Person) -> str:
    states = {
        "talking": person.talking is not None or person.in_use,
        "ringing": person.ringing is not None,
        "wrap_up": person.wrap_up_until is not None,
        "offline": not person.registered,
    }
    return next((state for state, true in states.items() if true), "idle")


def _call(office: Office, day: DayState, rules: DayRules, call: Call) -> BoardCall:
    talk, talks = day.talks.get(call.id), call.state is CallState.TALKING
    return BoardCall(
        id=call.id,
        number=mask(call.number),
        state=call.state,
        arrived=call.arrived,
        clock=call.clock,
        ringing=tuple(call.ringing),
        on_it=call.last_on_it if talks else None,
        since=call.on_it_since if talks else None,
        returning=call.returning,
        owner=live_owner(office, call.number) if call.number != WITHHELD else None,
        stage=Stage.EVERYONE if call.state is CallState.OPEN else None,
        limit=limit_of(talk, rules) if talk else None,
        other=bool(talk and talk.other_since is not None),
        warned=bool(talk and is_warned(talk)),
        overtime=bool(talk and talk.overtime),
    )

"""R1, R2, R4, R5, R8: the sheet. May live here: who is next, what passing over costs, rounds, edits of an order.

Next in line is the first person in sheet order who is due and available. Choosing somebody records everyone due
before them: a personal reason forfeits, an objective one passes. When nobody due is available but somebody on the
sheet is, the round ends: who is still due loses the turn (personal) or it lapses (objective), everyone is due again,
and the choice is made in the new round. Whom the hotline itself kept, by ringing for another call or by trouble with
this one, is owed the turn that lapsed. When nobody is chosen nothing is recorded. So whoever comes back while their
turn is due is in front again: that is the make-up insertion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from router.core import ledger
from router.core.actions import Act, Forfeit, Lapse, Passed, Restore, Round, SlotChanged
from router.core.availability import BUSY, OUT, Reason, reason
from router.core.errors import ImpossibleInputError, PlanError
from router.core.inputs import RosterEdited, Slot, TurnHandedOut, TurnTakenAway
from router.core.model import Call, Office, Person, Sheet, Turn
from router.core.turns import back, end_stakes
from router.core.words import Account, Group, Kind, PersonId, RestoreWhy, TurnEvent, TurnState


def choose(office: Office, sheet: Sheet, call: Call) -> PersonId | None:
    """Next in line on the sheet for the call (R2), recording passes (R4) and a round's end (R5); None: nobody."""
    reasons = {person: reason(office, office.people[person], call) for person in sheet.turns}
    if None not in reasons.values():
        return None
    chosen = _first_due(sheet, reasons)
    if chosen is None:
        _end_round(office, sheet, reasons)
        chosen = _first_due(sheet, reasons)
    for person, turn in sheet.turns.items():
        if person == chosen:
            break
        _pass_over(office, sheet, turn, reasons[person])
    return chosen


def _first_due(sheet: Sheet, reasons: dict[PersonId, Reason | None]) -> PersonId | None:
    for person, turn in sheet.turns.items():
        if turn.state is TurnState.DUE and reasons[person] is None:
            return person  # R2[next]: the first in sheet order who is due and available
    return None


def _pass_over(office: Office, sheet: Sheet, turn: Turn, why: Reason | None) -> None:
    if turn.state is not TurnState.DUE or why is None:
        return
    if why.kind is Kind.PERSONAL:
        _lose(office, sheet, turn, why.word)  # R4[forfeit]: a personal reason loses the turn
    elif why.kind is Kind.OBJECTIVE:
        # R4[passed]: an objective reason keeps it, so whoever comes back is in front again
        office.say(Passed(person=turn.person, sheet=sheet.group, why=why.word))


def _lose(office: Office, sheet: Sheet, turn: Turn, why: str) -> None:
    office.say(Forfeit(person=turn.person, sheet=sheet.group, why=why))
    ledger.ended(office, sheet, turn, Account.OWN_DOING, why, owed=turn.owed)
    turn.step(TurnEvent.FORFEIT)
    turn.owed, turn.end = False, Account.OWN_DOING  # R6[takes-owed]: a forfeit takes an owed turn along


def _end_round(office: Office, sheet: Sheet, reasons: dict[PersonId, Reason | None]) -> None:
    for person, turn in sheet.turns.items():
        why = reasons[person]
        if turn.state is not TurnState.DUE or why is None:
            ledger.still_owed(office, sheet, turn)
        elif why.kind is Kind.PERSONAL:
            _lose(office, sheet, turn, why.word)  # R5[forfeit]: at a round's end as when passed over
        else:
            _stay_behind(office, sheet, turn, why)
    sheet.round += 1  # R5[round]: somebody is available, and nobody who is due
    for turn in sheet.turns.values():  # a new round, not a step of the old turns
        turn.state, turn.by = TurnState.DUE, None
    office.say(Round(number=sheet.round, sheet=sheet.group))
    ledger.due(office, sheet, sheet.turns)
    ledger.due(office, sheet, [person for person, turn in sheet.turns.items() if turn.owed], ledger.OWED)


def _stay_behind(office: Office, sheet: Sheet, turn: Turn, why: Reason) -> None:
    """The round ends on somebody still due who did nothing to lose the turn: it lapses, or goes in silence (R5)."""
    was_owed, lapsed = turn.owed, why.kind is Kind.OBJECTIVE or why is OUT
    if lapsed:
        # R5[lapse]: the turn is gone with the round, and an owed one with it, unless the house kept them from it
        turn.owed = _is_owed(office, office.people[turn.person], why)
        office.say(Lapse(person=turn.person, sheet=sheet.group, owed=turn.owed))
    ledger.round_over(office, sheet, turn, why.word, lapsed=lapsed, was_owed=was_owed)


def _is_owed(office: Office, person: Person, why: Reason) -> bool:
    """Whether a lapse leaves one extra turn (R5): by policy, or since it was the hotline that kept the person."""
    kept_by_hotline = (
        why is BUSY and person.ringing is not None and not (person.talking or person.in_use or person.lost)
    )
    # R5[owed]: one's own doing is told apart from what the house owes
    return why is OUT or kept_by_hotline or (office.policy.makeup_carry and why.kind is Kind.OBJECTIVE)


def check_slots(slots: Sequence[Slot]) -> None:
    """Refuse a plan whose slots overlap or name a person twice at one time (R1); raises `PlanError`."""
    for slot in slots:
        if slot.end is not None and slot.end <= slot.start:
            raise PlanError("slot-ends-early", start=slot.start, end=slot.end)
        check_orders(slot.call, slot.reception)
    ordered = sorted(slots, key=lambda slot: slot.start)
    for earlier, later in pairwise(ordered):
        if earlier.end is None or earlier.end > later.start:
            raise PlanError("slots-overlap", at=later.start)


def check_orders(*orders: Iterable[PersonId]) -> None:
    """Refuse orders that name a person twice (R1); raises `PlanError`."""
    twice = [person for person, count in Counter(p for order in orders for p in order).items() if count > 1]
    if twice:
        raise PlanError("named-twice", people=", ".join(twice))


def change_slot(office: Office) -> None:
    """The running slot has ended, the next one begins, or both (R1)."""
    following = office.plan.pop(0) if office.plan and office.plan[0].start <= office.now else None
    # R1[continues]: the round goes on where it stood, even after a pause
    goes_on = following is not None and following.continues and bool(office.sheets)
    if office.slot is not None and not goes_on:
        end_stakes(office)
    office.slot = following
    if following is None:
        office.say(SlotChanged(name=None, goes_on=False))
        return
    office.say(SlotChanged(name=following.name, goes_on=goes_on))
    orders = {Group.CALL: following.call, Group.RECEPTION: following.reception}
    for person in (*following.call, *following.reception):
        office.people.setdefault(person, Person(id=person))
    if not goes_on:
        # R1[begins]: a slot of its own begins with a first round
        office.sheets = {group: Sheet(group=group, turns={}) for group in Group}
    for group, order in orders.items():
        reorder(office, office.sheets[group], order)


def reorder(office: Office, sheet: Sheet, order: Sequence[PersonId]) -> None:
    """Put a new order on the sheet: who stays keeps their turn, who joins is due, who leaves is gone (R8)."""
    # R8[stays]: a place keeps its turn; who comes back has a new one
    before = sheet.turns
    for person, turn in before.items():
        if person not in order:
            ledger.left(office, sheet, turn)
    sheet.turns = {person: before.get(person) or Turn(id=office.new_id(), person=person) for person in order}
    ledger.due(office, sheet, [person for person in order if person not in before])


def change_orders(office: Office, planned: Slot) -> None:
    """The running slot has other orders than it began with: a plan published in mid-slot is edits of them (R1, R8)."""
    running = office.slot
    if running is None:
        return
    for person in (*planned.call, *planned.reception):
        office.people.setdefault(person, Person(id=person))
    orders = {group: tuple(office.sheets[group].turns) for group in Group}  # what was edited by hand stays as it is
    if planned.call != running.call:
        orders[Group.CALL] = planned.call
    if planned.reception != running.reception:
        orders[Group.RECEPTION] = planned.reception
    if set(orders[Group.CALL]) & set(orders[Group.RECEPTION]):  # unless somebody would stand on both
        orders = {Group.CALL: planned.call, Group.RECEPTION: planned.reception}
    for group, order in orders.items():
        if order != tuple(office.sheets[group].turns):
            reorder(office, office.sheets[group], order)


def edit_roster(office: Office, edit: RosterEdited) -> None:
    """Change an order in mid-round; refused while no slot runs, or when somebody would stand twice (R1, R8)."""
    sheet = running_sheet(office, edit.group)
    others = [person for other in office.running_sheets() if other is not sheet for person in other.turns]
    check_orders(edit.order, others)
    for person in edit.order:
        office.people.setdefault(person, Person(id=person))
    reorder(office, sheet, edit.order)  # R8[edited]: in mid-round, and in force at once
    office.say(Act(what="roster", subject=edit.group, by=edit.by, why=edit.why))


def hand_out(office: Office, act: TurnHandedOut) -> None:
    """Give a person a turn: *back* (R6, R8)."""
    turn = _turn_on(running_sheet(office, act.group), act.person)
    office.say(Act(what="hand_out", subject=act.person, by=act.by, why=act.why))
    office.say(Restore(person=act.person, sheet=act.group, why=RestoreWhy.SUPERVISOR))
    ledger.handed_out(office, running_sheet(office, act.group), turn)
    back(turn)  # R8[handed-out]: a turn is given as it comes back


def take_away(office: Office, act: TurnTakenAway) -> None:
    """Take a turn away: an owed one first, else the due one; else refused (R8)."""
    sheet = running_sheet(office, act.group)
    turn = _turn_on(sheet, act.person)
    if not turn.owed and turn.state is not TurnState.DUE:
        raise ImpossibleInputError("no-turn-to-take", person=act.person, state=turn.state)
    office.say(Act(what="take_away", subject=act.person, by=act.by, why=act.why))
    office.say(Forfeit(person=act.person, sheet=act.group, why="supervisor"))
    ledger.ended(office, sheet, turn, Account.TAKEN_AWAY, act.why)
    if turn.owed:
        turn.owed = False  # R8[owed-first]: what is taken is the extra one
    else:
        turn.step(TurnEvent.FORFEIT)  # R8[taken]: the due turn goes
        turn.end = Account.TAKEN_AWAY


def running_sheet(office: Office, group: Group) -> Sheet:
    """The group's sheet; raises `ImpossibleInputError` while no slot runs (DOMAIN 10)."""
    if office.slot is None:
        raise ImpossibleInputError("no-slot")
    return office.sheets[group]


def _turn_on(sheet: Sheet, person: PersonId) -> Turn:
    try:
        return sheet.turns[person]
    except KeyError:
        raise ImpossibleInputError("not-on-sheet", person=person, sheet=sheet.group) from None

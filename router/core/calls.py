"""R9-R15: a call's way. May live here: deciding, ringing, answering, opening to everyone, waiting, missing.

A call that arrives joins those that wait. After every input and timer the waiting calls are decided again, by arrival
(R14): a returning one rings its owner (R12) or a substitute (R13), a new one the next in line of the call group, else
of the reception group (R10). When the caller's three rings are over the call is open to everyone (R11). What nobody
answers is missed, and a call back is owed (R15).
"""

from __future__ import annotations

from router.core import ownership, turns
from router.core.actions import (
    Connected,
    HandOver,
    Hold,
    Missed,
    Rang,
    Release,
    Ring,
    StopRinging,
    TellOwner,
    Waits,
)
from router.core.availability import BUSY, OFFERED, WRAP_UP, reason
from router.core.errors import ImpossibleInputError
from router.core.evidence import observe
from router.core.model import Call, Office, Person, Sheet
from router.core.rotation import choose
from router.core.words import (
    WITHHELD,
    CallEvent,
    CallId,
    CallState,
    FormKind,
    Group,
    MissedWhy,
    Number,
    PersonId,
    RestoreWhy,
    Stage,
    TurnState,
    TurnUse,
)

WORTH_WAITING_FOR = (BUSY, WRAP_UP, OFFERED)  # policy owner_busy: wait (DOMAIN 9)


def arrive(office: Office, call_id: CallId, number: Number) -> Call | None:
    """A call comes in; returns it if it is to be decided, None if the hotline is closed (R15)."""
    if call_id in office.calls:
        raise ImpossibleInputError("call-known", call=call_id)
    call = Call(id=call_id, number=number, arrived=office.now)
    office.calls[call_id] = office.pending[call_id] = call
    if number != WITHHELD:
        office.customer(number)
    if office.slot is None:
        miss(office, call, MissedWhy.CLOSED)  # R1[closed]: no slot runs
        return None
    return call


def settle(office: Office, fresh: Call | None) -> None:
    """R14, after every input and timer: decide those who wait, let the available join, then say that `fresh` waits."""
    for call in list(office.pending.values()):
        if call.state is CallState.WAITING:
            decide(office, call)  # R14[order]: first come, first served
    for call in office.pending.values():
        if call.state is CallState.OPEN:
            _join(office, call)  # R14[joins]: whoever has become available
    if fresh is not None and fresh.state is CallState.WAITING:
        office.say(observe(office, fresh, "R14"))
        office.say(Waits(call=fresh.id), Hold(call=fresh.id))  # R14[waits]: nobody can be rung


def decide(office: Office, call: Call) -> None:
    """Decide whom the call rings (R9): owner, substitute or next in line; nobody: it waits on."""
    owner = ownership.live_owner(office, call.number) if call.number != WITHHELD else None
    call.returning = owner is not None  # R9[returning]: settled anew at each decision
    if office.slot is None:
        return  # R1[nobody-new]: while no slot runs
    if owner is None:
        _ring_next(office, call, Stage.ROTATION, None)
        return
    why = reason(office, office.people[owner], call)
    if why is None:
        office.say(observe(office, call, "R9", "R12"))
        _ring(office, call, [owner], Stage.OWNER, None, owner)  # R12[owner]: on a sheet or not, it costs no turn
    elif office.policy.owner_wait and why in WORTH_WAITING_FOR and not call.owner_wait_over:
        if call.owner_wait_until is None:
            # R12[waits]: by policy, for an owner who will be free soon
            call.owner_wait_until = office.now + office.policy.owner_wait_ms
    else:
        _ring_next(office, call, Stage.SUBSTITUTE, owner)  # R13[substitute]: the owner cannot be had


def _ring_next(office: Office, call: Call, stage: Stage, owner: PersonId | None) -> None:
    decision = observe(office, call, "R9", "R13" if owner else "R10", "R2", "R4", "R5")
    place = len(office.out)
    for sheet in office.running_sheets():
        person = choose(office, sheet, call)
        if person is not None:
            office.out.insert(place, decision)  # R17[known]: what was seen stands before what was made of it
            # R10[offered]: the call group's next in line, else reception's
            turns.make_offer(office, call, sheet, person, substitute=owner is not None)
            _ring(office, call, [person], stage, sheet, owner)
            return


def _ring(
    office: Office, call: Call, people: list[PersonId], stage: Stage, sheet: Sheet | None, owner: PersonId | None
) -> None:
    if call.state is CallState.WAITING:
        call.step(CallEvent.RING)
    for person in people:
        office.people[person].ringing = call.id
        call.ringing.append(person)
    who = tuple(people)
    office.say(Rang(call=call.id, who=who, stage=stage, sheet=sheet.group if sheet else None))
    office.say(Ring(call=call.id, people=who, stage=stage, owner=owner))
    if office.rings_at_once:
        for person in people:
            rang(office, call, person)


def rang(office: Office, call: Call, person: PersonId) -> None:
    """A phone rings: the caller's clock starts with the first (R11), the own three rings with one's own (R6)."""
    if call.clock is None:
        call.clock = office.now  # R11[clock]: the caller's, from the first phone that rings
    offer = call.offer_of(person)
    if offer is not None and offer.rang_at is None:
        offer.rang_at = office.now  # R6[own-rings]: one's own, from one's own phone


def open_to_everyone(office: Office, call: Call) -> None:
    """The caller's three rings are over: everyone available starts to ring at once (R11), later ones join (R14)."""
    call.step(CallEvent.OPEN)  # R11[open]: three rings are over
    _join(office, call)


def _join(office: Office, call: Call) -> None:
    joiners = [
        person
        for sheet in office.running_sheets()
        for person in sheet.turns
        if reason(office, office.people[person], call) is None
    ]
    if joiners:
        # R11[everyone]: on both sheets, call group first
        _ring(office, call, joiners, Stage.EVERYONE, None, ownership.live_owner(office, call.number))


def declined(office: Office, call: Call, person: PersonId) -> Call | None:
    """Somebody rejects the call; returns it if it may have to wait now (R11)."""
    _leave(office, call, person)
    offer = call.offer_of(person)
    if offer is not None:
        turns.declined(office, offer)
    return _lost_its_phone(call)


def failed(office: Office, call: Call, person: PersonId) -> Call | None:
    """A phone or line fails for the call; returns it if it may have to wait now (R6, R11)."""
    _leave(office, call, person)
    offer = call.offer_of(person)
    if offer is not None:
        turns.failed(office, offer)
    return _lost_its_phone(call)


def _leave(office: Office, call: Call, person: PersonId) -> None:
    check_rings(office, call, person)
    call.ringing.remove(person)
    call.out.add(person)
    office.people[person].ringing = None
    office.say(StopRinging(call=call.id, person=person, answered=False))


def _lost_its_phone(call: Call) -> Call | None:
    if call.state is not CallState.RINGING:
        return None  # R11[stays-open]: an open call never waits again
    call.step(CallEvent.STOP)  # R11[next]: it goes on to the next at once, its clock running
    return call


def check_rings(office: Office, call: Call, person: PersonId) -> None:
    """Raise `ImpossibleInputError` unless the person's phone rings for the call."""
    if office.person(person).ringing != call.id:
        raise ImpossibleInputError("does-not-ring", person=person, call=call.id)


def connect(office: Office, call: Call, person: PersonId) -> None:
    """Caller and person talk; everyone else's phone stops and turns at stake come back (DOMAIN 10, order 4)."""
    late = call.state is CallState.OPEN
    use, kept = turns.answered(office, call, person)
    call.step(CallEvent.ANSWER)
    office.pending.pop(call.id)
    office.say(Connected(call=call.id, who=person, turn=use, late=late))
    _stop_phones(office, call, answered=True, but=person)
    answerer = office.people[person]
    answerer.ringing, answerer.talking = None, call.id
    call.last_on_it, call.on_it_since = person, office.now
    owner = ownership.live_owner(office, call.number)
    if owner is not None and call.returning and owner != person:
        office.say(TellOwner(call=call.id, owner=owner, substitute=person))  # R13[told]: at once, the owner
    ownership.answered(office, call, person)
    if use is TurnUse.KEPT and kept is not None:
        turns.give_back(office, kept, RestoreWhy.SUBSTITUTE)
    turns.give_back_all(office, call, RestoreWhy.ANSWERED_BY_OTHER)  # R6[other-answered]: before three rings
    office.callbacks.pop(call.number, None)  # R15[spoken]: settled when somebody speaks with that number


def check_take(call: Call, person: Person) -> None:
    """Who may take an open call (R11); raises `ImpossibleInputError`."""
    # R11[taken]: whoever can talk may take an open call, whatever their presence and sheet
    if call.state is not CallState.OPEN:
        raise ImpossibleInputError("call-not-open", call=call.id, state=call.state)
    hindrances = {
        "suspended": person.suspended,
        "on-a-call": person.in_use or person.talking is not None,
        "ringing": person.ringing is not None,
        "out-of-it": person.id in call.out,
    }
    for why, true in hindrances.items():
        if true:
            raise ImpossibleInputError("may-not-take", person=person.id, call=call.id, why=why)


def leave_others(office: Office, call: Call, person: Person) -> Call | None:
    """Asterisk has connected them with this call, whatever else we took them to be doing: they are off it.

    Returns the call that they were rung for, if it may have to wait now; for it their phone has failed (R6).
    """
    if person.talking not in (None, call.id):
        person.talking = None
    if person.ringing in (None, call.id):
        return None
    return failed(office, office.calls[person.ringing], person.id)


def check_hand_over(call: Call, person: Person) -> None:
    """Who may be handed a call; raises `ImpossibleInputError`."""
    if call.state is not CallState.TALKING or call.last_on_it is None:
        raise ImpossibleInputError("nobody-talks", call=call.id, state=call.state)
    if not person.registered or person.talking is not None or person.ringing is not None:
        raise ImpossibleInputError("cannot-have-call", call=call.id, person=person.id)


def hand_over(office: Office, call: Call, person: Person) -> None:
    """The talker hands the call to `person`, who has answered it (R16.6)."""
    giver = office.people[call.last_on_it or person.id]
    office.say(HandOver(call=call.id, who=person.id, giver=giver.id))
    _free_of(office, call, giver)
    person.in_use, person.talking = False, call.id
    call.last_on_it, call.on_it_since = person.id, office.now
    ownership.handed_over(office, call, person.id)
    turns.give_back_used(office, call, RestoreWhy.ASKED_FOR)  # R16.6[given-on]: it was not the answerer's customer


def form_filed(office: Office, call: Call, kind: FormKind, asked_for: PersonId | None) -> None:
    """A form or its correction: whose customer, and whether the turn comes back (R7, R16.5-8)."""
    if not call.answered:
        raise ImpossibleInputError("call-not-answered", call=call.id, state=call.state)
    if asked_for is not None:
        office.person(asked_for)
    if kind is FormKind.OTHER or asked_for == call.last_on_it:
        asked_for = None  # R16.5[no-wish]: with `other` it counts for nothing, nor does asking for who answered
    ownership.form_filed(office, call, kind, asked_for)
    if kind is FormKind.OTHER:
        turns.give_back_used(office, call, RestoreWhy.OTHER)  # R7[other]: the form alone can say so
    elif asked_for is not None:
        turns.give_back_used(office, call, RestoreWhy.ASKED_FOR)  # R16.5[asked-for]: the wish was for somebody else


def hung_up(office: Office, call: Call, *, lost: bool = False) -> None:
    """The call ends: abandoned if nobody had answered, else the talker is in wrap-up (R3, R15).

    `lost`: it was given on and nobody took it, so nobody spoke with the caller any more (R15): they are called back.
    """
    if call.unanswered:
        miss(office, call, MissedWhy.ABANDONED)
        return
    if call.state is not CallState.TALKING or call.last_on_it is None:
        raise ImpossibleInputError("call-over", call=call.id, state=call.state)
    call.step(CallEvent.END)
    call.ended = office.now
    _free_of(office, call, office.people[call.last_on_it])
    if lost and call.number != WITHHELD:
        office.callbacks[call.number] = ownership.live_owner(office, call.number) or call.last_on_it


def _free_of(office: Office, call: Call, person: Person) -> None:
    """Off this call; who has been connected with another since is on that one."""
    if person.talking == call.id:
        free(office, person)


def free(office: Office, person: Person) -> None:
    """The person is off a hotline call and, if the office has a wrap-up time, in wrap-up (R3)."""
    person.talking = None
    if office.policy.wrap_up_ms > 0:
        person.wrap_up_until = office.now + office.policy.wrap_up_ms


def miss(office: Office, call: Call, why: MissedWhy) -> None:
    """Nobody answered: turns at stake come back, and a call back is owed (R6, R15)."""
    call.step(CallEvent.MISS)
    call.ended = office.now
    office.pending.pop(call.id)
    _stop_phones(office, call, answered=False)
    turns.give_back_all(office, call, RestoreWhy.ABANDONED)  # R6[abandoned]: the caller gave up before three rings
    callback = None
    if call.number != WITHHELD:
        callback = office.callbacks[call.number] = _who_calls_back(office, call)
    office.say(Missed(call=call.id, why=why, callback=callback))
    if why is not MissedWhy.ABANDONED:
        office.say(Release(call=call.id, why=why))
    owner = ownership.live_owner(office, call.number)
    if owner is not None:
        office.say(TellOwner(call=call.id, owner=owner, substitute=None))


def _who_calls_back(office: Office, call: Call) -> PersonId | None:
    owner = ownership.live_owner(office, call.number)
    if owner is not None:
        return owner  # R15[owner]: the live owner
    if call.offers:
        return call.offers[-1].person  # R15[last-offered]: else who was last offered it as a turn
    if office.slot is None:
        return None  # R15[nobody-yet]: the supervisor gives it to somebody
    for person, turn in office.sheets[Group.CALL].turns.items():
        if turn.state is TurnState.DUE and not office.people[person].suspended:
            return person  # R15[first-due]: else the first of the call sheet who is due
    return None


def _stop_phones(office: Office, call: Call, *, answered: bool, but: PersonId | None = None) -> None:
    for person in call.ringing:
        if person != but:
            office.people[person].ringing = None
            office.say(StopRinging(call=call.id, person=person, answered=answered))
    call.ringing.clear()


def follow_up(office: Office, number: Number, person: PersonId) -> None:
    """Somebody spoke with the number otherwise: contact, call back settled (R15, R16.2)."""
    ownership.contacted(office, number, person)
    office.callbacks.pop(number, None)  # R15[followed-up]: as an answered call settles it

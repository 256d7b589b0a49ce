"""What holds in every office at every moment, whatever happens (issue A1). Used by the property tests and long runs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from router.core.actions import Connected, Lapse, LedgerEntry, Missed, Rang, Restore, Round, SlotChanged
from router.core.availability import reason
from router.core.model import Call, Office
from router.core.tables import OfferState
from router.core.turns import turn_of
from router.core.words import Account, CallState, Group, PersonId, TurnState, TurnUse
from tests.core.random_office import RandomOffice


def check_state(office: Office) -> None:
    """What must be true of the desk's state after every input."""
    for person in office.people.values():
        rung_by = [call.id for call in office.pending.values() if person.id in call.ringing]
        assert rung_by == ([person.ringing] if person.ringing else []), "nobody rings for two calls at once"
        at_stake = [
            offer
            for call in office.calls.values()
            for offer in call.offers
            if offer.person == person.id and offer.state is OfferState.AT_STAKE and turn_of(office, offer)
        ]
        assert len(at_stake) <= 1, "nobody is offered two calls at once"
    for call in office.pending.values():
        if call.state is CallState.WAITING:
            check_waits_rightly(office, call)
        if call.state is CallState.OPEN:
            assert not _available(office, call), "whoever is available has joined an open call"


def check_waits_rightly(office: Office, call: Call) -> None:
    """Nobody waits while somebody available could be rung (R14), apart from `owner_busy: wait`."""
    if call.owner_wait_until is not None and not call.owner_wait_over:
        return
    assert not _available(office, call), f"{call.id} waits though somebody is available"


def _available(office: Office, call: Call) -> list[PersonId]:
    return [
        person
        for sheet in office.running_sheets()
        for person in sheet.turns
        if reason(office, office.people[person], call) is None
    ]


def check_day(day: RandomOffice) -> None:
    """What must be true of the whole day's record."""
    ends = Counter(item.call for _, item in day.answers if isinstance(item, Missed))
    ends.update(item.call for _, item in day.answers if isinstance(item, Connected))
    assert all(count == 1 for count in ends.values()), "each call is connected or missed once"
    office = day.desk.office
    assert set(office.calls) == set(office.pending) | set(ends), "no call is lost"


def check_turns_used(day: RandomOffice) -> None:
    """At most one turn used per place and round, but for turns owed, given back or handed out (each was recorded)."""
    rounds: Counter[Group] = Counter()
    offered_in: dict[tuple[str, PersonId], tuple[Group, int]] = {}
    used: Counter[tuple[Group, PersonId, int, int]] = Counter()
    extra: Counter[tuple[Group, PersonId]] = Counter()
    for _, item in day.answers:
        if isinstance(item, Round):
            rounds[item.sheet] = item.number
        elif isinstance(item, SlotChanged) and not item.goes_on:
            rounds.clear()
        elif isinstance(item, Rang) and item.sheet is not None:
            offered_in[item.call, item.who[0]] = (item.sheet, rounds[item.sheet])
        elif isinstance(item, Restore) or (isinstance(item, Lapse) and day.policy.makeup_carry):
            extra[item.sheet, item.person] += 1
        elif isinstance(item, Connected) and item.turn is TurnUse.USED:
            sheet, round_number = offered_in[item.call, item.who]
            offer = day.desk.office.calls[item.call].offer_of(item.who)
            assert offer is not None
            key = (sheet, item.who, offer.turn, round_number)
            if used[key]:
                extra[sheet, item.who] -= 1
                assert extra[sheet, item.who] >= 0, f"{item.who} used a turn too many in round {round_number or 1}"
            used[key] += 1


Place = tuple[int, Group, int, PersonId]  # which sheets of the day, group, round, person


def ledger_of(day: RandomOffice) -> Mapping[Place, Counter[Account]]:
    """R27: the turns due and how they ended, of each person, sheet and round; what came back has not ended."""
    sheets, ledger = 0, defaultdict[Place, Counter[Account]](Counter)
    for _, item in day.answers:
        if isinstance(item, SlotChanged) and item.name is not None and not item.goes_on:
            sheets += 1
        elif isinstance(item, LedgerEntry):
            for person in item.who:
                told = ledger[sheets, item.sheet, item.round, person]
                told[item.what] += item.what is not Account.BACK
                if item.undoes is not None:
                    told[item.undoes] -= 1
                assert min(told.values()) >= 0, f"{person} lost what was never said: {item}"
    return ledger


def check_ledger(day: RandomOffice) -> None:
    """Every turn that was due has ended once, or is still open: nothing is unexplained (R27)."""
    office = day.desk.office
    ledger = ledger_of(day)
    running = max((sheets for sheets, *_ in ledger), default=0)
    stakes = Counter(
        (offer.group, offer.round, offer.person)
        for call in office.calls.values()
        for offer in call.offers
        if offer.state is OfferState.AT_STAKE and turn_of(office, offer)
    )
    for (sheets, group, number, person), told in ledger.items():
        unended = told[Account.DUE] - sum(count for what, count in told.items() if what is not Account.DUE)
        sheet = office.sheets[group]
        if sheets < running:
            assert unended >= 0  # its slot is over: not reached
        elif number < sheet.round:
            assert unended == stakes[group, number, person], f"{person}, round {number}: {dict(told)}"
        else:
            turn = sheet.turns.get(person)
            is_open = 0 if turn is None else (turn.state in (TurnState.DUE, TurnState.OFFERED)) + turn.owed
            assert unended == is_open, f"{person}, round {number}: {dict(told)}, {turn}"
    for group, sheet in office.sheets.items():
        for person in sheet.turns:
            assert ledger[running, group, sheet.round, person][Account.DUE] >= 1, "who stands on a sheet is due a turn"


def check_uses(day: RandomOffice) -> None:
    """The ledger's used turns are the calls that cost one, less those that were given back (R6, R27)."""
    used: Counter[str] = Counter()
    for _, item in day.answers:
        if isinstance(item, LedgerEntry) and item.about is not None:
            used[item.about] += (item.what is Account.USED) - (item.undoes is Account.USED)
    costly = {item.call for _, item in day.answers if isinstance(item, Connected) and item.turn is TurnUse.USED}
    assert set(used.values()) <= {0, 1}
    assert {call for call, count in used.items() if count} <= costly

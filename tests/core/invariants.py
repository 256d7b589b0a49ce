"""What holds in every office at every moment, whatever happens (issue A1). Used by the property tests and long runs."""

from __future__ import annotations

from collections import Counter

from router.core.actions import Connected, Lapse, Missed, Rang, Restore, Round, SlotChanged
from router.core.availability import reason
from router.core.model import Call, Office
from router.core.tables import OfferState
from router.core.turns import turn_of
from router.core.words import CallState, Group, PersonId, TurnUse
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

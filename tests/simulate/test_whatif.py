"""The same day under other rules: it repeats itself under its own, and changes where a rule says it must."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from router.core import inputs
from router.core.actions import Ring
from router.core.policy import Policy
from router.core.words import CallId, Group, Number, PersonId
from router.engine.journal_reader import JournalReader
from router.engine.replay import desk_before, entries_between
from router.engine.snapshot import office_from, state_of
from router.simulate.other_day import ChangedRules, NewOrder, OtherDay, WhatIfError, other_day
from router.simulate.outcomes import Outcomes
from router.simulate.recorded_day import RecordedDay
from tests.core.random_office import RandomOffice
from tests.engine.office import CHEN, LI, TestOffice, office

DAY = 24 * 3600 * 1000


def _both(folder: Path, change: ChangedRules) -> tuple[Outcomes, OtherDay]:
    with JournalReader(folder / "journal.db") as reader:
        before = state_of(desk_before(reader, 1).office)
        recorded = RecordedDay(office_from(before).policy)
        recorded.read(entries_between(reader, 1, reader.first_seq_at(DAY)))
    return recorded.outcomes, other_day(office_from(before), recorded, change, 0, DAY)


def _call(made: TestOffice, name: str, at: int, answers: PersonId | None, after: int) -> None:
    """A call at `at`: the first phone rings at once, somebody answers after `after` ms, the talk takes 30 s."""
    call = CallId(name)
    made.tell(inputs.CallArrived(call=call, number=Number(f"+86139{name[1:]:>08}")), at=at)
    first = made.desk.office.calls[call].ringing[0]
    made.tell(inputs.PhoneRang(call=call, person=first), at=at)
    if answers is None:
        made.tell(inputs.HungUp(call=call), at=at + after)
        return
    made.tell(inputs.Tick(), at=at + after - 1)
    made.tell(inputs.Answered(call=call, person=answers), at=at + after)
    made.tell(inputs.HungUp(call=call), at=at + after + 30_000)


def test_a_slow_answer_is_in_time_where_the_office_rings_longer(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot(CHEN, LI)
        _call(made, "c1", 1_000, CHEN, 17_000)  # late: two seconds after three rings
        _call(made, "c2", 100_000, LI, 3_000)
    was, other = _both(tmp_path, ChangedRules(policy={"rings": 4}))
    assert (was.calls[CallId("c1")].turn, was.calls[CallId("c1")].is_late) == ("used", True)
    assert (other.outcomes.calls[CallId("c1")].person, other.outcomes.calls[CallId("c1")].is_late) == (CHEN, False)
    assert was.people[CHEN].forfeits == 1
    assert other.outcomes.share(CHEN).forfeits == 0
    assert other.outcomes.calls[CallId("c2")].person == LI
    assert other.left_out == []


def test_another_order_gives_each_call_to_somebody_else(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot(CHEN, LI)
        _call(made, "c1", 1_000, CHEN, 3_000)
        _call(made, "c2", 100_000, LI, 4_000)
    was, other = _both(tmp_path, ChangedRules(orders=[NewOrder(slot="白班", group=Group.CALL, order=(LI, CHEN))]))
    assert [call.person for call in was.calls.values()] == [CHEN, LI]
    assert [call.person for call in other.outcomes.calls.values()] == [LI, CHEN]
    assert other.outcomes.calls[CallId("c1")].waited_ms == 4_000, "Li answers as slowly as she did that day"


def test_a_caller_who_gave_up_gives_up_again(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot(CHEN, LI)
        _call(made, "c1", 1_000, None, 6_000)
    was, other = _both(tmp_path, ChangedRules(policy={"ring_ms": 7_000}))
    assert was.calls[CallId("c1")].missed == other.outcomes.calls[CallId("c1")].missed == "abandoned"


def test_an_order_for_no_slot_of_the_day_is_refused_with_the_slots_there_are(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot(CHEN, LI)
    with pytest.raises(WhatIfError, match="白班"):
        _both(tmp_path, ChangedRules(orders=[NewOrder(slot="晚班", group=Group.CALL, order=(LI,))]))
    with pytest.raises(WhatIfError, match="twice"):
        _both(tmp_path, ChangedRules(orders=[NewOrder(slot="白班", group=Group.CALL, order=(LI, PersonId("wang")))]))


def _live(made: TestOffice, day: RandomOffice, delay_ms: int) -> None:
    """The day's script with phones that ring `delay_ms` after they are told to; no two things in one instant."""
    coming: list[tuple[int, inputs.Input]] = [(at + 10 * place, told) for place, (at, told) in enumerate(day.script)]
    coming.append((coming[-1][0] + 300_000, inputs.Tick()))
    rung = 0
    while coming:
        deadline = made.desk.next_deadline
        if deadline is not None and deadline < coming[0][0]:
            made.tell(inputs.Tick(), at=deadline)
        else:
            at, told = coming.pop(0)
            made.tell(told, at=max(at, made.now))
        rings = [action for action in made.phones.asked[rung:] if isinstance(action, Ring)]
        rung = len(made.phones.asked)
        for ring in rings:
            coming += [(made.now + delay_ms, inputs.PhoneRang(call=ring.call, person=person)) for person in ring.people]
            coming.sort(key=lambda entry: entry[0])


@pytest.mark.parametrize("delay_ms", [3, 703])
@pytest.mark.parametrize("seed", range(8))
def test_any_random_day_goes_the_same_way_under_its_own_rules(tmp_path: Path, seed: int, delay_ms: int) -> None:
    day = RandomOffice(random.Random(seed).choice)
    for _ in range(60):
        day.step()
    with office(tmp_path, day.policy) as made:
        _live(made, day, delay_ms)
    was, other = _both(tmp_path, ChangedRules())
    assert set(other.outcomes.calls) == set(was.calls)
    assert other.outcomes.as_json() == was.as_json()
    assert other.left_out == []


def test_policies_of_the_whole_day_are_changed_and_the_day_itself_is_not(tmp_path: Path) -> None:
    with office(tmp_path, Policy(rings=3)) as made:
        made.open_slot(CHEN, LI)
        _call(made, "c1", 1_000, CHEN, 3_000)
    was, other = _both(tmp_path, ChangedRules(policy={"wrap_up_ms": 600_000}))
    assert was.calls == other.outcomes.calls

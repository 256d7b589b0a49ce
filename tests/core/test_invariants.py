"""Property tests of the rules: any day, whatever happens in it, keeps the office's promises (issue A1)."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.core.desk import Desk
from router.core.errors import DeskError
from tests.core.invariants import check_day, check_ledger, check_state, check_turns_used, check_uses
from tests.core.random_office import RandomOffice, drawn_office

EXAMPLES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def _day(data: st.DataObject, steps: int) -> RandomOffice:
    day = drawn_office(data)
    for _ in range(steps):
        day.step()
        check_state(day.desk.office)
    return day


@EXAMPLES
@given(data=st.data(), steps=st.integers(1, 25))
def test_whatever_happens_the_office_keeps_its_promises(data: st.DataObject, steps: int) -> None:
    day = _day(data, steps)
    check_day(day)
    check_turns_used(day)


@EXAMPLES
@given(data=st.data(), steps=st.integers(1, 30))
def test_what_became_of_every_turn_is_explained(data: st.DataObject, steps: int) -> None:
    day = drawn_office(data)
    for _ in range(steps):
        day.step()
        check_ledger(day)
    check_uses(day)


@EXAMPLES
@given(data=st.data(), steps=st.integers(1, 25))
def test_the_same_day_again_gives_the_same_record(data: st.DataObject, steps: int) -> None:
    day = _day(data, steps)
    again = Desk(day.policy, rings_at_once=True)
    answers = []
    for now, told in day.script:
        for at, answer in again.until(now):
            answers += [(at, item) for item in answer]
        answers += [(now, item) for item in again.handle(told, now)]
    assert answers == day.answers
    assert again.office == day.desk.office


@EXAMPLES
@given(data=st.data(), steps=st.integers(1, 20))
def test_a_refused_input_changes_nothing(data: st.DataObject, steps: int) -> None:
    day = _day(data, steps)
    twin = Desk(day.policy, rings_at_once=True)
    for now, told in day.script:
        twin.handle(told, now)
    for told in day._possible():
        try:
            Desk.handle(day.desk, told, day.now)
        except DeskError:
            assert day.desk.office == twin.office
        else:
            twin.handle(told, day.now)

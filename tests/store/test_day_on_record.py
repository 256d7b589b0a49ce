"""The day on record: marks of calls, presence, turns that came back, supervisors' acts (R8, R18, R19)."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.core import inputs
from router.core.words import CallId, FormKind, Group
from router.store.calls.queries import call_with, has_mark, trail_of_call
from router.store.fairness.acts import acts_of_day, returned_turns
from router.store.follow.events import FactKind
from router.store.follow.writer import DatabaseWriter
from router.store.people.queries import presence_of_day
from router.store.tables.calls import CallRow, TrailRow
from router.wire.observation import Observation
from tests.engine.office import CHEN, LI, TestOffice
from tests.store.test_writer import DAY, ZONE, _catch_up, made, writer  # noqa: F401  (fixtures)

Ask = Callable[[], Session]
NAMES = {"chen": "陈晨", "li": "李丽"}


def _talks(made: TestOffice, seconds: int) -> str:  # noqa: F811  (a fixture's value)
    call = made.call_comes("c1")
    made.tell(inputs.PhoneRang(call=call, person=CHEN), at=made.now + 100)
    made.tell(inputs.Answered(call=call, person=CHEN), at=made.now + 5000)
    begun = made.now
    for second in range(0, seconds + 1, 5):
        made.now = begun + second * 1000
        made.work()
    return call


def _talking(made: TestOffice) -> CallId:  # noqa: F811
    talk = made.desk.office.people[CHEN].talking
    assert talk is not None
    return talk


def _logged(ask: Ask, call_id: str) -> CallRow:
    call = call_with(ask(), call_id)
    assert call is not None
    return call


def test_a_long_talk_that_the_consultant_ended_has_both_marks(
    made: TestOffice,  # noqa: F811
    writer: DatabaseWriter,  # noqa: F811
    ask: Ask,
) -> None:
    call_id = _talks(made, 185)
    made.tell(inputs.HungUp(call=call_id), facts={"ended_by": "consultant"})
    _catch_up(writer)
    assert [(mark["kind"], mark["person"]) for mark in _logged(ask, call_id).marks] == [
        ("warned", CHEN),
        ("overtime", CHEN),
        ("hung_up_first", CHEN),
    ]
    facts = [step.body["what"] for step in trail_of_call(ask(), call_id) if step.kind == "Fact"]
    assert facts == ["warned", "overtime"]


def test_a_call_that_the_caller_ended_or_nobody_knows_who_has_no_such_mark(
    made: TestOffice,  # noqa: F811
    writer: DatabaseWriter,  # noqa: F811
    ask: Ask,
) -> None:
    for number, ended_by in enumerate(("caller", "")):
        call = made.call_comes(f"c{number}")
        made.tell(inputs.PhoneRang(call=call, person=CHEN if number == 0 else LI))
        made.tell(inputs.Answered(call=call, person=CHEN if number == 0 else LI))
        made.tell(inputs.HungUp(call=call), facts={"ended_by": ended_by} if ended_by else {})
    _catch_up(writer)
    for number in range(2):
        assert _logged(ask, f"c{number}").marks == []


def test_other_business_marks_the_call_for_its_form(
    made: TestOffice,  # noqa: F811
    writer: DatabaseWriter,  # noqa: F811
    ask: Ask,
) -> None:
    call_id = _talks(made, 10)
    talk = _talking(made)
    made.mailbox.observe(Observation(what=FactKind.OTHER, call=talk, person=CHEN, source="ami"))
    made.work()
    _catch_up(writer)
    assert has_mark(_logged(ask, call_id), "other")


def test_a_turn_that_a_form_gave_back_is_listed_until_it_is_undone(
    made: TestOffice,  # noqa: F811
    writer: DatabaseWriter,  # noqa: F811
    ask: Ask,
) -> None:
    call_id = _talks(made, 10)
    talk = _talking(made)
    made.tell(inputs.HungUp(call=talk))
    made.tell(inputs.FormFiled(call=talk, kind=FormKind.OTHER))
    _catch_up(writer)
    [returned] = returned_turns(ask(), DAY, ZONE)
    assert (returned.turn.person, returned.turn.why, returned.turn.call_id) == (CHEN, "other", call_id)
    assert returned.undone is None
    took = inputs.TurnTakenAway(group=Group.CALL, person=CHEN, by="zhang", why="录音是购房")
    made.tell(took, facts={"undoes": str(returned.turn.id)})
    _catch_up(writer)
    [returned] = returned_turns(ask(), DAY, ZONE)
    assert returned.undone is not None
    assert (returned.undone.by, returned.undone.note) == ("zhang", "录音是购房")
    assert has_mark(_logged(ask, call_id), "turn_returned")


def test_acts_and_presence_say_who_when_and_why(
    made: TestOffice,  # noqa: F811
    writer: DatabaseWriter,  # noqa: F811
    ask: Ask,
) -> None:
    made.tell(inputs.Suspended(person=CHEN, by="zhang", why="培训"))
    made.tell(inputs.RosterEdited(group=Group.CALL, order=(LI, CHEN), by="zhang", why="客户点名"))
    made.tell(inputs.PresenceChanged(person=LI, presence="break", by="zhang"), facts={"why": "代改"})
    _catch_up(writer)
    acts = acts_of_day(ask(), DAY, ZONE, NAMES, "zh")
    assert [(act.text, act.by, act.why) for act in acts] == [
        ("接电组 调序：李丽 → 陈晨", "zhang", "客户点名"),
        ("停接 陈晨", "zhang", "培训"),
    ]
    assert acts_of_day(ask(), DAY, ZONE, NAMES, "en")[0].text == "call group reordered: 李丽 → 陈晨"
    [changed] = presence_of_day(ask(), DAY, ZONE)
    assert (changed.person, changed.presence, changed.by, changed.why) == (LI, "break", "zhang", "代改")
    assert ask().scalars(select(TrailRow).where(TrailRow.kind == "PresenceChanged")).all()

"""The office's day beside the rules: who changed what, what ends by itself, and what a talk may take (R1, R8, R18)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from router.core import inputs
from router.core.words import CallId, Group, PersonId
from router.engine.daily import DayRules
from router.engine.ports import Letter, Warn
from router.store.follow.events import FactKind
from router.wire.board import BoardChange
from router.wire.errors import RefusedError
from router.wire.observation import Observation
from tests.engine.office import CHEN, LI, WANG, TestOffice, office

ZONE = ZoneInfo("Asia/Shanghai")
RULES = DayRules(zone=ZONE, initial="off")
MINUTE = 60_000


def at(clock: str, day: int = 24) -> int:
    """A time of that day in November 2026, in ms."""
    hour, minute = map(int, clock.split(":"))
    return round(datetime(2026, 11, day, hour, minute, tzinfo=ZONE).timestamp() * 1000)


def slot(start: str, end: str, *call: PersonId, continues: bool = False, day: int = 24) -> inputs.Slot:
    finish = at("00:00", day + 1) if end == "24:00" else at(end, day)
    return inputs.Slot(start=at(start, day), end=finish, call=call, reception=(), continues=continues, name=start)


def lays_out(made: TestOffice, *slots: inputs.Slot) -> None:
    made.tell(inputs.PlanSet(slots=slots))


def checks_in(made: TestOffice, person: PersonId, clock: str, presence: str = "present", day: int = 24) -> None:
    made.tell(inputs.PresenceChanged(person=person, presence=presence, by=person), at=at(clock, day))


def time_is(made: TestOffice, clock: str, day: int = 24) -> None:
    made.now = at(clock, day)
    made.work()


def seen(made: TestOffice, person: PersonId) -> Any:
    return made.shown().people[person]


def in_the_journal(made: TestOffice, kind: type, source: str) -> list[Any]:
    return [entry for entry in made.journal.read() if entry.body.get("is") == kind.__name__ and entry.source == source]


def test_presence_goes_back_to_where_a_day_starts_when_the_last_slot_of_the_day_ends(tmp_path: Path) -> None:
    with office(tmp_path, now=at("08:00"), rules=RULES) as made:
        lays_out(made, slot("09:00", "12:00", CHEN, LI), slot("14:00", "18:00", LI))
        time_is(made, "09:00")
        checks_in(made, CHEN, "09:00")
        checks_in(made, LI, "09:00")
        time_is(made, "12:00")
        assert seen(made, CHEN).presence == "off"
        assert seen(made, CHEN).changed == BoardChange(at=at("12:00"), source="plan")
        assert seen(made, LI).presence == "present"  # comes again at two
        time_is(made, "18:00")
        assert seen(made, LI).presence == "off"


def test_a_night_shift_that_continues_over_midnight_stays_checked_in(tmp_path: Path) -> None:
    with office(tmp_path, now=at("20:00"), rules=RULES) as made:
        tomorrow = slot("00:00", "06:00", CHEN, continues=True, day=25)
        lays_out(made, slot("20:00", "24:00", CHEN, LI), tomorrow, slot("06:00", "12:00", LI, day=25))
        checks_in(made, CHEN, "20:00")
        checks_in(made, LI, "20:00")
        time_is(made, "00:00", day=25)
        assert seen(made, CHEN).presence == "present"
        assert seen(made, LI).presence == "off"  # her next slot is another day's
        time_is(made, "06:00", day=25)
        assert seen(made, CHEN).presence == "off"


def test_a_new_day_at_midnight_begins_with_checking_in(tmp_path: Path) -> None:
    with office(tmp_path, now=at("20:00"), rules=RULES) as made:
        lays_out(made, slot("20:00", "24:00", CHEN), slot("00:00", "06:00", CHEN, day=25))
        checks_in(made, CHEN, "20:00")
        time_is(made, "00:00", day=25)
        assert seen(made, CHEN).presence == "off"


def test_slots_that_follow_on_one_day_ask_for_no_second_check_in(tmp_path: Path) -> None:
    with office(tmp_path, now=at("09:00"), rules=RULES) as made:
        lays_out(made, slot("09:00", "12:00", CHEN), slot("12:00", "18:00", CHEN))
        checks_in(made, CHEN, "09:00")
        time_is(made, "12:00")
        assert seen(made, CHEN).presence == "present"


def test_presence_is_left_alone_where_nothing_is_said_of_the_start_of_a_day(tmp_path: Path) -> None:
    with office(tmp_path, now=at("09:00"), rules=DayRules()) as made:
        lays_out(made, slot("09:00", "12:00", CHEN))
        checks_in(made, CHEN, "09:00", "meeting")
        time_is(made, "12:00")
        assert seen(made, CHEN).presence == "meeting"


def test_a_restart_forgets_neither_suspension_nor_the_end_of_the_day(tmp_path: Path) -> None:
    with office(tmp_path, now=at("09:00"), rules=RULES) as made:
        lays_out(made, slot("09:00", "12:00", CHEN, LI))
        checks_in(made, LI, "09:00")
        made.tell(
            inputs.Suspended(person=CHEN, by="张主管", why="培训"), facts={"until": str(at("10:00"))}, at=at("09:30")
        )
    for _ in range(2):  # the second comes up after the first has done it all
        with office(tmp_path, now=at("12:30"), rules=RULES) as made:
            made.work()
            assert seen(made, CHEN).suspended is False
            assert seen(made, LI).presence == "off"
            assert len(in_the_journal(made, inputs.Resumed, "timer")) == 1
            assert len(in_the_journal(made, inputs.PresenceChanged, "plan")) == 2


def test_a_suspension_ends_by_itself_at_its_time_and_is_journaled_as_an_input(tmp_path: Path) -> None:
    with office(tmp_path, now=at("09:00"), rules=RULES) as made:
        lays_out(made, slot("09:00", "12:00", CHEN))
        made.tell(inputs.Suspended(person=CHEN, by="张主管", why="培训"), facts={"until": str(at("10:00"))})
        shown = seen(made, CHEN)
        assert (shown.until, shown.suspension.by, shown.suspension.why) == (
            at("10:00"),
            "张主管",
            "培训",
        )
        made.now = at("10:00") - 1
        made.work()
        assert seen(made, CHEN).suspended is True
        made.now = at("10:00")
        made.work()
        assert seen(made, CHEN).suspended is False
        assert seen(made, CHEN).until is None
        assert len(in_the_journal(made, inputs.Resumed, "timer")) == 1


def test_a_resume_by_hand_or_a_new_suspension_ends_the_old_time(tmp_path: Path) -> None:
    with office(tmp_path, now=at("09:00"), rules=RULES) as made:
        lays_out(made, slot("09:00", "12:00", CHEN, LI))
        for person in (CHEN, LI):
            made.tell(inputs.Suspended(person=person), facts={"until": str(at("10:00"))})
        made.tell(inputs.Resumed(person=CHEN, by="张主管"))
        made.tell(inputs.Suspended(person=LI))
        time_is(made, "10:30")
        assert in_the_journal(made, inputs.Resumed, "timer") == []
        assert seen(made, LI).suspended is True


def test_a_late_check_in_is_recorded_once_with_how_late_it_was(tmp_path: Path) -> None:
    with office(tmp_path, now=at("08:00"), rules=RULES) as made:
        lays_out(made, slot("09:00", "12:00", CHEN, LI))
        time_is(made, "08:30")
        made.tell(inputs.PersonKnown(person=CHEN, presence="off"))
        checks_in(made, CHEN, "08:50")
        time_is(made, "09:00")
        checks_in(made, LI, "09:07")
        checks_in(made, LI, "09:30", "break")
        checks_in(made, LI, "09:40")
        facts = [entry.facts for entry in made.journal.read() if entry.body.get("is") == "PresenceChanged"]
        assert facts == [{"checked_in": "1"}, {"checked_in": "1", "late_ms": str(7 * MINUTE)}, {}, {}]


def test_an_edit_of_an_order_that_has_changed_meanwhile_is_refused_and_replays_so(tmp_path: Path) -> None:
    with office(tmp_path, now=at("09:00"), rules=RULES) as made:
        lays_out(made, slot("09:00", "12:00", CHEN, LI))
        version = made.shown().sheets[0].version

        def edit(*order: PersonId) -> int:
            told = inputs.RosterEdited(group=Group.CALL, order=order, by="张主管", why="客户点名")
            done = made.mailbox.ask(Letter(input=told, source="web", facts={"version": str(version)}))
            made.work()
            return done.result(0)

        edit(LI, CHEN)
        with pytest.raises(RefusedError, match="changed since"):
            edit(CHEN, LI, WANG)
        [sheet, _] = made.shown().sheets
        assert [turn.person for turn in sheet.turns] == [LI, CHEN]
        assert (sheet.version, sheet.edited.by, sheet.edited.why) == (version + 1, "张主管", "客户点名")
        kept, day = made.desk.office, made.day
    with office(tmp_path, now=at("09:00"), rules=RULES) as after:
        assert after.desk.office == kept
        assert after.day == day


def test_a_preview_tells_who_would_be_next_and_changes_nothing(tmp_path: Path) -> None:
    with office(tmp_path, now=at("09:00"), rules=RULES) as made:
        lays_out(made, slot("09:00", "12:00", CHEN, LI))
        before, seq = made.shown(), made.journal.last_seq
        trial = made.mailbox.preview(inputs.RosterEdited(group=Group.CALL, order=(LI, CHEN)))
        taken = made.mailbox.preview(inputs.TurnTakenAway(group=Group.CALL, person=CHEN))
        refused = made.mailbox.preview(inputs.TurnTakenAway(group=Group.CALL, person=PersonId("nobody")))
        made.work()
        assert (trial.result(0)["before"]["next"], trial.result(0)["after"]["next"]) == (CHEN, LI)
        assert taken.result(0)["after"]["sheets"]["call"][0]["state"] == "forfeited"
        assert refused.result(0)["refused"].startswith("not-on-sheet ")
        assert made.shown() == before
        assert made.journal.last_seq == seq


def test_a_preview_tells_whose_phone_would_ring_at_once(tmp_path: Path) -> None:
    with office(tmp_path, now=at("09:00"), rules=RULES) as made:
        lays_out(made, slot("09:00", "12:00", CHEN))
        checks_in(made, CHEN, "09:00", "break")
        made.call_comes("c1")
        trial = made.mailbox.preview(inputs.PresenceChanged(person=CHEN, presence="present"))
        made.work()
        assert trial.result(0)["rings"] == [CHEN]


class TestTalks:
    """R18: a warning before the talk has taken too long, a mark after."""

    def talking(self, made: TestOffice) -> CallId:
        lays_out(made, slot("09:00", "12:00", CHEN, LI))
        call = made.call_comes("c1")
        made.tell(inputs.PhoneRang(call=call, person=CHEN))
        made.tell(inputs.Answered(call=call, person=CHEN))
        return call

    def warnings(self, made: TestOffice) -> list[Warn]:
        return [action for action in made.phones.asked if isinstance(action, Warn)]

    def facts(self, made: TestOffice) -> list[tuple[str, int]]:
        return [(entry.body["what"], entry.at_ms - at("09:00")) for entry in made.journal.read(kinds=("fact",))]

    def passes(self, made: TestOffice, seconds: int) -> None:
        made.now += seconds * 1000
        made.work()

    def test_the_talker_is_warned_15_seconds_before_and_the_call_is_marked_after(self, tmp_path: Path) -> None:
        with office(tmp_path, now=at("09:00"), rules=RULES) as made:
            call = self.talking(made)
            self.passes(made, 164)
            assert self.warnings(made) == []
            self.passes(made, 1)
            self.passes(made, 1)
            assert self.warnings(made) == [Warn(call=call, person=CHEN)]
            self.passes(made, 14)
            self.passes(made, 60)
            assert self.facts(made) == [("warned", 165_000), ("overtime", 180_000)]
            assert made.shown().calls[0].overtime is True

    def test_other_business_has_two_minutes_from_its_mark(self, tmp_path: Path) -> None:
        with office(tmp_path, now=at("09:00"), rules=RULES) as made:
            call = self.talking(made)
            self.passes(made, 30)
            for _ in range(2):  # pressing *7 again changes nothing
                made.mailbox.observe(Observation(what=FactKind.OTHER, call=call, person=CHEN, source="ami"))
                made.work()
            assert made.shown().calls[0].limit == at("09:00") + 150_000
            self.passes(made, 105)
            self.passes(made, 15)
            assert [what for what, _ in self.facts(made)] == ["other", "warned", "overtime"]

    def test_only_who_talks_can_mark_the_call(self, tmp_path: Path) -> None:
        with office(tmp_path, now=at("09:00"), rules=RULES) as made:
            call = self.talking(made)
            done = made.mailbox.observe(Observation(what=FactKind.OTHER, call=call, person=LI, source="web"))
            made.work()
            with pytest.raises(RefusedError, match="not on that call"):
                done.result(0)

    def test_a_hand_over_begins_a_talk_of_its_own(self, tmp_path: Path) -> None:
        with office(tmp_path, now=at("09:00"), rules=RULES) as made:
            call = self.talking(made)
            self.passes(made, 170)
            made.tell(inputs.HandedOver(call=call, person=LI))
            self.passes(made, 30)
            assert self.facts(made) == [("warned", 170_000)]
            self.passes(made, 135)
            assert self.warnings(made)[-1].person == LI

    def test_a_talk_that_ended_in_time_leaves_no_mark(self, tmp_path: Path) -> None:
        with office(tmp_path, now=at("09:00"), rules=RULES) as made:
            call = self.talking(made)
            self.passes(made, 100)
            made.tell(inputs.HungUp(call=call))
            self.passes(made, 100)
            assert self.facts(made) == []

    def test_a_restart_in_a_talk_warns_once_and_keeps_its_clock(self, tmp_path: Path) -> None:
        with office(tmp_path, now=at("09:00"), rules=RULES) as made:
            self.talking(made)
            self.passes(made, 166)
            kept = made.day
        with office(tmp_path, now=at("09:00") + 170_000, rules=RULES) as made:
            assert made.day == kept
            made.work()
            assert self.warnings(made) == []
            self.passes(made, 10)
            assert [what for what, _ in self.facts(made)] == ["warned", "overtime"]

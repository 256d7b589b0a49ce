"""The record of a known morning: whose phone rang out, who got what, who let a call go and later had its customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.core import inputs
from router.engine.feed import JournalFeed
from router.store.calls.explain import explain, in_words_let_ring, summary
from router.store.calls.queries import call_with, trail_of_call, trails_of
from router.store.calls.rings import KINDS, rang_out, rings_of
from router.store.fairness.let_ring_then_took import LetRingThenTook, let_ring_then_took
from router.store.fairness.queries import Fairness, fairness
from router.store.fairness.shares import PersonShare
from router.store.follow.writer import DatabaseWriter
from router.store.scope import day_bounds
from router.store.tables.pbx import PbxRow, PbxSourceRow
from tests.engine.office import CHEN, LI, TestOffice, office
from tests.store.day import DAY, NAMES, NINE, SHANGHAI, record_the_morning

Ask = Callable[[], Session]


@pytest.fixture
def morning(database: Engine, ask: Ask, tmp_path: Path) -> Session:
    """A session on the morning's record."""
    record_the_morning(tmp_path, database)
    return ask()


def _fair(session: Session) -> Fairness:
    return fairness(session, DAY, DAY, SHANGHAI)


def _share(session: Session, person: str) -> PersonShare:
    return next(share for share in _fair(session).people if share.person == person)


def test_a_phone_that_stops_because_a_colleague_answered_missed_nothing(morning: Session) -> None:
    rings = {ring.person: ring for ring in rings_of(trail_of_call(morning, "c1"))}
    assert {person: ring.end for person, ring in rings.items()} == {
        "chen": "elsewhere",
        "li": "elsewhere",
        "wang": "answered",
    }
    assert rang_out(rings.values()) == ["chen"]
    assert _share(morning, "li").rang_out == 0


def test_a_caller_who_gave_up_early_is_a_missed_call_and_nobodys_miss(morning: Session) -> None:
    rings = rings_of(trail_of_call(morning, "c4"))
    assert [(ring.person, ring.end, ring.has_rung_out) for ring in rings] == [("chen", "abandoned", False)]
    call = call_with(morning, "c4")
    assert call is not None
    assert "无人与客户通话" in summary(call, rings, NAMES, "zh")
    assert "三声未接" not in summary(call, rings, NAMES, "zh")


def test_the_forfeit_that_a_timer_brought_stands_with_its_call(morning: Session) -> None:
    steps = explain(trail_of_call(morning, "c1"), NAMES, "en")
    forfeit = next(step for step in steps if "forfeits" in step.text)
    assert forfeit.text == "call group 陈晨 forfeits the turn: rang out"
    assert (forfeit.rules, forfeit.clock) == (("R6", "R11"), "+00:15.0")


def test_each_decision_shows_the_sheets_as_they_were(morning: Session) -> None:
    steps = explain(trail_of_call(morning, "c2"), NAMES, "zh")
    first, again = (step.seen for step in steps if step.seen)
    assert [(one.person, one.turn, one.state) for one in first] == [
        ("陈晨", "轮空", "可接"),
        ("李丽", "待接", "可接"),
        ("王伟", "待接", "可接"),
    ]
    assert [(one.person, one.turn, one.state) for one in again][1] == ("李丽", "轮空", "已拒接或话机故障")


def test_turns_due_and_got_with_the_reasons(morning: Session) -> None:
    chen, li = _share(morning, "chen"), _share(morning, "li")
    assert (chen.turns["due"], chen.turns["used"], chen.reasons["own_doing"]) == (2, 0, {"no_answer": 1})
    assert (li.turns["due"], li.turns["used"], li.reasons["own_doing"]) == (2, 0, {"declined": 1})
    assert chen.reasons["came_back"] == {"asked_for": 1, "other": 1, "abandoned": 1}
    assert (chen.offers, chen.answered, chen.handed_over, chen.new_customers) == (4, 2, 1, 0)
    assert (li.received, li.new_customers, li.declined) == (1, 1, 1)
    assert (_share(morning, "wang").no_turn, _share(morning, "wang").new_customers) == ({"everyone": 1}, 1)
    counted = _fair(morning)
    assert (counted.calls, counted.answered, counted.missed) == (4, 3, 1)
    assert [sheet.rounds for sheet in counted.sheets] == [[1, 2], [1]]
    assert next(iter(counted.as_json())) == "unexplained"
    assert counted.unexplained == 0


def _signs(session: Session, three_rings: timedelta = timedelta(seconds=15)) -> list[LetRingThenTook]:
    return let_ring_then_took(session, trails_of(session, *day_bounds(DAY, SHANGHAI), KINDS), three_rings=three_rings)


def test_who_let_a_call_go_and_later_has_its_customer_is_seen(morning: Session) -> None:
    assert {(sign.call_id, sign.person, sign.let_go, sign.how) for sign in _signs(morning)} == {
        ("c1", "chen", "rang_out", "form"),
        ("c2", "li", "declined", "handed_over"),
    }
    assert in_words_let_ring("li", "declined", "handed_over", NAMES, "en") == (
        "Let ring, then took: 李丽 declined the call, later was handed the customer"
    )


def _record(database: Engine, folder: Path, live: Callable[[TestOffice], None]) -> None:
    with office(folder, now=NINE) as made:
        made.open_slot(CHEN, LI)
        live(made)
    feed = JournalFeed(folder / "journal.db")
    writer = DatabaseWriter(database, feed)
    while writer.step():
        pass
    feed.close()


def _li_takes_what_chen_declines(made: TestOffice) -> None:
    call = made.call_comes("c1")
    made.tell(inputs.Declined(call=call, person=CHEN), at=NINE + 2_000)
    made.tell(inputs.Answered(call=call, person=LI), at=NINE + 4_000)
    made.tell(inputs.HungUp(call=call), at=NINE + 60_000)


def test_ringing_the_number_of_a_call_one_declined_is_seen(database: Engine, ask: Ask, tmp_path: Path) -> None:
    def live(made: TestOffice) -> None:
        _li_takes_what_chen_declines(made)
        number = made.desk.office.calls[inputs.CallId("c1")].number
        made.tell(inputs.Contacted(number=number, person=LI), at=NINE + 90_000)
        made.tell(inputs.Contacted(number=number, person=CHEN), at=NINE + 100_000)

    _record(database, tmp_path, live)
    (sign,) = _signs(ask())
    assert (sign.person, sign.how) == ("chen", "rang_number")
    assert sign.at == datetime.fromtimestamp(NINE / 1000 + 100, UTC)


def test_a_call_out_to_the_number_of_a_call_one_declined_is_seen(database: Engine, ask: Ask, tmp_path: Path) -> None:
    _record(database, tmp_path, _li_takes_what_chen_declines)
    with Session(database) as session:
        session.add(PbxSourceRow(id=1, site_id=1, name="private"))
        session.flush()
        for key, person in (("1", "li"), ("2", "chen")):
            row = PbxRow(site_id=1, source_id=1, row_key=key, direction="out", number="+8613800000001")
            row.answered_by, row.started_at = person, datetime.fromtimestamp(NINE / 1000 + 100, UTC)
            session.add(row)
        session.commit()
    (sign,) = _signs(ask())
    assert (sign.person, sign.how) == ("chen", "rang_number")


def test_a_form_that_moves_the_customer_to_who_declined_is_seen(database: Engine, ask: Ask, tmp_path: Path) -> None:
    def live(made: TestOffice) -> None:
        _li_takes_what_chen_declines(made)
        form = inputs.FormFiled(call=inputs.CallId("c1"), kind=inputs.FormKind.PURCHASE, asked_for=CHEN)
        made.tell(form, at=NINE + 90_000)

    _record(database, tmp_path, live)
    (sign,) = _signs(ask())
    assert (sign.person, sign.how) == ("chen", "asked_for")


def test_making_the_call_back_that_one_owes_is_no_sign(database: Engine, ask: Ask, tmp_path: Path) -> None:
    def live(made: TestOffice) -> None:
        call = made.call_comes("c1")
        made.tell(inputs.PhoneRang(call=call, person=CHEN), at=NINE + 100)
        made.tell(inputs.Tick(), at=NINE + 16_000)
        made.tell(inputs.HungUp(call=call), at=NINE + 20_000)  # rang out, nobody spoke: Chen owes the call back
        number = made.desk.office.calls[call].number
        assert made.desk.office.callbacks[number] == CHEN
        made.tell(inputs.Contacted(number=number, person=CHEN), at=NINE + 90_000)

    _record(database, tmp_path, live)
    session = ask()
    assert rang_out(rings_of(trail_of_call(session, "c1"))) == ["chen"]
    assert _signs(session) == []


def test_an_owner_whose_phone_rang_three_times_let_it_ring_out(database: Engine, ask: Ask, tmp_path: Path) -> None:
    def live(made: TestOffice) -> None:
        made.tell(inputs.CustomerKnown(number=inputs.Number("+8613800000001"), owner=CHEN, last_contact=NINE - 1000))
        call = made.call_comes("c1")
        made.tell(inputs.PhoneRang(call=call, person=CHEN), at=NINE + 100)
        made.tell(inputs.Tick(), at=NINE + 15_100)
        made.tell(inputs.Answered(call=call, person=LI), at=NINE + 20_000)

    _record(database, tmp_path, live)
    session = ask()
    rings = rings_of(trail_of_call(session, "c1"))
    assert [(ring.person, ring.stage, ring.has_rung_out) for ring in rings if ring.person == "chen"] == [
        ("chen", "owner", True)
    ]
    assert next(share for share in _fair(session).people if share.person == "chen").turns["own_doing"] == 0


def test_who_is_passed_over_and_gets_the_turn_in_the_same_round_made_it_up(
    database: Engine, ask: Ask, tmp_path: Path
) -> None:
    def live(made: TestOffice) -> None:
        made.tell(inputs.PresenceChanged(person=CHEN, presence="receiving"))
        made.tell(inputs.CallArrived(call=inputs.CallId("c1"), number=inputs.Number("")), at=NINE + 1_000)
        made.tell(inputs.Answered(call=inputs.CallId("c1"), person=LI), at=NINE + 2_000)
        made.tell(inputs.HungUp(call=inputs.CallId("c1")), at=NINE + 3_000)
        made.tell(inputs.PresenceChanged(person=CHEN, presence="present"), at=NINE + 4_000)
        made.tell(inputs.CallArrived(call=inputs.CallId("c2"), number=inputs.Number("")), at=NINE + 5_000)
        made.tell(inputs.Answered(call=inputs.CallId("c2"), person=CHEN), at=NINE + 6_000)

    _record(database, tmp_path, live)
    session = ask()
    shares = {share.person: share for share in _fair(session).people}
    assert (shares["chen"].make_ups, shares["li"].make_ups) == (1, 0)
    assert _fair(session).unexplained == 0

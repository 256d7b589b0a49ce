"""The fairness ledger on record (R27): every turn that was due has ended once, or is open; nothing is unexplained."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from router.core import inputs
from router.core.policy import Policy
from router.core.words import Account, CallId, DeviceState, FormKind, Group, Number, PersonId
from router.engine.feed import JournalFeed
from router.store.database import open_database
from router.store.fairness.queries import Fairness, fairness
from router.store.follow.writer import DatabaseWriter
from router.store.migrate import configuration, migrate_database
from router.store.tables.fairness import LedgerRow
from tests.core.random_office import drawn_office
from tests.databases import with_a_site
from tests.engine.office import CHEN, LI, TestOffice, office
from tests.store.day import DAY, NINE, SHANGHAI, record_the_morning

Ask = Callable[[], Session]
THAT_DAY = date(1970, 1, 1)  # on which random days begin
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def _follow(database: Engine, folder: Path) -> None:
    feed = JournalFeed(folder / "journal.db")
    writer = DatabaseWriter(database, feed)
    while writer.step():
        pass
    feed.close()


def _turns(fair: Fairness, person: str) -> dict[str, int]:
    share = next(share for share in fair.people if share.person == person)
    return {name: count for name, count in share.turns.items() if count}


def _phones_ring(made: TestOffice) -> None:
    """Every phone that is to ring rings at once, as in the random office."""
    for call in list(made.desk.office.pending.values()):
        for person in list(call.ringing):
            made.tell(inputs.PhoneRang(call=call.id, person=person))


def _live(made: TestOffice, script: Iterable[tuple[int, inputs.Input]]) -> None:
    for at, told in script:
        made.tell(told, at=at)
        _phones_ring(made)


@FEW
@given(data=st.data(), steps=st.integers(5, 40))
def test_on_any_day_nothing_is_unexplained_for_anybody(data: st.DataObject, steps: int) -> None:
    day = drawn_office(data)
    for _ in range(steps):
        day.step()
    with tempfile.TemporaryDirectory() as folder, office(Path(folder), day.policy) as made:
        _live(made, day.script)
        database = open_database(f"sqlite:///{Path(folder) / 'hotline.db'}")
        with_a_site(database)
        with Session(database) as session:
            _follow(database, Path(folder))
            fair = fairness(session, THAT_DAY, THAT_DAY, SHANGHAI)
            _check(fair, made)
        database.dispose()


def _check(fair: Fairness, made: TestOffice) -> None:
    assert fair.unexplained == 0
    for sheet in fair.sheets:
        for place, cell in sheet.cells.items():
            assert cell.due == len(cell.ends) + cell.open >= 1, (place, cell)
    desk = made.desk.office
    if desk.slot is not None:
        running = fair.sheets[-2:]
        for sheet in running:
            stands = desk.sheets[Group(sheet.group)]
            due = {person for (number, person) in sheet.cells if number == stands.round}
            assert set(stands.turns) <= due, "who stands on a sheet is due a turn in its round"


def _office(database: Engine, folder: Path, live: Callable[[TestOffice], None], policy: Policy | None = None) -> None:
    with office(folder, policy, now=NINE) as made:
        made.open_slot(CHEN, LI)
        live(made)
    _follow(database, folder)


def _answered(made: TestOffice, call: str, person: PersonId, at: int, until: int | None = None) -> CallId:
    made.now = at
    made.tell(inputs.CallArrived(call=CallId(call), number=Number("")))
    _phones_ring(made)
    made.tell(inputs.Answered(call=CallId(call), person=person), at=at + 2_000)
    made.tell(inputs.HungUp(call=CallId(call)), at=until or at + 10_000)
    return CallId(call)


def test_what_the_hotline_kept_from_somebody_is_owed_and_told_apart_from_their_own_doing(
    database: Engine, ask: Ask, tmp_path: Path
) -> None:
    def live(made: TestOffice) -> None:
        for call, at in (("c1", 1_000), ("c2", 2_000)):  # both phones ring
            made.now = NINE + at
            made.tell(inputs.CallArrived(call=CallId(call), number=Number("")))
            _phones_ring(made)
        made.tell(inputs.Declined(call=CallId("c2"), person=LI), at=NINE + 3_000)
        made.tell(inputs.Answered(call=CallId("c1"), person=CHEN), at=NINE + 4_000)
        made.tell(inputs.HungUp(call=CallId("c1")), at=NINE + 5_000)

    _office(database, tmp_path, live)
    fair = fairness(ask(), DAY, DAY, SHANGHAI)
    assert fair.unexplained == 0
    li = next(share for share in fair.people if share.person == "li")
    assert (li.turns["own_doing"], li.reasons["own_doing"]) == (1, {"declined": 1})
    chen = next(share for share in fair.people if share.person == "chen")
    assert (chen.turns["used"], chen.turns["own_doing"]) == (1, 0)


def test_a_lapsed_turn_is_owed_on_by_policy_and_used_twice_in_the_next_round(
    database: Engine, ask: Ask, tmp_path: Path
) -> None:
    def live(made: TestOffice) -> None:
        made.tell(inputs.PresenceChanged(person=CHEN, presence="receiving"))
        _answered(made, "c1", LI, NINE + 1_000)
        _answered(made, "c2", LI, NINE + 20_000)  # a new round: Chen's turn lapsed, and is owed
        made.tell(inputs.PresenceChanged(person=CHEN, presence="present"), at=NINE + 40_000)
        _answered(made, "c3", CHEN, NINE + 50_000)
        _answered(made, "c4", CHEN, NINE + 70_000)

    _office(database, tmp_path, live, Policy(makeup_carry=True))
    fair = fairness(ask(), DAY, DAY, SHANGHAI)
    assert _turns(fair, "chen") == {"due": 3, "carried": 1, "used": 2}
    assert _turns(fair, "li") == {"due": 2, "used": 2}
    cells = fair.sheets[0].cells
    assert [end.what for end in cells[2, "chen"].ends] == [Account.USED, Account.USED]
    assert [(end.what, end.why) for end in cells[1, "chen"].ends] == [(Account.CARRIED, "receiving")]


def test_whoever_leaves_the_sheet_and_comes_back_in_the_round_was_due_one_turn(
    database: Engine, ask: Ask, tmp_path: Path
) -> None:
    def live(made: TestOffice) -> None:
        made.tell(inputs.RosterEdited(group=Group.CALL, order=(LI,)), at=NINE + 1_000)
        made.tell(inputs.RosterEdited(group=Group.CALL, order=(CHEN, LI)), at=NINE + 2_000)
        _answered(made, "c1", CHEN, NINE + 3_000)

    _office(database, tmp_path, live)
    fair = fairness(ask(), DAY, DAY, SHANGHAI)
    assert _turns(fair, "chen") == {"due": 1, "used": 1}
    assert [back.why for back in fair.sheets[0].cells[1, "chen"].came_back] == ["joined"]


def test_a_turn_taken_away_is_neither_ones_own_doing_nor_lost(database: Engine, ask: Ask, tmp_path: Path) -> None:
    def live(made: TestOffice) -> None:
        call = _answered(made, "c1", CHEN, NINE + 1_000)
        made.tell(inputs.FormFiled(call=call, kind=FormKind.OTHER), at=NINE + 20_000)
        taken = inputs.TurnTakenAway(group=Group.CALL, person=CHEN, by="wang", why="其实是购房")
        made.tell(taken, at=NINE + 30_000)

    _office(database, tmp_path, live)
    cell = fairness(ask(), DAY, DAY, SHANGHAI).sheets[0].cells[1, "chen"]
    assert [(end.what, end.why) for end in cell.ends] == [(Account.TAKEN_AWAY, "其实是购房")]
    assert [(back.why, back.call_id) for back in cell.came_back] == [("other", "c1")]


def test_a_broken_phone_costs_nothing_and_its_turn_is_open_until_the_slot_is_over(
    database: Engine, ask: Ask, tmp_path: Path
) -> None:
    def live(made: TestOffice) -> None:
        made.now = NINE + 1_000
        made.tell(inputs.CallArrived(call=CallId("c1"), number=Number("")))
        made.tell(inputs.DeviceChanged(person=CHEN, device=DeviceState.UNREGISTERED), at=NINE + 2_000)
        made.tell(inputs.Answered(call=CallId("c1"), person=LI), at=NINE + 3_000)

    _office(database, tmp_path, live)
    assert _turns(fairness(ask(), DAY, DAY, SHANGHAI), "chen") == {"due": 1, "open": 1}


def test_a_turn_that_was_never_said_is_unexplained_and_said_first(database: Engine, ask: Ask, tmp_path: Path) -> None:
    def live(made: TestOffice) -> None:
        for place in range(3):
            _answered(made, f"c{place}", (CHEN, LI)[place % 2], NINE + 1_000 + 20_000 * place)

    _office(database, tmp_path, live)
    with ask() as session:
        lost = select(LedgerRow.id).where(LedgerRow.what == "used", LedgerRow.round == 1).limit(1)
        session.execute(delete(LedgerRow).where(LedgerRow.id.in_(lost)))
        session.commit()
    fair = fairness(ask(), DAY, DAY, SHANGHAI)
    assert fair.unexplained == 1
    assert next(iter(fair.as_json().items())) == ("unexplained", 1)


# --- an office that ran before the ledger was kept -------------------------------------------------------------------


def _as_before(database: Engine) -> None:
    """The database as the version before the ledger left it, brought to this one."""
    with database.connect() as connection:
        command.downgrade(configuration(connection), "0012")
        connection.commit()
    migrate_database(database)


def test_days_from_before_the_ledger_are_told_by_the_history_of_turns(
    database: Engine, ask: Ask, tmp_path: Path
) -> None:
    record_the_morning(tmp_path, database)
    _as_before(database)
    fair = fairness(ask(), DAY, DAY, SHANGHAI)
    assert fair.unexplained == 0
    assert next(share for share in fair.people if share.person == "chen").reasons["own_doing"] == {"no_answer": 1}
    assert not any(cell.recorded for sheet in fair.sheets for cell in sheet.cells.values())


def test_an_upgrade_in_the_middle_of_a_round_leaves_nothing_unexplained(
    database: Engine, ask: Ask, tmp_path: Path
) -> None:
    with office(tmp_path, now=NINE) as made:
        made.open_slot(CHEN, LI)
        _answered(made, "c1", CHEN, NINE + 1_000)
        _follow(database, tmp_path)
        _as_before(database)
        _answered(made, "c2", LI, NINE + 20_000)
        _answered(made, "c3", CHEN, NINE + 40_000)
    _follow(database, tmp_path)
    fair = fairness(ask(), DAY, DAY, SHANGHAI)
    assert fair.unexplained == 0
    assert _turns(fair, "chen") == {"due": 2, "used": 2}
    cells = fair.sheets[0].cells
    assert [cells[number, "chen"].recorded for number in (1, 2)] == [False, True]


@pytest.mark.parametrize("end", [NINE + 60_000])
def test_what_no_slot_reaches_any_more_was_not_reached(database: Engine, ask: Ask, tmp_path: Path, end: int) -> None:
    with office(tmp_path, now=NINE) as made:
        slot = inputs.Slot(start=NINE, end=end, call=(CHEN, LI), reception=(), name="白班")
        made.tell(inputs.PlanSet(slots=(slot,)))
        _answered(made, "c1", CHEN, NINE + 1_000)
        made.tell(inputs.Tick(), at=end + 1_000)
    _follow(database, tmp_path)
    fair = fairness(ask(), DAY, DAY, SHANGHAI)
    assert _turns(fair, "li") == {"due": 1, "not_reached": 1}
    assert _turns(fair, "chen") == {"due": 1, "used": 1}

"""The engine follows the office in the database: policy, people, plan, whose customers there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine as Database

from router.cli.office_keeper import OfficeKeeper, OfficeNumbers
from router.cli.settings import Place, database_url
from router.config.plan import slot_entries
from router.core import inputs
from router.core.actions import Ring
from router.core.words import CallId, Number, PersonId
from router.engine.feed import JournalFeed
from router.errors import StoreError
from router.store.customers.queries import customers_on_record
from router.store.database import open_database
from router.store.follow.writer import DatabaseWriter
from router.store.office.plans import publish
from router.telephony.switchboard import Directory
from router.wire.board import BoardPlan
from tests.cli.place import Office
from tests.engine.office import TestOffice

CALLER = Number("+8613800000001")
ALL_DAY = {"name": "全天", "from": "00:00", "to": "24:00"}


class Phones:
    """A switchboard that only remembers the offices that it was told."""

    def __init__(self) -> None:
        self.told: list[Directory] = []

    def change_office(self, office: Directory) -> None:
        self.told.append(office)


class Running:
    """An engine on its journal, with the keeper, as `hotline engine` composes them."""

    def __init__(self, site: Office, place: Place | None = None) -> None:
        self.place = place or site.place
        now = datetime.now(self.place.site.zone)
        self.office = TestOffice(self.place.folder.path, self.place.site.desk_policy(), round(now.timestamp() * 1000))
        self.database: Database = open_database(database_url(self.place))
        self.pbx_heard: list[tuple[str, str]] = []
        self.phones, self.numbers = Phones(), OfficeNumbers(self.place)
        self.keeper = OfficeKeeper(
            self.office.mailbox,
            self.office.desk,
            self.place,
            self.database,
            numbers=self.numbers,
            phones=self.phones,
            journal=self.office.journal.id,
            owners_told=self.office.day.owners_of == self.office.journal.id,
            pbx_follows=self._pbx_follows,
        )
        self.keeper.begin()
        self.office.work()

    def _pbx_follows(self, before: Place, now: Place) -> list[str]:
        names = [place.site.consultants[0].name for place in (before, now)]
        self.pbx_heard.append((names[0], names[1]))
        return ["Asterisk: rtp.conf"]

    @property
    def desk(self) -> Any:
        return self.office.desk.office

    def reread(self) -> list[str]:
        needs = self.keeper.reread()
        self.office.work()
        return needs

    def rung(self) -> list[str]:
        return [person for one in self.office.phones.asked if isinstance(one, Ring) for person in one.people]

    def close(self) -> None:
        self.database.dispose()
        self.office.crash()


@pytest.fixture
def running(site: Office) -> Iterator[Running]:
    made = Running(site)
    yield made
    made.close()


def _set(**values: Any) -> Any:
    return lambda office: office["policy"].update(values)


def test_the_engine_begins_with_the_people_and_the_plan_of_the_database(running: Running) -> None:
    assert set(running.desk.people) == set("ABCD")
    assert {person.presence for person in running.desk.people.values()} == {"off"}
    assert running.desk.slot is not None
    assert running.keeper.plan is not None
    assert running.keeper.plan.origin == "standing"


def test_a_changed_policy_counts_from_the_next_call(site: Office, running: Running) -> None:
    site.on_a_page(_set(rings=5))
    running.reread()
    assert running.desk.policy.rings == 5


def test_without_being_told_the_engine_sees_it_at_its_next_look(site: Office, running: Running) -> None:
    site.on_a_page(_set(rings=5))
    running.keeper.look()
    running.office.work()
    assert running.desk.policy.rings == 5


def test_who_joins_is_known_and_who_leaves_owns_nothing_and_is_rung_no_more(site: Office, running: Running) -> None:
    def change(office: Any) -> None:
        office["consultant"]["E"] = {"name": "周凯", "extension": None, "phones": [{"account": "109"}]}
        del office["consultant"]["B"]

    site.on_a_page(change)
    running.reread()
    people = running.desk.people
    assert people["E"].presence == "off"
    assert (people["B"].active, people["A"].active) == (False, True)
    assert [person.id for person in running.phones.told[-1].people] == ["A", "C", "D", "E"]
    slots = running.keeper._planned[0]
    assert isinstance(slots, tuple)
    assert all("B" not in slot.call for slot in slots)


def test_the_switchboard_hears_of_every_change_and_what_needs_a_restart_is_told_once(
    site: Office, running: Running
) -> None:
    site.on_a_page(lambda office: office["consultant"]["A"].update(name="陈辰"))
    assert running.reread() == ["Asterisk: rtp.conf"]
    assert running.pbx_heard == [("陈晨", "陈辰")]
    assert running.reread() == []
    assert running.phones.told[-1].people[0].name == "陈辰"


def test_a_published_plan_of_tomorrow_is_laid_out_when_told(site: Office, running: Running) -> None:
    tomorrow = (datetime.now(running.place.site.zone) + timedelta(days=1)).date()
    with site.session() as session:
        slots = slot_entries([{**ALL_DAY, "name": "特别", "call": ["C"], "reception": []}])
        publish(session, running.place.site, tomorrow, slots, by="zhang")
    running.reread()
    assert [(slot.name, slot.call) for slot in running.desk.plan][-1] == ("特别", ("C",))


def test_the_day_changes_and_its_published_plan_counts(site: Office, running: Running) -> None:
    zone = running.place.site.zone
    later = datetime.now(zone) + timedelta(days=3)
    with site.session() as session:
        slots = slot_entries([{**ALL_DAY, "name": "特别", "call": ["D"], "reception": []}])
        publish(session, running.place.site, later.date(), slots, by="zhang")
    running.keeper.look(later)
    running.office.work()
    assert running.keeper.plan == BoardPlan(day=str(later.date()), origin="published", of=str(later.date()))
    assert "特别" in [slot.name for slot in running.desk.plan]


def test_a_day_without_a_plan_goes_on_with_the_last_and_the_board_says_so(site: Office, running: Running) -> None:
    zone = running.place.site.zone
    today = datetime.now(zone).date()
    with site.session() as session:
        slots = slot_entries([{**ALL_DAY, "call": ["A"], "reception": []}])
        publish(session, running.place.site, today - timedelta(days=1), slots, by="zhang")
    site.on_a_page(lambda office: office["plan"].clear())
    running.reread()
    assert running.keeper.plan == BoardPlan(day=str(today), origin="earlier", of=str(today - timedelta(days=1)))


def test_with_the_database_away_the_engine_goes_on_and_takes_over_when_it_is_back(
    site: Office, running: Running
) -> None:
    path = running.place.folder.database
    hidden = path.with_name("hidden.db")
    running.database.dispose()
    path.rename(hidden)
    path.write_bytes(b"no database at all" * 100)
    running.keeper.look()
    with pytest.raises(StoreError):
        running.keeper.reread()
    running.office.work()
    assert running.desk.policy.rings == 3
    running.database.dispose()
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    hidden.rename(path)
    site.on_a_page(_set(rings=5))
    running.keeper.look()
    running.office.work()
    assert running.desk.policy.rings == 5


def test_the_copy_has_what_the_database_said_last(site: Office, running: Running) -> None:
    site.on_a_page(_set(rings=5))
    running.reread()
    kept = json.loads(running.place.folder.office.read_text(encoding="utf-8"))
    assert kept["office"]["policy"]["rings"] == 5


def test_the_engine_starts_with_the_copy_when_the_database_is_away(site: Office, running: Running) -> None:
    site.on_a_page(_set(rings=5))
    running.reread()
    site.in_the_file('url = "sqlite"', 'url = "postgresql+psycopg://hotline@127.0.0.1:1/hotline"')
    place = site.place
    assert (place.source, place.site.policy.rings) == ("copy", 5)
    running.office.crash()
    again = Running(site, place)
    assert set(again.desk.people) == set("ABCD")
    assert again.desk.slot is not None
    again.close()


def _loses_its_journal(running: Running) -> None:
    """The engine is killed once the database has followed it, and its journal is gone."""
    writer = DatabaseWriter(running.database, JournalFeed(running.place.folder.journal))
    while writer.step():
        pass
    running.office.crash()
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        (running.place.folder.path / name).unlink(missing_ok=True)


def _live_a_call(running: Running) -> None:
    for person in "AB":
        running.office.tell(inputs.PresenceChanged(person=PersonId(person), presence="present"))
    first = running.office.call_comes("c1", CALLER)
    who = PersonId(running.rung()[0])
    running.office.tell(inputs.PhoneRang(call=first, person=who))
    running.office.tell(inputs.Answered(call=first, person=who))
    running.office.tell(inputs.HungUp(call=first))


def test_a_lost_journal_costs_nobody_their_customers(site: Office, running: Running) -> None:
    _live_a_call(running)
    owner = running.rung()[0]
    writer = DatabaseWriter(running.database, JournalFeed(running.place.folder.journal))
    while writer.step():
        pass
    with site.session() as session:
        assert [(number, who) for number, who, _ in customers_on_record(session)] == [(CALLER, owner)]
    running.office.crash()
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        (running.place.folder.path / name).unlink(missing_ok=True)
    again = Running(site)
    try:
        assert again.desk.customers[CALLER].owner == owner
        for person in "AB":
            again.office.tell(inputs.PresenceChanged(person=PersonId(person), presence="present"))
        again.office.tell(inputs.CallArrived(call=CallId("c2"), number=CALLER))
        assert again.rung() == [owner]
        assert again.desk.calls[CallId("c2")].returning
    finally:
        again.close()


def test_customers_of_who_left_are_nobodys_after_a_lost_journal(site: Office, running: Running) -> None:
    _live_a_call(running)
    owner = running.rung()[0]
    _loses_its_journal(running)
    site.on_a_page(lambda office: office["consultant"].pop(owner))
    again = Running(site)
    try:
        assert again.desk.people[owner].active is False
        others = sorted({"A", "B"} - {owner})
        again.office.tell(inputs.PresenceChanged(person=PersonId(others[0]), presence="present"))
        again.office.tell(inputs.CallArrived(call=CallId("c2"), number=CALLER))
        assert again.rung() == others
        assert not again.desk.calls[CallId("c2")].returning
    finally:
        again.close()


def test_a_known_journal_is_not_told_of_owners_again(site: Office, running: Running) -> None:
    _live_a_call(running)
    running.office.crash()
    again = Running(site)
    try:
        told = [
            entry
            for entry in again.office.journal.read(kinds=("input",))
            if entry.body["is"] == inputs.CustomerKnown.__name__
        ]
        assert told == []
    finally:
        again.close()


def test_an_engine_that_was_killed_before_all_owners_were_told_tells_them_at_its_next_start(
    site: Office, running: Running
) -> None:
    _live_a_call(running)
    _loses_its_journal(running)
    killed = TestOffice(running.place.folder.path, running.place.site.desk_policy(), 0)
    killed.tell(inputs.Tick())  # it lived for a moment, and heard nothing from the database
    killed.crash()
    again = Running(site)
    try:
        assert again.desk.customers[CALLER].owner == running.rung()[0]
        assert again.office.day.owners_of == again.office.journal.id
    finally:
        again.close()

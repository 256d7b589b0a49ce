"""`hotline engine`: the process that decides. `hotline up` starts it; run it alone under systemd."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from router.cli.settings import Place, database_url, office, open_place
from router.config.plan import plan_or_last
from router.core import inputs
from router.core.actions import Action
from router.core.desk import Desk
from router.core.policy import PRESENT
from router.core.words import CallId, PersonId
from router.engine.clock import SteadyClock
from router.engine.engine import Engine
from router.engine.feed import JournalFeed
from router.engine.journal import Journal
from router.engine.ports import Letter
from router.engine.snapshot import recover
from router.engine.socket import EngineSocket
from router.reconcile.numbers import Numbering
from router.store.base import open_database
from router.store.writer import DatabaseWriter
from router.telephony.ami import AmiAddress
from router.telephony.switchboard import AsteriskSwitchboard, expected_calls

log = logging.getLogger(__name__)

PLAN_SECONDS = 60.0  # how often the date is looked at


@click.command(name="engine")
@click.option("--config", type=click.Path(path_type=Path), help="The site file; without one, the demonstration.")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Data folder.")
def command(config: Path | None, data: Path) -> None:
    """Decide who is rung: runs until it is told to stop (SIGTERM)."""
    logging.basicConfig(level=logging.INFO, format="time=%(asctime)s level=%(levelname)s part=%(name)s %(message)s")
    run_engine(open_place(config, data))


def run_engine(place: Place) -> None:
    """Start every part of the engine, run it until SIGTERM or SIGINT, stop in reverse order."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    policy = place.site.desk_policy()
    journal = Journal(place.folder.journal)
    desk = recover(journal, policy)
    late = LateSwitchboard()
    engine = Engine(desk, journal, late, SteadyClock(desk.office.now))
    switchboard = AsteriskSwitchboard(
        ami_address(place),
        office(place),
        mailbox=engine,
        normalise=numbering(place).one,
        on_alarm=lambda name, text: log.error("alarm=%s %s", name, text),
        may_take=lambda person: person in desk.office.people and not desk.office.people[person].suspended,
    )
    late.switchboard = switchboard
    engine.beside = lambda: {
        "pbx": switchboard.connected,
        "pickups_stuck": switchboard.pickups_stuck,
        "offline": switchboard.offline(),
    }
    engine.watch(lambda board: switchboard.keep_fallback(fallback_order(board)))
    database = open_database(database_url(place))
    writer = DatabaseWriter(database, JournalFeed(place.folder.journal))
    engine.start(policy)
    _tell_the_site(engine, place, desk)
    served = EngineSocket(engine, place.folder.socket)
    engine.when_committed(writer.tell)
    follower = threading.Thread(target=writer.run, args=(over,), name="database-writer")
    follower.start()
    switchboard.expect(expected_calls(desk.office))
    switchboard.start()
    planner = Planner(engine, place)
    threading.Thread(target=planner.run, args=(over,), name="planner", daemon=True).start()
    log.info("engine state from=starting to=running site=%r", place.site.site.name)
    try:
        engine.run(over)
    finally:
        switchboard.stop()
        served.close()
        over.set()
        writer.tell()
        follower.join()
        database.dispose()
        journal.close()
        log.info("engine state from=running to=stopped")


def numbering(place: Place) -> Numbering:
    """How this site's numbers are read."""
    table = place.site.site
    return Numbering(region=table.region, area_code=table.area_code or "")


def fallback_order(board: Mapping[str, Any]) -> list[PersonId]:
    """Whom Asterisk rings by itself while we are silent: who is present, in sheet order (DESIGN 6)."""
    people = board["people"]
    order = [turn["person"] for sheet in board["sheets"] if sheet["running"] for turn in sheet["turns"]]
    return [p for p in order if people[p]["presence"] == PRESENT and not people[p]["suspended"]]


class LateSwitchboard:
    """Stands for the switchboard until it is made: engine and switchboard need each other."""

    switchboard: AsteriskSwitchboard

    def perform(self, actions: Sequence[Action]) -> None:
        """Hand the actions on (`Switchboard`)."""
        self.switchboard.perform(actions)

    def leave_to_fallback(self, calls: Sequence[CallId]) -> None:
        """Hand the calls on (`Switchboard`)."""
        self.switchboard.leave_to_fallback(calls)


def ami_address(place: Place) -> AmiAddress:
    """Where Asterisk's manager is, and our name and secret for it."""
    pbx = place.site.pbx
    if pbx.ami is not None:
        secret = pbx.ami.secret_file.read_text(encoding="utf-8").strip()
        return AmiAddress(host=pbx.ami.host, port=pbx.ami.port, username=pbx.ami.username, secret=secret)
    return AmiAddress(host="127.0.0.1", port=pbx.ami_port, username="hotline", secret=place.folder.secret("ami"))


def _tell_the_site(engine: Engine, place: Place, desk: Desk) -> None:
    """Make known who works here; who is known keeps their presence (a restart in the middle of the day)."""
    for consultant in place.site.consultants:
        person = PersonId(consultant.id)
        if person not in desk.office.people:
            known = inputs.PersonKnown(person=person, presence=place.site.presence.initial)
            engine.put(Letter(input=known, source="site"))
    listed = {consultant.id for consultant in place.site.consultants}
    for person, known_person in desk.office.people.items():
        if known_person.active != (person in listed):
            engine.put(Letter(input=inputs.PersonKnown(person=person, active=person in listed), source="site"))


class Planner:
    """Lays out the coming slots: the standing plan of today and tomorrow, again whenever the date changes (R1)."""

    def __init__(self, engine: Engine, place: Place) -> None:
        self._engine = engine
        self._site = place.site
        self._told: tuple[inputs.Slot, ...] | None = None
        self.look(datetime.now(place.site.zone))

    def run(self, over: threading.Event) -> None:
        """Look at the date until `over`."""
        while not over.wait(PLAN_SECONDS):
            self.look(datetime.now(self._site.zone))

    def look(self, now: datetime) -> bool:
        """One look; returns whether there was something to tell."""
        days = (now.date() + timedelta(days=offset) for offset in (0, 1))
        slots = tuple(slot for day in days for slot in self._slots_of(day))
        if slots == self._told:
            return False
        self._told = slots
        self._engine.put(Letter(input=inputs.PlanSet(slots=slots), source="plan"))
        return True

    def _slots_of(self, day: date) -> tuple[inputs.Slot, ...]:
        plan, of = plan_or_last(self._site, day)
        if of != day:
            log.warning("plan missing day=%s used=%s cure=publish-or-add-a-standing-plan", day, of)
        elif plan.plan is None:
            log.error("plan missing day=%s used=none cure=add-a-plan-to-the-site-file", day)
        return plan.slots

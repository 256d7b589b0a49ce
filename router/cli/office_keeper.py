"""The engine follows the office: its policy, people, phones and plan, as the database has them now.

May live here: that following. It looks when it is told to (`engine.sock`: somebody changed something), and every
minute for what nobody told and for the date. With the database away it goes on with what it knows; `office.json` has
it for the next start.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Protocol

from pydantic import ValidationError
from sqlalchemy import Engine as Database
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from router.cli.office import OfficeCopy, OfficeSource, OnRecord, read_database
from router.cli.settings import Place, day_rules, numbering, office, with_new_secrets
from router.config.model import Site
from router.config.office import with_office
from router.config.plan import Counting, PlanOrigin, Published, plan_that_counts
from router.core import inputs
from router.core.desk import Desk
from router.core.words import Number, PersonId
from router.engine.mailbox import Mailbox
from router.engine.ports import Letter
from router.errors import StoreError
from router.logs import logger, state
from router.store.customers.numbers import KnownNumbers
from router.store.customers.queries import customers_on_record
from router.store.follow.writer import DatabaseAwayError
from router.telephony.switchboard import Directory
from router.texts import _
from router.wire.board import BoardPlan

log = logger(__name__)

LOOK_SECONDS = 60.0  # how often the date and the database are looked at without being told
COMING_DAYS = 8  # so far ahead Asterisk knows whom to ring without us, today included
AWAY_SECONDS = 5.0  # the same while the database is away


class Phones(Protocol):
    """The switchboard, as far as it follows the office."""

    def change_office(self, office: Directory) -> None:
        """Take over changed people, phones, numbers and times, with calls going on."""


class OfficeNumbers:
    """What the office knows of numbers (`switchboard.floor.Numbers`), as it is now; asked from any thread."""

    def __init__(self, place: Place) -> None:
        self._numbering = numbering(place.site)
        self._known = place.numbers

    def take_over(self, site: Site) -> None:
        """Region and area code may have changed."""
        self._numbering = numbering(site)

    def know(self, known: KnownNumbers) -> None:
        """Blocked numbers, and customers' further ones, are these now."""
        self._known = known

    def normalise(self, number: str) -> str:
        """A number as this site writes it, by the region and area code that count now."""
        return self._numbering.one(number)

    def first(self, number: str) -> str:
        """The number by which the desk knows the customer whose number it is."""
        return self._known.first(number)

    def is_blocked(self, number: str) -> bool:
        """Whether calls of the number ring nobody."""
        return number in self._known.blocked


class OfficeKeeper:
    """Tells engine and switchboard what has changed in the office. One look at a time, from any thread."""

    def __init__(
        self,
        mailbox: Mailbox,
        desk: Desk,
        place: Place,
        database: Database,
        *,
        numbers: OfficeNumbers,
        phones: Phones,
        journal: str,
        owners_told: bool,
        pbx_follows: Callable[[Place, Place], list[str]] = lambda _before, _now: [],
    ) -> None:
        self._mailbox = mailbox
        self._desk = desk
        self._numbers = numbers
        self._phones = phones
        self._place = place
        self._pbx_follows = pbx_follows
        self._needs_restart: list[str] = []
        self._published: Published = place.published
        self._database = database
        self._copy = OfficeCopy(place.folder.office)
        self._on_record: OnRecord | None = None
        self._journal = journal
        self._owners_wanted = not owners_told  # R16: what a lost journal knew, or a backup does not, is in the database
        self._is_away = place.source is OfficeSource.COPY
        self._planned: tuple[object, ...] = ()
        self._known = {person.id for person in desk.office.people.values() if person.active}
        self._looking = threading.Lock()
        self._woken = threading.Event()
        self.coming: tuple[inputs.Slot, ...] = ()
        """The slots of the next days, for a time without us."""
        self.plan: BoardPlan | None = None
        """For the board: where today's slots come from, and of which day they are (R1: the supervisor is told)."""

    @property
    def site(self) -> Site:
        """The site that counts now."""
        return self._place.site

    @property
    def _site(self) -> Site:
        return self._place.site

    def begin(self) -> None:
        """Before the first call: the people, whose customers there are, and the plan.

        A database that has just not answered is not waited for again: callers do.
        """
        if self._is_away:
            with self._looking:
                self._tell(datetime.now(self._site.zone))
        else:
            self.look()

    def run(self, over: threading.Event) -> None:
        """Look at date and database until `over`."""
        while not over.is_set():
            self._woken.wait(AWAY_SECONDS if self._is_away else LOOK_SECONDS)
            self._woken.clear()
            if over.is_set():
                return
            try:
                self.look()
            except Exception:  # the engine goes on with what it knows
                log.exception("office not followed")

    def clock_stepped(self) -> None:
        """The wall clock was set: the plan of this day is told anew, whatever was told; from any thread."""
        self._planned = ()
        self._woken.set()

    def look(self, now: datetime | None = None) -> None:
        """One look: at the database if it answers, and at the date."""
        with self._looking:
            try:
                self._read()
            except StoreError as error:
                self._away(error)
            self._tell(now or datetime.now(self._site.zone))

    def reread(self) -> list[str]:
        """Somebody changed something: take it over now; returns what needs a new start of the service.

        Raises `DatabaseAwayError`; what was known stays then.
        """
        with self._looking:
            self._read()
            self._tell(datetime.now(self._site.zone))
            needs, self._needs_restart = self._needs_restart, []
            return needs

    def _away(self, error: StoreError) -> None:
        if not self._is_away:
            state(log, "there", "away", level=logging.WARNING, of="database", why=error)
        self._is_away = True

    # --- reading

    def _read(self) -> None:
        told = read_database(self._database)
        if told is None:
            return  # an engine alone, before the first `hotline up`
        if self._is_away:
            state(log, "away", "there", of="database")
        self._is_away = False
        if told != self._on_record:
            self._take_over(told)
        self._tell_owners()

    def _take_over(self, told: OnRecord) -> None:
        place = with_new_secrets(self._place)
        try:
            site = with_office(place.file, told.office)
            self._published = told.published
        except (ValidationError, ValueError, KeyError, TypeError) as error:
            raise DatabaseAwayError(_("the office in the database can't be read: %(why)s", why=str(error))) from error
        self._on_record = told
        self._copy.keep(told)
        self._numbers.know(told.known_numbers)
        self._follow(replace(place, site=site))

    def _follow(self, now: Place) -> None:
        before, self._place, site = self._place, now, now.site
        if site == before.site:
            return
        self._numbers.take_over(site)
        self._mailbox.change_rules(site.desk_policy(), day_rules(site))
        self._tell_people()
        needs = self._pbx_follows(before, self._place)
        for need in needs:
            log.warning("office changed", needs_restart=need)
        self._needs_restart += needs
        if office(site) != office(before.site):
            self._phones.change_office(office(site))
            log.info("office changed", people=len(site.consultants), hotlines=len(site.hotlines))

    # --- telling

    def _tell(self, now: datetime) -> None:
        self._tell_people()
        self._tell_plan(now.date())

    def _tell_people(self) -> None:
        """Make known who works here; who is known keeps their presence (a restart in the middle of the day)."""
        listed = {PersonId(consultant.id) for consultant in self._site.consultants}
        there = self._desk.office.people
        for person in sorted(listed - self._known):
            initial = None if person in there else self._site.presence.initial
            self._put(inputs.PersonKnown(person=person, presence=initial))
        for person in sorted(self._known - listed):
            self._put(inputs.PersonKnown(person=person, active=False))  # R16.2: nothing is theirs any more
        self._known = listed

    def _tell_owners(self) -> None:
        """To a new journal: whose the customers are, from the database (R16); what happened meanwhile is newer.

        That all were told is on record there: who is killed before that tells them again.
        """
        if not self._owners_wanted:
            return
        try:
            with Session(self._database) as session:
                owned = customers_on_record(session)
        except SQLAlchemyError as error:
            raise DatabaseAwayError(_("the database does not answer: %(name)s", name=type(error).__name__)) from error
        self._owners_wanted = False
        known = self._desk.office.customers
        for number, owner, contact in owned:
            at_ms = round(contact.timestamp() * 1000)
            customer = known.get(Number(number))
            if customer is None or customer.contact < at_ms:
                self._put(inputs.CustomerKnown(number=Number(number), owner=owner, last_contact=at_ms))
        for owner in sorted({owner for _number, owner, _contact in owned} - self._known):
            self._put(inputs.PersonKnown(person=owner, active=False))  # they left: told last, since an owner is active
        self._mailbox.put(Letter(input=inputs.Tick(), source="site", facts={"owners": self._journal}))
        log.info("customers told", count=len(owned), cause="new journal")

    def _tell_plan(self, today: date) -> None:
        days = [plan_that_counts(self._site, self._published, today + timedelta(days=n)) for n in range(COMING_DAYS)]
        slots = tuple(slot for day in days[:2] for slot in self._slots_of(day))
        self.coming = tuple(slot for day in days for slot in self._slots_of(day))
        shown = BoardPlan(day=today.isoformat(), origin=days[0].origin.value, of=days[0].of.isoformat())
        if (slots, shown) == self._planned:
            return
        self._planned, self.plan = (slots, shown), shown
        self._put(inputs.PlanSet(slots=slots), source="plan")
        if days[0].origin is PlanOrigin.EARLIER:
            log.warning("plan missing", day=today, used=days[0].of, cure="hotline plan publish")
        elif days[0].origin is PlanOrigin.NONE:
            log.error("plan missing", day=today, used="none", cure="hotline plan publish")

    def _slots_of(self, plan: Counting) -> Iterable[inputs.Slot]:
        """The slots without those who left since: nobody is rung who does not work here."""
        here = {consultant.id for consultant in self._site.consultants}
        for slot in plan.slots:
            call, reception = (tuple(p for p in order if p in here) for order in (slot.call, slot.reception))
            yield replace(slot, call=call, reception=reception)

    def _put(self, told: inputs.Input, source: str = "site") -> None:
        self._mailbox.put(Letter(input=told, source=source))

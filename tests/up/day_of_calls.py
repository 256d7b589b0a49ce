"""A day of calls on the whole service, played from a script: what became of each call is noted as its phones saw it.

May live here: the acts of such a day, and the notes. Several callers call at once; each act waits for what it needs
and takes whoever the router rings, so the notes (`Played`) are the day's only truth beside Asterisk and the router.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from click.testing import CliRunner

from router.cli.main import cli
from tests.telephony.phones.caller import ANONYMOUS
from tests.telephony.phones.dialog import Leg
from tests.telephony.phones.incoming import IncomingLeg
from tests.telephony.phones.people import Caller, until
from tests.up.service import HOTLINE, Service
from tests.up.site import long_day, plan_of_two_slots

CALL = tuple(f"P{number:02}" for number in range(1, 7))
DESK = tuple(f"P{number:02}" for number in range(7, 13))
HELPERS = DESK[3:]
"""They are with visitors all day: never rung, but a call may be handed to them, and they may take one."""
ON_CALLS = (*CALL, *DESK[:3])
SLOTS = ("全天", "下半场")
LANES = 7  # callers at a time: fewer than people on calls
PATIENCE = 60.0
BEFORE_THE_CHANGE = timedelta(seconds=6)  # no call begins so shortly before the slot changes: which it is of is certain
POLICY = "ring_seconds = 0.5\nmax_ring_seconds = 25\nform_minutes = 0.05\n"
RECENT_LEGS = 8  # of a phone; what rings now is among them


@dataclass(slots=True, kw_only=True)
class Played:
    """A call as its caller and the phones saw it; `talked` in order, nobody for a missed one."""

    number: str
    fate: str
    slot: str
    begun_at: datetime
    ended_at: datetime | None = None
    talked: list[str] = field(default_factory=list)
    is_unseen: bool = False  # it came and went while no router ran


Act = Callable[["DayOfCalls"], None]


class DayOfCalls:
    """The service of a day, its people, and what was played so far."""

    def __init__(self, folder: Path) -> None:
        self.service = Service(folder, size=len(CALL) + len(DESK))
        now = datetime.now(UTC)
        offset = 12 - now.hour  # it is about noon there: the date does not change in a test
        self.zone = timezone(timedelta(hours=offset))
        self.date = f"{now.astimezone(self.zone):%Y-%m-%d}"
        self.change_at = datetime.max.replace(tzinfo=UTC)
        text = long_day(self.service.ports, POLICY, zone=f"Etc/GMT{-offset:+d}", call=CALL, desk=DESK)
        self.service.config.write_text(text, encoding="utf-8")
        self.played: list[Played] = []
        self._withheld: list[Caller] = []
        self._numbers = itertools.count(1)
        self._noting = threading.Lock()
        self._helpers: queue.SimpleQueue[str] = queue.SimpleQueue()
        for person in HELPERS:
            self._helpers.put(person)

    def begins(self) -> None:
        """The service runs, everybody is in, the helpers are with visitors."""
        self.service.start()
        self.service.phones_sign_in()
        for person in HELPERS:
            self.service.phone[person].dials("*2")
        self.service.until(lambda b: all(b.people[p].presence == "receiving" for p in HELPERS), PATIENCE)
        self.is_at_rest()

    def says(self, *command: str) -> str:
        """What a command says of this service."""
        where = ["--config", str(self.service.config), "--data", str(self.service.data)]
        result = CliRunner().invoke(cli, [*command, *where])
        assert result.exit_code == 0, (result.output, result.exception)
        return result.stdout

    def has_two_slots(self) -> None:
        """The supervisor publishes a plan by which the slot that runs ends soon, at a full minute."""
        soon = datetime.now(self.zone) + timedelta(seconds=100)
        self.change_at = soon.replace(second=0, microsecond=0)
        plan = self.service.folder / "plan.toml"
        plan.write_text(plan_of_two_slots(self.date, f"{self.change_at:%H:%M}", SLOTS, CALL, DESK), encoding="utf-8")
        self.says("plan", "publish", str(plan), "--yes")

    def is_at_rest(self) -> None:
        """No call is on, and everybody who takes calls can be rung."""
        self.service.until(lambda b: not b.calls and all(b.people[p].why_not is None for p in ON_CALLS), PATIENCE)

    def plays(self, acts: Sequence[Act]) -> None:
        """Several at a time, in this order."""
        with ThreadPoolExecutor(LANES, thread_name_prefix="lane") as lanes:
            for done in [lanes.submit(act, self) for act in acts]:
                done.result()

    # --- a call, step by step

    def dials(self, fate: str, number: str = "", *, withheld: bool = False) -> tuple[Caller, Played]:
        """A customer calls; by default one who never called before."""
        self._keep_clear_of_the_change()
        number = number or f"139{next(self._numbers) * 7_654_321 % 100_000_000:08}"
        now = datetime.now(UTC)
        call = Played(
            number="" if withheld else number,
            fate=fate,
            slot=SLOTS[now >= self.change_at],
            begun_at=now,
        )
        caller = self.service.caller(number)
        with self._noting:
            self.played.append(call)
            if withheld:
                self._withheld.append(caller)
        caller.dials(HOTLINE, shown_from=ANONYMOUS if withheld else None)
        return caller, call

    def waits_for_the_change(self) -> None:
        """The second slot runs."""
        self.service.until(lambda b: (b.slot.name if b.slot else "") == SLOTS[1], 2 * PATIENCE)

    def _keep_clear_of_the_change(self) -> None:
        if self.change_at - BEFORE_THE_CHANGE < datetime.now(UTC) < self.change_at:
            self.waits_for_the_change()

    def rung(self, caller: Caller, at_least: int = 1) -> list[tuple[str, IncomingLeg]]:
        """Whose phones ring for this caller, once so many do, first rung first."""
        found: list[tuple[str, IncomingLeg]] = []

        def are() -> bool:
            found[:] = [
                (person, leg)
                for person, phone in self.service.phone.items()
                for leg in phone.legs[-RECENT_LEGS:]
                if isinstance(leg, IncomingLeg) and leg.state == "ringing" and self._is_for(leg, caller)
            ]
            return len(found) >= at_least

        self.service.world.wait(f"{at_least} ring for {caller.number}", are, PATIENCE)
        return sorted(found, key=lambda one: one[1].at["rang"])

    def _is_for(self, leg: IncomingLeg, caller: Caller) -> bool:
        return leg.shown.number == caller.number or caller in self._withheld

    def talks(self, caller: Caller, call: Played, person: str, leg: IncomingLeg) -> None:
        """Somebody whose phone rings picks up, and the two hear each other."""
        self.service.phone[person].accept(leg)
        caller.hears(self.service.phone[person], within=PATIENCE)
        call.talked.append(person)

    def says_goodbye(self, caller: Caller, call: Played, *, first: str = "") -> None:
        """The caller hangs up, or that person does first; the call is over for both."""
        with self.service.world.changed:
            legs = [leg for phone in self.service.phone.values() for leg in self._talking_to(phone.legs, caller)]
        if first:
            self.service.phone[first].hangs_up()
        else:
            caller.hangs_up()
        call.ended_at = datetime.now(UTC)
        self.has_ended(caller.leg, *legs)

    def _talking_to(self, legs: Sequence[Leg], caller: Caller) -> list[Leg]:
        return [leg for leg in legs[-RECENT_LEGS:] if leg.state == "talking" and leg.shown.number == caller.number]

    def has_ended(self, *legs: Leg) -> None:
        """Wait until these calls of phones are over."""
        self.service.world.wait("the call is over", lambda: all(leg.state == "ended" for leg in legs), PATIENCE)

    @contextlib.contextmanager
    def helper(self) -> Iterator[str]:
        """Somebody who is with visitors and whose phone is free; nobody else's until this is over."""
        person = self._helpers.get(timeout=PATIENCE)
        self.service.until(lambda b: b.people[person].phone == "idle", PATIENCE)
        yield person
        self.service.phone[person].is_let_go(within=PATIENCE)
        self._helpers.put(person)

    # --- the router

    @contextlib.contextmanager
    def router_is_away(self) -> Iterator[None]:
        """Its engine is killed and is not started again for a while."""
        supervisor, engine = self.service.pid_of("supervisord"), self.service.pid_of("main engine")
        assert supervisor is not None
        assert engine is not None
        os.kill(supervisor, signal.SIGSTOP)
        try:
            os.kill(engine, signal.SIGKILL)
            until("the engine is gone", lambda: self.service.pid_of("main engine") is None, PATIENCE)
            yield
        finally:
            os.kill(supervisor, signal.SIGCONT)
        self.service.until(lambda b: b.pbx, PATIENCE)

    def ends(self) -> None:
        """Everything that was started."""
        supervisor = self.service.pid_of("supervisord")
        if supervisor:
            os.kill(supervisor, signal.SIGCONT)
        self.service.end()


# --- what may become of a call ---------------------------------------------------------------------------------------


def is_answered(day: DayOfCalls) -> None:
    """The first who is rung answers; the caller hangs up."""
    caller, call = day.dials("answered")
    day.talks(caller, call, *day.rung(caller)[0])
    day.says_goodbye(caller, call)


def is_hung_up_on(day: DayOfCalls) -> None:
    """The consultant hangs up first (R19)."""
    caller, call = day.dials("hung up on")
    person, leg = day.rung(caller)[0]
    day.talks(caller, call, person, leg)
    day.says_goodbye(caller, call, first=person)


def gives_up(day: DayOfCalls) -> None:
    """The caller hangs up while the first phone rings."""
    caller, call = day.dials("missed")
    day.rung(caller)
    day.says_goodbye(caller, call)


def is_declined_first(day: DayOfCalls) -> None:
    """The first one rejects it, the next one answers."""
    caller, call = day.dials("declined, then answered")
    person, leg = day.rung(caller)[0]
    with day.service.world.changed:
        leg.refuse(603)
    others = [one for one in day.rung(caller) if one[0] != person]
    day.talks(caller, call, *others[0])
    day.says_goodbye(caller, call)


def is_taken_over(day: DayOfCalls) -> None:
    """It rings at everyone, and a colleague is quicker."""
    caller, call = day.dials("taken over")
    first = day.rung(caller)[0][0]
    others = [one for one in day.rung(caller, at_least=2) if one[0] != first]
    day.talks(caller, call, *others[-1])
    day.says_goodbye(caller, call)


def is_answered_late(day: DayOfCalls) -> None:
    """It rings at everyone, and the first one answers after all."""
    caller, call = day.dials("answered late")
    first = day.rung(caller)[0][0]
    rung = dict(day.rung(caller, at_least=2))
    day.talks(caller, call, first, rung[first])
    day.says_goodbye(caller, call)


def is_handed_over(day: DayOfCalls) -> None:
    """By the phone's own transfer key."""
    _is_handed_over(day, "handed over", lambda giver, number: day.service.phone[giver].transfers_to(number))


def is_handed_over_by_keys(day: DayOfCalls) -> None:
    """By *9 and the extension."""
    _is_handed_over(day, "handed over by keys", lambda giver, number: day.service.phone[giver].presses(f"*9{number}"))


def _is_handed_over(day: DayOfCalls, fate: str, hand_over: Callable[[str, str], None]) -> None:
    caller, call = day.dials(fate)
    giver, leg = day.rung(caller)[0]
    day.talks(caller, call, giver, leg)
    with day.helper() as taker:
        hand_over(giver, day.service.accounts[taker])
        day.talks(caller, call, taker, day.service.phone[taker].rings(within=PATIENCE))
        day.has_ended(leg)
        day.says_goodbye(caller, call)


def is_transferred_after_asking(day: DayOfCalls) -> None:
    """The giver asks the taker first, then joins the two calls."""
    caller, call = day.dials("transferred after asking")
    giver, leg = day.rung(caller)[0]
    day.talks(caller, call, giver, leg)
    phone = day.service.phone[giver]
    with day.helper() as taker:
        phone.holds()
        asked = phone.dials(day.service.accounts[taker])
        ringing = day.service.phone[taker].rings(within=PATIENCE)
        day.service.phone[taker].accept(ringing)
        phone.hears(day.service.phone[taker], within=PATIENCE)
        phone.joins_calls()
        caller.hears(day.service.phone[taker], within=PATIENCE)
        call.talked.append(taker)
        day.has_ended(leg, asked)
        day.says_goodbye(caller, call)


def calls_again(day: DayOfCalls) -> None:
    """A customer who talked with somebody calls a second time: whoever is rung answers."""
    caller, call = day.dials("answered")
    day.talks(caller, call, *day.rung(caller)[0])
    day.says_goodbye(caller, call)
    again, second = day.dials("called again", call.number)
    day.talks(again, second, *day.rung(again)[0])
    day.says_goodbye(again, second)


# --- what needs the office for itself --------------------------------------------------------------------------------


def withholds_the_number(day: DayOfCalls) -> None:
    """Nobody knows who calls; the first who is rung answers."""
    caller, call = day.dials("withheld", withheld=True)
    person, leg = day.rung(caller)[0]
    day.talks(caller, call, person, leg)
    day.says_goodbye(caller, call)
    day.has_ended(leg)


def is_taken_by_key(day: DayOfCalls) -> None:
    """Somebody who is not rung takes it with *8."""
    caller, call = day.dials("taken by key")
    day.rung(caller, at_least=2)
    with day.helper() as taker:
        day.service.phone[taker].dials("*8")
        caller.hears(day.service.phone[taker], within=PATIENCE)
        call.talked.append(taker)
        day.says_goodbye(caller, call)


def is_answered_by_nobody(day: DayOfCalls) -> None:
    """It rings at everyone until the end."""
    caller, call = day.dials("rang out")
    caller.is_let_go(within=2 * PATIENCE)
    call.ended_at = datetime.now(UTC)


def finds_everybody_busy(day: DayOfCalls) -> None:
    """Everybody talks: of two more callers one waits for whoever is free first, the other gives up."""
    talks = []
    for _ in ON_CALLS:
        caller, call = day.dials("answered while the house fills")
        person, leg = day.rung(caller)[0]
        day.talks(caller, call, person, leg)
        talks.append((caller, call, person))
    day.service.until(lambda b: all(b.people[p].why_not for p in ON_CALLS), PATIENCE)
    waiting, waits = day.dials("waited")
    waiting.hears_something(within=PATIENCE)
    leaving, leaves = day.dials("missed while waiting")
    leaving.hears_something(within=PATIENCE)
    day.says_goodbye(leaving, leaves)
    freed = talks.pop(3)
    day.says_goodbye(*freed[:2])
    rung = day.rung(waiting)[0]
    assert rung[0] == freed[2], "the first who is free is rung"
    day.talks(waiting, waits, *rung)
    for caller, call in ((waiting, waits), *(talk[:2] for talk in talks)):
        day.says_goodbye(caller, call)


def outlasts_the_router(day: DayOfCalls, answered: int, missed: int) -> None:
    """The router is killed while one talks and one rings; both talk on. Others come, are served, and go, unseen."""
    talking, talks = day.dials("talked through the kill")
    day.talks(talking, talks, *day.rung(talking)[0])
    leaving, leaves = day.dials("talked at the kill, ended unseen")
    day.talks(leaving, leaves, *day.rung(leaving)[0])
    ringing, rings = day.dials("rang at the kill")
    rung = day.rung(ringing)[0]
    short, unseen = day.dials("rang at the kill, answered and ended unseen")
    unseen.is_unseen = True
    rung_shortly = day.rung(short)[0]
    with day.router_is_away():
        day.says_goodbye(leaving, leaves)
        day.talks(ringing, rings, *rung)
        day.talks(short, unseen, *rung_shortly)
        day.says_goodbye(short, unseen)
        for number in range(answered + missed):
            caller, call = day.dials("served by the fallback" if number < answered else "missed by the fallback")
            call.is_unseen = True
            free = [one for one in day.rung(caller) if not day.service.phone[one[0]].is_talking()]
            if number < answered:
                day.talks(caller, call, *(free or day.rung(caller))[0])
            day.says_goodbye(caller, call)
            _is_quiet(day, caller)
    day.says_goodbye(talking, talks)
    day.says_goodbye(ringing, rings)


def _is_quiet(day: DayOfCalls, caller: Caller) -> None:
    """No phone rings for that caller any more: the next one is told apart."""
    day.service.world.wait(
        f"nothing rings for {caller.number}",
        lambda: not any(phone.is_ringing() for phone in day.service.phone.values()),
        PATIENCE,
    )

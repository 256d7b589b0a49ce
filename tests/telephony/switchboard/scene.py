"""A stage for these tests: a real Asterisk, real phones, the switchboard, and a list for the letters. No desk.

The test plays the desk: it reads letters and performs actions, so that each thing that the switchboard does is seen by
itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any, TypeVar

from router.core.actions import Hold, Release, Ring, StopRinging
from router.core.inputs import Answered, CallArrived, Input
from router.core.words import CallId, MissedWhy, PersonId, Stage
from router.engine.ports import Letter, Warn
from router.reading.numbering import Numbering
from router.telephony.ami import AmiAction, AmiAddress
from router.telephony.switchboard import (
    AdvertisedNumber,
    AsteriskSwitchboard,
    Directory,
    Handset,
    Shift,
    Standby,
    Subscriber,
    Times,
    TrunkLine,
)
from router.telephony.switchboard.floor import Expected
from router.wire.observation import Observation
from tests.telephony.phones.people import Caller, until
from tests.telephony.phones.people import Phone as SipPhone
from tests.telephony.phones.world import World
from tests.telephony.switchboard.pbx import HOTLINE, SECRET, Pbx

PEOPLE = "ABCDE"
T = TypeVar("T", bound=Input)


def extension(person: str) -> str:
    """A's is 101, B's 102 ..."""
    return str(101 + "ABCDEF".index(person))


def office(times: Times | None = None, *, duty: str = "", **trunk: Any) -> Directory:
    """A to D with a desk phone each, B with two; E has a mobile, F a phone at a fixed address. `duty`: whose phone."""
    desk: dict[str, tuple[Handset, ...]] = {
        p: (Handset(dial=f"PJSIP/{extension(p)}", device=f"PJSIP/{extension(p)}"),) for p in PEOPLE
    }
    desk["B"] += (Handset(dial="PJSIP/201", device="PJSIP/201"),)
    desk["E"] = (Handset(dial="PJSIP/13900000105@mobiles", trunk="mobiles", confirm=True),)
    desk["F"] = (Handset(dial="PJSIP/fixed-F", device="PJSIP/fixed-F", fixed=True),)
    names = dict(zip("ABCDEF", ("陈晨", "李丽", "王伟", "赵敏", "钱进", "孙丽"), strict=True))
    return Directory(
        people=tuple(
            Subscriber(id=PersonId(p), name=names[p], extension=extension(p), phones=phones)
            for p, phones in desk.items()
        ),
        hotlines=(AdvertisedNumber(number=HOTLINE, trunk="carrier", name="主热线"),),
        trunks=(TrunkLine(**{"name": "carrier", **trunk}), TrunkLine(name="mobiles", lines=2)),
        times=times or Times(),
        duty_dial=desk[duty][0].dial if duty else "",
        duty_confirm=bool(duty) and desk[duty][0].confirm,
        duty_person=PersonId(duty) if duty else None,
    )


class Letters:
    """The mailbox of these tests: keeps everything, and waits for what should come."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.all: list[Letter] = []

    def put(self, letter: Letter) -> None:
        with self._changed:
            self.all.append(letter)
            self._changed.notify_all()

    def of(self, kind: type[T], **wanted: object) -> list[Letter]:
        """Those of this kind with these values, so far."""
        return [
            letter
            for letter in list(self.all)
            if isinstance(letter.input, kind)
            and all(getattr(letter.input, key) == value for key, value in wanted.items())
        ]

    def wait(self, kind: type[T], within: float = 4.0, **wanted: object) -> Letter:
        """Wait for the first of this kind with these values."""
        with self._changed:
            self._changed.wait_for(lambda: self.of(kind, **wanted), within)
        found = self.of(kind, **wanted)
        assert found, f"no {kind.__name__} {wanted} within {within} s; came: {[item.input for item in self.all]}"
        return found[0]


class Scene:
    """Everything on stage."""

    def __init__(self, pbx: Pbx, times: Times | None = None, **trunk: Any) -> None:
        self.pbx = pbx
        self.world = World()
        self.letters = Letters()
        self.alarms: list[str] = []
        self.has_died = False
        self.dialled_out = False
        self.at_the_answer = False  # callers leave in that very moment: picked up, and yet not on Asterisk's record
        self.facts: list[Observation] = []
        self.server = ("127.0.0.1", pbx.sip)
        self.phone: dict[str, SipPhone] = {}
        self.callers: list[Caller] = []
        self._address = AmiAddress(host="127.0.0.1", port=pbx.ami, username="hotline", secret=SECRET)
        self._office = office(times, **trunk)
        self.board = self._switchboard()
        self._over, self._thinks = threading.Event(), threading.Event()
        self._thinks.set()
        self._brain = threading.Thread(target=self._beat, name="brain", daemon=True)

    def _beat(self) -> None:
        """The engine's loop, as far as the switchboard hears of it."""
        while not self._over.wait(0.1):
            if self._thinks.is_set():
                self.board.beat()

    def brain_hangs(self) -> None:
        """The engine's loop stands still, in a journal that blocks or a mistake of ours; all else goes on."""
        self._thinks.clear()

    def _switchboard(self) -> AsteriskSwitchboard:
        return AsteriskSwitchboard(
            self._address,
            self._office,
            self.letters,
            on_alarm=lambda alarm, _text: self.alarms.append(alarm),
            on_fact=self.facts.append,
        )

    def begin(self, *accounts: str) -> None:
        """Register these phones (`A`, `201`, ...) and start the switchboard."""
        for name in accounts:
            account = extension(name) if name in PEOPLE else name
            phone = SipPhone(self.world, self.server, user=account, secret="secret" + account)
            phone.signs_in()
            self.phone[name] = phone
        self.board.start()
        self._brain.start()
        assert self.board.wait_ready(10), "the link did not come up"
        here = {PersonId(name) for name in accounts if name in PEOPLE}
        # Asterisk tells of a phone's state a moment after it has registered it
        until("the phones are known", lambda: here.isdisjoint(self.board.offline()))
        self.keeps_standby(*PEOPLE)

    def keeps_standby(self, *people: str, shifts: Sequence[Shift] = (), seconds: int = 3600) -> None:
        """Asterisk is told whom to ring without us: these for so long, then by the shifts; and it has written it."""
        writing = self.board._board.floor.writing
        present = tuple(PersonId(p) for p in people)
        self.board.keep_standby(Standby(present=present, until=int(time.time()) + seconds, shifts=tuple(shifts)))
        until("the list is there", lambda: writing.counts and not writing.under_way)

    def caller(self, number: str = "13900000001") -> Caller:
        """A customer behind the carrier's trunk."""
        made = Caller(self.world, self.server, number=number)
        self.callers.append(made)
        return made

    def call_comes(self, number: str = "13900000001") -> tuple[Caller, CallId]:
        """A customer dials the hotline; the call, as the desk would know it."""
        before = len(self.letters.of(CallArrived))
        caller = self.caller(number).dials(HOTLINE)
        until("the call arrives", lambda: len(self.letters.of(CallArrived)) > before)
        arrived = self.letters.of(CallArrived)[-1].input
        assert isinstance(arrived, CallArrived)
        return caller, arrived.call

    def rings_at(self, person: str, number: str = "13900000001") -> tuple[Caller, CallId]:
        """A customer whose call rings at this one."""
        caller, call = self.call_comes(number)
        self.ring(call, person)
        self.phone[person].rings()
        return caller, call

    def talks_with(self, person: str) -> tuple[Caller, CallId]:
        """A customer who talks with this one; each hears the other."""
        caller, call = self.call_comes()
        self.ring(call, person)
        self.phone[person].answers()
        self.letters.wait(Answered, call=call, person=person)
        caller.hears(self.phone[person])
        self.phone[person].hears(caller)
        return caller, call

    def ring(self, call: CallId, *people: str, stage: Stage = Stage.ROTATION, owner: str | None = None) -> None:
        """The desk says: ring these."""
        who = tuple(PersonId(p) for p in people)
        self.board.perform([Ring(call=call, people=who, stage=stage, owner=PersonId(owner) if owner else None)])

    def warn(self, call: CallId, person: str) -> None:
        """The engine says: this one has talked nearly long enough."""
        self.board.perform([Warn(call=call, person=PersonId(person))])

    def stop(self, call: CallId, person: str, *, answered: bool = False) -> None:
        """The desk says: stop this one."""
        self.board.perform([StopRinging(call=call, person=PersonId(person), answered=answered)])

    def hold(self, call: CallId) -> None:
        """The desk says: let the caller wait."""
        self.board.perform([Hold(call=call)])

    def release(self, call: CallId, why: MissedWhy) -> None:
        """The desk says: missed."""
        self.board.perform([Release(call=call, why=why)])

    def router_dies(self) -> None:
        """The switchboard is gone at once, in the middle of whatever it did."""
        self.has_died = True
        self.board.stop()

    def router_returns(self, *expected: Expected) -> None:
        """A new switchboard, which knows of these calls from its journal."""
        self.board = self._switchboard()
        self.board.expect(expected)
        self.board.start()
        assert self.board.wait_ready(10), "the link did not come up"

    def normal(self, number: str) -> str:
        """A number as records are compared by."""
        return Numbering().one(number)

    def link_breaks(self) -> None:
        """Asterisk throws our AMI session out; the switchboard comes back by itself."""
        number = self.board._link_number
        self.link_is_thrown_out()
        until("the link is back", lambda: self.board._link_number > number and self.board.connected, 8)

    def link_is_thrown_out(self) -> None:
        """Asterisk throws our AMI session out."""
        listed = self.pbx.cli("manager show connected").splitlines()
        _name, _address, _start, _elapsed, fd, *_ = next(line.split() for line in listed if "127.0.0.1" in line)
        self.pbx.cli(f"manager kick session {fd}")

    def link_is_drained(self) -> None:
        """Whatever Asterisk had to say so far has come: it says what waits between two answers."""
        for _ in range(3):
            self.board._client.send_action(AmiAction("Ping")).result(10)
            threading.Event().wait(0.2)

    def end(self) -> None:
        """Everybody hangs up; nothing may be left on the PBX."""
        agents: Sequence[Caller | SipPhone] = [*self.callers, *self.phone.values()]
        for agent in agents:
            for leg in list(agent.legs):
                if leg.state != "ended":
                    agent.hang_up(leg)
        try:
            until("no channel is left", lambda: not self.pbx.channels(), 8)
            floor = self.board._board.floor
            gone = self.board._stopping  # whoever died hears of nothing any more
            until("no leg is left", lambda: gone or (not floor.legs and not floor.calls), 5)
        finally:
            self._over.set()
            self._brain.join()
            self.board.stop()
            for phone in self.phone.values():
                if phone.registered:
                    phone.signs_out()  # the next scene must not ring a phone that is gone
            for agent in agents:
                agent.close()
            self.world.close()


def settled(seconds: float) -> float:
    """A point in time, for measuring."""
    return time.monotonic() + seconds

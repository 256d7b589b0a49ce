"""What the switchboard knows at this moment: calls, legs, timers, and what is to be said. May live here: state only.

The functions of the neighbouring files work on a `Floor`; they say what is to be done by `tell` (a letter), `say` (an
AMI action) and `alarm`, and `at` lets time call them back. Nothing here waits, reads a clock or does I/O.
"""

from __future__ import annotations

import heapq
import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Concatenate, ParamSpec, Protocol

from router.core.actions import Action, Hold, Release, Ring
from router.core.inputs import HungUp, Input
from router.core.words import CallId, PersonId
from router.engine.ports import Letter, Warn
from router.logs import logger
from router.telephony.ami import AmiAction
from router.telephony.switchboard.devices import Devices
from router.telephony.switchboard.directory import Directory, Handset, Standby
from router.telephony.switchboard.legs import Leg, LegState
from router.wire.bounds import ActBound
from router.wire.observation import Observation

log = logger(__name__)
P = ParamSpec("P")

Pending = Ring | Hold | Release

STUCK_IN_A_ROW = 3


class Purpose(StrEnum):
    """Why a person's phones ring, or why they come by themselves."""

    OFFER = "offer"  # the desk said Ring
    HAND_OVER = "hand_over"
    BACK = "back"  # nobody took the hand-over: the giver again
    TAKE = "take"  # by themselves: `*8`, or the PBX's own pickup


class Hears(StrEnum):
    """What the caller hears, as far as it is up to us."""

    NOTHING = "nothing"
    RINGING = "ringing"
    WAITING = "waiting"
    MOVING = "moving"  # between two offers: the PBX is just answering
    PERSON = "person"
    RELEASED = "released"


@dataclass(slots=True, kw_only=True)
class Order:
    """One person rung for a call, on all their phones. `over`: decided, whatever its legs still do.

    `not_taken`: what follows when it ends without an answer, where that is not the desk's to say.
    """

    person: PersonId
    purpose: Purpose
    legs: list[Leg] = field(default_factory=list)
    rang: bool = False
    over: bool = False
    declined: bool = False
    not_taken: NotTaken | None = None

    @property
    def at_stake(self) -> bool:
        """Whether one of its phones may still take the call."""
        return any(leg.at_stake for leg in self.legs)


@dataclass(slots=True, kw_only=True)
class Handing:
    """A hand-over under way (R16.6). `target`: None for an extension that is no consultant's; `tries`: at the giver."""

    giver: PersonId
    target: PersonId | None
    tries: int = 0


@dataclass(slots=True, kw_only=True)
class LiveCall:
    """A call on the PBX. `offer` is the name of its Local channel without `;1`; "" while it has none.

    `pending`: what the desk said and could not be done yet, in order.
    """

    id: CallId
    number: str = ""
    name: str = ""
    hotline: str = ""
    trunk: str = ""
    answer: str = "waiting"
    offer: str = ""
    caller_channel: str = ""
    caller_uniqueid: str = ""
    system: str = ""  # Asterisk's own name
    dialog: str = ""  # the INVITE it came by; a proxy may send the same one by two ways
    held: bool = False  # not told yet: it may be such a one
    hears: Hears = Hears.NOTHING
    answered_by_pbx: bool = False
    fallback: bool = False
    turned_away: bool = False  # no lead: it is logged, and rings nobody
    merged: bool = False  # turned away as the same INVITE by another way: not even logged
    over: bool = False  # the caller is gone; legs may still be on their way out
    told: bool = False  # the desk has heard of it
    claimed: bool = False  # the dialplan has: it leaves the call to us while our heart beats
    told_over: bool = False  # the desk knows, or decided it itself
    answered: bool = False  # somebody has spoken with the caller: it is never open again, whatever becomes of it
    given_up: bool = False  # handed over, and neither taken nor taken back: everybody rings
    open_to_all: bool = False
    clock_ms: int | None = None
    arrived_ms: int = 0
    orders: dict[PersonId, Order] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    talker: Leg | None = None
    handing: Handing | None = None

    @property
    def target(self) -> str:
        """The channel that a phone picks up."""
        return self.offer + ";1"


NotTaken = Callable[["Floor", LiveCall, Order], None]


@dataclass(slots=True)
class StandbyWriting:
    """What was written: `under_way` and `counts` are generations ("" for none), `items` what was sent last."""

    standby: Standby | None = None
    under_way: str = ""
    counts: str = ""
    items: tuple[str, ...] = ()
    again: bool = False
    name: str = field(default_factory=lambda: f"g{secrets.token_hex(4)}x")
    serial: int = 0


@dataclass(slots=True)
class Silence:
    """A phone that gave no sign, so many times in a row. `registration`: which one it had then, once that is known."""

    times: int
    registration: str = ""


@dataclass(frozen=True, slots=True)
class ToSend:
    """An AMI action to send; `leg`: whose Originate it is, or (`probe`) of which it asks whether it is there."""

    action: AmiAction
    leg: str = ""
    probe: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that must not happen; `id` is stable."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """An AMI action that asks for a variable; `then` is called with its value, "" where there is none."""

    action: AmiAction
    then: Callable[[Floor, str], None]


Out = ToSend | Ask | Letter | Alarm | Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A call that the desk knows from its journal when the router starts anew: who rings, or who talks."""

    call: CallId
    ringing: tuple[PersonId, ...] = ()
    talking: PersonId | None = None
    open_to_all: bool = False


class Numbers(Protocol):
    """What the office knows of numbers, asked anew for each call."""

    def normalise(self, number: str) -> str:
        """A number as this site writes it, from what the carrier sent; "" when withheld."""

    def first(self, number: str) -> str:
        """The number by which the desk knows the customer whose (normalised) number it is."""

    def is_blocked(self, number: str) -> bool:
        """Whether calls of the (normalised) number ring nobody."""


@dataclass(frozen=True, slots=True)
class AsSent:
    """Numbers of an office that knows none: as the carrier sent them, each its own, none blocked."""

    def normalise(self, number: str) -> str:
        """As it is."""
        return number

    def first(self, number: str) -> str:
        """Itself."""
        return number

    def is_blocked(self, number: str) -> bool:  # noqa: ARG002  (the protocol's signature)
        """None is."""
        return False


class Floor:
    """The state. One lock outside guards it (see `switchboard.py`)."""

    def __init__(self, directory: Directory, *, numbers: Numbers, may_take: Callable[[PersonId], bool]) -> None:
        self.directory = directory
        self.numbers = numbers
        self.may_take = may_take
        self.now = 0
        self.linked = False
        self.key = ""
        self.calls: dict[CallId, LiveCall] = {}
        self.legs: dict[str, Leg] = {}
        self.out: list[Out] = []
        self.devices = Devices(directory, own=self.has_leg_on)
        self.silences: dict[str, Silence] = {}  # of phones that gave no sign the last time
        self.alarms_in_a_row = 0
        self.expected: tuple[Expected, ...] = ()
        self.writing = StandbyWriting()
        self.asked = ActBound()  # what people ask for by feature codes
        self.early: list[Action | Warn] = []  # what the desk said before Asterisk was asked what is going on
        self._timers: list[tuple[int, int, Callable[[], None]]] = []
        self._serial = itertools.count()

    # --- what is to be done

    def tell(self, told: Input, **facts: str) -> None:
        """Put a letter out."""
        self.out.append(Letter(input=told, source="ami", facts={key: value for key, value in facts.items() if value}))

    def tell_over(self, call: LiveCall, **facts: str) -> None:
        """The desk hears, once, that the call is over for it, and whether it was lost between two who took it not."""
        if not call.told_over:
            lost = call.given_up and call.hears is not Hears.PERSON
            self.tell(HungUp(call=call.id, lost=lost), **facts)
        call.told_over = True

    def say(self, action: AmiAction, leg: str = "") -> None:
        """Put an AMI action out."""
        self.out.append(ToSend(action, leg))

    def alarm(self, alarm_id: str, text: str) -> None:
        """Put an alarm out."""
        self.out.append(Alarm(alarm_id, text))

    # --- time

    def at(
        self, after_ms: int, do: Callable[Concatenate[Floor, P], None], *arguments: P.args, **named: P.kwargs
    ) -> None:
        """Call `do(floor, ...)` after so many milliseconds; it must look whether it still applies."""
        due = self.now + after_ms
        heapq.heappush(self._timers, (due, next(self._serial), lambda: do(self, *arguments, **named)))

    @property
    def next_deadline(self) -> int | None:
        """When time changes something next (ms), if nothing else happens."""
        return self._timers[0][0] if self._timers else None

    def pass_time(self, now: int) -> None:
        """Let everything due happen, in order."""
        while self._timers and self._timers[0][0] <= now:
            due, _, do = heapq.heappop(self._timers)
            self.now = max(self.now, due)
            self.safely("a timer", do)
        self.now = max(self.now, now)

    def safely(self, what: str, do: Callable[[], None]) -> None:
        """Do it; a mistake of ours there must not cost the calls that have nothing to do with it."""
        try:
            do()
        except Exception as error:
            log.exception("switchboard failed", at=what)
            self.alarm("switchboard-failed", f"{what}: {type(error).__name__}: {error}")

    # --- questions

    @property
    def distrusts_pickups(self) -> bool:
        """Three phones in a row got no caller: Asterisk's pickups are stuck (DESIGN 3)."""
        return self.alarms_in_a_row >= STUCK_IN_A_ROW

    def has_leg_on(self, device: str) -> bool:
        """Whether a channel of ours is (or may be) on this device; not one on a call that is over for the desk."""
        legs = (leg for leg in self.legs.values() if leg.phone.device == device and leg.alive)
        return any(leg.state is not LegState.TALKING or not self._is_told_over(leg.call) for leg in legs)

    def _is_told_over(self, call_id: CallId) -> bool:
        call = self.calls.get(call_id)
        return call is not None and call.told_over and not call.over

    def lines_used(self, trunk: str) -> int:
        """Lines of a trunk that are taken: calls that came by it, and mobiles behind it."""
        calls = sum(1 for call in self.calls.values() if call.trunk == trunk and not call.over)
        return calls + sum(1 for leg in self.legs.values() if leg.phone.trunk == trunk and leg.alive)

    def line_free(self, phone: Handset) -> bool:
        """Whether the phone's trunk, if it needs one, has a line left."""
        trunk = self.directory.by_trunk.get(phone.trunk)
        return trunk is None or trunk.lines is None or self.lines_used(trunk.name) < trunk.lines

    def name_of(self, person: PersonId | None) -> str:
        """A person's name for displays."""
        known = self.directory.by_id.get(person) if person else None
        return (known.name or known.id) if known else str(person or "")

    def on_hotline(self, person: PersonId) -> bool:
        """Whether the person talks or rings on a hotline call, as far as we see; what is stopped is on its way out."""
        return any(leg.person == person and leg.wanted for leg in self.legs.values())

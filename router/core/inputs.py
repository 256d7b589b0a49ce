"""What the desk can be told. May live here: frozen inputs, one class for each thing that happens in the office.

`by` and `why` of a supervisor's act are recorded with it (R8); they decide nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from router.core.words import CallId, DeviceState, FormKind, Group, Millis, Number, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time slot of the plan (R1): from `start` to before `end` (None: for ever), with an order for each group."""

    start: Millis
    end: Millis | None
    call: tuple[PersonId, ...]
    reception: tuple[PersonId, ...]
    continues: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSet:
    """The coming slots, in place of those that have not begun (R1). The running slot takes only a new end."""

    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKnown:
    """A consultant and the presence they start with; an `active` of False ends what they own (R16.2)."""

    person: PersonId
    presence: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerKnown:
    """A customer on record: whose, and when they last spoke (R16)."""

    number: Number
    owner: PersonId
    last_contact: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived:
    """A call has come in (R9); `number` is normalised, "" when withheld."""

    call: CallId
    number: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRang:
    """A phone that was told to ring for the call does ring (R6, R11): clocks start."""

    call: CallId
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A phone that rings for the call was answered."""

    call: CallId
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """Somebody pressed "reject" (R11)."""

    call: CallId
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The phone or the line failed for the call: nobody's fault (R6)."""

    call: CallId
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Somebody takes an open call (R11). `fact`: the PBX has connected them already, so it is not refused."""

    call: CallId
    person: PersonId
    fact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """The one who talks has handed the call to `person`, who is on it now (R16.6). `fact`: as of `Taken`."""

    call: CallId
    person: PersonId
    fact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp:
    """The call has ended; before an answer: the caller gave up (R15).

    `lost`: whoever talked had given the caller on, nobody took them, nor did the giver take them back.
    """

    call: CallId
    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceChanged:
    """Somebody is present, with a visitor, on a break ... (R3)."""

    person: PersonId
    presence: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChanged:
    """A person's phone: registered or not, in use on some other call or idle, lost to the engine or found (R3)."""

    person: PersonId
    device: DeviceState


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFiled:
    """A call form, or its correction, for an answered call (R7, R16.5-8)."""

    call: CallId
    kind: FormKind
    asked_for: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """The supervisor takes a person off calls (R3)."""

    person: PersonId
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A suspended person gets calls again."""

    person: PersonId
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEdited:
    """A new order for a running sheet (R8)."""

    group: Group
    order: tuple[PersonId, ...]
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnHandedOut:
    """The supervisor gives a person a turn (R8: *back*, R6)."""

    group: Group
    person: PersonId
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTakenAway:
    """The supervisor takes a turn: an owed one first, else the due one (R8)."""

    group: Group
    person: PersonId
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacted:
    """A follow-up: somebody spoke with the number otherwise (R15, R16.2)."""

    number: Number
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAssigned:
    """The supervisor gives a call back that is owed to somebody (R15)."""

    number: Number
    person: PersonId
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOwed:
    """A call back is owed that the desk does not know of: its call came while nobody was there to see it (R15)."""

    number: Number
    person: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time passes; nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStepped:
    """The wall clock was set, by so much (ms, back if negative): durations go on as they were, slots are by the new."""

    by_ms: int


Input = (
    PlanSet
    | PersonKnown
    | CustomerKnown
    | CallArrived
    | PhoneRang
    | Answered
    | Declined
    | Failed
    | Taken
    | HandedOver
    | HungUp
    | PresenceChanged
    | DeviceChanged
    | FormFiled
    | Suspended
    | Resumed
    | RosterEdited
    | TurnHandedOut
    | TurnTakenAway
    | Contacted
    | CallbackAssigned
    | CallbackOwed
    | Tick
    | ClockStepped
)

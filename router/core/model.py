"""What the desk remembers. May live here: plain state and the look-ups that need nothing else; no rules.

Everything refers to everything else by id, so that the state can be written down and read back as it is.
`Office` is the whole of it; the modules of rules are functions over an office.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from router.core.actions import Action, Trail
from router.core.errors import ImpossibleInputError
from router.core.inputs import Slot
from router.core.policy import PRESENT, Policy
from router.core.tables import CALL, OFFER, TURN, OfferEvent, OfferState, step
from router.core.words import (
    Account,
    CallEvent,
    CallId,
    CallState,
    Group,
    Number,
    PersonId,
    TurnEvent,
    TurnState,
)


@dataclass(slots=True)
class Person:
    """A consultant: presence, phone and what they are doing (R3)."""

    id: PersonId
    presence: str = PRESENT
    registered: bool = True
    in_use: bool = False
    lost: bool = False  # the engine does not know of the phone: trouble, not absence (DOMAIN 10)
    suspended: bool = False
    active: bool = True
    ringing: CallId | None = None
    talking: CallId | None = None
    wrap_up_until: int | None = None


@dataclass(slots=True)
class Turn:
    """A person's place on a sheet, with the turn of the running round (R2).

    `id` is new whenever somebody joins the sheet, so that nothing from before they left can touch it (R8);
    `by` is the offer that brought the turn to its state, if one did.
    """

    id: int
    person: PersonId
    state: TurnState = TurnState.DUE
    by: int | None = None
    owed: bool = False
    end: Account | None = None  # how the ledger has it lost, while it is forfeited (R27)

    def step(self, event: TurnEvent, by: int | None = None) -> None:
        """Move by the table; `by` is the offer that did it."""
        self.state = step("turn", TURN, self.state, event, self.person)
        self.by = by


@dataclass(slots=True)
class Sheet:
    """An order and its round (R1); the dict's order is the sheet's."""

    group: Group
    turns: dict[PersonId, Turn]
    round: int = 1


@dataclass(slots=True)
class Offer:
    """One call offered to one person as a turn or as a substitute (R6)."""

    id: int
    person: PersonId
    group: Group
    turn: int
    substitute: bool
    call: CallId | None = None
    rang_at: int | None = None
    round: int = 0  # the round whose turn it is
    end: Account | None = None  # what the ledger says of that turn (R27)
    holds: bool = True  # the turn is still this offer's to end or give back (R27)
    state: OfferState = OfferState.AT_STAKE

    def step(self, event: OfferEvent) -> None:
        """Move by the table."""
        self.state = step("offer", OFFER, self.state, event, self.person)


@dataclass(slots=True)
class Call:
    """A call on its way (R9-R16)."""

    id: CallId
    number: Number
    arrived: int
    state: CallState = CallState.WAITING
    clock: int | None = None  # when the first phone began to ring (R11)
    ringing: list[PersonId] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    out: set[PersonId] = field(default_factory=set)  # declined or failed (R3)
    returning: bool = False  # as last decided (R9)
    owner_wait_until: int | None = None
    owner_wait_over: bool = False
    last_on_it: PersonId | None = None
    on_it_since: int = 0
    ended: int | None = None

    def step(self, event: CallEvent) -> None:
        """Move by the table."""
        self.state = step("call", CALL, self.state, event, self.id)

    @property
    def unanswered(self) -> bool:
        """Still to be answered: waiting, ringing or open."""
        return self.state in (CallState.WAITING, CallState.RINGING, CallState.OPEN)

    @property
    def answered(self) -> bool:
        """Somebody spoke with the caller."""
        return self.state in (CallState.TALKING, CallState.ENDED)

    def offer_of(self, person: PersonId) -> Offer | None:
        """The offer that a person who rings for the call was given, if any."""
        return next((offer for offer in reversed(self.offers) if offer.person == person), None)


@dataclass(slots=True)
class Customer:
    """Whose customer a number is (R16): owner and last contact, and the call that has the say over both (R16.4)."""

    owner: PersonId | None = None
    contact: int = 0
    say: CallId | None = None
    owner_before: PersonId | None = None
    contact_before: int = 0


@dataclass(slots=True)
class Office:
    """All that the desk knows, and `out`: what it has to say of the input at hand."""

    policy: Policy
    rings_at_once: bool
    now: int = 0
    people: dict[PersonId, Person] = field(default_factory=dict)
    plan: list[Slot] = field(default_factory=list)  # coming slots, by start
    slot: Slot | None = None  # the one that runs
    sheets: dict[Group, Sheet] = field(default_factory=dict)  # those last in force
    calls: dict[CallId, Call] = field(default_factory=dict)  # all that are remembered
    pending: dict[CallId, Call] = field(default_factory=dict)  # the unanswered ones, by arrival
    customers: dict[Number, Customer] = field(default_factory=dict)
    callbacks: dict[Number, PersonId | None] = field(default_factory=dict)
    last_id: int = 0
    out: list[Action | Trail] = field(default_factory=list)

    def new_id(self) -> int:
        """An id for a turn or an offer."""
        self.last_id += 1
        return self.last_id

    def say(self, *items: Action | Trail) -> None:
        """Record what was decided, in order."""
        self.out.extend(items)

    def person(self, person: PersonId) -> Person:
        """The person; raises `ImpossibleInputError` for one nobody knows."""
        try:
            return self.people[person]
        except KeyError:
            raise ImpossibleInputError("person-unknown", person=person) from None

    def call(self, call: CallId) -> Call:
        """The call; raises `ImpossibleInputError` for one nobody knows."""
        try:
            return self.calls[call]
        except KeyError:
            raise ImpossibleInputError("call-unknown", call=call) from None

    def customer(self, number: Number) -> Customer:
        """The customer of a number, made if there is none yet."""
        return self.customers.setdefault(number, Customer())

    def running_sheets(self) -> Iterator[Sheet]:
        """The sheets in force, call group first; none while no slot runs (R1)."""
        if self.slot is not None:
            yield from (self.sheets[group] for group in Group)

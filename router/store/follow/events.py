"""What the journal tells the database: typed events, in order. May live here: those dataclasses and their port.

The store must not know the engine, so it says here what it needs; the engine's `feed` reads the journal and gives it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from router.core.actions import Action, Trail
from router.core.inputs import Input
from router.core.words import CallId, Millis, Number, PersonId

NUMBER_FIELDS = frozenset({"number", "numbers", "caller"})  # the fields of inputs, answers and facts that are numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a number stands after an event: owner on record, last contact (R16), and the call back owed (R15)."""

    number: Number
    owner: PersonId | None
    contact: Millis
    owed: bool
    callback: PersonId | None  # who owes the call back; None with `owed`: nobody yet


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEvent:
    """One thing that happened: the input, what the desk said of it, and what else was known.

    `keys` gives, for each number that the event names, its key in the journal: of an erased person only the key is
    left. `refused` says why the desk refused the input; then nothing came of it.
    """

    seq: int
    at_ms: Millis
    source: str
    key: str | None
    input: Input
    answer: Sequence[Action | Trail]
    facts: Mapping[str, str] = field(default_factory=dict)
    standing: Sequence[Standing] = ()
    keys: Mapping[str, int] = field(default_factory=dict)
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """The numbers with these keys were erased: the database forgets them, too."""

    seq: int
    at_ms: Millis
    keys: Sequence[int]
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An event that this version of the code can't read."""

    seq: int
    at_ms: Millis
    why: str


class FactKind(StrEnum):
    """What the engine notes of a call that decides nothing (R18, R19; the duty phone of closed hours)."""

    OTHER = "other"  # other business, said by `*7` or on the page
    WARNED = "warned"
    OVERTIME = "overtime"
    DUTY = "duty"  # the duty phone answered it
    BLOCKED = "blocked"  # its number is blocked: nobody was rung, and the desk never heard of it
    INSIDE = "inside"  # the same of a consultant's phone that dialled the hotline: no lead


TURNED_AWAY = (FactKind.BLOCKED, FactKind.INSIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something noted of a call, and who said so; `facts` and `keys` as an event has them."""

    seq: int
    at_ms: Millis
    what: FactKind
    call: CallId
    person: PersonId
    source: str = ""
    by: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)  # of a blocked call: what an arrival has
    keys: Mapping[str, int] = field(default_factory=dict)


JournalItem = JournalEvent | Erasure | Fact | Unreadable


class Feed(Protocol):
    """The journal as the database's writer reads it, from a thread of its own."""

    @property
    def journal(self) -> str:
        """Which journal it is: sequence numbers of another one mean other events."""

    def read(self, after: int, limit: int) -> Sequence[JournalItem]:
        """At most `limit` events after a sequence number, in order."""

    @property
    def begins(self) -> int:
        """After which sequence number it goes on alone: what stands before came with the backup it is from."""

    def at_of(self, seq: int) -> Millis | None:
        """When the event of that number happened; None where there is none."""

    def newest(self) -> int:
        """The newest event's sequence number, 0 for none."""

    def close(self) -> None:
        """Let go of the file."""

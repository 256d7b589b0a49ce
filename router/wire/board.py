"""The board: what the office sees of the desk at this moment, the same for engine, pages, jobs and commands.

May live here: what it consists of, and its one way into JSON and back. Numbers are masked; times in ms (UTC).
A reader skips fields that it does not know, so that a newer engine does not blind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from router.core.words import CallId, CallState, Group, Millis, PersonId, Stage, TurnState
from router.wire.codec import from_plain, to_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardChange:
    """Who changed something, when, by what way (`ami`, `web`, `cli`, `plan`, `timer`), and why."""

    at: Millis
    by: str = ""
    source: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardSlot:
    """The slot that runs; `end` None: until further notice."""

    name: str
    start: Millis
    end: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardTurn:
    """One place on a sheet; `next`: who would be rung for a new call now."""

    person: PersonId
    state: TurnState
    owed: bool = False
    next: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardSheet:
    """A group's sheet; `version` counts its edits (R8), `edited` is the last of them."""

    group: Group
    round: int
    running: bool
    turns: tuple[BoardTurn, ...] = ()
    version: int = 0
    edited: BoardChange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPerson:
    """One person; `why_not`: why not available (R3) and of which `kind`; `expected` and `checked_in` in this shift."""

    presence: str
    phone: str
    suspended: bool = False
    call: CallId | None = None
    why_not: str | None = None
    kind: str | None = None
    changed: BoardChange | None = None
    suspension: BoardChange | None = None
    until: Millis | None = None
    expected: Millis | None = None
    checked_in: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCall:
    """A call that goes on; `limit`: when its talk will have taken too long (R18)."""

    id: CallId
    number: str
    state: CallState
    arrived: Millis
    clock: Millis | None = None
    ringing: tuple[PersonId, ...] = ()
    on_it: PersonId | None = None
    since: Millis | None = None
    returning: bool = False
    owner: PersonId | None = None
    stage: Stage | None = None
    limit: Millis | None = None
    other: bool = False
    warned: bool = False
    overtime: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCallback:
    """A call back owed; `person` None: nobody yet."""

    number: str
    person: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPlan:
    """Where today's slots come from, and of which day they are (R1)."""

    day: str
    origin: str
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardItem:
    """Something that happened: which item of the trail, and its fields."""

    at: Millis
    what: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLack:
    """Something that calls need and the PBX does not give, with the cure."""

    id: str
    words: str
    cure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """How things stand beside the desk: the link to the PBX, phones, the plan."""

    pbx: bool = True
    pickups_stuck: bool = False
    pbx_lacks: tuple[BoardLack, ...] = ()
    offline: tuple[PersonId, ...] = ()
    plan: BoardPlan | None = None
    standby_stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeBoard:
    """The whole of it."""

    at: Millis = 0
    sent_ms: Millis = 0  # by the engine's clock, when it was sent
    seq: int = 0
    slot: BoardSlot | None = None
    next: PersonId | None = None
    sheets: tuple[BoardSheet, ...] = ()
    people: Mapping[PersonId, BoardPerson] = field(default_factory=dict)
    calls: tuple[BoardCall, ...] = ()
    callbacks: tuple[BoardCallback, ...] = ()
    three_rings_ms: Millis = 0
    max_wait_ms: Millis = 0
    pbx: bool = True
    pickups_stuck: bool = False
    pbx_lacks: tuple[BoardLack, ...] = ()
    offline: tuple[PersonId, ...] = ()
    plan: BoardPlan | None = None
    standby_stale: bool = False  # Asterisk has not taken the list of whom to ring while the router is away
    journal: str = ""  # which journal, and its newest event that the database is to be told of
    to_record: int = 0
    clock_step: Millis = 0  # by how much the wall clock was set within the last hour
    recent: tuple[BoardItem, ...] = ()

    def running_sheet(self, group: str) -> BoardSheet | None:
        """The group's sheet, if it runs."""
        return next((sheet for sheet in self.sheets if sheet.group == group and sheet.running), None)

    @property
    def nobody_is_in(self) -> bool:
        """Whether a slot runs and all are off: calls ring nowhere."""
        return self.slot is not None and all(person.presence == "off" for person in self.people.values())


def board_to_json(board: OfficeBoard) -> dict[str, Any]:
    """The board as JSON data."""
    shown: dict[str, Any] = to_plain(board)
    return shown


def board_from_json(raw: Mapping[str, Any], sent_ms: Millis = 0) -> OfficeBoard:
    """The board that was sent; raises `CodecError`."""
    board: OfficeBoard = from_plain(OfficeBoard, raw)
    return replace(board, sent_ms=sent_ms) if sent_ms else board

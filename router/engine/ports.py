"""What the engine needs from the parts that plug into it. May live here: small protocols, and what passes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from router.core.actions import Action
from router.core.inputs import Input
from router.core.words import CallId, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One input on its way to the desk, with what else is known of it.

    `source` says where it comes from (`ami`, `web`, `cli`, `timer`, `recovery`); `key` makes a request idempotent;
    `facts` are kept in the journal and the database beside the input, and decide nothing: the number as the carrier
    sent it, the hotline dialled, Asterisk's uniqueid and systemname, who is signed in.
    """

    input: Input
    source: str
    key: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    """R18: tell this consultant, and not the caller, that the talk will have taken too long."""

    call: CallId
    person: PersonId


class Clock(Protocol):
    """The desk's time (ms, UTC)."""

    def __call__(self) -> int:
        """Now."""

    def take_step(self) -> int:
        """By how much the wall clock was set since the last time this was asked, 0 if it was not."""


class LetterBox(Protocol):
    """Where telephony puts what happened; safe from any thread, never waits for the desk."""

    def put(self, letter: Letter) -> None:
        """Hand in a letter; the engine's thread takes it in order of arrival."""


class Switchboard(Protocol):
    """Who carries the desk's actions out: Asterisk. Called from the engine's thread, after the journal's commit."""

    def perform(self, actions: Sequence[Action | Warn]) -> None:
        """Start these actions without waiting for their result; what comes of them arrives as letters."""

    @property
    def abreast(self) -> bool:
        """Whether all that happened there has been told; False after an outage, until it has."""

    def beat(self) -> None:
        """The engine's loop goes: to be said after each step. A switchboard that does not hear it falls silent."""

    def leave_to_fallback(self, calls: Sequence[CallId]) -> None:
        """Have the PBX ring everybody for these calls by itself: the desk can't serve them any more."""

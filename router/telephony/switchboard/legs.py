"""One phone rung for one call: its states as a table, and what an end means. May live here: legs and causes.

A leg is a channel that we asked Asterisk for under a ChannelId of our own, so its events are matched without guessing:

    asked -> ringing -> up -> talking -> gone        a phone that is answered and has the caller
    asked, ringing, up -> stopped -> gone            one that is not wanted any more: whatever sign of life it gives
                                                     later, it is hung up again (a stop can be lost)

`up` is a phone off the hook that has not (yet) got the caller: of several only the `Pickup` event tells who has.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from router.core.words import CallId, PersonId
from router.errors import PbxError
from router.telephony.ami import AmiEvent
from router.telephony.switchboard.directory import Handset
from router.texts import _

PREFIX: Final = "hl"


class LegState(StrEnum):
    """Where a leg stands."""

    ASKED = "asked"
    RINGING = "ringing"
    UP = "up"
    TALKING = "talking"
    STOPPED = "stopped"
    GONE = "gone"


class LegEvent(StrEnum):
    """What can happen to a leg."""

    RANG = "rang"
    ANSWERED = "answered"
    PICKED = "picked"
    STOP = "stop"
    ENDED = "ended"


S, E = LegState, LegEvent
NEXT: Final[Mapping[tuple[LegState, LegEvent], LegState]] = MappingProxyType(
    {
        (S.ASKED, E.RANG): S.RINGING,
        (S.ASKED, E.ANSWERED): S.UP,
        (S.ASKED, E.PICKED): S.TALKING,
        (S.ASKED, E.STOP): S.STOPPED,
        (S.ASKED, E.ENDED): S.GONE,
        (S.RINGING, E.RANG): S.RINGING,
        (S.RINGING, E.ANSWERED): S.UP,
        (S.RINGING, E.PICKED): S.TALKING,
        (S.RINGING, E.STOP): S.STOPPED,
        (S.RINGING, E.ENDED): S.GONE,
        (S.UP, E.RANG): S.UP,
        (S.UP, E.ANSWERED): S.UP,
        (S.UP, E.PICKED): S.TALKING,
        (S.UP, E.STOP): S.STOPPED,
        (S.UP, E.ENDED): S.GONE,
        (S.TALKING, E.RANG): S.TALKING,
        (S.TALKING, E.ANSWERED): S.TALKING,
        (S.TALKING, E.PICKED): S.TALKING,
        (S.TALKING, E.STOP): S.STOPPED,
        (S.TALKING, E.ENDED): S.GONE,
        (S.STOPPED, E.RANG): S.STOPPED,
        (S.STOPPED, E.ANSWERED): S.STOPPED,
        (S.STOPPED, E.PICKED): S.TALKING,  # the pickup crossed our stop: what Asterisk says is true
        (S.STOPPED, E.STOP): S.STOPPED,
        (S.STOPPED, E.ENDED): S.GONE,
    }
)


class LegError(PbxError):
    """Something happened to a leg that can't: nothing was changed."""

    id = "leg-state"


class LegOutcome(StrEnum):
    """What the end of a leg that never had the caller says about the person."""

    DECLINED = "declined"
    FAILED = "failed"


@dataclass(slots=True, kw_only=True)
class Leg:
    """One phone rung for one call. `was_free`: we knew the phone to be registered and idle when we rang it."""

    id: str
    call: CallId
    person: PersonId
    phone: Handset
    was_free: bool = False
    state: LegState = LegState.ASKED
    rang: bool = False
    confirmed: bool = False
    stop_cause: int | None = None

    def step(self, event: LegEvent) -> None:
        """Move on by the table."""
        try:
            self.state = NEXT[self.state, event]
        except KeyError:
            raise LegError(
                _(
                    "leg %(id)s of %(person)r for call %(call)s: %(event)s when %(state)s",
                    id=self.id,
                    person=self.person,
                    call=self.call,
                    event=event,
                    state=self.state,
                )
            ) from None

    @property
    def alive(self) -> bool:
        """Whether it is (or may be) a channel of ours."""
        return self.state is not LegState.GONE

    @property
    def wanted(self) -> bool:
        """Whether it talks, or may yet."""
        return self.at_stake or self.state is LegState.TALKING

    @property
    def at_stake(self) -> bool:
        """Whether the person's phone may still take the call by it."""
        return self.state in (LegState.ASKED, LegState.RINGING, LegState.UP)


def leg_id(call: CallId, person: PersonId, number: int) -> str:
    """A ChannelId that can't be guessed and names call, person and phone, so that a list of channels tells all."""
    return f"{PREFIX}.{call}.{person}.{number}.{secrets.token_hex(6)}"


def read_leg_id(text: str) -> tuple[CallId, PersonId, int] | None:
    """Call, person and phone of a ChannelId of ours; None for any other channel."""
    parts = text.split(".")
    if len(parts) != 5 or parts[0] != PREFIX or not parts[3].isdigit():
        return None
    return CallId(parts[1]), PersonId(parts[2]), int(parts[3])


ANSWERED_ELSEWHERE = 26  # Q.850

BUSY = frozenset({"486", "600"})
REJECTED = "603"
NOT_NOW = "480"

STATUS_OF: Final[Mapping[str, str]] = MappingProxyType({"17": "486", "21": REJECTED})
"""What an end's cause stands for where Asterisk, as older ones do, doesn't tell the SIP status."""


def outcome(leg: Leg, event: AmiEvent, *, elsewhere: bool = False) -> LegOutcome:
    """What a leg's end means: somebody pressed "reject", or the phone or line failed (DESIGN 7).

    Behind a trunk only a 603 is a person's no: networks say busy, off and unreachable with 486, with 480, and with an
    announcement (183) before either. `elsewhere`: the phone talks on another call by now, so that its busy is nobody's.
    """
    status = event.get("TechCause").rpartition(" ")[2] or STATUS_OF.get(event.get("Cause"), "")
    if leg.phone.trunk:
        return LegOutcome.DECLINED if status == REJECTED else LegOutcome.FAILED
    pressed = status == REJECTED or status in BUSY or (status == NOT_NOW and not leg.rang)  # "do not disturb" is a 480
    return LegOutcome.DECLINED if pressed and leg.was_free and not elsewhere else LegOutcome.FAILED

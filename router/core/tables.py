"""State machines as tables: turns (R2, R6), offers (R6), calls (R10-R15). May live here: tables and the one lookup.

A turn belongs to a person and a round of a sheet. An offer is one attempt to give a call as somebody's turn (or as a
substitute): it moves the turn for as long as both belong to the same round and the person kept their place. A call
waits, rings one phone, is open to everyone, is talked on, and has ended or was missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from router.core.errors import IllegalTransitionError
from router.core.words import CallEvent, CallState, TurnEvent, TurnState


class OfferState(StrEnum):
    """Where an offer stands (R6)."""

    AT_STAKE = "at_stake"  # the own three rings are not over
    OVER = "over"  # they are, and the phone goes on ringing
    USED = "used"  # answered in time: a form or hand-over may still give the turn back
    LATE = "late"  # answered afterwards: nothing gives it back
    SETTLED = "settled"  # declined, given back, kept, or lost to another: nothing more comes of it
    VOID = "void"  # its slot ended: no turn at stake any more (R1)


class OfferEvent(StrEnum):
    """What can become of an offer (R6)."""

    RUN_OUT = "run_out"
    ANSWER = "answer"
    SETTLE = "settle"
    VOID = "void"


TURN: Mapping[tuple[TurnState, TurnEvent], TurnState] = MappingProxyType(
    {
        (TurnState.DUE, TurnEvent.OFFER): TurnState.OFFERED,
        (TurnState.DUE, TurnEvent.FORFEIT): TurnState.FORFEITED,  # R4, R5: a personal reason; R8: taken away
        (TurnState.OFFERED, TurnEvent.USE): TurnState.DONE,
        (TurnState.OFFERED, TurnEvent.FORFEIT): TurnState.FORFEITED,
        (TurnState.OFFERED, TurnEvent.BACK): TurnState.DUE,
        (TurnState.FORFEITED, TurnEvent.USE): TurnState.DONE,  # R6: answered late, before anyone else
        (TurnState.FORFEITED, TurnEvent.BACK): TurnState.DUE,
        (TurnState.DONE, TurnEvent.BACK): TurnState.DUE,
        (TurnState.DONE, TurnEvent.PAY): TurnState.DUE,  # R6: the turn used was the owed one
    }
)

OFFER: Mapping[tuple[OfferState, OfferEvent], OfferState] = MappingProxyType(
    {
        (OfferState.AT_STAKE, OfferEvent.RUN_OUT): OfferState.OVER,
        (OfferState.AT_STAKE, OfferEvent.ANSWER): OfferState.USED,
        (OfferState.AT_STAKE, OfferEvent.SETTLE): OfferState.SETTLED,
        (OfferState.AT_STAKE, OfferEvent.VOID): OfferState.VOID,
        (OfferState.OVER, OfferEvent.ANSWER): OfferState.LATE,
        (OfferState.OVER, OfferEvent.SETTLE): OfferState.SETTLED,
        (OfferState.OVER, OfferEvent.VOID): OfferState.VOID,
        (OfferState.USED, OfferEvent.SETTLE): OfferState.SETTLED,
    }
)

CALL: Mapping[tuple[CallState, CallEvent], CallState] = MappingProxyType(
    {
        (CallState.WAITING, CallEvent.RING): CallState.RINGING,
        (CallState.WAITING, CallEvent.OPEN): CallState.OPEN,  # R14: its clock runs
        (CallState.WAITING, CallEvent.ANSWER): CallState.TALKING,  # only as a fact of the PBX's (fallback)
        (CallState.WAITING, CallEvent.MISS): CallState.MISSED,
        (CallState.RINGING, CallEvent.STOP): CallState.WAITING,
        (CallState.RINGING, CallEvent.OPEN): CallState.OPEN,
        (CallState.RINGING, CallEvent.ANSWER): CallState.TALKING,
        (CallState.RINGING, CallEvent.MISS): CallState.MISSED,
        (CallState.OPEN, CallEvent.ANSWER): CallState.TALKING,
        (CallState.OPEN, CallEvent.MISS): CallState.MISSED,
        (CallState.TALKING, CallEvent.END): CallState.ENDED,
    }
)

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def step(machine: str, table: Mapping[tuple[S, E], S], state: S, event: E, subject: str) -> S:
    """The state after `event`; raises `IllegalTransitionError`, naming all parts, where the table has no way."""
    try:
        return table[state, event]
    except KeyError:
        raise IllegalTransitionError(machine, subject, state, event) from None

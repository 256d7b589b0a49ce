"""R3: who can be rung, and why not. May live here: that one question.

A person is available when nothing in the table below is true of them; the first match is the reason. Its kind
decides what passing over costs (R4): personal loses the turn, objective keeps it, silent leaves no trace.
"""

from __future__ import annotations

from dataclasses import dataclass

from router.core.errors import ImpossibleInputError
from router.core.model import Call, Office, Person
from router.core.policy import PRESENT
from router.core.tables import OfferState
from router.core.turns import turn_of
from router.core.words import Kind


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is not available."""

    word: str
    kind: Kind


OUT = Reason("out", Kind.SILENT)
SUSPENDED = Reason("suspended", Kind.SILENT)
OFFERED = Reason("offered", Kind.SILENT)
BUSY = Reason("busy", Kind.OBJECTIVE)
WRAP_UP = Reason("wrap_up", Kind.OBJECTIVE)
ABSENT = Reason("absent", Kind.PERSONAL)


def reason(office: Office, person: Person, call: Call) -> Reason | None:
    """Why `person` is not available for `call`; None: they are. The first match wins (R3)."""
    if person.id in call.out:
        return OUT  # R3[out]: declined or failed for this very call
    if person.suspended:
        return SUSPENDED  # R3[suspended]: taken off calls by the supervisor
    if _turn_at_stake(office, person):
        return OFFERED  # R3[offered]: their turn is at stake on another call
    if person.presence != PRESENT:
        # R3[presence]: the kind of presence says whether the turn is lost
        return Reason(person.presence, presence_kind(office, person.presence))
    if person.in_use or person.lost or person.talking or person.ringing:
        return BUSY  # R3[busy]: on a call, the hotline's or another, or the phone is in trouble
    if person.wrap_up_until is not None:  # ends when its timer has had its turn, not by the clock
        return WRAP_UP  # R3[wrap-up]: by policy, after a hotline call
    if not person.registered:
        return ABSENT  # R3[absent]: present in word alone
    return None


def presence_kind(office: Office, presence: str) -> Kind:
    """Kind of a presence other than `present`; an unknown one is an error (R3)."""
    try:
        return office.policy.presence[presence]
    except KeyError:
        raise ImpossibleInputError("presence-unknown", presence=presence) from None


def _turn_at_stake(office: Office, person: Person) -> bool:
    if person.ringing is None:
        return False
    offer = office.calls[person.ringing].offer_of(person.id)
    return offer is not None and offer.state is OfferState.AT_STAKE and turn_of(office, offer) is not None

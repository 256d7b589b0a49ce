"""The words of the rules: ids and closed lists. May live here: type names and enumerations, no behaviour.

Times are whole milliseconds since an epoch of the caller's choice (UTC in service, the start in a scenario).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

CallId = NewType("CallId", str)
PersonId = NewType("PersonId", str)
Number = NewType("Number", str)
Millis = int
WITHHELD = Number("")


class Group(StrEnum):
    """The two groups of a slot, each with a sheet of its own (R1); the call group comes first (R10, R11)."""

    CALL = "call"
    RECEPTION = "reception"


class TurnState(StrEnum):
    """Where a person's turn of the running round stands (R2)."""

    DUE = "due"
    OFFERED = "offered"
    DONE = "done"
    FORFEITED = "forfeited"


class TurnEvent(StrEnum):
    """What can happen to a turn (R2, R4, R6)."""

    OFFER = "offer"
    USE = "use"
    FORFEIT = "forfeit"
    BACK = "back"
    PAY = "pay"


class CallState(StrEnum):
    """Where a call stands; `waiting` is also where it starts (R14)."""

    WAITING = "waiting"
    RINGING = "ringing"
    OPEN = "open"
    TALKING = "talking"
    ENDED = "ended"
    MISSED = "missed"


class CallEvent(StrEnum):
    """What can happen to a call (R10-R15)."""

    RING = "ring"
    STOP = "stop"
    OPEN = "open"
    ANSWER = "answer"
    MISS = "miss"
    END = "end"


class Stage(StrEnum):
    """Why a phone rings (R10-R13)."""

    ROTATION = "rotation"
    OWNER = "owner"
    SUBSTITUTE = "substitute"
    EVERYONE = "everyone"


class Kind(StrEnum):
    """Kind of a reason for not being available (R3); `silent` ones are passed without a trace."""

    PERSONAL = "personal"
    OBJECTIVE = "objective"
    SILENT = "silent"


class TurnUse(StrEnum):
    """What an answer did to the answerer's turn (R6)."""

    USED = "used"
    KEPT = "kept"
    NONE = "none"


class Account(StrEnum):
    """What the fairness ledger says of a turn (R27): it is due, it is open once more, or how it ended."""

    DUE = "due"
    BACK = "back"
    USED = "used"
    OWN_DOING = "own_doing"
    OBJECTIVE = "objective"
    CARRIED = "carried"
    SILENT = "silent"
    TAKEN_AWAY = "taken_away"
    NOT_REACHED = "not_reached"


class MissedWhy(StrEnum):
    """Why nobody spoke with the caller (R15)."""

    ABANDONED = "abandoned"
    NO_ANSWER = "no_answer"
    MAX_WAIT = "max_wait"
    CLOSED = "closed"


class RestoreWhy(StrEnum):
    """Why a turn came back (R6, R8)."""

    SUBSTITUTE = "substitute"
    ABANDONED = "abandoned"
    ANSWERED_BY_OTHER = "answered_by_other"
    DEVICE = "device"
    OTHER = "other"
    ASKED_FOR = "asked_for"
    SUPERVISOR = "supervisor"


class FormKind(StrEnum):
    """What a call form says the call was about (R7, R21)."""

    PURCHASE = "purchase"
    OTHER = "other"
    MESSAGE = "message"


class DeviceState(StrEnum):
    """What happens to a person's phone: states that change separately (R3, DOMAIN 10)."""

    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    IN_USE = "in_use"
    IDLE = "idle"
    LOST = "lost"
    FOUND = "found"

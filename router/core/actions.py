"""What the desk answers. May live here: frozen actions (to be done) and trail items (to be kept, R17).

Actions are for telephony, trail items for the record and the pages; both come in one list, in the order of DOMAIN 10.
"""

from __future__ import annotations

from dataclasses import dataclass

from router.core.words import (
    Account,
    CallId,
    Group,
    MissedWhy,
    Number,
    PersonId,
    RestoreWhy,
    Stage,
    TurnState,
    TurnUse,
)

# --- actions: somebody has to do something ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Ring these people's phones for the call, in this order; `owner`: whose customer it is, for the display (R13)."""

    call: CallId
    people: tuple[PersonId, ...]
    stage: Stage
    owner: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRinging:
    """Stop a person's phones; `answered`: somebody has the call, so no phone may show a missed call."""

    call: CallId
    person: PersonId
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Nobody can be rung: let the caller wait (R14)."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """End an unanswered call on the caller's side (R15); not needed when the caller hung up."""

    call: CallId
    why: MissedWhy


@dataclass(frozen=True, slots=True, kw_only=True)
class TellOwner:
    """Tell the owner at once that somebody else has their customer (R13), or that the call was missed (R15)."""

    call: CallId
    owner: PersonId
    substitute: PersonId | None


# --- trail: what is kept, and what a scenario's trace shows -----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang:
    """These people start to ring; `sheet` for rotation and substitute."""

    call: CallId
    who: tuple[PersonId, ...]
    stage: Stage
    sheet: Group | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """Caller and `who` are talking; `late`: the caller's three rings were over (R20)."""

    call: CallId
    who: PersonId
    turn: TurnUse
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """The call went from one to the other (R16.6)."""

    call: CallId
    who: PersonId
    giver: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Nobody could be rung on arrival, or after a decline or failure (R14)."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Nobody spoke with the caller; `callback`: who owes a call back, if anybody yet (R15)."""

    call: CallId
    why: MissedWhy
    callback: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """Passed over for an objective reason; the turn stays due (R4)."""

    person: PersonId
    sheet: Group
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forfeit:
    """A turn is lost for this round (R4-R6)."""

    person: PersonId
    sheet: Group
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """The round ended without somebody who was away for an objective reason; `owed`: one extra turn for it (R5)."""

    person: PersonId
    sheet: Group
    owed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """A turn came back (R6)."""

    person: PersonId
    sheet: Group
    why: RestoreWhy


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A new round starts on the sheet (R5)."""

    number: int
    sheet: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Whose customer the number is now, or nobody's (R16)."""

    number: Number
    who: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One line of the evidence: a person on a sheet as the decision saw them; `why` None: available (R17)."""

    person: PersonId
    sheet: Group
    turn: TurnState
    owed: bool
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was known when the call was decided, and the rules that led on (R17)."""

    call: CallId
    owner: PersonId | None
    owner_why: str | None
    clock_ms: int | None
    seen: tuple[Seen, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotChanged:
    """A slot began, or (`name` None) ended with none after it; `goes_on`: with the sheets of the last one (R1)."""

    name: str | None
    goes_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A supervisor's act, with who and why (R8)."""

    what: str
    subject: str
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """The fairness ledger (R27): of each of these people one turn of the round is due, comes back, or has ended.

    `undoes`: how the same turn had ended before; `about`: the call by which it ended or came back.
    """

    sheet: Group
    round: int
    who: tuple[PersonId, ...]
    what: Account
    undoes: Account | None = None
    why: str = ""
    about: CallId | None = None


Action = Ring | StopRinging | Hold | Release | TellOwner
Trail = (
    Rang
    | Connected
    | HandOver
    | Waits
    | Missed
    | Passed
    | Forfeit
    | Lapse
    | Restore
    | Round
    | Own
    | Decision
    | SlotChanged
    | Act
    | LedgerEntry
)

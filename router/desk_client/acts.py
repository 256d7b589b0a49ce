"""Acts of supervisors as inputs (R3, R8), the same from page and command line. May live here: making and wording them.

An act says who does it and why; what it names is checked against the board that was seen, so that a slip is told at
once and in words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time

from router.core import inputs
from router.core.words import Group, PersonId
from router.errors import RequestError
from router.texts import Listing, _
from router.wire.board import OfficeBoard

KINDS = ("presence", "suspend", "resume", "give", "take", "order")
MAX_WHY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants done, as typed: `kind` is one of `KINDS`; the rest as far as the kind needs it."""

    kind: str
    person: str = ""
    group: str = ""
    presence: str = ""
    until: str = ""  # HH:MM of today
    order: tuple[str, ...] = ()
    by: str = ""
    why: str = ""
    version: str = ""  # of the sheet, as it was seen
    undoes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedAct:
    """An input with the facts that go into the record beside it."""

    told: inputs.Input
    facts: dict[str, str] = field(default_factory=dict)


def act_of(wish: Wish, board: OfficeBoard, now: datetime) -> RequestedAct:
    """The act that a wish is, at a moment in the site's zone; raises `RequestError` for what can't be meant."""
    if wish.kind not in KINDS:
        raise RequestError(
            _("there is no act %(kind)r", kind=wish.kind), cure=_("one of %(these)s", these=Listing(KINDS))
        )
    facts = {"by": wish.by, "why": wish.why[:MAX_WHY], "version": wish.version, "undoes": wish.undoes}
    if wish.kind == "suspend" and wish.until:
        facts["until"] = str(until_ms(wish.until, now))
    return RequestedAct(told=_input(wish, board), facts={name: value for name, value in facts.items() if value})


def _input(wish: Wish, board: OfficeBoard) -> inputs.Input:
    by, why = wish.by, wish.why[:MAX_WHY]
    if wish.kind == "order":
        order = tuple(PersonId(_known(board, person)) for person in wish.order)
        return inputs.RosterEdited(group=_group(wish.group), order=order, by=by, why=why)
    person = PersonId(_known(board, wish.person))
    if wish.kind == "presence":
        return inputs.PresenceChanged(person=person, presence=wish.presence, by=by)
    if wish.kind in ("suspend", "resume"):
        kind = inputs.Suspended if wish.kind == "suspend" else inputs.Resumed
        return kind(person=person, by=by, why=why)
    turn = inputs.TurnHandedOut if wish.kind == "give" else inputs.TurnTakenAway
    return turn(group=_group(wish.group or group_of(board, person)), person=person, by=by, why=why)


def _known(board: OfficeBoard, person: str) -> str:
    if person not in board.people:
        raise RequestError(
            _("nobody has the id %(person)r", person=person),
            cure=_("one of %(these)s", these=Listing(sorted(board.people))),
        )
    return person


def _group(name: str) -> Group:
    try:
        return Group(name)
    except ValueError:
        raise RequestError(
            _("there is no group %(group)r", group=name), cure=_("one of %(these)s", these=Listing(Group))
        ) from None


def group_of(board: OfficeBoard, person: str) -> str:
    """The group on whose sheet the person stands; raises `RequestError` where they stand on none."""
    for sheet in board.sheets:
        if sheet.running and any(turn.person == person for turn in sheet.turns):
            return sheet.group
    raise RequestError(
        _("%(person)r is on no sheet that runs", person=person),
        cure=_("look at the board: who is on, and which slot runs"),
    )


def until_ms(text: str, now: datetime) -> int:
    """A time of today (HH:MM) as milliseconds; raises `RequestError` for none, or one that is over."""
    try:
        until = datetime.combine(now.date(), time.fromisoformat(text), now.tzinfo)
    except ValueError:
        raise RequestError(_("%(text)r is no time of day", text=text), cure=_("write it as 14:00")) from None
    if until <= now:
        raise RequestError(
            _("%(text)s is over already: it is %(now)s", text=text, now=f"{now:%H:%M}"),
            cure=_("name a later time of today, or none"),
        )
    return round(until.timestamp() * 1000)

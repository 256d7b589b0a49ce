"""What supervisors did, and what people's word gave back. May live here: these questions and how an act is worded.

Every act stands in the trail with who, when and why (R8); nothing is added for the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.core.words import RestoreWhy
from router.store.calls.words import sheet_name
from router.store.scope import SITE_ID, day_bounds
from router.store.tables.calls import TrailRow, TurnRow
from router.texts import Language, Message, _

BY_HAND = (RestoreWhy.OTHER, RestoreWhy.ASKED_FOR)  # what people's word gave back, and the supervisor may undo

KINDS = ("Suspended", "Resumed", "RosterEdited", "TurnHandedOut", "TurnTakenAway", "CallbackAssigned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A turn that a form or a hand-over gave back, and the act that took it away again, if one did."""

    turn: TurnRow
    undone: TurnRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneAct:
    """One act as people read it; `refused` says why nothing came of it."""

    at: datetime
    text: str
    by: str
    why: str
    refused: str


def returned_turns(session: Session, day: date, zone: ZoneInfo, *, site_id: int = SITE_ID) -> list[Returned]:
    """The day's turns that a form or hand-over gave back (R6 `other`, `asked_for`), newest first."""
    first, end = day_bounds(day, zone)
    ours = (TurnRow.site_id == site_id, TurnRow.at >= first)
    wanted = (TurnRow.at < end, TurnRow.what == "restored", TurnRow.why.in_([why.value for why in BY_HAND]))
    given = session.scalars(select(TurnRow).where(*ours, *wanted).order_by(TurnRow.id.desc())).all()
    undone = session.scalars(select(TurnRow).where(*ours, TurnRow.undoes.is_not(None))).all()
    by_turn = {turn.undoes: turn for turn in undone}
    return [Returned(turn=turn, undone=by_turn.get(turn.id)) for turn in given]


def acts_of_day(
    session: Session, day: date, zone: ZoneInfo, names: Mapping[str, str], language: Language, *, site_id: int = SITE_ID
) -> list[DoneAct]:
    """What supervisors did on a day, newest first, the refused as well."""
    first, end = day_bounds(day, zone)
    wanted = (TrailRow.site_id == site_id, TrailRow.at >= first, TrailRow.at < end)
    rows = session.scalars(
        select(TrailRow)
        .where(*wanted, TrailRow.kind.in_(KINDS), TrailRow.position == 0)
        .order_by(TrailRow.at.desc(), TrailRow.id.desc())
    )
    return [_act(row, names, language) for row in rows]


def _act(row: TrailRow, names: Mapping[str, str], language: Language) -> DoneAct:
    body, facts = row.body, row.body.get("facts", {})
    person = names.get(body.get("person", ""), body.get("person", ""))
    order = " → ".join(names.get(one, one) for one in body.get("order", ()))
    text = WORDING[row.kind].fill(person=person, group=sheet_name(body.get("group", "")), order=order)
    why = str(body.get("why") or facts.get("why", ""))
    by = str(facts.get("by") or body.get("by", "")) or row.source
    return DoneAct(at=row.at, text=text.render(language), by=by, why=why, refused=row.refused)


WORDING: Mapping[str, Message] = MappingProxyType(
    {
        "Suspended": _("%(person)s taken off calls"),
        "Resumed": _("%(person)s gets calls again"),
        "RosterEdited": _("%(group)s reordered: %(order)s"),
        "TurnHandedOut": _("a turn handed out to %(person)s"),
        "TurnTakenAway": _("a turn taken from %(person)s"),
        "CallbackAssigned": _("call back assigned to %(person)s"),
    }
)

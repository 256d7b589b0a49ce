"""What supervisors did, and what people's word gave back. May live here: these questions and how an act is worded.

Every act stands in the trail with who, when and why (R8); nothing is added for the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.core.words import RestoreWhy
from router.store.scope import SITE_ID, day_bounds
from router.store.tables.calls import TrailRow, TurnRow

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
    session: Session, day: date, zone: ZoneInfo, names: Mapping[str, str], language: str, *, site_id: int = SITE_ID
) -> list[DoneAct]:
    """What supervisors did on a day, newest first, the refused as well."""
    first, end = day_bounds(day, zone)
    wanted = (TrailRow.site_id == site_id, TrailRow.at >= first, TrailRow.at < end)
    rows = session.scalars(
        select(TrailRow)
        .where(*wanted, TrailRow.kind.in_(KINDS), TrailRow.position == 0)
        .order_by(TrailRow.at.desc(), TrailRow.id.desc())
    )
    return [_act(row, names, zh=language == "zh") for row in rows]


def _act(row: TrailRow, names: Mapping[str, str], *, zh: bool) -> DoneAct:
    body, facts = row.body, row.body.get("facts", {})
    person = names.get(body.get("person", ""), body.get("person", ""))
    why = str(body.get("why") or facts.get("why", ""))
    by = str(facts.get("by") or body.get("by", "")) or row.source
    return DoneAct(at=row.at, text=WORDING[row.kind](body, person, names, zh), by=by, why=why, refused=row.refused)


Wording = Callable[[Mapping[str, Any], str, Mapping[str, str], bool], str]


def _say(zh_text: str, en_text: str) -> Wording:
    return lambda _body, person, _names, zh: (zh_text if zh else en_text).format(person=person)


def _order(body: Mapping[str, Any], _person: str, names: Mapping[str, str], zh: bool) -> str:
    order = (" → ").join(names.get(person, person) for person in body["order"])
    group = {"call": ("接电组", "call group"), "reception": ("接待组", "reception group")}[body["group"]]
    return f"{group[0]} 调序：{order}" if zh else f"{group[1]} reordered: {order}"


WORDING: Mapping[str, Wording] = MappingProxyType(
    {
        "Suspended": _say("停接 {person}", "{person} taken off calls"),
        "Resumed": _say("恢复 {person}", "{person} gets calls again"),
        "RosterEdited": _order,
        "TurnHandedOut": _say("补轮 {person}", "a turn handed out to {person}"),
        "TurnTakenAway": _say("扣轮 {person}", "a turn taken from {person}"),
        "CallbackAssigned": _say("回拨指派给 {person}", "call back assigned to {person}"),
    }
)

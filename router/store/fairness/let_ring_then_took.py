"""疑抢客户 (DOMAIN 7): who let a call go and later has its customer. May live here: that question.

Facts for the supervisor, never a verdict. *Later has*: files the call's form, rings its number (a follow-up, or a call
out), or has the customer moved to them (a hand-over, or a form that says they were asked for). Not a sign: answering
the call oneself after all, and ringing back a caller whom one owes a call back (R15).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.store.calls.rings import THREE_RINGS, rings_of
from router.store.scope import SITE_ID
from router.store.tables.calls import CallRow, TrailRow
from router.store.tables.customers import CallbackRow, NumberRow
from router.store.tables.forms import FormRow
from router.store.tables.pbx import PbxRow

How = Literal["form", "rang_number", "handed_over", "asked_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetRingThenTook:
    """Somebody let a call go (`declined` or `rang_out`) and later has its customer (`how`, `at`)."""

    call_id: str
    person: str
    let_go: Literal["declined", "rang_out"]
    how: How
    at: datetime


def let_ring_then_took(
    session: Session,
    trails: Mapping[str, Sequence[TrailRow]],
    *,
    three_rings: timedelta = THREE_RINGS,
    site_id: int = SITE_ID,
) -> list[LetRingThenTook]:
    """What is seen of these calls (by id, with their trails), in order of time; in a fixed number of queries."""
    let_go = {call_id: _let_go(trail, three_rings) for call_id, trail in trails.items()}
    suspects = {call_id: people for call_id, people in let_go.items() if people}
    if not suspects:
        return []
    found = [
        *_by_trail(suspects, trails),
        *_by_form(session, suspects, site_id),
        *_by_contact(session, suspects, site_id),
    ]
    first: dict[tuple[str, str], LetRingThenTook] = {}
    for sign in sorted(found, key=lambda sign: sign.at):
        first.setdefault((sign.call_id, sign.person), sign)
    return list(first.values())


LetGo = Mapping[str, tuple[Literal["declined", "rang_out"], datetime]]


def _let_go(trail: Sequence[TrailRow], three_rings: timedelta) -> LetGo:
    """Who let the call go, how, and when."""
    people: dict[str, tuple[Literal["declined", "rang_out"], datetime]] = {}
    for ring in rings_of(trail, three_rings):
        if ring.end == "answered" or ring.ended_at is None:
            continue
        if ring.end == "declined":
            people[ring.person] = "declined", ring.ended_at
        elif ring.has_rung_out:
            people[ring.person] = "rang_out", ring.ended_at
    return people


def _sign(call_id: str, person: str, people: LetGo, how: How, at: datetime) -> list[LetRingThenTook]:
    if person not in people or at < people[person][1]:
        return []
    return [LetRingThenTook(call_id=call_id, person=person, let_go=people[person][0], how=how, at=at)]


def _by_trail(suspects: Mapping[str, LetGo], trails: Mapping[str, Sequence[TrailRow]]) -> list[LetRingThenTook]:
    signs: list[LetRingThenTook] = []
    for call_id, people in suspects.items():
        for row in trails[call_id]:
            if row.refused:
                continue
            if row.kind == "HandOver":
                signs += _sign(call_id, row.body["who"], people, "handed_over", row.at)
            elif row.kind == "FormFiled" and row.body.get("asked_for") and row.body["kind"] != "other":
                signs += _sign(call_id, row.body["asked_for"], people, "asked_for", row.at)
    return signs


def _by_form(session: Session, suspects: Mapping[str, LetGo], site_id: int) -> list[LetRingThenTook]:
    wanted = (FormRow.site_id == site_id, FormRow.call_id.in_(list(suspects)))
    forms = session.scalars(select(FormRow).where(*wanted))
    return [
        sign
        for form in forms
        if form.call_id is not None
        for sign in _sign(form.call_id, form.consultant, suspects[form.call_id], "form", form.filed_at)
    ]


def _by_contact(session: Session, suspects: Mapping[str, LetGo], site_id: int) -> list[LetRingThenTook]:
    """Follow-ups on record, and calls out that the PBX recorded."""
    numbers = _numbers(session, suspects, site_id)
    if not numbers:
        return []
    owed = _owed(session, numbers, site_id)
    since = min(at for people in suspects.values() for _, at in people.values())
    signs: list[LetRingThenTook] = []
    for number, person, at in [*_follow_ups(session, since, site_id), *_calls_out(session, numbers, since, site_id)]:
        if any(one == (number, person) and begun <= at <= end for one, begun, end in owed):
            continue  # R15: the call back was theirs to make
        for call_id in numbers.get(number, ()):
            signs += _sign(call_id, person, suspects[call_id], "rang_number", at)
    return signs


Contact = tuple[int, str, datetime]  # the number's row, who, when


def _follow_ups(session: Session, since: datetime, site_id: int) -> list[Contact]:
    wanted = (TrailRow.site_id == site_id, TrailRow.kind == "Contacted", TrailRow.refused == "", TrailRow.at >= since)
    rows = session.scalars(select(TrailRow).where(*wanted))
    return [(row.body["number_id"], row.body["person"], row.at) for row in rows if row.body.get("number_id")]


def _calls_out(session: Session, numbers: Iterable[int], since: datetime, site_id: int) -> list[Contact]:
    wanted = (
        PbxRow.site_id == site_id,
        PbxRow.direction == "out",
        PbxRow.started_at >= since,
        PbxRow.answered_by != "",
        NumberRow.id.in_(list(numbers)),
    )
    rows = session.execute(
        select(NumberRow.id, PbxRow.answered_by, PbxRow.started_at)
        .join(NumberRow, (NumberRow.number == PbxRow.number) & (NumberRow.site_id == PbxRow.site_id))
        .where(*wanted)
    )
    return [(number, person, at) for number, person, at in rows]


def _numbers(session: Session, calls: Iterable[str], site_id: int) -> dict[int, list[str]]:
    wanted = (CallRow.site_id == site_id, CallRow.id.in_(list(calls)), CallRow.number_id.is_not(None))
    numbers: dict[int, list[str]] = {}
    for number, call_id in session.execute(select(CallRow.number_id, CallRow.id).where(*wanted)):
        numbers.setdefault(int(number or 0), []).append(call_id)  # never null: asked for above
    return numbers


def _owed(
    session: Session, numbers: Iterable[int], site_id: int
) -> list[tuple[tuple[int, str | None], datetime, datetime]]:
    """Number and person of each call back owed, and from when to when it was."""
    wanted = (CallbackRow.site_id == site_id, CallbackRow.number_id.in_(list(numbers)))
    rows = session.scalars(select(CallbackRow).where(*wanted))
    end_of_time = datetime.max.replace(tzinfo=UTC)
    return [((row.number_id, row.person), row.owed_since, row.settled_at or end_of_time) for row in rows]

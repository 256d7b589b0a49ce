"""Call backs (R15): owed, done, and seen in the PBX's own records. May live here: those queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from router.store.customers.numbers import further_numbers
from router.store.scope import SITE_ID
from router.store.tables.calls import TrailRow
from router.store.tables.customers import CallbackRow, NumberRow
from router.store.tables.pbx import PbxRow

LONGEST_RINGING = timedelta(days=1)  # nobody answers a call that was made longer ago


def callbacks_since(session: Session, since: datetime, *, person: str | None = None) -> Sequence[CallbackRow]:
    """Call backs that are owed, and those settled since then, longest owed first; one person's, or everybody's."""
    wanted = [
        CallbackRow.site_id == SITE_ID,
        or_(CallbackRow.settled_at.is_(None), CallbackRow.settled_at >= since),
    ]
    if person is not None:
        wanted.append(or_(CallbackRow.person == person, CallbackRow.settled_by == person))
    return session.scalars(
        select(CallbackRow).where(*wanted).options(joinedload(CallbackRow.number)).order_by(CallbackRow.owed_since)
    ).all()


def callback_with(session: Session, callback_id: int) -> CallbackRow | None:
    """One call back."""
    row = session.get(CallbackRow, callback_id)
    return row if row is not None and row.site_id == SITE_ID else None


def callbacks_of_numbers(session: Session, number_ids: Iterable[int]) -> Mapping[int, Sequence[CallbackRow]]:
    """Every call back that was ever owed to these numbers, by number, oldest first."""
    wanted = (CallbackRow.site_id == SITE_ID, CallbackRow.number_id.in_(sorted(set(number_ids))))
    found: dict[int, list[CallbackRow]] = {}
    for row in session.scalars(select(CallbackRow).where(*wanted).order_by(CallbackRow.owed_since)):
        found.setdefault(row.number_id, []).append(row)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCall:
    """An outgoing call of the PBX's records that somebody answered: to whom, when, by whom."""

    number: str
    at: datetime
    person: str


def seen_calls_out(session: Session, numbers: Iterable[str], since: datetime) -> Mapping[str, Sequence[SeenCall]]:
    """Answered outgoing calls to these numbers since then, by number, oldest first."""
    wanted = (
        PbxRow.site_id == SITE_ID,
        PbxRow.direction == "out",
        PbxRow.answered_at.is_not(None),
        PbxRow.started_at >= since,
        PbxRow.number.in_(sorted({number for number in numbers if number})),
    )
    found: dict[str, list[SeenCall]] = {}
    for row in session.scalars(select(PbxRow).where(*wanted).order_by(PbxRow.started_at, PbxRow.id)):
        seen = SeenCall(number=row.number, at=row.answered_at or row.started_at, person=row.answered_by)
        found.setdefault(row.number, []).append(seen)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOut:
    """An answered call out to a customer on record; `number` is the one by which the desk knows them."""

    row_id: int
    number: str
    at: datetime
    person: str


def calls_out_to_customers(session: Session, since: datetime) -> Sequence[CallOut]:
    """Answered outgoing calls since then to numbers on record, oldest first.

    One that was made before a call back came to be owed to the number does not settle it, so it is left out.
    """
    wanted = (
        PbxRow.site_id == SITE_ID,
        PbxRow.direction == "out",
        PbxRow.started_at >= since - LONGEST_RINGING,  # by which rows are found
        PbxRow.answered_at >= since,
        PbxRow.answered_by != "",
        PbxRow.number.in_(select(NumberRow.number).where(NumberRow.site_id == SITE_ID, NumberRow.number.is_not(None))),
    )
    rows = session.scalars(select(PbxRow).where(*wanted).order_by(PbxRow.answered_at, PbxRow.id)).all()
    first = further_numbers(session) if rows else {}
    owed = {row.number.number: row.owed_since for row in open_callbacks(session)} if rows else {}
    calls = [
        CallOut(
            row_id=row.id,
            number=first.get(row.number, row.number),
            at=row.answered_at or row.started_at,
            person=row.answered_by,
        )
        for row in rows
    ]
    return [call for call in calls if call.number not in owed or call.at >= owed[call.number]]


def debts_of_other_journals(session: Session, journal: str) -> Sequence[CallbackRow]:
    """Open call backs whose call did not come to this journal's desk: it does not know of them by itself."""
    came = select(TrailRow.call_id).where(
        TrailRow.site_id == SITE_ID, TrailRow.journal == journal, TrailRow.call_id == CallbackRow.call_id
    )
    wanted = (CallbackRow.site_id == SITE_ID, CallbackRow.settled_at.is_(None), NumberRow.number.is_not(None))
    return session.scalars(
        select(CallbackRow)
        .join(CallbackRow.number)
        .where(*wanted, ~came.exists())
        .options(joinedload(CallbackRow.number))
        .order_by(CallbackRow.id)
    ).all()


def open_callbacks(session: Session, *, site_id: int = SITE_ID) -> Sequence[CallbackRow]:
    """Call backs still owed, longest first; those nobody has are the supervisor's to assign (R15)."""
    wanted = (CallbackRow.site_id == site_id, CallbackRow.settled_at.is_(None))
    return session.scalars(
        select(CallbackRow).where(*wanted).options(joinedload(CallbackRow.number)).order_by(CallbackRow.owed_since)
    ).all()

"""What people ask of the record. May live here: reading queries, each named for its question.

A day is the site's: from midnight to midnight in its zone, also when it has 23 or 25 hours. Rows come with what a page
shows of them, in one query each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from router.config.model import Site, SlotEntry
from router.config.plan import Counting, plan_that_counts, slot_entries
from router.core.words import PersonId
from router.store.applied import EventFailedRow
from router.store.calls import TURNED_AWAY, CallRow, TrailRow, TurnRow
from router.store.customers import CallbackRow, CustomerRow, NumberRow
from router.store.office import published_in
from router.store.records import PbxRow
from router.store.site import ConsultantRow

SITE_ID = 1


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The day's first moment and the next day's, in UTC."""
    first = datetime.combine(day, time.min, zone).astimezone(UTC)
    return first, datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


# --- calls ------------------------------------------------------------------------------


def calls_of_day(session: Session, day: date, zone: ZoneInfo, *, site_id: int = SITE_ID) -> Sequence[CallRow]:
    """The call log of a day, by arrival."""
    return calls_of_days(session, day, day + timedelta(days=1), zone, site_id=site_id)


def calls_of_days(
    session: Session, day: date, end_day: date, zone: ZoneInfo, *, site_id: int = SITE_ID
) -> Sequence[CallRow]:
    """The call log from a day until before another, by arrival."""
    first, end = day_bounds(day, zone)[0], day_bounds(end_day, zone)[0]
    wanted = (CallRow.site_id == site_id, CallRow.arrived_at >= first, CallRow.arrived_at < end)
    return session.scalars(
        select(CallRow).where(*wanted).options(joinedload(CallRow.number)).order_by(CallRow.arrived_at, CallRow.id)
    ).all()


def outcomes_of_day(session: Session, day: date, zone: ZoneInfo, *, site_id: int = SITE_ID) -> tuple[int, int, int]:
    """How many calls came on a day, were answered, were missed (turned away is not missed)."""
    first, end = day_bounds(day, zone)
    wanted = (CallRow.site_id == site_id, CallRow.arrived_at >= first, CallRow.arrived_at < end)
    missed_ones = func.count(CallRow.missed_why).filter(CallRow.missed_why.not_in(TURNED_AWAY))
    counted = select(func.count(), func.count(CallRow.answered_at), missed_ones).where(*wanted)
    calls, answered, missed = session.execute(counted).one()
    return calls, answered, missed


def missed_calls_of_day(session: Session, day: date, zone: ZoneInfo, *, site_id: int = SITE_ID) -> Sequence[CallRow]:
    """Calls that nobody answered, by arrival."""
    return [call for call in calls_of_day(session, day, zone, site_id=site_id) if call.is_missed]


def call_with(session: Session, call_id: str, *, site_id: int = SITE_ID) -> CallRow | None:
    """One call, by our id or by Asterisk's uniqueid."""
    either = (CallRow.id == call_id) | (CallRow.uniqueid == call_id)
    wanted = select(CallRow).where(CallRow.site_id == site_id, either).options(joinedload(CallRow.number))
    return session.scalars(wanted.order_by(CallRow.arrived_at.desc()).limit(1)).one_or_none()


def trail_of_call(session: Session, call_id: str, *, site_id: int = SITE_ID) -> Sequence[TrailRow]:
    """Why it rang where it rang (R17): every step of a call, in order."""
    wanted = (TrailRow.site_id == site_id, TrailRow.call_id == call_id)
    return session.scalars(
        select(TrailRow).where(*wanted).order_by(TrailRow.at, TrailRow.journal, TrailRow.seq, TrailRow.position)
    ).all()


def trails_of(
    session: Session, first: datetime, end: datetime, kinds: Collection[str], *, site_id: int = SITE_ID
) -> Mapping[str, Sequence[TrailRow]]:
    """The steps of these kinds of every call that arrived from `first` to before `end`, in order, by call."""
    arrived = (CallRow.site_id == site_id, CallRow.arrived_at >= first, CallRow.arrived_at < end)
    wanted = (
        TrailRow.site_id == site_id,
        TrailRow.call_id.in_(select(CallRow.id).where(*arrived)),
        TrailRow.kind.in_(kinds),
    )
    in_order = (TrailRow.at, TrailRow.journal, TrailRow.seq, TrailRow.position)
    trails: dict[str, list[TrailRow]] = {}
    for row in session.scalars(select(TrailRow).where(*wanted).order_by(*in_order)):
        trails.setdefault(row.call_id or "", []).append(row)
    return trails


def calls_of_customer(session: Session, customer_id: int, *, site_id: int = SITE_ID) -> Sequence[CallRow]:
    """A customer's calls, newest first."""
    wanted = (CallRow.site_id == site_id, NumberRow.customer_id == customer_id)
    return session.scalars(
        select(CallRow).join(CallRow.number).where(*wanted).order_by(CallRow.arrived_at.desc())
    ).all()


def turns_of_day(session: Session, day: date, zone: ZoneInfo, *, site_id: int = SITE_ID) -> Sequence[TurnRow]:
    """What happened to turns on a day, in order."""
    first, end = day_bounds(day, zone)
    wanted = (TurnRow.site_id == site_id, TurnRow.at >= first, TurnRow.at < end)
    return session.scalars(select(TurnRow).where(*wanted).order_by(TurnRow.id)).all()


# --- customers and call backs ------------------------------------------------------------------------------


def open_callbacks(session: Session, *, site_id: int = SITE_ID) -> Sequence[CallbackRow]:
    """Call backs still owed, longest first; those nobody has are the supervisor's to assign (R15)."""
    wanted = (CallbackRow.site_id == site_id, CallbackRow.settled_at.is_(None))
    return session.scalars(
        select(CallbackRow).where(*wanted).options(joinedload(CallbackRow.number)).order_by(CallbackRow.owed_since)
    ).all()


def customer_with(session: Session, number: str, *, site_id: int = SITE_ID) -> CustomerRow | None:
    """The customer whose number (E.164) it is."""
    wanted = (NumberRow.site_id == site_id, NumberRow.number == number)
    return session.scalars(select(CustomerRow).join(CustomerRow.numbers).where(*wanted).limit(1)).one_or_none()


def customers_on_record(session: Session, *, site_id: int = SITE_ID) -> list[tuple[str, PersonId, datetime]]:
    """Number, owner and last contact of each owned customer: what a desk with a new journal is told first (R16)."""
    wanted = (
        NumberRow.site_id == site_id,
        NumberRow.number.is_not(None),
        NumberRow.further.is_(False),  # the desk knows a customer by their first number
        CustomerRow.owner.is_not(None),
        CustomerRow.last_contact_at.is_not(None),
    )
    rows = session.execute(
        select(NumberRow.number, CustomerRow.owner, CustomerRow.last_contact_at)
        .join(NumberRow.customer)
        .where(*wanted)
        .distinct()
        .order_by(NumberRow.number)
    )
    return [
        (number, PersonId(owner), contact)
        for number, owner, contact in rows
        if number is not None and owner is not None and contact is not None
    ]


# --- the site ------------------------------------------------------------------------------


def everyone(session: Session, *, site_id: int = SITE_ID) -> Sequence[ConsultantRow]:
    """All consultants, also those who left, by place in the file."""
    wanted = select(ConsultantRow).where(ConsultantRow.site_id == site_id)
    return session.scalars(wanted.order_by(ConsultantRow.position, ConsultantRow.id)).all()


def published_plans(session: Session, today: date) -> dict[date, tuple[SlotEntry, ...]]:
    """The slots published for dates that still matter (R1), by date."""
    return {date.fromisoformat(day): slot_entries(slots) for day, slots in published_in(session, today).items()}


def plan_of_day(session: Session, site: Site, day: date) -> Counting:
    """The plan that counts for a date (R1), and where it comes from."""
    return plan_that_counts(site, published_plans(session, day), day)


# --- the record itself ------------------------------------------------------------------------------


def failed_events(session: Session, *, site_id: int = SITE_ID) -> Sequence[EventFailedRow]:
    """Events that the database would not take, for `doctor`; there should be none."""
    wanted = select(EventFailedRow).where(EventFailedRow.site_id == site_id)
    return session.scalars(wanted.order_by(EventFailedRow.at)).all()


def first_day_on_record(session: Session, zone: ZoneInfo, *, site_id: int = SITE_ID) -> date | None:
    """The date of the first call that router or PBX know of, in the zone; None: there was none yet."""
    firsts = (
        select(CallRow.arrived_at).where(CallRow.site_id == site_id).order_by(CallRow.arrived_at).limit(1),
        select(PbxRow.started_at).where(PbxRow.site_id == site_id).order_by(PbxRow.started_at).limit(1),
    )
    known = [moment for first in firsts for moment in session.scalars(first)]
    return min(known).astimezone(zone).date() if known else None

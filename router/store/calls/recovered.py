"""Calls put into the log from the PBX's records. May live here: the queries and writes for that, no judgement.

The caller commits. Numbers stand in `customer_number` as ever; one that no journal knows yet gets a key of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from router.store.database import insert_once
from router.store.scope import SITE_ID
from router.store.tables.calls import CallRow
from router.store.tables.customers import CallbackRow, CustomerRow, NumberRow
from router.store.tables.forms import FormRow
from router.store.tables.pbx import PbxRow

JOURNAL: Final = "records"
"""Stands for a journal in the keys of numbers that only the PBX's records named."""


PREFIX: Final = "pbx-"
"""What the ids of recovered calls begin with; a call of a journal's can't."""


def calls_between(session: Session, first: datetime, end: datetime, *, site_id: int = SITE_ID) -> Sequence[CallRow]:
    """The log of that time, recovered calls among it."""
    where = (CallRow.site_id == site_id, CallRow.arrived_at >= first, CallRow.arrived_at < end)
    return session.scalars(select(CallRow).where(*where).options(joinedload(CallRow.number))).all()


def put_recovered(session: Session, row: CallRow | None, call_id: str, values: Mapping[str, Any]) -> None:
    """Add a recovered call, or bring its row to what the records say now; `values` name the site."""
    if row is None:
        given = {"id": call_id, "late": False, "marks": [], "systemname": "", **values}
        session.execute(insert_once(session, CallRow).values(given).on_conflict_do_nothing())
        return
    for field, value in values.items():
        if getattr(row, field) != value:
            setattr(row, field, value)


def drop_twins(session: Session, *, site_id: int = SITE_ID) -> None:
    """Take away recovered calls that the journal has brought by now; what was written about them goes to the other."""
    twin = CallRow.__table__.alias("twin")
    same = (twin.c.site_id == CallRow.site_id) & (twin.c.uniqueid == CallRow.uniqueid) & (twin.c.id != CallRow.id)
    where = (CallRow.site_id == site_id, CallRow.recovered.is_(True), CallRow.id.startswith(PREFIX))
    for old, new in session.execute(select(CallRow.id, twin.c.id).join(twin, same).where(*where)).all():
        for table in (FormRow, CallbackRow):
            named = (table.site_id == site_id, table.call_id == old)
            session.execute(update(table).where(*named).values(call_id=new))
        session.execute(delete(CallRow).where(CallRow.site_id == site_id, CallRow.id == old))


def number_row(session: Session, number: str, at: datetime, *, site_id: int = SITE_ID) -> NumberRow:
    """The number's row, by whichever journal's key; made, with a customer, if nobody knew it."""
    wanted = (NumberRow.site_id == site_id, NumberRow.number == number)
    known = session.scalars(select(NumberRow).where(*wanted).order_by(NumberRow.id.desc()).limit(1)).one_or_none()
    if known is not None:
        return known
    ours = (NumberRow.site_id == site_id, NumberRow.journal == JOURNAL)
    key = (session.scalars(select(func.max(NumberRow.key)).where(*ours)).one() or 0) + 1
    row = NumberRow(
        site_id=site_id,
        customer=CustomerRow(site_id=site_id, known_since=at),
        journal=JOURNAL,
        key=key,
        number=number,
    )
    session.add(row)
    session.flush()
    return row


def live_owner(number: NumberRow, at: datetime, lapse: timedelta) -> str | None:
    """R16.2: whose customer it was at that moment."""
    customer = number.customer
    live = customer.last_contact_at is not None and at - customer.last_contact_at <= lapse
    return customer.owner if live else None


def owe_call_back(session: Session, number: NumberRow, call_id: str, at: datetime, person: str | None) -> None:
    """R15: a missed caller is owed a call back, once, unless somebody has spoken with that number since."""
    owed = select(CallbackRow).where(CallbackRow.number_id == number.id)
    for row in session.scalars(owed):
        if row.call_id == call_id or row.settled_at is None:
            return
    spoke = _spoke_after(session, number, at)
    session.add(
        CallbackRow(
            site_id=number.site_id,
            number=number,
            call_id=call_id,
            owed_since=at,
            person=person,
            settled_at=spoke[0] if spoke else None,
            settled_by=spoke[1] if spoke else None,
        )
    )
    session.flush()


def settle_call_back(session: Session, call: CallRow, at: datetime | None, person: str) -> None:
    """A call held to be missed was answered after all: nothing is owed for it."""
    where = (CallbackRow.site_id == call.site_id, CallbackRow.call_id == call.id, CallbackRow.settled_at.is_(None))
    session.execute(update(CallbackRow).where(*where).values(settled_at=at, settled_by=person, settled_call_id=call.id))


def _spoke_after(session: Session, number: NumberRow, at: datetime) -> tuple[datetime, str | None] | None:
    """When somebody spoke with the number first after that, in the log or by the PBX's records."""
    same = select(NumberRow.id).where(NumberRow.site_id == number.site_id, NumberRow.number == number.number)
    calls = select(CallRow.answered_at, CallRow.person).where(
        CallRow.site_id == number.site_id, CallRow.number_id.in_(same), CallRow.answered_at > at
    )
    rows = select(PbxRow.answered_at, PbxRow.answered_by).where(
        PbxRow.site_id == number.site_id, PbxRow.number == number.number, PbxRow.answered_at > at
    )
    found = [(when, who) for query in (calls, rows) for when, who in session.execute(query) if when is not None]
    return min(found, key=lambda one: one[0], default=None)

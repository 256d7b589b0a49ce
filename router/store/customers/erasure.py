"""Erasing an outside party's numbers, wherever they stand. May live here: that."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from router.store.forms.changes import erase_in_forms
from router.store.pbx.changes import erase_in_records
from router.store.tables.customers import CustomerRow, NumberRow


def erase_numbers(session: Session, site_id: int, numbers: list[str], at: datetime) -> int:
    """Empty every row with one of these numbers, their names, and what forms say of them; returns how many rows."""
    erase_in_forms(session, site_id, numbers)
    named = select(NumberRow.customer_id).where(NumberRow.site_id == site_id, NumberRow.number.in_(numbers))
    session.execute(update(CustomerRow).where(CustomerRow.id.in_(named)).values(name="", remarks=""))
    erased = session.execute(
        update(NumberRow)
        .where(NumberRow.site_id == site_id, NumberRow.number.in_(numbers))
        .values(number=None, as_sent=None, erased_at=at)
        .returning(NumberRow.id)
    )
    erase_in_records(session, site_id, numbers)
    return len(erased.all())

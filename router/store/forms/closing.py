"""日清: what is counted of a day, and closing it. May live here: closing, counting.

What is closed changes only by a recorded correction: a form of a closed day, new or corrected, says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.errors import RequestError
from router.store.scope import SITE_ID
from router.store.tables.calls import CallRow
from router.store.tables.days import DayClosingRow
from router.store.tables.forms import FormRow
from router.texts import _


class DayClosedError(RequestError):
    """The day is closed already."""

    id = "day-closed"


def closing_of(session: Session, day: date) -> DayClosingRow | None:
    """The day's closing; None while it is open."""
    wanted = (DayClosingRow.site_id == SITE_ID, DayClosingRow.day == day)
    return session.scalars(select(DayClosingRow).where(*wanted)).one_or_none()


def close_day(
    session: Session, day: date, *, by: str, now: datetime, archive: dict[str, Any], remark: str = ""
) -> DayClosingRow:
    """Close a day for good; the caller commits. Raises `DayClosedError` when it is."""
    if closing_of(session, day) is not None:
        raise DayClosedError(_("%(day)s is closed already", day=day), cure=_("correct single forms, with a reason"))
    row = DayClosingRow(site_id=SITE_ID, day=day, closed_at=now, closed_by=by, remark=remark, archive=archive)
    session.add(row)
    session.flush()
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAccount:
    """What stands on record of a day: counts of each slot in the order of the day ("": outside all), what is open."""

    slots: dict[str, dict[str, int]]
    still_open: dict[str, int]


def account_of_day(calls: Sequence[CallRow], forms: Iterable[FormRow], *, forms_owed: int) -> DayAccount:
    """Calls, answered, missed and forms of each slot; a form stands in its call's, else in the one written on it."""
    counts: dict[str, dict[str, int]] = {}

    def slot(name: str) -> dict[str, int]:
        return counts.setdefault(name, {"calls": 0, "answered": 0, "missed": 0, "forms": 0})

    for call in calls:
        count = slot(call.slot_name or "")
        count["calls"] += 1
        count["answered"] += call.answered_at is not None
        count["missed"] += call.is_missed and call.answered_at is None
    slots = {call.id: call.slot_name or "" for call in calls}
    for form in forms:
        slot(slots.get(form.call_id or "", form.slot_name))["forms"] += 1
    going_on = sum(call.ended_at is None and call.missed_why is None for call in calls)
    return DayAccount(slots=counts, still_open={"calls": going_on, "forms": forms_owed})

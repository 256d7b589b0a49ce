"""What reconciliation reads (R23, R24). May live here: those queries, as plain rows and not as objects: there are many.

Times are aware; numbers are as the tables have them. Each returns tuples in the order that its class says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, or_, select, union

from router.store.forms.queries import taken_between
from router.store.scope import SITE_ID
from router.store.tables.calls import CallRow
from router.store.tables.customers import NumberRow
from router.store.tables.findings import DisplayCountRow
from router.store.tables.forms import FormRow
from router.store.tables.pbx import PbxRow

NAMES_AT_ONCE = 400  # as parameters of one query


class LoggedCall(NamedTuple):
    """A call of the router's log; `recovered` ones were put in afterwards from the PBX's records."""

    id: str
    uniqueid: str
    number: str | None
    arrived_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    person: str | None
    recovered: bool
    missed_why: str | None


class RecordedRow(NamedTuple):
    """A row of a call to a hotline as the PBX wrote it."""

    id: int
    call_id: str
    number: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    answered_by: str


class FiledForm(NamedTuple):
    """A form as it stands."""

    id: int
    call_id: str | None
    consultant: str
    kind: str
    taken_at: datetime | None
    filed_at: datetime
    slot_name: str
    fields: dict[str, Any]


def _calls() -> Select[Any]:
    columns = [getattr(CallRow, name) for name in LoggedCall._fields if name != "number"]
    columns.insert(LoggedCall._fields.index("number"), NumberRow.number)
    return select(*columns).outerjoin(NumberRow, NumberRow.id == CallRow.number_id).where(CallRow.site_id == SITE_ID)


def _recorded() -> Select[Any]:
    columns = [getattr(PbxRow, name) for name in RecordedRow._fields]
    return select(*columns).where(PbxRow.site_id == SITE_ID, PbxRow.direction == "in")


def _forms() -> Select[Any]:
    return select(*(getattr(FormRow, name) for name in FiledForm._fields)).where(FormRow.site_id == SITE_ID)


def logged_calls(connection: Connection, first: datetime, end: datetime) -> list[LoggedCall]:
    """The router's calls that arrived from `first` until before `end`."""
    wanted = _calls().where(CallRow.arrived_at >= first, CallRow.arrived_at < end)
    return [LoggedCall._make(row) for row in connection.execute(wanted.order_by(CallRow.arrived_at, CallRow.id))]


def logged_calls_named(connection: Connection, names: Iterable[str]) -> list[LoggedCall]:
    """The router's calls with these ids, ours or Asterisk's."""
    found: list[LoggedCall] = []
    for some in _portions(names):
        wanted = _calls().where(or_(CallRow.id.in_(some), CallRow.uniqueid.in_(some)))
        found += [LoggedCall._make(row) for row in connection.execute(wanted.order_by(CallRow.arrived_at, CallRow.id))]
    return found


def recorded_rows(connection: Connection, first: datetime, end: datetime) -> list[RecordedRow]:
    """The PBX's rows that started from `first` until before `end`."""
    wanted = _recorded().where(PbxRow.started_at >= first, PbxRow.started_at < end)
    return [RecordedRow._make(row) for row in connection.execute(wanted.order_by(PbxRow.started_at, PbxRow.id))]


def recorded_rows_named(connection: Connection, names: Iterable[str]) -> list[RecordedRow]:
    """The PBX's rows of these calls."""
    found: list[RecordedRow] = []
    for some in _portions(names):
        wanted = _recorded().where(PbxRow.call_id.in_(some)).order_by(PbxRow.started_at, PbxRow.id)
        found += [RecordedRow._make(row) for row in connection.execute(wanted)]
    return found


def filed_forms(connection: Connection, first: datetime, end: datetime) -> list[FiledForm]:
    """Forms taken (else filed) from `first` until before `end`, and those that name a call of that time."""
    of_its_calls = FormRow.call_id.in_(
        union(
            select(CallRow.id).where(CallRow.site_id == SITE_ID, CallRow.arrived_at >= first, CallRow.arrived_at < end),
            select(CallRow.uniqueid).where(
                CallRow.site_id == SITE_ID, CallRow.arrived_at >= first, CallRow.arrived_at < end
            ),
            select(PbxRow.call_id).where(
                PbxRow.site_id == SITE_ID, PbxRow.started_at >= first, PbxRow.started_at < end
            ),
        )
    )
    when = func.coalesce(FormRow.taken_at, FormRow.filed_at)
    elsewhen = _forms().where(of_its_calls, FormRow.call_id != "", or_(when < first, when >= end))
    rows = [*connection.execute(_forms().where(taken_between(first, end))), *connection.execute(elsewhen)]
    return sorted(FiledForm._make(row) for row in rows)


def display_counts(connection: Connection, day: date) -> dict[str, int]:
    """What the phone's display counted in each slot; the newest word counts."""
    wanted = (DisplayCountRow.site_id == SITE_ID, DisplayCountRow.day == day)
    rows = connection.execute(
        select(DisplayCountRow.slot, DisplayCountRow.count).where(*wanted).order_by(DisplayCountRow.id)
    )
    newest = {row.slot: row[1] for row in rows}
    return {slot: count for slot, count in newest.items() if count is not None}


def _portions(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(sorted(set(names)))
    while some := list(islice(rest, NAMES_AT_ONCE)):
        yield some

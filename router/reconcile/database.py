"""Reads a date from the database (R23, R24): the same records as `files.py` makes, for the same core.

May live here: what the tables mean; the queries are `store.findings.sources`'.

*Ids.* A call goes by Asterisk's uniqueid, which the PBX's rows have, too, and by our own id only without one; so its
name does not change when the log comes to know it later. Forms name calls by either; they are put in these terms.
*Recovered calls* of the log were put in from the PBX's records: the router has not seen them (`unlogged_call`).
*Neighbours.* Rows of `MARGIN` around the date take part in joining and matching; so do forms that name a call of that
time, whenever they were taken, and calls that a form of that time names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from router.config.form import REQUIRED, FieldKey, lacking
from router.config.model import SlotEntry
from router.config.values import clock_text
from router.reading.numbering import Numbering
from router.reading.numbers import numbers_in
from router.reconcile.rows import CLOSED, DaySlot, FormRecord, PbxRecord, RouterRecord, Sources
from router.store.findings import sources
from router.store.tables import pbx as records
from router.store.tables.calls import TURNED_AWAY

MAX_NAME = 60  # of a slot that adds its times: both fit where names of slots are kept
RINGING = timedelta(minutes=10)  # no call waits and rings for longer (R14, R15)
MARGIN = timedelta(hours=6)  # matching reaches 65 min; to matter, a chain of rivals would have to reach so far


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTerms:
    """What is needed to read a date: its slots by the plan, how numbers are written, what a form must say (R21)."""

    day: date
    zone: ZoneInfo
    slots: Sequence[SlotEntry]
    now: datetime
    numbering: Numbering = field(default_factory=Numbering)
    required: Sequence[FieldKey] = REQUIRED


def read_day(connection: Connection, terms: DayTerms) -> Sources:
    """Everything around one date."""
    first = datetime.combine(terms.day, time.min, terms.zone).astimezone(UTC) - MARGIN
    end = datetime.combine(terms.day + timedelta(days=1), time.min, terms.zone).astimezone(UTC) + MARGIN
    calls, recorded = _without_those_turned_away(
        sources.logged_calls(connection, first, end), sources.recorded_rows(connection, first, end)
    )
    forms = sources.filed_forms(connection, first, end)
    known = {name for call in calls for name in (call.id, call.uniqueid)}
    known.update(row.call_id for row in recorded)
    elsewhere = {form.call_id for form in forms if form.call_id} - known
    if elsewhere:
        calls += sources.logged_calls_named(connection, elsewhere)
        names = elsewhere | {call.uniqueid for call in calls if call.id in elsewhere and call.uniqueid}
        recorded += sources.recorded_rows_named(connection, names)
    slots, names_of_slots = named_slots(terms.slots)
    ids = _ids(calls)
    return Sources(
        slots=slots,
        pbx=tuple(pbx_row(row) for row in recorded),
        calls=tuple(
            _router_row(call, ids[call.id]) for call in calls if not (call.recovered or _is_ringing(call, terms.now))
        ),
        forms=tuple(_form_row(form, ids, names_of_slots, terms) for form in forms),
        displays={
            slot: count
            for slot, count in sources.display_counts(connection, terms.day).items()
            if slot in names_of_slots.values()
        },
    )


def _without_those_turned_away(
    calls: list[sources.LoggedCall], recorded: list[sources.RecordedRow]
) -> tuple[list[sources.LoggedCall], list[sources.RecordedRow]]:
    """Calls that are nobody's leads: neither side counts them, nor does a phone's display."""
    blocked = {call.id for call in calls if call.missed_why in TURNED_AWAY}
    names = {call.uniqueid for call in calls if call.id in blocked and call.uniqueid}
    return [call for call in calls if call.id not in blocked], [row for row in recorded if row.call_id not in names]


def named_slots(entries: Iterable[SlotEntry]) -> tuple[tuple[DaySlot, ...], dict[str, str]]:
    """The slots of a plan, each with a name of its own; and what a name on a form means ("" where it says nothing).

    A slot without a name goes by its times; of several with one name each adds its times.
    """
    entries = sorted(entries, key=lambda entry: entry.start)
    often = Counter(entry.name for entry in entries)
    slots = []
    meant = {CLOSED: CLOSED}
    for entry in entries:
        times = f"{clock_text(entry.start)}-{clock_text(entry.end)}"
        is_plain = entry.name not in ("", CLOSED) and often[entry.name] == 1
        name = entry.name if is_plain else f"{entry.name[:MAX_NAME]} {times}".strip()
        slots.append(DaySlot(name=name, start_minute=entry.start, end_minute=entry.end))
        meant[name] = name
    return tuple(slots), meant


def _is_ringing(call: sources.LoggedCall, now: datetime) -> bool:
    """Whether nobody can say yet what becomes of the call: of a day that is looked at while it runs."""
    return call.answered_at is None and call.ended_at is None and now - call.arrived_at < RINGING


def _ids(calls: Sequence[sources.LoggedCall]) -> dict[str, str]:
    """By our id: the id that a call goes by. Of two with one uniqueid (a PBX made anew) the later keeps ours."""
    taken: set[str] = set()
    ids = {}
    for call in calls:
        ids[call.id] = call.uniqueid if call.uniqueid and call.uniqueid not in taken else call.id
        taken.add(ids[call.id])
    return ids


def pbx_row(row: sources.RecordedRow | records.PbxRow) -> PbxRecord:
    """A row of the database as reconciliation takes it."""
    return PbxRecord(
        row=f"pbx:{row.id}",
        call_id=row.call_id,
        number=row.number,
        started_at=row.started_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        answered_by=row.answered_by,
    )


def _router_row(call: sources.LoggedCall, name: str) -> RouterRecord:
    return RouterRecord(
        row=f"call:{call.id}",
        call_id=name,
        number=call.number or "",
        arrived_at=call.arrived_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        consultant=call.person or "",
    )


def _form_row(form: sources.FiledForm, ids: Mapping[str, str], slots: Mapping[str, str], terms: DayTerms) -> FormRecord:
    call_id = form.call_id or ""
    return FormRecord(
        form_id=str(form.id),
        call_id=ids.get(call_id, call_id),
        numbers=_numbers(text_of(form.fields.get("number")), terms.numbering),
        consultant=form.consultant,
        taken_at=form.taken_at,
        filed_at=form.filed_at,
        slot=slots.get(form.slot_name, ""),  # one that the plan has not says nothing
        kind=form.kind,
        lacks=lacking(terms.required, {key: text_of(value) for key, value in form.fields.items()}),
    )


def _numbers(text: str, numbering: Numbering) -> tuple[str, ...]:
    """The numbers of a form; an extension or a note behind one (in forms of long ago) is no part of it."""
    read = numbers_in(text)
    if not read.numbers:
        return numbering.several(text)
    return tuple(dict.fromkeys(filter(None, (numbering.one(number.main) for number in read.numbers))))


def text_of(value: object) -> str:
    """What a field says; yes and no may be kept as such."""
    if isinstance(value, list | tuple):
        return ";".join(map(text_of, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value).strip()

"""Calls that the router missed, put into its log from the PBX's records. May live here: that, and what follows from it.

The router misses a call while it or its link is down: Asterisk's fallback serves the call then. Whoever answered is
named; a caller whom nobody answered is owed a call back (R15). A recovered row follows the records: run again it says
the same, and it goes once the journal brings the call after all. Turns and ownership are left as they are: what the
desk did not decide it is not made to have decided.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.config.model import Site
from router.core.inputs import Slot
from router.core.words import MissedWhy
from router.engine.link_times import gaps
from router.reconcile.database import pbx_row
from router.reconcile.join import join
from router.reconcile.rows import RouterRecord
from router.store.calls import recovered as store
from router.store.office.queries import plan_of_day
from router.store.pbx.changes import note_blind
from router.store.pbx.queries import rows_between
from router.store.scope import SITE_ID
from router.store.scope import moment as in_utc
from router.store.tables.calls import CallRow
from router.store.tables.customers import number_of
from router.telephony.records.calls import RecordedCall, recorded_calls

SETTLED: Final = timedelta(minutes=5)
"""Younger calls are left alone: the database may not have followed the journal yet."""

AROUND: Final = timedelta(hours=1)
LOOK_BACK: Final = timedelta(days=3)
SLACK: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What came of it: calls put in, calls corrected, times without a link."""

    added: int
    corrected: int
    blind: int


def recover_missed(
    database: Engine,
    site: Site,
    *,
    link_times: Path | None = None,
    first: datetime | None = None,
    end: datetime | None = None,
    now: datetime | None = None,
    site_id: int = SITE_ID,
) -> Recovery:
    """Put into the log what the PBX recorded from `first` to `end` (by default the last three days) and the log lacks.

    `link_times` is the engine's (DATA/link.log): it tells when the router was away. Safe to repeat and to kill.
    """
    now = now or datetime.now(UTC)
    end = min(end or now, now)
    first = first or end - LOOK_BACK
    with Session(database) as session:
        blind = _note_blind(session, link_times, now, site_id)
        store.drop_twins(session, site_id=site_id)
        recorded = [call for call in _recorded(session, first, end, site_id) if _is_settled(call, now)]
        log = store.calls_between(session, first - AROUND, end + AROUND, site_id=site_id)
        slots = _Slots(session=session, site=site)
        added = corrected = 0
        for call, row in _pairs(recorded, log):
            if row is None or row.id == _id_of(call.call.call_id):
                added += row is None
                _put_in(session, slots, call, row)
            elif not row.recovered and _was_blind(call, row, blind):
                corrected += 1
                _correct(session, row, call)
        session.commit()
    return Recovery(added=added, corrected=corrected, blind=len(blind))


Blind = tuple[datetime, datetime | None]


def _note_blind(session: Session, link_times: Path | None, now: datetime, site_id: int) -> list[Blind]:
    found = gaps(link_times, int(now.timestamp() * 1000)) if link_times else []
    blind = [(in_utc(gap.from_ms), None if gap.to_ms is None else in_utc(gap.to_ms)) for gap in found]
    for started, ended in blind:
        note_blind(session, started, ended, site_id=site_id)
    return blind


def _recorded(session: Session, first: datetime, end: datetime, site_id: int) -> list[RecordedCall]:
    calls = recorded_calls(rows_between(session, first, end, site_id=site_id))
    return [call for call in calls if call.call.call_id]  # one that names no channel can't be found again


def _is_settled(call: RecordedCall, now: datetime) -> bool:
    return (call.call.ended_at or call.call.started_at) <= now - SETTLED


def _pairs(recorded: Sequence[RecordedCall], log: Sequence[CallRow]) -> Iterable[tuple[RecordedCall, CallRow | None]]:
    """Each recorded call with the log's, if it has it (R24: by id, else by number and time)."""
    by_id = {call.call.call_id: call for call in recorded}
    rows = {row.uniqueid or row.id: row for row in log}
    router = [_as_router_record(name, row) for name, row in rows.items()]
    pbx = [pbx_row(row) for call in recorded for row in call.rows]
    for joined in join(pbx, router):
        if joined.in_pbx:
            call = next(by_id[name] for name in joined.names if name in by_id)
            yield call, next((rows[name] for name in joined.names if name in rows), None)


def _as_router_record(name: str, row: CallRow) -> RouterRecord:
    return RouterRecord(
        row=row.id,
        call_id=name,
        number=number_of(row),
        arrived_at=row.arrived_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        consultant=row.person or "",
    )


def _was_blind(call: RecordedCall, row: CallRow, blind: Sequence[Blind]) -> bool:
    """Whether the log has as missed what a consultant's phone answered while the router was away."""
    answered = call.call.answered_at
    if answered is None or not call.call.person or row.answered_at is not None:
        return False
    return any(start - SLACK <= answered and (end is None or answered <= end + SLACK) for start, end in blind)


def _put_in(session: Session, slots: _Slots, recorded: RecordedCall, row: CallRow | None) -> None:
    call, site_id = recorded.call, recorded.rows[0].site_id
    slot, slot_started = slots.at(call.started_at)
    number = store.number_row(session, call.number, call.started_at, site_id=site_id) if call.number else None
    missed = MissedWhy.ABANDONED if slot is not None else MissedWhy.CLOSED
    values = {
        "site_id": site_id,
        "uniqueid": call.call_id,
        "trunk": recorded.trunk,
        "hotline": recorded.hotline,
        **({"number_id": number.id} if number else {}),  # an erased number leaves its row
        "slot_name": slot,
        "slot_started_at": slot_started,
        "arrived_at": call.started_at,
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
        "ended_by": recorded.ended_by,
        "answerer": call.person or None,
        "person": recorded.last_person or None,
        "missed_why": None if call.answered_at else missed.value,
        "served_by": "fallback",
        "recovered": True,
    }
    store.put_recovered(session, row, _id_of(call.call_id), values)
    if call.answered_at is None and number is not None:
        owner = store.live_owner(number, call.started_at, timedelta(days=slots.site.policy.lapse_days))
        store.owe_call_back(session, number, _id_of(call.call_id), call.started_at, owner)


def _correct(session: Session, row: CallRow, recorded: RecordedCall) -> None:
    call = recorded.call
    row.answered_at, row.ended_at = call.answered_at, call.ended_at
    row.answerer, row.person = call.person, recorded.last_person
    row.ended_by, row.missed_why = recorded.ended_by, None
    row.served_by, row.recovered = "fallback", True
    store.settle_call_back(session, row, call.answered_at, call.person)


def _id_of(uniqueid: str) -> str:
    """The id of a recovered call in the log."""
    name = f"{store.PREFIX}{uniqueid}"
    return name if len(name) <= 64 else store.PREFIX + hashlib.sha256(uniqueid.encode()).hexdigest()[:40]


@dataclass(slots=True, kw_only=True)
class _Slots:
    """The site's slots (R1), each day's plan asked for once."""

    session: Session
    site: Site
    days: dict[date, tuple[Slot, ...]] = field(default_factory=dict)

    def at(self, when: datetime) -> tuple[str | None, datetime | None]:
        """The slot that ran then, by the plan, and its start; None: closed."""
        day, at_ms = when.astimezone(self.site.zone).date(), int(when.timestamp() * 1000)
        if day not in self.days:
            self.days[day] = tuple(plan_of_day(self.session, self.site, day).slots)
        for slot in self.days[day]:
            if slot.start <= at_ms and (slot.end is None or at_ms < slot.end):
                return slot.name, in_utc(slot.start)
        return None, None

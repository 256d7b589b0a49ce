"""What reconciliation reads, whatever it came from: PBX rows, the router's calls, forms, slots, display counts (R23).

May live here: frozen records and nothing that reads, joins or judges. Files (`files.py`) and the database both make
these, so the same core works on either. Times are aware; numbers are already in E.164 (`numbers.py`), withheld = "".
An empty value is unknown, and disagrees with nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

CLOSED = "closed"  # the slot of whatever lies outside all slots

PURCHASE = "purchase"
FORM_KINDS = (PURCHASE, "other", "message")  # R21


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySlot:
    """A slot of the day, in minutes from the zone's midnight; the start is included, the end is not."""

    name: str
    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxRecord:
    """One record of the telephone system. Rows with the same `call_id` are one call (a transfer)."""

    row: str  # names the row where there is no id: `pbx.csv:7`
    call_id: str
    number: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    answered_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterRecord:
    """One call of the router's log; `consultant` is who was last on it (R16.6)."""

    row: str
    call_id: str
    number: str
    arrived_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    consultant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRecord:
    """One call form. `lacks` names the required fields that are empty, whatever the kind."""

    form_id: str
    call_id: str
    numbers: tuple[str, ...]
    consultant: str
    taken_at: datetime | None
    filed_at: datetime | None
    slot: str
    kind: str
    lacks: tuple[str, ...]

    @property
    def when(self) -> datetime | None:
        """When it was taken; where that is empty, `filed_at` stands in (R24)."""
        return self.taken_at or self.filed_at

    @property
    def incomplete(self) -> bool:
        """A purchase form that lacks a required field; an empty kind is purchase (R25)."""
        return self.kind in ("", PURCHASE) and bool(self.lacks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything that is known around one date; rows of other dates take part in joining and matching (R24)."""

    slots: tuple[DaySlot, ...]
    pbx: tuple[PbxRecord, ...] = ()
    calls: tuple[RouterRecord, ...] = ()
    forms: tuple[FormRecord, ...] = ()
    displays: Mapping[str, int] = field(default_factory=dict)  # slot -> what the phone's display counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """What is judged, and by what: the date, the zone it is meant in, the time of judgement, the minutes a form has."""

    day: date
    zone: tzinfo
    now: datetime
    form_minutes: float = 30

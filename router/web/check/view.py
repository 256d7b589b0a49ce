"""What the page 漏登核对 is given: counts by slot, findings as rows. May live here: making that ready, no queries.

Facts, not verdicts (WEB 1.8): a row says what was seen; what it means is said by its state, which people give it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from router.reconcile.rows import CLOSED
from router.store.customers.callbacks import SeenCall
from router.store.findings.changes import UNDECIDED
from router.store.tables.calls import CallRow
from router.store.tables.customers import CallbackRow, number_of
from router.store.tables.findings import DisplayCountRow, FindingRow, ReconcileRunRow
from router.store.tables.forms import FormRow
from router.store.tables.pbx import PbxRow

# which findings explain a count that does not fit; a ≠ links to them
OF_COUNT: Mapping[str, tuple[str, ...]] = {
    "display": ("display_mismatch",),
    "router": ("unlogged_call", "ghost_call"),
    "forms": ("missing_form", "padded_form", "duplicate_form", "wrong_slot"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotLine:
    """One slot of the table; None is unknown, which is not 0."""

    name: str
    times: str
    counts: Mapping[str, int | None]
    called_back: int
    open: int
    differs: frozenset[str]  # the counts that do not fit the one they are compared with
    display_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What is known behind the findings: calls, PBX rows, forms, call backs; each by the finding's own names."""

    calls: Mapping[str, CallRow]
    pbx: Mapping[str, Sequence[PbxRow]]
    forms: Mapping[str, FormRow]
    callbacks: Mapping[int, Sequence[CallbackRow]]
    calls_out: Mapping[str, Sequence[SeenCall]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One finding as a row: the finding, the call's moment and number (unmasked), and what is behind it."""

    finding: FindingRow
    at: datetime | None
    number: str
    call: CallRow | None
    pbx: PbxRow | None
    form: FormRow | None
    called_back: SeenCall | None  # of a missed call: who spoke with the number afterwards
    owed_by: str | None
    is_owed: bool

    @property
    def is_undecided(self) -> bool:
        """Whether it still waits for somebody."""
        return self.finding.state in UNDECIDED

    @property
    def ended_at(self) -> datetime | None:
        """The end of the call, by the router's word, else the PBX's."""
        return (self.call.ended_at if self.call else None) or (self.pbx.ended_at if self.pbx else None)

    @property
    def talked_seconds(self) -> int | None:
        """How long they spoke; None where it is unknown."""
        source = self.call or self.pbx
        if source is None or source.answered_at is None or self.ended_at is None:
            return None
        return max(0, round((self.ended_at - source.answered_at).total_seconds()))


def lines_of(findings: Iterable[FindingRow], behind: Behind) -> list[FindingLine]:
    """Findings as rows, in order of time (those without one first, as they are about a whole slot)."""
    lines = [_line(finding, behind) for finding in findings]
    return sorted(lines, key=lambda line: (line.at is not None, line.at, line.finding.kind, line.finding.id))


def _line(finding: FindingRow, behind: Behind) -> FindingLine:
    call = behind.calls.get(finding.call)
    rows = behind.pbx.get(finding.call, ())
    form = behind.forms.get(finding.form)
    first = rows[0] if rows else None
    number = number_of(call) if call else next((r.number for r in rows if r.number), "")
    at = call.arrived_at if call else first.started_at if first else (form.taken_at or form.filed_at) if form else None
    owed = _owed(call, behind) if finding.kind == "missed_call" else None
    return FindingLine(
        finding=finding,
        at=at,
        number=number or _number_on(form),
        call=call,
        pbx=next((row for row in rows if row.answered_at), first),
        form=form,
        called_back=_called_back(owed, number, at, behind) if finding.kind == "missed_call" else None,
        owed_by=owed.person if owed else None,
        is_owed=owed is not None and owed.settled_at is None,
    )


def _number_on(form: FormRow | None) -> str:
    return str(form.fields.get("number") or "").split(";")[0] if form else ""


def _owed(call: CallRow | None, behind: Behind) -> CallbackRow | None:
    """The call back that this missed call made due: the last one that was due from then on, or from before."""
    if call is None or call.number_id is None:
        return None
    ended = call.ended_at or call.arrived_at
    rows = behind.callbacks.get(call.number_id, ())
    return next((row for row in rows if row.settled_at is None or row.settled_at >= ended), None)


def _called_back(owed: CallbackRow | None, number: str, at: datetime | None, behind: Behind) -> SeenCall | None:
    """By the desk's word, else as seen in the PBX's records: whoever spoke with the number after the call."""
    if owed is not None and owed.settled_at is not None:
        return SeenCall(number=number, at=owed.settled_at, person=owed.settled_by or "")
    seen = behind.calls_out.get(number, ())
    return next((call for call in seen if at is not None and call.at >= at), None)


def slot_lines(
    run: ReconcileRunRow, lines: Iterable[FindingLine], displays: Mapping[str, DisplayCountRow]
) -> list[SlotLine]:
    """The table: the run's counts, with the display's newest word and what still waits."""
    lines = list(lines)
    undecided = Counter(line.finding.slot for line in lines if line.is_undecided)
    called_back = Counter(line.finding.slot for line in lines if line.called_back is not None)
    return [_slot(dict(slot), undecided, called_back, displays) for slot in run.slots]


def _slot(
    counted: dict[str, Any],
    undecided: Mapping[str, int],
    called_back: Mapping[str, int],
    displays: Mapping[str, DisplayCountRow],
) -> SlotLine:
    name = counted.pop("slot")
    minutes = counted.pop("minutes", None)
    typed = displays.get(name)
    counted["display"] = typed.count if typed else None
    return SlotLine(
        name=name,
        times=f"{_clock(minutes[0])}–{_clock(minutes[1])}" if minutes else "",
        counts=counted,
        called_back=called_back[name],
        open=undecided[name],
        differs=frozenset(_differing(counted)),
        display_by=typed.by if typed and typed.count is not None else "",
    )


def _differing(counts: Mapping[str, int | None]) -> Iterable[str]:
    pbx, display = counts["pbx"], counts["display"]
    if pbx is not None and pbx != counts["router"]:
        yield "router"
    if pbx is not None and display is not None and pbx != display:
        yield "display"
    if counts["forms"] != counts["answered"]:
        yield "forms"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}" if minute % 60 == 0 else f"{minute // 60:02}:{minute % 60:02}"


def is_closed(name: str) -> bool:
    """Whether it is what lies outside all slots."""
    return name == CLOSED

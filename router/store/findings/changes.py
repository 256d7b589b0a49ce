"""What a run found, put on record; what people decide about it (R22, R25). May live here: the changes of `finding`.

`AFTER` is the whole of it: from which state which step leads where. A run finds, loses and settles; people ask for a
form, confirm, dismiss, and take a decision back. What people decided no run changes. Every change is a row of
`finding_act`, never changed, never deleted.

A finding is the same one again if it is of the same kind about the same call and form (without either: the same slot).
Its slot and person follow the newest run until somebody has decided; a decision about one person says nothing of
another.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.orm import Session

from router.errors import RequestError
from router.store.scope import SITE_ID
from router.store.tables.findings import DisplayCountRow, FindingActRow, FindingRow
from router.store.versions import step_version
from router.texts import Message, _

OPEN, ASKED, SETTLED_LATE, CONFIRMED, DISMISSED, GONE = (
    "open", "asked", "settled_late", "confirmed", "dismissed", "gone",
)  # fmt: skip
UNDECIDED = (OPEN, ASKED)  # what still waits for somebody: 待核
DECIDED = (CONFIRMED, DISMISSED)
MISSING_FORM = "missing_form"

STATES: Mapping[str, Message] = MappingProxyType(
    {
        OPEN: _("Open"),
        ASKED: _("Asked"),
        SETTLED_LATE: _("Settled late"),
        CONFIRMED: _("Confirmed"),
        DISMISSED: _("Dismissed"),
        GONE: _("Gone"),
    }
)

# step -> state before -> state after; the first three are a run's
AFTER: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "find": {GONE: OPEN, SETTLED_LATE: OPEN},
        "lose": {OPEN: GONE, ASKED: GONE},
        "settle": {OPEN: SETTLED_LATE, ASKED: SETTLED_LATE},
        "ask": {OPEN: ASKED, ASKED: ASKED},
        "confirm": {OPEN: CONFIRMED, ASKED: CONFIRMED, SETTLED_LATE: CONFIRMED},
        "dismiss": {OPEN: DISMISSED, ASKED: DISMISSED, SETTLED_LATE: DISMISSED},
        "reopen": {CONFIRMED: OPEN, DISMISSED: OPEN},
    }
)
NEEDS_REASON = frozenset({"dismiss", "reopen"})
MAX_REASON = 500


class FindingError(RequestError):
    """What was to be done with a finding can't be done."""

    id = "finding"


class Found(NamedTuple):
    """One finding as a run gives it; empty strings where there is none."""

    kind: str
    slot: str
    person: str
    call: str
    form: str

    @property
    def about(self) -> tuple[str, ...]:
        """What makes it the same finding in another run."""
        return (self.kind, self.call, self.form) if self.call or self.form else (self.kind, self.slot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Where and how a run writes: the date, who asked for it, when, and which calls have their own form by now."""

    day: date
    by: str
    now: datetime
    filed: Container[str]


def record_findings(connection: Connection, found: Iterable[Found], recording: Recording) -> None:
    """Write what a run found for a date: new findings, what has changed, what is gone. The caller commits.

    Idempotent: the same again changes nothing.
    """
    known = _known(connection, recording.day)
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    seen: set[int] = set()
    for one in found:
        row = _same(one, known.get(one.about, ()))
        if row is None:
            new.append(_fresh(one, recording))
            continue
        seen.add(row.id)
        changed += _found_again(one, row)
    for rows in known.values():
        changed += [change for row in rows if row.id not in seen for change in _not_found(row, recording)]
    if new:
        connection.execute(insert(FindingRow), new)
    _write(connection, changed, recording)


def _known(connection: Connection, day: date) -> dict[tuple[str, ...], list[Row[Any]]]:
    """All findings of the date; locked on PostgreSQL, where a decision could come between (SQLite is so already)."""
    columns = (FindingRow.id, FindingRow.state, *(getattr(FindingRow, name) for name in Found._fields))
    wanted = select(*columns).where(FindingRow.site_id == SITE_ID, FindingRow.day == day)
    known: dict[tuple[str, ...], list[Row[Any]]] = {}
    for row in connection.execute(wanted.order_by(FindingRow.id).with_for_update()):
        known.setdefault(Found._make(row[2:]).about, []).append(row)
    return known


def _same(one: Found, rows: Iterable[Row[Any]]) -> Row[Any] | None:
    """The finding on record: of the same person, else one that nobody has decided about."""
    of_the_person = [row for row in rows if row.person == one.person]
    return next(iter(of_the_person), None) or next((row for row in rows if row.state not in DECIDED), None)


def _fresh(one: Found, recording: Recording) -> dict[str, Any]:
    return {
        "site_id": SITE_ID,
        "day": recording.day,
        **one._asdict(),
        "state": OPEN,
        "found_at": recording.now,
        "changed_at": recording.now,
    }


def _found_again(one: Found, row: Row[Any]) -> Iterable[dict[str, Any]]:
    state = AFTER["find"].get(row.state, row.state)
    if row.state not in DECIDED and (state, one.slot, one.person) != (row.state, row.slot, row.person):
        yield {"id": row.id, "state": state, "slot": one.slot, "person": one.person, "reason": "", "before": row.state}


def _not_found(row: Row[Any], recording: Recording) -> Iterable[dict[str, Any]]:
    is_filed = row.kind == MISSING_FORM and row.call in recording.filed
    state = AFTER["settle" if is_filed else "lose"].get(row.state)
    if state is not None:
        kept = {"slot": row.slot, "person": row.person}
        yield {"id": row.id, "state": state, **kept, "reason": "", "before": row.state}


def _write(connection: Connection, changed: Iterable[dict[str, Any]], recording: Recording) -> None:
    acts = []
    for change in changed:
        values = {name: change[name] for name in ("state", "slot", "person")}
        connection.execute(
            update(FindingRow)
            .where(FindingRow.id == change["id"])
            .values(**values, changed_at=recording.now, version=FindingRow.version + 1)
        )
        if change["state"] != change["before"]:
            acts.append(
                {
                    "site_id": SITE_ID,
                    "finding_id": change["id"],
                    "at": recording.now,
                    "by": recording.by,
                    "state": change["state"],
                    "reason": change["reason"],
                }
            )
    if acts:
        connection.execute(insert(FindingActRow), acts)


def decide(
    session: Session, finding_id: int, step: str, *, by: str, now: datetime, reason: str = "", seen: int | None = None
) -> str:
    """Take a step of people's with a finding, of which they saw the version `seen`; the caller commits.

    Returns the new state. Of two at once one is told who was first. Raises `FindingError`, `ChangedError`.
    """
    reason = reason.strip()[:MAX_REASON]
    if step in NEEDS_REASON and not reason:
        raise FindingError(_("a reason is needed"), cure=_("say why in a few words"))
    row = session.get(FindingRow, finding_id, populate_existing=True)
    if row is not None:
        step_version(session, row, seen)
    after = AFTER[step].get(row.state) if row is not None else None
    if row is None or after is None:
        state = STATES.get(row.state, row.state) if row is not None else _("unknown")
        raise FindingError(
            _("finding %(finding_id)s is %(state)s: not possible now", finding_id=finding_id, state=state),
            cure=_("load the page again"),
        )
    row.state, row.changed_at = after, now
    session.add(FindingActRow(site_id=SITE_ID, finding_id=finding_id, at=now, by=by, state=after, reason=reason))
    return after


def write_display_count(session: Session, day: date, slot: str, count: int | None, *, by: str, now: datetime) -> None:
    """Note what the display counted; none takes it back. What was written before stays. The caller commits."""
    session.add(DisplayCountRow(site_id=SITE_ID, day=day, slot=slot, count=count, at=now, by=by))

"""One call out of the PBX's rows, by R24. May live here: that grouping, for pages, checks and recovery.

What makes rows one call is decided in `router.reconcile.join` alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from router.reconcile.database import pbx_row
from router.reconcile.join import PbxCall, group_pbx
from router.store.pbx.queries import rows_of_call
from router.store.scope import SITE_ID
from router.store.tables.pbx import PbxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """A call as the PBX recorded it: `call` by R24's rules, and what else its rows say.

    `last_person` was last on it (R16.6); `ended_by` is `caller`, `consultant` or "" (R19).
    """

    call: PbxCall
    rows: tuple[PbxRow, ...]
    last_person: str
    ended_by: str
    hotline: str
    trunk: str


def calls_of(rows: Iterable[PbxRow]) -> list[PbxCall]:
    """The hotline's calls that these rows are (R24), whatever their order; outgoing rows are no calls of it."""
    return group_pbx(pbx_row(row) for row in rows if row.direction == "in")


def recorded_calls(rows: Iterable[PbxRow]) -> list[RecordedCall]:
    """The hotline's calls with who ended them, by which hotline and trunk they came."""
    incoming = [row for row in rows if row.direction == "in"]
    by_id: dict[str, list[PbxRow]] = {}
    for row in incoming:
        by_id.setdefault(row.call_id or pbx_row(row).row, []).append(row)
    return [_recorded(call, by_id[call.call_id or call.row]) for call in calls_of(incoming)]


def recorded_call(session: Session, uniqueid: str, *, site_id: int = SITE_ID) -> RecordedCall | None:
    """What Asterisk's own records say of the call with this uniqueid (`call.uniqueid` of the log); None: nothing."""
    found = recorded_calls(rows_of_call(session, uniqueid, site_id=site_id))
    return found[0] if found else None


def _recorded(call: PbxCall, rows: list[PbxRow]) -> RecordedCall:
    def first(field: str) -> str:
        return next((value for row in rows if (value := getattr(row, field))), "")

    last = max((row for row in rows if row.answered_at), key=lambda row: row.started_at, default=None)
    return RecordedCall(
        call=call,
        rows=tuple(rows),
        last_person=last.answered_by if last else "",
        ended_by=first("ended_by"),
        hotline=first("hotline"),
        trunk=first("trunk"),
    )

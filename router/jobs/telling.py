"""What the record says that must be told at once (B4): found, put on the page and into the outbox.

May live here: looking the record through. It is read behind the routing path and by id, so nothing is told twice and
nothing is forgotten over a restart; on a first start old news is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from router.core.actions import Missed, TellOwner
from router.jobs.targets import Target
from router.masking import mask
from router.store.calls.queries import call_with
from router.store.notices.changes import Notice, add_message, add_notice, mark_of
from router.store.scope import SITE_ID
from router.store.tables.calls import CallRow, TrailRow
from router.store.tables.customers import number_of
from router.store.tables.findings import FindingRow
from router.store.tables.forms import FormRevisionRow, FormRow

MOST_AT_ONCE = 500
ENDED, MISSED, TOLD = "HungUp", Missed.__name__, TellOwner.__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The job: look through what is new in trail, forms and findings."""

    database: Engine
    targets: Callable[[], Sequence[Target]]
    names: Callable[[], Mapping[str, str]]
    clock: Callable[[], datetime]
    name: str = "telling"

    def look(self) -> bool:
        """One look at each source, each in a transaction of its own."""
        for look in (self._trail, self._forms, self._findings):
            with Session(self.database) as session:
                look(session)
                session.commit()
        return True

    def _trail(self, session: Session) -> None:
        for row in _news(session, TrailRow, TrailRow.kind.in_((ENDED, MISSED, TOLD))):
            call = call_with(session, row.call_id or "")
            if call is None or row.refused:
                continue
            if row.kind == TOLD:
                self.tell(session, self._to_owner(row, call))
            elif row.kind == MISSED:
                self.tell(session, self._to_supervisors(row, call))
                self._hook(session, "call.missed", f"missed:{row.id}", _plain_call(call))
            else:
                self._hook(session, "call.ended", f"ended:{row.id}", _plain_call(call))

    def _to_owner(self, row: TrailRow, call: CallRow) -> Notice:
        """R13, R15: somebody else has the owner's customer on the line, or the customer was not answered."""
        substitute = row.body.get("substitute")
        details = {**self._details(call), "substitute": self.names().get(substitute or "", substitute or "")}
        what = "substituted" if substitute else "missed"
        return Notice(
            key=f"owner:{row.id}", what=what, person=row.body["owner"], call_id=call.id, at=row.at, details=details
        )

    def _to_supervisors(self, row: TrailRow, call: CallRow) -> Notice:
        person = row.body.get("callback")
        details = {
            **self._details(call),
            "why": row.body.get("why", ""),
            "callback": self.names().get(person or "", person or ""),
        }
        return Notice(key=f"missed:{row.id}", what="missed", call_id=call.id, at=row.at, details=details)

    def _details(self, call: CallRow) -> dict[str, str]:
        return {"number": mask(number_of(call))}

    def _forms(self, session: Session) -> None:
        for row in _news(session, FormRevisionRow):
            form = session.get_one(FormRow, row.form_id)
            body = {"form": form.id, "call": form.call_id, "consultant": form.consultant, "kind": row.values["kind"]}
            self._hook(session, "form.filed", f"form:{row.id}", {**body, "revision": row.revision})

    def _findings(self, session: Session) -> None:
        for row in _news(session, FindingRow):
            keys = ("kind", "slot", "person", "call", "form")
            body = {"finding": row.id, "day": row.day.isoformat(), **{key: getattr(row, key) for key in keys}}
            self._hook(session, "finding.opened", f"finding:{row.id}", body)

    def tell(self, session: Session, notice: Notice) -> None:
        """Put a notice on the page and, for each target that wants it, into the outbox; once per key."""
        if not add_notice(session, notice):
            return
        for target in self.targets():
            if target.wants_notice(notice.what, notice.person):
                add_message(session, target.name, notice.key, target.said(notice), self.clock())

    def _hook(self, session: Session, event: str, key: str, data: Mapping[str, Any]) -> None:
        for target in self.targets():
            if target.wants_event(event):
                body = {"type": event, "timestamp": self.clock().isoformat(), "data": dict(data)}
                add_message(session, target.name, key, body, self.clock())


def _plain_call(call: CallRow) -> dict[str, Any]:
    def written(moment: datetime | None) -> str | None:
        return moment.isoformat() if moment else None

    return {
        "call": call.id,
        "uniqueid": call.uniqueid,
        "number": mask(number_of(call)),
        "hotline": call.hotline,
        "arrived_at": written(call.arrived_at),
        "answered_at": written(call.answered_at),
        "ended_at": written(call.ended_at),
        "consultant": call.person,
        "missed": call.missed_why,
    }


def _news(session: Session, table: Any, *wanted: Any) -> Iterator[Any]:
    """The rows of a table that were not looked at yet, in order; the mark moves with them."""
    newest = session.scalar(select(func.max(table.id))) or 0
    mark = mark_of(session, table.__tablename__, newest)
    rows: Iterable[Any] = session.scalars(
        select(table)
        .where(table.site_id == SITE_ID, table.id > mark.last_id, table.id <= newest, *wanted)
        .order_by(table.id)
        .limit(MOST_AT_ONCE)
    ).all()
    for row in rows:
        mark.last_id = row.id
        yield row
    if not rows:
        mark.last_id = newest

"""What the record says that must be told at once (B4): found, put on the page and into the outbox.

May live here: looking the record through. It is read behind the routing path, so nothing waits for it. Each thing told
has a key, so nothing is told twice, and nothing is forgotten over a restart; on a first start old news is not told.
Rows come to be seen in another order than their ids where several processes write: the mark follows ten minutes behind.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from router.core.actions import Missed, TellOwner
from router.jobs.targets import Target
from router.logs import logger
from router.masking import mask
from router.store.calls.queries import call_with
from router.store.notices.changes import Notice, add_message, add_notice, mark_of
from router.store.scope import SITE_ID
from router.store.tables.calls import CallRow, TrailRow
from router.store.tables.customers import number_of
from router.store.tables.findings import FindingRow
from router.store.tables.forms import FormRevisionRow, FormRow
from router.store.tables.notices import NoticeMarkRow

log = logger(__name__)

MOST_AT_ONCE = 500
MARK_FOLLOWS = timedelta(minutes=10)  # no transaction that has taken an id is open for so long
ENDED, MISSED, TOLD = "HungUp", Missed.__name__, TellOwner.__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The job: look through what is new in trail, forms and findings."""

    database: Engine
    targets: Callable[[], Sequence[Target]]
    names: Callable[[], Mapping[str, str]]
    clock: Callable[[], datetime]
    name: str = "telling"
    _sources: dict[str, _Source] = field(default_factory=dict)

    def look(self) -> bool:
        """One look at each source, each in a transaction of its own."""
        for look in (self._trail, self._forms, self._findings):
            with Session(self.database) as session:
                look(session)
                session.commit()
            for source in self._sources.values():
                source.looked_at()
        return True

    def _trail(self, session: Session) -> None:
        for row in self._news(session, TrailRow, TrailRow.kind.in_((ENDED, MISSED, TOLD))):
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
        for row in self._news(session, FormRevisionRow):
            form = session.get_one(FormRow, row.form_id)
            body = {"form": form.id, "call": form.call_id, "consultant": form.consultant, "kind": row.values["kind"]}
            self._hook(session, "form.filed", f"form:{row.id}", {**body, "revision": row.revision})

    def _findings(self, session: Session) -> None:
        for row in self._news(session, FindingRow):
            keys = ("kind", "slot", "person", "call", "form")
            body = {"finding": row.id, "day": row.day.isoformat(), **{key: getattr(row, key) for key in keys}}
            self._hook(session, "finding.opened", f"finding:{row.id}", body)

    def _news(self, session: Session, table: Any, *wanted: Any) -> Iterator[Any]:
        """The rows of a table that were not told yet, oldest first; the mark follows behind them."""
        newest = session.scalar(select(func.max(table.id)).where(table.site_id == SITE_ID)) or 0
        mark = mark_of(session, table.__tablename__, newest)
        source = self._sources.setdefault(table.__tablename__, _Source())
        source.telling.clear()  # of a look that failed
        ids = session.scalars(
            select(table.id)
            .where(table.site_id == SITE_ID, table.id > mark.last_id, table.id <= newest, *wanted)
            .order_by(table.id)
        ).all()
        fresh = [one for one in ids if one not in source.told]
        for row_id in fresh[:MOST_AT_ONCE]:
            yield session.get_one(table, row_id)
            source.telling.add(row_id)
        if len(fresh) <= MOST_AT_ONCE:
            self._follow(mark, source, newest)

    def _follow(self, mark: NoticeMarkRow, source: _Source, newest: int) -> None:
        now = self.clock()
        if not source.heads or source.heads[-1][1] != newest:
            source.heads.append((now, newest))
        while source.heads and now - source.heads[0][0] >= MARK_FOLLOWS:
            mark.last_id = max(mark.last_id, source.heads.popleft()[1])
        source.told = {one for one in source.told if one > mark.last_id}

    def tell(self, session: Session, notice: Notice) -> None:
        """Put a notice on the page and, for each target that wants it, into the outbox; once per key."""
        if not add_notice(session, notice):
            return
        for target in self.targets():
            if target.wants_notice(notice.what, notice.person):
                add_message(session, target.name, notice.key, target.said(notice), self.clock())

    def tell_past_the_database(self, notice: Notice) -> None:
        """Tell the targets that want it at once, where the page can't be written: nobody would hear of that trouble."""
        for target in self.targets():
            if target.wants_notice(notice.what, notice.person):
                name = f"alarm-{target.name}"
                threading.Thread(target=_send, args=(target, notice), name=name, daemon=True).start()

    def _hook(self, session: Session, event: str, key: str, data: Mapping[str, Any]) -> None:
        for target in self.targets():
            if target.wants_event(event):
                body = {"type": event, "timestamp": self.clock().isoformat(), "data": dict(data)}
                add_message(session, target.name, key, body, self.clock())


def _send(target: Target, notice: Notice) -> None:
    """In a thread of its own: a target that hangs holds up no other."""
    try:
        failure = target.send(notice.key, target.said(notice))
    except Exception:  # whatever a library does
        log.exception("target failed", target=target.name)
        return
    if failure:
        log.warning("message refused", target=target.name, why=failure)


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


@dataclass(slots=True)
class _Source:
    """What this process has told of a table, above its mark."""

    told: set[int] = field(default_factory=set)
    telling: set[int] = field(default_factory=set)  # in the transaction at hand
    heads: deque[tuple[datetime, int]] = field(default_factory=deque)  # the newest id, and when it was so

    def looked_at(self) -> None:
        """What was being told is on record now."""
        self.told |= self.telling
        self.telling.clear()

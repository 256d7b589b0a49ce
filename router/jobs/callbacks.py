"""Call backs that the PBX saw: who rang a customer that is owed a call back has settled it (R15).

May live here: finding them in the records and telling the desk, which keeps what is owed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from router.core.inputs import Contacted, Input
from router.core.words import Number, PersonId
from router.errors import HotlineError
from router.reconcile.night import Night
from router.store.callbacks import SeenCall, seen_calls_out
from router.store.queries import open_callbacks

log = logging.getLogger(__name__)


class Desk(Protocol):
    """The engine, as far as this job needs it."""

    def tell(self, told: Input, *, source: str, key: str = "") -> int:
        """Have one input recorded, once per key; raises a `HotlineError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCallbacks:
    """The job: with something owed, read the PBX's records and tell the desk of each call back in them."""

    night: Night
    desk: Desk
    people: Callable[[], set[str]]
    name: str = "callbacks"

    def look(self) -> bool:
        """One look; False if records or engine could not be had."""
        if self.night.read_records is None or not self._owed():
            return True
        try:
            self.night.read_records()
            for row_id, seen in self.found():
                self.desk.tell(
                    Contacted(number=Number(seen.number), person=PersonId(seen.person)),
                    source="pbx-records",
                    key=f"called-back:{row_id}:{seen.at.isoformat()}",
                )
                log.info("callback state from=owed to=done callback=%s person=%s", row_id, seen.person)
        except HotlineError as error:
            log.warning("callbacks not looked at why=%r", str(error))
            return False
        return True

    def _owed(self) -> bool:
        with Session(self.night.database) as session:
            return bool(open_callbacks(session))

    def found(self) -> list[tuple[int, SeenCall]]:
        """Call backs that are owed and were made by somebody we know: the row's id, and the call."""
        known = self.people()
        with Session(self.night.database) as session:
            owed = [row for row in open_callbacks(session) if row.number.number]
            if not owed:
                return []
            numbers = [row.number.number or "" for row in owed]
            seen = seen_calls_out(session, numbers, min(row.owed_since for row in owed))
            pairs = ((row, seen.get(row.number.number or "", ())) for row in owed)
            return [
                (row.id, call)
                for row, calls in pairs
                for call in [c for c in calls if c.at >= row.owed_since and c.person in known][:1]
            ]

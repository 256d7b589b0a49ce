"""What the writer works with while it applies events: session, site, journal. May live here: shared look-ups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from router.core.actions import Rang
from router.core.words import WITHHELD, Number
from router.store.customers.erasure import erase_numbers
from router.store.follow.events import Erasure, Fact, JournalEvent
from router.store.scope import moment
from router.store.tables.applied import EventAppliedRow
from router.store.tables.calls import CallRow, TrailRow
from router.store.tables.customers import CustomerRow, NumberRow
from router.store.tables.fairness import LedgerRow

ERASED = "erased-"
RANG = Rang.__name__


@dataclass(frozen=True, slots=True)
class Batch:
    """One journal being applied to one site's tables, in one session that does not flush by itself.

    Rows in use are kept at hand for the length of the transaction, and the trail is written at its end, all at once:
    that halves the work.
    """

    session: Session
    site_id: int
    mark: EventAppliedRow
    trail: list[dict[str, Any]] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)  # the fairness ledger's (R27)
    _calls: dict[str, CallRow] = field(default_factory=dict)
    _numbers: dict[int, NumberRow] = field(default_factory=dict)

    @property
    def journal(self) -> str:
        """Which journal."""
        return self.mark.journal

    def call(self, call_id: str) -> CallRow | None:
        """The call's row; none for one from before the record began."""
        if call_id not in self._calls:
            row = self.session.get(CallRow, (self.site_id, call_id))
            if row is None:
                return None
            self._calls[call_id] = row
        return self._calls[call_id]

    def new_call(self, call_id: str) -> CallRow:
        """A row for a call that has come in."""
        row = self._calls[call_id] = CallRow(site_id=self.site_id, id=call_id)
        self.session.add(row)
        return row

    def rings_of(self, call_id: str) -> list[dict[str, Any]]:
        """What the trail says of who rang for a call, newest first."""
        new = [row["body"] for row in reversed(self.trail) if row["call_id"] == call_id and row["kind"] == RANG]
        wanted = (TrailRow.site_id == self.site_id, TrailRow.call_id == call_id, TrailRow.kind == RANG)
        return new + list(self.session.scalars(select(TrailRow.body).where(*wanted).order_by(TrailRow.id.desc())))

    def write_out(self) -> None:
        """Write what is still at hand; before the commit."""
        self.session.flush()
        if self.trail:
            self.session.execute(insert(TrailRow), self.trail)
        if self.ledger:
            self.session.execute(insert(LedgerRow), self.ledger)

    def number(self, event: JournalEvent | Fact, number: Number) -> NumberRow | None:
        """The row of a number that the event names, made if it is new; None when withheld."""
        if number == WITHHELD:
            return None
        key = event.keys[number]
        if key not in self._numbers:
            wanted = (NumberRow.site_id == self.site_id, NumberRow.journal == self.journal, NumberRow.key == key)
            row = self.session.scalars(select(NumberRow).where(*wanted)).one_or_none()
            self._numbers[key] = row or self._new_number(event, number, key)
        return self._numbers[key]

    def _new_number(self, event: JournalEvent | Fact, number: Number, key: int) -> NumberRow:
        is_erased = number.startswith(ERASED)
        known = None if is_erased else self._known(number)
        row = NumberRow(
            site_id=self.site_id,
            customer=known.customer if known else CustomerRow(site_id=self.site_id, known_since=moment(event.at_ms)),
            journal=self.journal,
            key=key,
            number=None if is_erased else number,
            erased_at=moment(event.at_ms) if is_erased else None,
            further=bool(known and known.further),
        )
        self.session.add(row)
        self.session.flush()
        return row

    def _known(self, number: Number) -> NumberRow | None:
        """The number as another journal, or people, made it known."""
        wanted = (NumberRow.site_id == self.site_id, NumberRow.number == number)
        return self.session.scalars(select(NumberRow).where(*wanted).limit(1)).one_or_none()

    def erase(self, erasure: Erasure) -> None:
        """Empty the rows of the erased numbers, those under another journal's key, too."""
        wanted = (
            NumberRow.site_id == self.site_id,
            NumberRow.journal == self.journal,
            NumberRow.key.in_(erasure.keys),
        )
        self.session.flush()
        numbers = [number for number in self.session.scalars(select(NumberRow.number).where(*wanted)) if number]
        erase_numbers(self.session, self.site_id, numbers, moment(erasure.at_ms))
        self._numbers.clear()

"""What the writer works with while it applies events: session, site, journal. May live here: shared look-ups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from router.core.words import WITHHELD, Millis, Number
from router.store.applied import EventAppliedRow
from router.store.calls import CallRow
from router.store.customers import CustomerRow, NumberRow
from router.store.events import Erasure, Event

ERASED = "erased-"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at_ms: Millis) -> datetime:
    """A desk's moment as UTC; exact, also before 1970."""
    return EPOCH + timedelta(milliseconds=at_ms)


@dataclass(frozen=True, slots=True)
class Ledger:
    """One journal being applied to one site's tables, in one session."""

    session: Session
    site_id: int
    mark: EventAppliedRow

    @property
    def journal(self) -> str:
        """Which journal."""
        return self.mark.journal

    def call(self, call_id: str) -> CallRow | None:
        """The call's row; none for one from before the record began."""
        return self.session.get(CallRow, (self.site_id, call_id))

    def number(self, event: Event, number: Number) -> NumberRow | None:
        """The row of a number that the event names, made if it is new; None when withheld."""
        if number == WITHHELD:
            return None
        key = event.keys[number]
        wanted = (NumberRow.site_id == self.site_id, NumberRow.journal == self.journal, NumberRow.key == key)
        row = self.session.scalars(select(NumberRow).where(*wanted)).one_or_none()
        return row or self._new_number(event, number, key)

    def _new_number(self, event: Event, number: Number, key: int) -> NumberRow:
        is_erased = number.startswith(ERASED)
        known = None if is_erased else self._customer_with(number)
        row = NumberRow(
            site_id=self.site_id,
            customer=known or CustomerRow(site_id=self.site_id, known_since=moment(event.at_ms)),
            journal=self.journal,
            key=key,
            number=None if is_erased else number,
            erased_at=moment(event.at_ms) if is_erased else None,
        )
        self.session.add(row)
        self.session.flush()
        return row

    def _customer_with(self, number: Number) -> CustomerRow | None:
        """A customer known by another journal's key."""
        wanted = (NumberRow.site_id == self.site_id, NumberRow.number == number)
        row = self.session.scalars(select(NumberRow).where(*wanted).limit(1)).one_or_none()
        return row.customer if row else None

    def erase(self, erasure: Erasure) -> None:
        """Empty the rows of the erased numbers, those under another journal's key, too."""
        wanted = (
            NumberRow.site_id == self.site_id,
            NumberRow.journal == self.journal,
            NumberRow.key.in_(erasure.keys),
        )
        numbers = [number for number in self.session.scalars(select(NumberRow.number).where(*wanted)) if number]
        erase_numbers(self.session, self.site_id, numbers, moment(erasure.at_ms))


def erase_numbers(session: Session, site_id: int, numbers: list[str], at: datetime) -> int:
    """Empty every row with one of these numbers; returns how many."""
    erased = session.execute(
        update(NumberRow)
        .where(NumberRow.site_id == site_id, NumberRow.number.in_(numbers))
        .values(number=None, as_sent=None, erased_at=at)
        .returning(NumberRow.id)
    )
    return len(erased.all())

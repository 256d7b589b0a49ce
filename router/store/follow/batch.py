"""What the writer works with while it applies events: session, site, journal. May live here: shared look-ups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from router.core.actions import Rang
from router.core.inputs import CallArrived
from router.core.words import WITHHELD, Number
from router.store.customers.erasure import erase_numbers
from router.store.follow.events import Erasure, Fact, JournalEvent, JournalItem
from router.store.scope import moment
from router.store.tables.applied import EventAppliedRow
from router.store.tables.calls import CallRow, TrailRow, TurnRow
from router.store.tables.customers import CallbackRow, CustomerRow, NumberRow
from router.store.tables.fairness import LedgerRow

ERASED = "erased-"
RANG = Rang.__name__
OFFERED = "offered"
WITH_CUSTOMER = joinedload(NumberRow.customer)


@dataclass(frozen=True, slots=True)
class Offer:
    """A turn that was offered: on which sheet, for which call."""

    group: str
    call_id: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """One journal being applied to one site's tables, in one session that does not flush by itself.

    Rows in use are kept at hand for the length of the transaction, and trail, turns and ledger are written at its end,
    all at once: most of a small statement's cost is its frame.
    """

    session: Session
    site_id: int
    mark: EventAppliedRow
    trail: list[dict[str, Any]] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)  # the fairness ledger's (R27)
    _calls: dict[str, CallRow] = field(default_factory=dict)
    _numbers: dict[int, NumberRow] = field(default_factory=dict)
    _by_text: dict[str, NumberRow] = field(default_factory=dict)
    _looked_up: set[Any] = field(default_factory=set)  # keys and numbers whose rows, if any, are at hand
    _owed: dict[str | int, list[CallbackRow]] = field(default_factory=dict)  # open ones, by number (an erased one's id)

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

    def rings_of(self, call_id: str) -> Iterator[dict[str, Any]]:
        """What the trail says of who rang for a call, newest first."""
        for row in reversed(self.trail):
            if row["call_id"] == call_id and row["kind"] == RANG:
                yield row["body"]
        wanted = (TrailRow.site_id == self.site_id, TrailRow.call_id == call_id, TrailRow.kind == RANG)
        yield from self.session.scalars(select(TrailRow.body).where(*wanted).order_by(TrailRow.id.desc()))

    def offer_to(self, person: str, call: str | None = None) -> Offer | None:
        """The newest offer to the person (for the call)."""
        for row in reversed(self.turns):
            if row["person"] == person and row["what"] == OFFERED and call in (None, row["call_id"]):
                return Offer(row["group"], row["call_id"])
        wanted = [TurnRow.site_id == self.site_id, TurnRow.person == person, TurnRow.what == OFFERED]
        if call is not None:
            wanted.append(TurnRow.call_id == call)
        newest = select(TurnRow.group, TurnRow.call_id).where(*wanted).order_by(TurnRow.id.desc()).limit(1)
        found = self.session.execute(newest).one_or_none()
        return Offer(*found) if found else None

    def write_out(self) -> None:
        """Write what is still at hand; before the commit."""
        self.session.flush()
        if self.turns:
            self.session.execute(insert(TurnRow), self.turns)
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
            row = None if key in self._looked_up else self._one(NumberRow.journal == self.journal, NumberRow.key == key)
            self._numbers[key] = row or self._new_number(event, number, key)
            self.session.flush()
        return self._numbers[key]

    def look_up(self, items: Sequence[JournalItem]) -> None:
        """Have the rows of all numbers that these events name at hand, new callers' too; asked for all at once."""
        named = [item.keys for item in items if isinstance(item, JournalEvent | Fact)]
        keys = {key for one in named for key in one.values()}
        ours = (NumberRow.site_id == self.site_id, NumberRow.journal == self.journal)
        for row in self.session.scalars(select(NumberRow).where(*ours, NumberRow.key.in_(keys)).options(WITH_CUSTOMER)):
            self._numbers[row.key] = row
        numbers = {number for one in named for number, key in one.items() if key not in self._numbers}
        known = select(NumberRow).where(NumberRow.site_id == self.site_id, NumberRow.number.in_(numbers))
        for row in self.session.scalars(known.options(WITH_CUSTOMER).order_by(NumberRow.id.desc())) if numbers else ():
            self._by_text[row.number or ""] = row
        self._looked_up.update(keys, numbers)
        self._enter_callers(items)
        self._look_up_owed()

    def _enter_callers(self, items: Sequence[JournalItem]) -> None:
        for item in items:
            if isinstance(item, JournalEvent) and isinstance(item.input, CallArrived) and not item.refused:
                number = Number(item.facts.get("caller", item.input.number))
                if number != WITHHELD and item.keys[number] not in self._numbers:
                    self._numbers[item.keys[number]] = self._new_number(item, number, item.keys[number])
        self.session.flush()

    def _look_up_owed(self) -> None:
        rows = list(self._numbers.values())
        self._owed.update({row.number or row.id: [] for row in rows})
        texts, erased = [row.number for row in rows if row.number], [row.id for row in rows if not row.number]
        wanted = or_(NumberRow.number.in_(texts), NumberRow.id.in_(erased))
        for owed in self.session.scalars(_open_callbacks(self.site_id, wanted)):
            self._owed[owed.number.number or owed.number.id].append(owed)

    def owed_to(self, number: NumberRow) -> list[CallbackRow]:
        """The call backs owed to the number, oldest first, whichever journal or record knew it by a key of its own."""
        key = number.number or number.id
        if key not in self._owed:
            same = NumberRow.number == number.number if number.number else NumberRow.id == number.id
            self._owed[key] = list(self.session.scalars(_open_callbacks(self.site_id, same)))
        return self._owed[key]

    def _one(self, *wanted: ColumnElement[bool]) -> NumberRow | None:
        ours = select(NumberRow).where(NumberRow.site_id == self.site_id, *wanted)
        return self.session.scalars(ours.limit(1)).one_or_none()

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
        if row.number:
            self._by_text.setdefault(row.number, row)
        return row

    def _known(self, number: Number) -> NumberRow | None:
        """The number as another journal, or people, made it known."""
        if number in self._by_text or number in self._looked_up:
            return self._by_text.get(number)
        return self._one(NumberRow.number == number)

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
        for known in (self._numbers, self._by_text, self._looked_up, self._owed):
            known.clear()


def _open_callbacks(site_id: int, wanted: ColumnElement[bool]) -> Select[CallbackRow]:
    ours = (CallbackRow.site_id == site_id, CallbackRow.settled_at.is_(None), NumberRow.site_id == site_id)
    rows = select(CallbackRow).join(CallbackRow.number).where(*ours, wanted)
    return rows.options(contains_eager(CallbackRow.number)).order_by(CallbackRow.owed_since)

"""Erasing an outside party's numbers, wherever they stand, and the names that stand with them. May live here: that.

What is another's stays: a number that contains these digits, a name beside another number, a mask that two share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from router.masking import mask
from router.reading.same_number import GONE, SameNumber
from router.store.forms.changes import erase_in_forms
from router.store.pbx.changes import erase_in_records
from router.store.scope import SITE_ID
from router.store.tables.calls import CallRow
from router.store.tables.customers import CustomerRow, NumberRow
from router.store.tables.days import DayClosingRow
from router.store.tables.forms import FormDraftRow, FormRevisionRow, FormRow
from router.store.tables.notices import NoticeRow, OutboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """Whom to forget: their numbers, how these are masked, the names on record with them, the ids of their calls."""

    same: SameNumber
    masks: frozenset[str]
    names: frozenset[str]
    calls: frozenset[str]
    call_count: int

    def is_meant_by(self, texts: Iterable[str]) -> bool:
        """Whether texts that belong together are about them: one of their calls, or their mask beside their name."""
        said = list(texts)
        if any(call in text for text in said for call in self.calls):
            return True
        has_mask = any(one in text for text in said for one in self.masks)
        return has_mask and any(name in text for text in said for name in self.names)

    def cleaned(self, value: Any, *, is_about: bool) -> Any:
        """A value of JSON without them; masks and names go only where it is about them."""
        if isinstance(value, dict):
            return {key: self.cleaned(one, is_about=is_about) for key, one in value.items()}
        if isinstance(value, list):
            return [self.cleaned(one, is_about=is_about) for one in value]
        if not isinstance(value, str):
            return value
        text = self.same.without(value)
        for one in (*self.masks, *self.names) if is_about else ():
            text = text.replace(one, GONE)
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What is forgotten of somebody, counted by kind."""

    numbers: int = 0
    customers: int = 0
    calls: int = 0
    forms: int = 0  # with revisions and drafts
    notices: int = 0  # with messages on their way
    days: int = 0  # archives of closed ones
    records: int = 0  # rows of the PBX's

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is on record of them."""
        return self == Forgotten()


def erase_numbers(session: Session, site_id: int, numbers: Sequence[str], at: datetime) -> int:
    """`erase_person`; returns how many numbers stood on record."""
    return erase_person(session, site_id, numbers, at).numbers


def would_be_forgotten(session: Session, numbers: Sequence[str], at: datetime) -> Forgotten:
    """What `erase_person` would do now. It is done and taken back, so the session must hold nothing unsaved."""
    try:
        return erase_person(session, SITE_ID, numbers, at)
    finally:
        session.rollback()


def erase_person(session: Session, site_id: int, numbers: Sequence[str], at: datetime) -> Forgotten:
    """Empty every row with one of these numbers (E.164), and what else says them.

    Forms, revisions, drafts, notices, messages on their way, archives of closed days, the PBX's records. The caller
    commits.
    """
    if not numbers:
        return Forgotten()
    session.flush()
    with session.no_autoflush:  # so that what is changed can be counted; none of it is asked for again
        person = _person(session, site_id, numbers)
        _erase_in_texts(session, site_id, person)
        named = select(NumberRow.customer_id).where(NumberRow.site_id == site_id, NumberRow.number.in_(numbers))
        customers = session.execute(
            update(CustomerRow).where(CustomerRow.id.in_(named)).values(name="", remarks="").returning(CustomerRow.id)
        ).all()
        erased = session.execute(
            update(NumberRow)
            .where(NumberRow.site_id == site_id, NumberRow.number.in_(numbers))
            .values(number=None, as_sent=None, erased_at=at)
            .returning(NumberRow.id)
        ).all()
        records = erase_in_records(session, site_id, numbers)
        changed = Counter(type(row) for row in session.dirty if session.is_modified(row))
    return Forgotten(
        numbers=len(erased),
        customers=len(customers),
        calls=person.call_count,
        forms=sum(changed[kind] for kind in (FormRow, FormRevisionRow, FormDraftRow)),
        notices=changed[NoticeRow] + changed[OutboxRow],
        days=changed[DayClosingRow],
        records=records,
    )


def _erase_in_texts(session: Session, site_id: int, person: _Person) -> None:
    for notice in session.scalars(select(NoticeRow).where(NoticeRow.site_id == site_id)):
        notice.details = _cleaned(notice.details, person, (notice.key, notice.call_id or ""))
    for message in session.scalars(select(OutboxRow).where(OutboxRow.site_id == site_id)):
        message.body = _cleaned(message.body, person, (message.key,))
    for closing in session.scalars(select(DayClosingRow).where(DayClosingRow.site_id == site_id)):
        rows = [_cleaned_row(cells, person) for cells in closing.archive.get("rows", [])]
        if rows != closing.archive.get("rows", []):
            closing.archive = {**closing.archive, "rows": rows}


def numbers_of_customer(session: Session, number: str) -> list[str]:
    """The number (E.164) and all further ones of the customers who have it, each once."""
    whose = select(NumberRow.customer_id).where(NumberRow.site_id == SITE_ID, NumberRow.number == number)
    theirs = (NumberRow.site_id == SITE_ID, NumberRow.customer_id.in_(whose), NumberRow.number.is_not(None))
    found = session.scalars(select(NumberRow.number).where(*theirs).order_by(NumberRow.id))
    return list(dict.fromkeys([number, *filter(None, found)]))


def _person(session: Session, site_id: int, numbers: Sequence[str]) -> _Person:
    """Who it is, by what is on record; their forms are emptied on the way, since these say their names."""
    of_them = (NumberRow.site_id == site_id, NumberRow.number.in_(numbers))
    calls = session.execute(
        select(CallRow.id, CallRow.uniqueid).join(NumberRow, NumberRow.id == CallRow.number_id).where(*of_them)
    ).all()
    ids = frozenset(name for row in calls for name in row if name)
    known = session.scalars(select(CustomerRow.name).join(NumberRow).where(*of_them))
    same = SameNumber.of(numbers)
    names = erase_in_forms(session, site_id, same, ids) | set(known)
    return _Person(
        same=same,
        masks=frozenset(filter(None, map(mask, numbers))),
        names=frozenset(name for name in names if len(name) > 1),  # one letter stands in many texts
        calls=ids,
        call_count=len(calls),
    )


def _cleaned(value: dict[str, Any], person: _Person, beside: tuple[str, ...]) -> dict[str, Any]:
    """What a row says without them; the same object where it says nothing of them."""
    cleaned: dict[str, Any] = person.cleaned(value, is_about=person.is_meant_by((*beside, *_texts(value))))
    return value if cleaned == value else cleaned


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _cleaned_row(cells: list[Any], person: _Person) -> list[Any]:
    """A row of an archived sheet; its number is masked there, so that the name must be theirs, too."""
    cleaned: list[Any] = person.cleaned(cells, is_about=person.is_meant_by(_texts(cells)))
    return cleaned

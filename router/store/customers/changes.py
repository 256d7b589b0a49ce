"""Whose customer by people's word (R16): a list, a merge. May live here: putting it on record.

The word is safe in the database before the desk hears of it (`engine.owners`); with the engine away it stays untold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from router.errors import RequestError
from router.store.customers.queries import CustomerLine
from router.store.scope import SITE_ID
from router.store.tables.customers import CallbackRow, CustomerRow, MergeRow, NumberRow, OwnerGivenRow
from router.texts import _


class MergeError(RequestError):
    """Two customers that can't be merged, or not in this way."""

    id = "merge"


def give_owner(
    session: Session, number: NumberRow, owner: str, last_contact: datetime, *, by: str, why: str, now: datetime
) -> None:
    """Put on record whose the customer is, for the desk to hear of it; the caller commits."""
    number.customer.owner, number.customer.last_contact_at = owner, last_contact
    row = OwnerGivenRow(
        site_id=SITE_ID,
        number=number,
        owner=owner,
        last_contact_at=last_contact,
        at=now,
        by=by,
        why=why,
    )
    session.add(row)
    session.flush()


def untold_owners(session: Session) -> Sequence[OwnerGivenRow]:
    """What the desk has still to hear, oldest first."""
    wanted = (OwnerGivenRow.site_id == SITE_ID, OwnerGivenRow.told_at.is_(None))
    return session.scalars(
        select(OwnerGivenRow).where(*wanted).options(joinedload(OwnerGivenRow.number)).order_by(OwnerGivenRow.id)
    ).all()


# --- merging ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What a merge would bring: who is kept under which first number, and whose they can be (owner, last contact)."""

    kept: CustomerLine
    merged: CustomerLine
    choices: tuple[tuple[str, datetime], ...]

    @property
    def must_choose(self) -> bool:
        """Whether both are somebody's now, and not the same person's."""
        return len(self.choices) > 1


def merge_of(session: Session, kept: CustomerLine, merged: CustomerLine) -> Merge:
    """Look at a merge, changing nothing; raises `MergeError`."""
    if kept.row.id == merged.row.id:
        raise MergeError(_("that is the same customer"), cure=_("name another number"))
    if not kept.numbers or not merged.numbers:
        raise MergeError(_("a customer without a number can't be merged"), cure=_("their numbers were erased"))
    ids = [number.id for number in merged.row.numbers]
    owed = select(CallbackRow.id).where(CallbackRow.number_id.in_(ids), CallbackRow.settled_at.is_(None))
    if session.scalars(owed.limit(1)).one_or_none() is not None:
        raise MergeError(_("the second customer is owed a call back"), cure=_("have it made first, then merge"))
    live = [line.row for line in (kept, merged) if line.left is not None]
    newest: dict[str, datetime] = {}
    for row in live or [line.row for line in (kept, merged)]:
        if row.owner is not None and row.last_contact_at is not None:
            newest[row.owner] = max(row.last_contact_at, newest.get(row.owner, row.last_contact_at))
    choices = tuple(newest.items())
    if not live and len(choices) > 1:  # both have lapsed: who spoke with them last stands on record
        choices = (max(choices, key=lambda choice: choice[1]),)
    return Merge(kept=kept, merged=merged, choices=choices)


def carry_out(session: Session, merge: Merge, owner: str, *, by: str, reason: str, now: datetime) -> None:
    """Merge: the numbers move, the second customer's become further ones; the caller commits. Raises `MergeError`."""
    contacts = dict(merge.choices)
    if not reason.strip():
        raise MergeError(_("a reason is needed: it stands in the record"), cure=_("say how it is known"))
    if merge.choices and owner not in contacts:
        raise MergeError(_("the owner must be one of the two"), cure=_("choose whose customer it is"))
    kept, merged = merge.kept.row, merge.merged.row
    session.add(_record(kept, merged, by=by, reason=reason, now=now))
    for number in list(merged.numbers):
        number.customer, number.further = kept, True
    kept.name = kept.name or merged.name
    merged.owner, merged.last_contact_at = None, None
    session.flush()
    if owner in contacts:
        give_owner(session, merge.kept.numbers[0], owner, contacts[owner], by=by, why=f"merge: {reason}", now=now)


def _record(kept: CustomerRow, merged: CustomerRow, *, by: str, reason: str, now: datetime) -> MergeRow:
    return MergeRow(
        site_id=SITE_ID,
        kept_id=kept.id,
        merged_id=merged.id,
        merged_owner=merged.owner,
        merged_last_contact_at=merged.last_contact_at,
        at=now,
        by=by,
        reason=reason.strip(),
    )

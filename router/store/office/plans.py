"""Publishing the plan of a date (R1). May live here: that act and what it refuses.

A published plan is never changed: the newest of a date counts, so what was published before stays on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.config.model import Site, SlotEntry
from router.config.values import clock_text
from router.errors import RequestError
from router.store.office.changes import lock_office, slot_row
from router.store.scope import SITE_ID
from router.store.tables.office import PlanRow
from router.texts import Listing, Message, _


class PlanRefusedError(RequestError):
    """R1 refuses the plan; `reasons` are all that is wrong with it."""

    id = "plan-refused"

    def __init__(self, reasons: list[Message]) -> None:
        self.reasons = reasons
        told = Message("%(reasons)s", {"reasons": Listing(reasons, between=Message("\n"))})
        super().__init__(told, cure=_("nothing was published"))


class PlanChangedError(RequestError):
    """Somebody else has published a plan for the date since it was seen; `version` is that one's."""

    id = "plan-changed"

    def __init__(self, row: PlanRow) -> None:
        self.version = row.id
        told = _(
            "%(by)s published a plan for %(day)s meanwhile, at %(at)s",
            by=row.published_by, day=row.date, at=f"{row.published_at:%Y-%m-%d %H:%M:%S} UTC",
        )  # fmt: skip
        super().__init__(told, cure=_("look at it, then publish yours in place of it"), about=row)


def published_for(session: Session, day: date) -> PlanRow | None:
    """The plan published for the date that counts, the newest; its id is the version that whoever changes it saw."""
    wanted = (PlanRow.site_id == SITE_ID, PlanRow.date == day)
    return session.scalars(select(PlanRow).where(*wanted).order_by(PlanRow.id.desc()).limit(1)).one_or_none()


def plan_version(session: Session, day: date) -> int:
    """The version of the date's published plan; 0 where there is none."""
    row = published_for(session, day)
    return row.id if row is not None else 0


def publish(
    session: Session, site: Site, day: date, slots: Iterable[SlotEntry], *, by: str, seen: int | None = None
) -> PlanRow:
    """Publish these slots for the date, in place of any published before; the caller commits.

    Without slots nobody is rung that day. `by`: who publishes; `seen`: the version they saw. Raises `PlanRefusedError`:
    slots that overlap, somebody twice in a slot, somebody who does not work here; `PlanChangedError`.
    """
    wanted = sorted(slots, key=lambda slot: slot.start)
    reasons = _each_once(refusals(site, wanted))
    if reasons:
        raise PlanRefusedError(reasons)
    if seen is not None:
        lock_office(session)  # so that of two at once the second sees what the first has published
        there = published_for(session, day)
        if there is not None and there.id != seen:
            raise PlanChangedError(there)
    row = PlanRow(
        site_id=SITE_ID,
        date=day,
        published_at=datetime.now(UTC),
        published_by=by,
        slots=[slot_row(slot) for slot in wanted],
    )
    session.add(row)
    session.flush()
    return row


def refusals(site: Site, slots: list[SlotEntry]) -> Iterator[Message]:
    """Everything for which R1 refuses the slots, which are in order of time."""
    here = {consultant.id for consultant in site.consultants}
    for slot in slots:
        order = (*slot.call, *slot.reception)
        for person in order:
            if order.count(person) > 1:
                yield _("%(slot)s: %(person)s is named twice", slot=_title(slot), person=person)
            if person not in here:
                yield _("%(slot)s: nobody here is %(person)s", slot=_title(slot), person=person)
    for earlier, later in pairwise(slots):
        if later.start < earlier.end:
            yield _("%(earlier)s and %(later)s overlap", earlier=_title(earlier), later=_title(later))


def _each_once(reasons: Iterable[Message]) -> list[Message]:
    """Somebody who is named twice is found twice."""
    return list({reason.render("en"): reason for reason in reasons}.values())


def _title(slot: SlotEntry) -> str:
    return f"{slot.name} {clock_text(slot.start)}–{clock_text(slot.end)}".strip()

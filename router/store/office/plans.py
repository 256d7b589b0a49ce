"""Publishing the plan of a date (R1). May live here: that act and what it refuses.

A published plan is never changed: the newest of a date counts, so what was published before stays on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from router.config.model import Site, SlotEntry
from router.config.values import clock_text
from router.errors import RequestError
from router.store.office.changes import slot_row
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


def publish(session: Session, site: Site, day: date, slots: Iterable[SlotEntry], *, by: str) -> PlanRow:
    """Publish these slots for the date, in place of any published before; the caller commits.

    Without slots nobody is rung that day. `by`: who publishes. Raises `PlanRefusedError`: slots that overlap, somebody
    twice in a slot, somebody who does not work here.
    """
    wanted = sorted(slots, key=lambda slot: slot.start)
    reasons = _each_once(refusals(site, wanted))
    if reasons:
        raise PlanRefusedError(reasons)
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

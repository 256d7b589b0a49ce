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


class PlanRefusedError(RequestError):
    """R1 refuses the plan; `reasons` are all that is wrong with it, in Chinese and English."""

    id = "plan-refused"

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__("\n".join(reasons), cure="nothing was published")


def publish(session: Session, site: Site, day: date, slots: Iterable[SlotEntry], *, by: str) -> PlanRow:
    """Publish these slots for the date, in place of any published before; the caller commits.

    Without slots nobody is rung that day. `by`: who publishes. Raises `PlanRefusedError`: slots that overlap, somebody
    twice in a slot, somebody who does not work here.
    """
    wanted = sorted(slots, key=lambda slot: slot.start)
    reasons = list(dict.fromkeys(refusals(site, wanted)))
    if reasons:
        raise PlanRefusedError(reasons)
    row = PlanRow(
        site_id=SITE_ID,
        date=day,
        published_at=datetime.now(UTC),
        published_by=by[:80],
        slots=[slot_row(slot) for slot in wanted],
    )
    session.add(row)
    session.flush()
    return row


def refusals(site: Site, slots: list[SlotEntry]) -> Iterator[str]:
    """Everything for which R1 refuses the slots, which are in order of time."""
    here = {consultant.id for consultant in site.consultants}
    for slot in slots:
        order = (*slot.call, *slot.reception)
        for person in order:
            if order.count(person) > 1:
                yield f"{_title(slot)}：{person} 出现两次 · {person} is named twice"
            if person not in here:
                yield f"{_title(slot)}：没有顾问 {person} · nobody here is {person}"
    for earlier, later in pairwise(slots):
        if later.start < earlier.end:
            yield f"{_title(earlier)} 与 {_title(later)} 重叠 · these two overlap"


def _title(slot: SlotEntry) -> str:
    return f"{slot.name} {clock_text(slot.start)}–{clock_text(slot.end)}".strip()

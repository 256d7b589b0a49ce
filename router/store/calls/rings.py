"""What each phone did for a call, read from its trail. May live here: that reading, and what "missed" means of whom.

A call is missed when nobody spoke with the caller (`CallRow.missed_why`): that is the caller's. Whether a *person* let
their phone ring out (三声未接) is another matter: a call that somebody else answered was not missed, though the first
phone rang out; a phone that stopped because somebody else answered in time missed nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from router.store.tables.calls import TrailRow

End = Literal["answered", "elsewhere", "declined", "failed", "abandoned", "missed", "ringing"]
KINDS = frozenset(
    {"Rang", "PhoneRang", "Forfeit", "Declined", "Failed", "Restore", "Connected", "Missed", "HandOver", "FormFiled"}
)
"""The steps that say what phones did, and whose the call became: all that rings and `let_ring_then_took` look at."""
THREE_RINGS = timedelta(seconds=15)  # R11, where the office has no cadence of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRing:
    """One person's ring for one call.

    `told_at`: when it was to ring; `rang_at`: when it did, if it was heard; `end`: how it ended. `has_rung_out`: the
    person's own three rings were over unanswered (R6; of an owner R12), whatever came afterwards.
    """

    call_id: str
    person: str
    stage: str
    sheet: str | None
    told_at: datetime
    rang_at: datetime | None = None
    ended_at: datetime | None = None
    end: End = "ringing"
    has_rung_out: bool = False

    @property
    def since(self) -> datetime:
        """When it began, as far as is known."""
        return self.rang_at or self.told_at


def rings_of(trail: Sequence[TrailRow], three_rings: timedelta = THREE_RINGS) -> list[PhoneRing]:
    """Every ring of a call, in the order in which they began; a person who takes the call has none."""
    rings: dict[str, PhoneRing] = {}
    for row in trail:
        if row.refused:
            continue
        if row.kind == "Rang":
            rings |= {person: _begun(row, person) for person in row.body["who"] if person not in rings}
        elif row.kind in ("Connected", "Missed"):
            _all_end(rings, row)
        else:
            _one(rings, row)
    return [_judged(ring, three_rings) for ring in rings.values()]


def _begun(row: TrailRow, person: str) -> PhoneRing:
    return PhoneRing(
        call_id=row.call_id or "",
        person=person,
        stage=row.body["stage"],
        sheet=row.body.get("sheet"),
        told_at=row.at,
    )


def _one(rings: dict[str, PhoneRing], row: TrailRow) -> None:
    """A step that concerns one person's ring."""
    ring = rings.get(row.body.get("person", ""))
    if ring is None:
        return
    if row.kind == "PhoneRang" and ring.rang_at is None:
        rings[ring.person] = replace(ring, rang_at=row.at)
    elif row.kind == "Forfeit" and row.body["why"] == "no_answer":
        rings[ring.person] = replace(ring, has_rung_out=True)
    elif ring.end == "ringing" and row.kind == "Declined":
        rings[ring.person] = replace(ring, ended_at=row.at, end="declined")
    elif ring.end == "ringing" and (row.kind == "Failed" or row.body.get("why") == "device"):
        rings[ring.person] = replace(ring, ended_at=row.at, end="failed")


def _all_end(rings: dict[str, PhoneRing], row: TrailRow) -> None:
    """Somebody has the call, or nobody will."""
    others: End = "elsewhere"
    if row.kind == "Missed":
        others = "abandoned" if row.body["why"] == "abandoned" else "missed"
    for ring in list(rings.values()):
        if ring.end == "ringing":
            is_answerer = row.kind == "Connected" and row.body["who"] == ring.person
            rings[ring.person] = replace(ring, ended_at=row.at, end="answered" if is_answerer else others)


def _judged(ring: PhoneRing, three_rings: timedelta) -> PhoneRing:
    """An owner has no turn to forfeit (R12), so only the clock says that their phone rang out."""
    if ring.stage != "owner" or ring.ended_at is None or ring.end == "failed":
        return ring
    return replace(ring, has_rung_out=ring.ended_at - ring.since >= three_rings)


def rang_out(rings: Iterable[PhoneRing]) -> list[str]:
    """Whose phone rang out (三声未接), and who never answered it afterwards either."""
    return [ring.person for ring in rings if ring.has_rung_out and ring.end != "answered"]

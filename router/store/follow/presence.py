"""Changes of presence (R3), put on record. May live here: that."""

from __future__ import annotations

from router.core import inputs
from router.store.follow.batch import Batch
from router.store.follow.events import JournalEvent
from router.store.scope import moment
from router.store.tables.presence import PresenceRow


def apply_presence(batch: Batch, event: JournalEvent, told: inputs.PresenceChanged) -> None:
    """Put a change of presence on record."""
    facts = event.facts
    late = facts.get("late_ms", "")
    batch.session.add(
        PresenceRow(
            site_id=batch.site_id,
            journal=batch.journal,
            seq=event.seq,
            at=moment(event.at_ms),
            person=told.person,
            presence=told.presence,
            by=(facts.get("by") or told.by),
            source=event.source,
            why=facts.get("why", ""),
            check_in="checked_in" in facts,
            late_seconds=int(late) // 1000 if late.isdigit() else None,
        )
    )

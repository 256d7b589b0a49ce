"""R17: what was known when a call was decided. May live here: building the evidence, nothing that changes anything."""

from __future__ import annotations

from router.core.actions import Decision, Seen
from router.core.availability import reason
from router.core.model import Call, Office
from router.core.ownership import live_owner
from router.core.words import WITHHELD


def observe(office: Office, call: Call, *rules: str) -> Decision:
    """Order, states, presence, phone states and clock as the decision at hand sees them, with the rules it follows."""
    owner = live_owner(office, call.number) if call.number != WITHHELD else None
    owner_why = reason(office, office.people[owner], call) if owner else None
    return Decision(
        call=call.id,
        owner=owner,
        owner_why=owner_why.word if owner_why else None,
        clock_ms=None if call.clock is None else office.now - call.clock,
        seen=tuple(
            Seen(person=person, sheet=sheet.group, turn=turn.state, owed=turn.owed, why=why.word if why else None)
            for sheet in office.running_sheets()
            for person, turn in sheet.turns.items()
            for why in (reason(office, office.people[person], call),)
        ),
        rules=rules,
    )

"""The fairness ledger in words (R27), for page and command line. May live here: those words.

Why a turn ended is said in the words of a call's trail (`calls.explain.REASONS`); here is only what the ledger adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from router.texts import Message, _, _p

# what a turn is called in tables -> its shape and word; in the order in which they are told
MARKS: Mapping[str, tuple[str, Message]] = MappingProxyType(
    {
        "unexplained": ("?", _("Unexplained")),
        "used": ("✓", _("Used")),
        "own_doing": ("✕", _("Own doing")),
        "objective": ("⊘", _("Lapsed, not owed")),
        "carried": ("→", _("Owed on")),
        "silent": ("–", _("In silence")),
        "taken_away": ("−", _("Taken away")),
        "not_reached": ("·", _("Not reached")),
        "open": ("○", _p("of a turn", "Open")),
    }
)
COSTS_NO_TURN: Mapping[str, Message] = MappingProxyType(
    {"owner": _("Own customers"), "everyone": _("Takeovers"), "substitute": _("As substitute")}
)
WHY: Mapping[str, Message] = MappingProxyType(
    {
        "owed": _("still owed"),
        "owed_already": _("one was owed already"),
        "left": _("left the sheet"),
        "joined": _("back on the sheet"),
        "slot_over": _("the slot was over"),
    }
)

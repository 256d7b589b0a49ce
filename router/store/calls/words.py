"""The words of a call's trail: what people read for the journal's ids. May live here: those tables."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from router.texts import Message, _, _p

REASONS: Mapping[str, Message] = MappingProxyType(
    {
        "suspended": _("suspended"),
        "offered": _("being offered another call"),
        "break": _("on a break (personal)"),
        "off": _("off (personal)"),
        "absent": _("phone absent (personal)"),
        "receiving": _("with a visitor (objective)"),
        "meeting": _("in a meeting (objective)"),
        "errand": _("on an errand (objective)"),
        "blocked": _("the number is blocked"),
        "inside": _("dialled on a phone of the office"),
        "busy": _("busy (objective)"),
        "wrap_up": _("in wrap-up (objective)"),
        "out": _("declined it, or the phone failed"),
        "no_answer": _("rang out"),
        "declined": _("declined"),
        "abandoned": _("the caller gave up"),
        "max_wait": _("waited too long"),
        "closed": _p("reason", "closed"),
        "answered_by_other": _("somebody else answered"),
        "substitute": _("a substitute keeps the turn"),
        "device": _("the phone or line failed"),
        "other": _("other business"),
        "asked_for": _("the customer asked for somebody"),
        "supervisor": _("the supervisor's decision"),
    }
)
TURNS: Mapping[str, Message] = MappingProxyType(
    {
        "due": _("due"),
        "offered": _("offered"),
        "done": _("done"),
        "forfeited": _("forfeited"),
    }
)
FORMS: Mapping[str, Message] = MappingProxyType(
    {
        "purchase": _("purchase"),
        "other": _("other business"),
        "message": _("a message"),
    }
)
STAGES: Mapping[str, Message] = MappingProxyType(
    {
        "rotation": _("next in line"),
        "owner": _("the customer's own consultant"),
        "substitute": _("as a substitute"),
        "everyone": _("three rings are over, everyone rings"),
    }
)
USES: Mapping[str, Message] = MappingProxyType(
    {
        "used": _("uses the turn"),
        "kept": _("keeps the turn"),
        "none": _("costs no turn"),
    }
)
LET_GO: Mapping[str, Message] = MappingProxyType(
    {"declined": _("declined the call"), "rang_out": _("let the call ring out")}
)
THEN_TOOK: Mapping[str, Message] = MappingProxyType(
    {
        "form": _("later filed its form"),
        "rang_number": _("later rang its number"),
        "handed_over": _("later was handed the customer"),
        "asked_for": _("later had the customer moved to them"),
    }
)
FACTS: Mapping[str, Message] = MappingProxyType(
    {
        "other": _("marks it as other business"),
        "warned": _("is warned: the time is nearly up"),
        "overtime": _("talks for too long"),
        "blocked": _("the number is blocked: nobody is rung"),
        "inside": _("dialled on a phone of the office: nobody is rung"),
        "duty": _("answers on the duty phone"),
    }
)
ACTS: Mapping[str, Message] = MappingProxyType(
    {
        "suspend": _("taken off calls"),
        "resume": _("gets calls again"),
        "roster": _("reordered"),
        "hand_out": _("is handed a turn"),
        "take_away": _("has a turn taken away"),
        "callback": _("is to call back"),
    }
)


def word(table: Mapping[str, Message], key: str) -> Message:
    """The word for an id; an id that newer code wrote stands for itself."""
    return table.get(key) or Message("%(id)s", {"id": key})


def sheet_name(group: str) -> Message:
    """The sheet that a group of a slot has (R1)."""
    return _("call group") if group == "call" else _("reception group")

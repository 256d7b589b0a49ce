"""What the board's templates are given. May live here: the engine's board made ready to be shown, no queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from router.store.calls.explain import in_words
from router.web import shared
from router.web.language import shown_language
from router.wire.board import BoardCall, BoardItem, BoardPlan, OfficeBoard

NO_BOARD = OfficeBoard()
URGENCY = {"open": 0, "waiting": 1, "ringing": 2, "talking": 3}  # WEB 3: calls by urgency


def board_view(link: str, board: OfficeBoard | None) -> dict[str, Any]:
    """The template's variables; an engine that never answered shows an empty board under its alarm."""
    shown, names = board or NO_BOARD, shared.names()
    if link == "live" and not shown.pbx:
        link = "pbx_down"
    shown = _with_lost_phones(shown)
    calls = sorted(shown.calls, key=lambda call: (URGENCY.get(call.state, 9), call.arrived))
    return {
        "link": link,
        "board": shown,
        "calls": [ready_call(call, shown) for call in calls],
        "waiting": sum(call.state in ("waiting", "open") for call in calls),
        "figures": shared.figures(),
        "left": _left(shown),
        "as_of": shared.at_ms(shown.at, "%H:%M:%S") if board else "—",
        "plan": _plan(shown.plan),
        "clock_step": f"{shown.clock_step / 60_000:+.1f}" if shown.clock_step else "",
        "pbx_lacks": shown.pbx_lacks,
        "nobody_in": bool(shown.slot) and not any(p.presence == "present" for p in shown.people.values()),
        "recent": [line for item in reversed(shown.recent) if (line := _recent(item, names))["text"]],
    }


def _with_lost_phones(board: OfficeBoard) -> OfficeBoard:
    """Phones that are away as such: for the desk they are in use until they have been away for long."""
    lost = {person for person in board.offline if person in board.people and board.people[person].call is None}
    people = {id_: replace(known, phone="offline") if id_ in lost else known for id_, known in board.people.items()}
    return replace(board, people=people)


def _plan(plan: BoardPlan | None) -> dict[str, Any]:
    """Where today's slots come from, and whether that is yesterday (R1)."""
    if plan is None:
        return {}
    apart = date.fromisoformat(plan.day) - date.fromisoformat(plan.of)
    return {"origin": plan.origin, "of": plan.of, "of_yesterday": apart == timedelta(days=1)}


def ready_call(call: BoardCall, board: OfficeBoard) -> dict[str, Any]:
    """A call with its clock and limit in words: of three rings, of waiting (R14), of a talk (R18)."""
    began = call.since or call.clock or call.arrived
    allowed = {
        "ringing": board.three_rings_ms if call.clock else None,
        "waiting": board.max_wait_ms,
        "talking": call.limit - began if call.limit else None,
    }.get(call.state)
    return {
        **{one.name: getattr(call, one.name) for one in fields(call)},
        "elapsed": _minutes(board.at - began),
        "allowed": _minutes(allowed) if allowed else "",
        "why": _why(call),
    }


def _left(board: OfficeBoard) -> str:
    """How long the slot still runs, as hours and minutes; "" where it has no end."""
    end = board.slot.end if board.slot else None
    minutes = max(0, end - board.at) // 60_000 if end else 0
    return f"{minutes // 60}:{minutes % 60:02}" if end else ""


def _minutes(passed_ms: int) -> str:
    seconds = max(0, passed_ms) // 1000
    return f"{seconds // 60:02}:{seconds % 60:02}"


def _recent(item: BoardItem, names: Mapping[str, str]) -> dict[str, str]:
    time = shared.at_ms(item.at, "%H:%M:%S")
    return {"time": time, "text": in_words(item.what, item.details, names, shown_language())}


def _why(call: BoardCall) -> LazyString | str:
    """The rule behind what a call is doing, in a few words; the whole trail stands with the call."""
    if call.state == "open":
        return _("three rings are over, everyone rings (R11)")
    if call.state == "waiting":
        return _("nobody can be rung, first come first served (R14)")
    if call.state == "ringing" and call.owner in call.ringing:
        return _("the customer's own consultant (R12)")
    if call.state == "ringing" and call.owner:
        return _("stands in for the owner, keeps the turn (R13)")
    return _("next in line (R2, R10)") if call.state == "ringing" else ""

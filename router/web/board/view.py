"""What the board's templates are given. May live here: the engine's board made ready to be shown, no queries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from router.store.explain import in_words
from router.web.language import shown_language

NO_BOARD: dict[str, Any] = {
    "at": 0,
    "slot": None,
    "next": None,
    "sheets": [],
    "people": {},
    "calls": [],
    "callbacks": [],
}
URGENCY = {"open": 0, "waiting": 1, "ringing": 2, "talking": 3}  # WEB 3: calls by urgency


def board_view(link: str, board: dict[str, Any] | None, zone: str, names: Mapping[str, str]) -> dict[str, Any]:
    """The template's variables; an engine that never answered shows an empty board under its alarm."""
    shown = board or NO_BOARD
    if link == "live" and not shown.get("pbx", True):
        link = "pbx_down"
    for person in shown.get("offline", []):
        if person in shown["people"] and shown["people"][person]["call"] is None:
            shown["people"][person]["phone"] = "offline"  # for the desk it is in use until it has been away for long
    calls = sorted(shown["calls"], key=lambda call: (URGENCY.get(call["state"], 9), call["arrived"]))
    return {
        "link": link,
        "board": shown,
        "calls": [ready_call(call, shown["at"]) for call in calls],
        "as_of": _clock(shown["at"], zone) if board else "—",
        "plan": _plan(shown.get("plan") or {}),
        "hm": lambda at_ms: _clock(at_ms, zone)[:5],
        "nobody_in": bool(shown["slot"]) and not any(p["presence"] == "present" for p in shown["people"].values()),
        "recent": [line for item in reversed(shown.get("recent", [])) if (line := _recent(item, zone, names))["text"]],
    }


def _plan(plan: dict[str, str]) -> dict[str, Any]:
    """Where today's slots come from, and whether that is yesterday (R1)."""
    if not plan:
        return {}
    apart = date.fromisoformat(plan["day"]) - date.fromisoformat(plan["of"])
    return {**plan, "of_yesterday": apart == timedelta(days=1)}


def ready_call(call: dict[str, Any], now: int) -> dict[str, Any]:
    """A call with its clock and limit in words (R18: a talk's own time, or that of other business)."""
    limit = call.get("limit")
    allowed = limit - call["since"] if limit and call["since"] else None
    return {
        **call,
        "elapsed": _elapsed(now, call),
        "allowed": f"{allowed // 60_000:02}:{allowed // 1000 % 60:02}" if allowed else "",
        "why": _why(call),
    }


def _clock(at_ms: int, zone: str) -> str:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).strftime("%H:%M:%S")


def _recent(item: dict[str, Any], zone: str, names: Mapping[str, str]) -> dict[str, str]:
    return {"time": _clock(item["at"], zone), "text": in_words(item["is"], item, names, shown_language())}


def _elapsed(now: int, call: dict[str, Any]) -> str:
    seconds = max(0, now - (call["since"] or call["clock"] or call["arrived"])) // 1000
    return f"{seconds // 60:02}:{seconds % 60:02}"


def _why(call: dict[str, Any]) -> LazyString | str:
    """The rule behind what a call is doing, in a few words; the whole trail stands with the call."""
    if call["state"] == "open":
        return _("three rings are over, everyone rings (R11)")
    if call["state"] == "waiting":
        return _("nobody can be rung, first come first served (R14)")
    if call["state"] == "ringing" and call["owner"] in call["ringing"]:
        return _("the customer's own consultant (R12)")
    if call["state"] == "ringing" and call["owner"]:
        return _("stands in for the owner, keeps the turn (R13)")
    return _("next in line (R2, R10)") if call["state"] == "ringing" else ""

"""What a call is marked with, in the order in which it happened (WEB 4). May live here: that list."""

from __future__ import annotations

from router.store.tables.calls import CallRow

BY_STAGE = {"owner": ("returning",), "substitute": ("returning", "substitute"), "everyone": ("takeover",)}
SHOWN = ("other", "overtime", "hung_up_first", "turn_returned", "duty")  # `warned` is no mark: it was in time


def marks_of(call: CallRow) -> list[str]:
    """Names of the marks (`words.MARK`): how it was answered, late, and what was noted of it (R18-R20)."""
    noted = {mark["kind"] for mark in call.marks or []}
    late = ["late"] if call.late else []
    return [*BY_STAGE.get(call.stage or "", ()), *late, *(kind for kind in SHOWN if kind in noted)]

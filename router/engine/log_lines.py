"""What the desk said, as lines of the log: key=value, call first, numbers masked. May live here: that wording.

The whole record is in journal and database; the log is for whoever watches a call go by.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator
from typing import Any

from router.core.actions import Action, Decision, Seen, Trail
from router.masking import mask


def lines(answer: list[Action | Trail]) -> Iterator[str]:
    """A line for each trail item; actions are not said, what comes of them is."""
    for item in answer:
        if not isinstance(item, Action):
            yield _line(item)


def _line(item: Trail) -> str:
    fields = {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}
    call = fields.pop("call", None)
    words = [f"call={call}"] if call else []
    words.append(f"what={type(item).__name__.lower()}")
    words += [f"{name}={_value(name, value)}" for name, value in fields.items() if value is not None]
    if isinstance(item, Decision) and item.clock_ms is None:
        words.append("clock_ms=-")
    return " ".join(words)


def _value(name: str, value: Any) -> str:
    if name == "number" and isinstance(value, str):
        return mask(value) or "withheld"
    if isinstance(value, Seen):
        return f"{value.person}:{value.turn}:{value.why or 'available'}"
    if isinstance(value, tuple):
        return ",".join(_value(name, part) for part in value) or "-"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value.value if isinstance(value, enum.Enum) else value)
    return repr(text) if " " in text or not text else text

"""Long lists, a part at a time, for programs. May live here: which part is asked for, and asking for it.

A part begins behind the last line of the one before, known by what the list is ordered by and not by a count: what is
added or erased meanwhile moves nothing and comes at most once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, tuple_


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """At most `limit` lines; behind the line `after`; of those only what has changed `since`."""

    limit: int
    after: tuple[Any, ...] | None = None
    since: datetime | None = None


def part_of(wanted: Select[Any], order: Sequence[Any], part: Part) -> Select[Any]:
    """The part's lines, and one more where there are more."""
    if part.after is not None:
        wanted = wanted.where(tuple_(*order) > part.after)
    return wanted.order_by(*order).limit(part.limit + 1)

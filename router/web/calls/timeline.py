"""A call's timeline (WEB 3, 来电): who rang when, the three-rings line, the talk. May live here: where things stand.

The same lengths serve the wide picture, where time runs to the right, and the narrow one, where it runs down: `along`
is the place on the time axis, `lane` the person's. Ringing is drawn to scale; the talk, which may be a hundred times
as long, has a block of fixed length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from router.store.calls.rings import End, PhoneRing
from router.store.tables.calls import CallRow, TrailRow

RING_LENGTH, TALK_LENGTH, GAP = 520, 150, 6
TICKS_AT_MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A person's ring, or their talk (`end` "talk"); "rang_out": unanswered past three rings."""

    lane: int
    start: float
    length: float
    end: End | str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisTick:
    """A mark on the time axis, seconds from the arrival."""

    along: float
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The whole picture, in units of the SVG."""

    people: list[str]
    bars: list[Bar]
    ticks: list[AxisTick]
    three_rings: float | None
    length: float


def timeline(
    call: CallRow, trail: Sequence[TrailRow], rings: Sequence[PhoneRing], three_rings: timedelta
) -> Timeline | None:
    """Lay the picture out; None when no phone ever rang and nobody talked."""
    talks = _talks(call, trail)
    if not rings and not talks:
        return None
    people = list(dict.fromkeys([*(ring.person for ring in rings), *(who for who, _, _ in talks)]))
    axis = _Axis(call.arrived_at, _rings_over(call, rings))
    clock = min((ring.since for ring in rings), default=None)
    line = axis.along(clock + three_rings) if clock is not None and clock + three_rings <= axis.over else None
    bars = [_ring_bar(axis, people, ring) for ring in rings] + _talk_bars(people, talks)
    return Timeline(
        people=people,
        bars=bars,
        ticks=axis.ticks(three_rings.total_seconds() / 3),
        three_rings=line,
        length=RING_LENGTH + (GAP + TALK_LENGTH if talks else 0),
    )


class _Axis:
    """Time to scale, from the arrival until all rings are over."""

    def __init__(self, arrived: datetime, over: datetime) -> None:
        self._arrived = arrived
        self.over = max(over, arrived + timedelta(seconds=1))
        self._unit = RING_LENGTH / (self.over - arrived).total_seconds()

    def along(self, at: datetime) -> float:
        return round(min(max((at - self._arrived).total_seconds(), 0) * self._unit, RING_LENGTH), 1)

    def ticks(self, ring_seconds: float) -> list[AxisTick]:
        """A mark each ring, or each few rings where they would crowd."""
        total = (self.over - self._arrived).total_seconds()
        step = max(ring_seconds, 1.0)
        while total / step > TICKS_AT_MOST:
            step *= 2
        count = int(total / step)
        return [AxisTick(along=round(n * step * self._unit, 1), seconds=round(n * step)) for n in range(count + 1)]


def _rings_over(call: CallRow, rings: Sequence[PhoneRing]) -> datetime:
    ends = [ring.ended_at or ring.since + timedelta(seconds=1) for ring in rings]
    return max([*ends, call.answered_at or call.arrived_at])


def _ring_bar(axis: _Axis, people: list[str], ring: PhoneRing) -> Bar:
    start = axis.along(ring.since)
    stop = axis.along(ring.ended_at) if ring.ended_at else float(RING_LENGTH)
    end = "rang_out" if ring.has_rung_out and ring.end in ("elsewhere", "abandoned", "missed") else ring.end
    return Bar(lane=people.index(ring.person), start=start, length=round(max(stop - start, 2), 1), end=end)


def _talks(call: CallRow, trail: Sequence[TrailRow]) -> list[tuple[str, datetime, datetime | None]]:
    """Who talked from when to when: the answerer, then whoever it was handed to."""
    if call.answered_at is None or call.answerer is None:
        return []
    starts = [(call.answerer, call.answered_at)]
    starts += [(row.body["who"], row.at) for row in trail if row.kind == "HandOver" and not row.refused]
    ends = [*(at for _, at in starts[1:]), call.ended_at]
    return [(who, at, end) for (who, at), end in zip(starts, ends, strict=True)]


def _talk_bars(people: list[str], talks: Sequence[tuple[str, datetime, datetime | None]]) -> list[Bar]:
    """The block is shared evenly; each says its own length."""
    share = TALK_LENGTH / max(len(talks), 1)
    return [
        Bar(
            lane=people.index(who),
            start=round(RING_LENGTH + GAP + place * share, 1),
            length=round(share - 2, 1),
            end="talk",
            words=duration(end - at) if end is not None else "…",
        )
        for place, (who, at, end) in enumerate(talks)
    ]


def duration(passed: timedelta) -> str:
    """A length of time as minutes and seconds, `02:31`."""
    seconds = max(0, int(passed.total_seconds()))
    return f"{seconds // 60:02}:{seconds % 60:02}"

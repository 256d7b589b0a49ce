"""The engine's clock: durations by the monotonic clock, the time of day by the wall. May live here: that clock.

A wall clock is slewed a little all the time, which is followed; and now and then it is set: by hand, by the first NTP
after a start without network, by a BIOS in local time. A call must not lose its three rings by that. So time goes on at
its own pace, and the set is told once, for the desk to shift what is pending (`inputs.ClockStepped`).
"""

from __future__ import annotations

import time
from collections.abc import Callable

SLOWER = 0.95  # pace while the wall clock is a little behind
STEP_MS = 2_000  # a wall clock that is off by so much was set, not slewed


class SteadyClock:
    """Milliseconds (UTC), for one thread. `not_before`: the last moment the journal knows; a wall clock that is behind
    it was set back meanwhile.
    """

    def __init__(
        self,
        not_before: int = 0,
        *,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._seen = monotonic()
        began = wall() * 1000
        self._now = began if began >= not_before - STEP_MS else float(not_before)

    def __call__(self) -> int:
        """Now."""
        self._look()
        return int(self._now)

    def take_step(self) -> int:
        """By how much the wall clock was set since the last time this was asked (ms), 0 if it was not; taken over."""
        off = self._look()
        if abs(off) < STEP_MS:
            return 0
        self._now += off
        return round(off)

    def _look(self) -> float:
        """Let time pass; by how much the wall clock is off."""
        seen = self._monotonic()
        passed = max(0.0, (seen - self._seen) * 1000)
        self._seen = seen
        off = self._wall() * 1000 - (self._now + passed)
        if abs(off) >= STEP_MS:
            self._now += passed
        else:
            self._now += max(passed + off, passed * SLOWER)
        return self._wall() * 1000 - self._now

"""The engine's clock: wall time that never goes back and never stops. May live here: that clock.

A wall clock jumps (set by hand, by NTP after a start without network). Back by an hour, it would hold up every timer
of the desk for an hour; so time goes on at nearly its own pace until the wall clock has caught up. Forward it is
followed at once, since slots begin by the wall.
"""

from __future__ import annotations

import time
from collections.abc import Callable

SLOWER = 0.95  # pace while the wall clock is behind


class SteadyClock:
    """Milliseconds (UTC), for one thread. `not_before`: the last moment the journal knows."""

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
        self._now = max(float(not_before), wall() * 1000)

    def __call__(self) -> int:
        """Now, at least as late as ever before."""
        seen = self._monotonic()
        passed = max(0.0, (seen - self._seen) * 1000)
        self._seen = seen
        self._now = max(self._now + passed * SLOWER, self._wall() * 1000)
        return int(self._now)

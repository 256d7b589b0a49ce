"""How long to wait before the next attempt at a link. May live here: that sum; no I/O, no sleeping."""

from __future__ import annotations

import random

from router.telephony.ami.address import AmiTimes


class Backoff:
    """Grows with each failure, starts afresh after a link that stood; see `AmiTimes` for the rules."""

    def __init__(self, times: AmiTimes, chance: random.Random | None = None) -> None:
        self._times = times
        self._chance = chance or random.SystemRandom()
        self._next_seconds = times.retry_first_seconds

    def after(self, *, lasted_seconds: float, refused: bool) -> float:
        """Seconds to wait after an attempt or link that lasted so long, and ended by a refused login or otherwise."""
        if lasted_seconds >= self._times.stable_seconds:
            self._next_seconds = self._times.retry_first_seconds
        wait_seconds = self._next_seconds
        self._next_seconds = min(self._next_seconds * self._times.retry_factor, self._times.retry_limit_seconds)
        if refused:
            wait_seconds = max(wait_seconds, self._times.refused_seconds)
        return wait_seconds * (1 - self._times.retry_jitter * self._chance.random())

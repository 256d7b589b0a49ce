"""What is wrong with the machine: a disk that fills, a clock that jumps. May live here: asking it, nothing of calls."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from router.wire.failure import failure_on_record

LEAST_FREE_MB = 500  # below it the journal may stop any hour, and with it the engine
STEP_SECONDS = 5.0  # NTP steers in smaller ones


@dataclass(slots=True, kw_only=True)
class Machine:
    """Asked again and again; `troubles` tells what is wrong at this moment."""

    folder: Path
    journal_failure: Path | None = None  # where the engine says why it could not write its journal
    least_free_mb: int = LEAST_FREE_MB
    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    _apart: float | None = field(default=None, init=False)

    def troubles(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Each trouble with what is to be told of it; a step of the clock is told by the look that finds it."""
        free_mb = shutil.disk_usage(self.folder).free // 2**20
        if free_mb < self.least_free_mb:
            yield "disk_low", {"free": str(free_mb)}
        if (error := failure_on_record(self.journal_failure)) is not None:
            yield "journal_failing", {"error": error}
        apart = self.wall() - self.steady()
        step = 0.0 if self._apart is None else apart - self._apart
        self._apart = apart
        if abs(step) >= STEP_SECONDS:
            yield "clock_stepped", {"seconds": f"{step:+.0f}"}

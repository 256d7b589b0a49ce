"""Holds Python's cycle collector back while one day is worked on.

May live here: this alone. A day makes many small records that all live until its end; looking through them for cycles
again and again costs half of the time, and more than its share on a large day.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the cycle collector; afterwards it is as it was before."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

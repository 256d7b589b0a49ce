"""A snapshot that holds up no call: a forked copy of the engine writes its state down while the engine goes on.

The copy has the state of one moment, whatever happens meanwhile, and costs the engine the fork alone (a few ms, where
encoding 30,000 customers takes half a second). It runs nothing but that encoding: no SQLite, whose handles must not
be used in a forked process, no log, no socket; it gives its text to a nameless file and is gone. May live here: it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import tempfile
from collections.abc import Callable
from typing import IO

from router.logs import logger

log = logger(__name__)

NICENESS = 10
DESCRIPTORS = 4096  # that the copy lets go of, so that no lock or link outlives the engine in it


class SnapshotAside:
    """For the engine's thread. One at a time: `begin`, then `made` until it gives the text or nothing is under way."""

    def __init__(self) -> None:
        self._pid = 0
        self._seq = 0
        self._file: IO[bytes] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether a copy is at it."""
        return self._pid != 0

    def begin(self, seq: int, text: Callable[[], str]) -> None:
        """Have a copy of this process make the text of snapshot `seq` from what is in memory now."""
        file = tempfile.TemporaryFile()  # noqa: SIM115  (it is read when the copy has ended)
        try:
            pid = os.fork()
        except OSError:
            file.close()
            raise
        if pid == 0:
            _write_and_end(file.fileno(), text)
        self._pid, self._seq, self._file = pid, seq, file

    def made(self) -> tuple[int, str] | None:
        """The snapshot's number and text, once; None while the copy is at it, or when it failed (`is_under_way`)."""
        if self._file is None:
            return None
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if pid == 0:
            return None
        file, self._file, self._pid = self._file, None, 0
        with file:
            if status != 0:
                log.error("snapshot failed", seq=self._seq, status=status)
                return None
            file.seek(0)
            return self._seq, file.read().decode()

    def give_up(self) -> None:
        """The engine ends: the copy, too."""
        if self._file is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._file.close()
            self._file, self._pid = None, 0


def _write_and_end(out: int, text: Callable[[], str]) -> None:
    """The copy's whole life."""
    status = 1
    try:
        gc.disable()
        os.closerange(3, out)
        os.closerange(out + 1, DESCRIPTORS)
        os.nice(NICENESS)
        left = memoryview(text().encode())
        while left:
            left = left[os.write(out, left) :]
        status = 0
    finally:
        os._exit(status)

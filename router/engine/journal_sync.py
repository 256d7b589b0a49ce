"""What the journal has written gets to the disk, and nobody waits for it. May live here: the thread that sees to it.

A disk takes 1 to 20 ms for that, and a caller's phone would ring so much later. So the row is written before anything
is done about it (it outlives a killed process), and the disk is asked afterwards: a power cut takes at most what came
in the last 20 ms. Opening and closing SQLite's WAL by ourselves touches none of its locks; they are on other files.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Final

GATHER_SECONDS: Final = 0.005  # what is written within it gets to the disk at once


class JournalSync:
    """`ask` and `close` are for the thread that writes; neither waits for the disk, but `close` for the last time."""

    def __init__(self, wal: Path) -> None:
        self._descriptor = os.open(wal, os.O_RDONLY)
        self._asked, self._over = threading.Event(), threading.Event()
        self.failure: OSError | None = None
        """What went wrong: nothing that was written since is safe."""
        self._thread = threading.Thread(target=self._keep, name="journal-sync", daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """What has been written by now is to be kept."""
        self._asked.set()

    def close(self) -> None:
        """Keep all of it, and end; again is harmless, as with a file."""
        if self._over.is_set():
            return
        self._over.set()
        self._asked.set()
        self._thread.join()
        os.close(self._descriptor)

    def _keep(self) -> None:
        while self.failure is None and not self._over.is_set():
            self._asked.wait()
            self._over.wait(GATHER_SECONDS)
            self._asked.clear()
            try:
                os.fdatasync(self._descriptor)
            except OSError as error:
                self.failure = error

"""`hotline follow`: the process that brings the journal into the database. May live here: it, and its keeping.

A process of its own, since a thread would share one interpreter with the engine: callers would wait while the report
database is written (measured: at 50 calls a second phones rang 10 ms later, at 100 a second 60 ms). The engine starts
it, tells it of news by a byte on its standard input, and starts it again should it end; when the engine ends, however
it does, that input ends, and so does this.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import click

from router.cli.options import place_options
from router.cli.settings import Place, database_url, open_file
from router.engine.feed import JournalFeed
from router.logs import logger
from router.store.database import open_database
from router.store.follow.writer import DatabaseWriter

log = logger(__name__)

NICE = 5  # calls come first
START_AGAIN_SECONDS = 1.0
STOP_SECONDS = 10.0


@click.command(name="follow")
@place_options
def command(config: Path | None, data: Path) -> None:
    """Bring what happened into the database. The engine runs it by itself; it ends with its standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the engine, which ends us
    os.nice(NICE)
    follow(open_file(config, data), sys.stdin.fileno())


def follow(place: Place, news: int) -> None:
    """Follow the journal until `news`, a descriptor, comes to its end; each byte there says that more was written."""
    database = open_database(database_url(place))
    writer, over = DatabaseWriter(database, JournalFeed(place.folder.journal)), threading.Event()
    thread = threading.Thread(target=writer.run, args=(over,), name="database-writer", daemon=True)
    thread.start()
    while os.read(news, 65_536):
        writer.tell()
    over.set()
    writer.tell()
    thread.join(STOP_SECONDS)  # a database that hangs must not hold us up: nothing is lost, the journal has it
    database.dispose()


class Follower:
    """The engine's side: keeps that process running. `tell` is for the engine's thread and never waits."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._command = (sys.executable, "-m", "router.cli.main", "follow", *arguments)
        self._over = threading.Event()
        self._heard, self._told = os.pipe()  # we keep both ends, so that a process that ended breaks nothing
        os.set_blocking(self._told, False)
        self._thread = threading.Thread(target=self._keep, name="follower", daemon=True)

    def start(self) -> None:
        """Begin to keep it running."""
        self._thread.start()

    def tell(self) -> None:
        """There is something new in the journal."""
        with contextlib.suppress(BlockingIOError):  # full: it has been told
            os.write(self._told, b".")

    def stop(self) -> None:
        """End it and wait until it has ended."""
        self._over.set()
        os.close(self._told)
        self._thread.join()
        os.close(self._heard)

    def _keep(self) -> None:
        while not self._over.is_set():
            status = self._run_once()
            if not self._over.is_set():
                log.error("follower ended", status=status, again_seconds=START_AGAIN_SECONDS)
                self._over.wait(START_AGAIN_SECONDS)

    def _run_once(self) -> int:
        """Run it until it ends, or until we are to end and it had time enough."""
        with subprocess.Popen(self._command, stdin=self._heard) as process:
            while process.poll() is None and not self._over.wait(0.2):
                pass
            try:
                return process.wait(STOP_SECONDS + 2)
            except subprocess.TimeoutExpired:
                process.kill()
                return process.wait()

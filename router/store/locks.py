"""One at a time, of all threads and processes that use a database. May live here: that lock, on either kind of one.

It goes with its holder: whoever is killed holds nothing afterwards (a file lock beside SQLite's file, a session's
advisory lock on PostgreSQL).
"""

from __future__ import annotations

import fcntl
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, Engine, text

from router.errors import StoreError
from router.texts import _

TRY_AGAIN_SECONDS = 0.1


class BusyError(StoreError):
    """Somebody else is at it, and did not end in time."""

    id = "busy"


@contextmanager
def hold_lock(database: Engine, what: str, *, wait_seconds: float | None = None) -> Iterator[None]:
    """Hold the lock named `what`; without `wait_seconds` wait for as long as it takes. Raises `BusyError`."""
    if database.dialect.name == "postgresql":
        with database.connect() as connection:
            key = zlib.crc32(what.encode())
            _wait(lambda: _try_advisory(connection, key), what, wait_seconds)
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
                connection.commit()
    elif database.url.database in (None, "", ":memory:"):
        yield
    else:
        with Path(f"{database.url.database}.{what}.lock").open("w") as file:
            _wait(lambda: _try_file(file), what, wait_seconds)
            yield


def _wait(try_once: Callable[[], bool], what: str, wait_seconds: float | None) -> None:
    deadline = None if wait_seconds is None else time.monotonic() + wait_seconds
    while not try_once():
        if deadline is not None and time.monotonic() >= deadline:
            raise BusyError(
                _("%(what)s: another run is at it", what=what), cure=_("wait until it has ended, then start again")
            )
        time.sleep(TRY_AGAIN_SECONDS)


def _try_advisory(connection: Connection, key: int) -> bool:
    got = bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one())
    connection.commit()  # the lock is the session's; a transaction left open would hold back vacuuming
    return got


def _try_file(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

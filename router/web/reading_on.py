"""What is read again and again for all pages at once, by a thread of its own. May live here: that thread.

A page takes what was read last and never waits for the database: where that hangs, the page goes on without it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from router.logs import logger

log = logger(__name__)

Value = TypeVar("Value")
EVERY_SECONDS = 5.0
FIRST_SECONDS = 2.0  # how long the first page waits for the first reading
STALE_SECONDS = 20.0  # what is older is not known any more
IDLE_SECONDS = 60.0  # nobody asks: the thread ends


class ReadingOn(Generic[Value]):
    """The newest value of `read`; the thread begins with the first page that asks, after the server has forked."""

    def __init__(self, name: str, read: Callable[[], Value]) -> None:
        self._name = name
        self._read = read
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._value: Value | None = None
        self._read_at = self._asked_at = time.monotonic() - STALE_SECONDS
        self._tries = 0

    def newest(self) -> Value | None:
        """The value as last read; None while the database does not answer."""
        with self._changed:
            self._asked_at = time.monotonic()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
                tries = self._tries
                self._changed.wait_for(lambda: self._tries != tries, FIRST_SECONDS)
            is_fresh = time.monotonic() - self._read_at < STALE_SECONDS
            return self._value if is_fresh else None

    def _run(self) -> None:
        while self._once():
            time.sleep(EVERY_SECONDS)

    def _once(self) -> bool:
        """Read once; returns whether anybody still asks."""
        try:
            value: Value | None = self._read()
        except SQLAlchemyError as error:
            log.warning("not read", what=self._name, why=error)
            value = None
        with self._changed:
            self._value, self._read_at = value, time.monotonic()
            self._tries += 1
            self._changed.notify_all()
            if time.monotonic() - self._asked_at < IDLE_SECONDS:
                return True
            self._thread = None
            return False

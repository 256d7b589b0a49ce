"""Live streams: how many a person may have open, and that they end with the account. May live here: that count.

A stream holds a server thread for as long as it is open. Whether its account still stands is read for all streams at
once; with the database away they go on.
"""

from __future__ import annotations

import threading
from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from router.store.tables.users import User
from router.web.reading_on import ReadingOn

OF_ONE = 6  # a browser opens no more to one server, and one of ours holds one stream
OF_ALL = 55  # below the threads that the server keeps for streams


class Streams:
    """The open streams by session mark (`fs_uniquifier`: new when a password changes or sessions are ended)."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._accounts = ReadingOn("accounts", self._read)

    def opened(self, mark: str) -> bool:
        """Count one more; False: this person, or the office, has as many as there may be."""
        with self._lock:
            if self._open[mark] >= OF_ONE or self._open.total() >= OF_ALL:
                return False
            self._open[mark] += 1
            return True

    def closed(self, mark: str) -> None:
        """One less."""
        with self._lock:
            self._open[mark] -= 1
            if not self._open[mark]:
                del self._open[mark]

    def may_go_on(self, mark: str) -> bool:
        """Whether the account still stands, and the session with it."""
        standing = self._accounts.newest()
        return standing is None or mark in standing

    def _read(self) -> frozenset[str]:
        with self._sessions() as session:
            return frozenset(session.scalars(select(User.fs_uniquifier).where(User.active)))

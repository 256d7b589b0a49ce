"""Live streams: how many a person may have open, and that they end with the session. May live here: that count.

A stream holds a server thread for as long as it is open. Whether its session still stands is read for all streams at
once; with the database away they go on. A page whose stream is open is in use, though nobody clicks for a whole shift.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime

from sqlalchemy.orm import Session, sessionmaker

from router.store.people.devices import note_devices_seen, standing_devices
from router.store.people.sessions import note_use, standing_sessions
from router.web.reading_on import ReadingOn

OF_ONE = 6  # a browser opens no more to one server, and one of ours holds one stream
NOTED_EVERY_SECONDS = 60.0
OF_ALL = 55  # below the threads that the server keeps for streams


class Streams:
    """The open streams by the mark of their account (`fs_uniquifier`), and by the digest of their session."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._open: Counter[str] = Counter()
        self._digests: Counter[str] = Counter()
        self._noted_at = time.monotonic()
        self._lock = threading.Lock()
        self._standing = ReadingOn("sessions", self._read)

    def opened(self, mark: str, digest: str = "") -> bool:
        """Count one more; False: this person, or the office, has as many as there may be."""
        with self._lock:
            if self._open[mark] >= OF_ONE or self._open.total() >= OF_ALL:
                return False
            self._open[mark] += 1
            self._digests[digest] += 1
            return True

    def closed(self, mark: str, digest: str = "") -> None:
        """One less."""
        with self._lock:
            for counts, key in ((self._open, mark), (self._digests, digest)):
                counts[key] -= 1
                if not counts[key]:
                    del counts[key]

    def may_go_on(self, mark: str, digest: str) -> bool:
        """Whether the session still stands, and the account with it."""
        standing = self._standing.newest()
        return standing is None or (mark, digest) in standing

    def _read(self) -> frozenset[tuple[str, str]]:
        now = datetime.fromtimestamp(time.time(), UTC)
        with self._sessions() as session:
            if time.monotonic() - self._noted_at > NOTED_EVERY_SECONDS:
                with self._lock:
                    in_use = [digest for digest in self._digests if digest]
                note_use(session, in_use, now)
                note_devices_seen(session, in_use, now)
                session.commit()
                self._noted_at = time.monotonic()
            return standing_sessions(session, now) | standing_devices(session)

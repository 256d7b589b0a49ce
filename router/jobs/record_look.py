"""Whether the database follows the journal. May live here: comparing how far it has come with what has happened."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from router.errors import StoreError
from router.jobs.aside import Aside
from router.store.follow.queries import applied_of, journal_trouble

DATABASE_SECONDS = 5.0  # what does not answer for so long does not answer
MOST_REMEMBERED = 1_000
BEHIND_AFTER = timedelta(seconds=60)  # a busy minute's events may wait for so long


@dataclass(slots=True)
class RecordLook:
    """Remembers what had happened when, until it is on record."""

    _heads: deque[tuple[datetime, int]] = field(default_factory=deque)
    _asking: Aside[tuple[int, str]] = field(default_factory=lambda: Aside(DATABASE_SECONDS))

    def behind(self, database: Engine, journal: str, newest: int, now: datetime) -> str | None:
        """Why what happened a minute ago is not on record (`database`, `restored`, or nobody knows); None: it is."""
        if not journal:
            return None  # an engine of an older version
        if len(self._heads) < MOST_REMEMBERED and (not self._heads or self._heads[-1][1] != newest):
            self._heads.append((now, newest))
        applied: int | None = None
        try:
            applied, trouble = self._asking.ask(lambda: _asked(database, journal))
        except (SQLAlchemyError, StoreError):
            trouble = ""
        if trouble:
            return "restored"
        while applied is not None and self._heads and self._heads[0][1] <= applied:
            self._heads.popleft()
        if not self._heads or now - self._heads[0][0] < BEHIND_AFTER:
            return None
        return "database" if applied is None else ""


def _asked(database: Engine, journal: str) -> tuple[int, str]:
    with Session(database) as session:
        return applied_of(session, journal), journal_trouble(session)

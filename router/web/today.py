"""The day's figures beside the board: from the record, read once for all open boards. May live here: that reading."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from router.logs import logger
from router.store.calls.queries import outcomes_of_day
from router.store.findings.queries import undecided_by_day
from router.store.forms.queries import forms_owed
from router.store.pbx.queries import blind_intervals_of_day
from router.store.scope import day_bounds

log = logger(__name__)

FRESH_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of a day; `blind`: when the router had no link to the PBX (start, end, calls put in afterwards)."""

    calls: int
    answered: int
    missed: int
    forms_owed: int
    findings_open: int
    blind: tuple[tuple[datetime, datetime | None, int], ...]


class Today:
    """The newest figures; many streams ask, one query in a few seconds answers them all."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._lock = threading.Lock()
        self._read_at = -FRESH_SECONDS
        self._newest: Figures | None = None

    def figures(self, day: date, zone: ZoneInfo) -> Figures | None:
        """The day's figures; None while the database does not answer: unknown is never 0 (WEB 1.5)."""
        with self._lock:
            if time.monotonic() - self._read_at >= FRESH_SECONDS:
                self._newest = self._read(day, zone)
                self._read_at = time.monotonic()
            return self._newest

    def _read(self, day: date, zone: ZoneInfo) -> Figures | None:
        try:
            with self._sessions() as session:
                return _figures(session, day, zone)
        except SQLAlchemyError as error:
            log.warning("figures not read", why=error)
            return None


def _figures(session: Session, day: date, zone: ZoneInfo) -> Figures:
    calls, answered, missed = outcomes_of_day(session, day, zone)
    return Figures(
        calls=calls,
        answered=answered,
        missed=missed,
        forms_owed=len(forms_owed(session, since=day_bounds(day, zone)[0])),
        findings_open=sum(undecided_by_day(session).values()),
        blind=tuple((row.started_at, row.ended_at, n) for row, n in blind_intervals_of_day(session, day, zone)),
    )

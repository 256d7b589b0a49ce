"""The day's figures beside the board: from the record, read once for all open boards. May live here: that reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, sessionmaker

from router.store.calls.queries import outcomes_of_day
from router.store.findings.queries import undecided_by_day
from router.store.forms.queries import forms_owed
from router.store.pbx.queries import blind_intervals_of_day
from router.store.scope import day_bounds
from router.web.reading_on import ReadingOn


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
    """The newest figures; many streams ask, one query in a few seconds answers them all, and none of them waits."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._wanted: tuple[date, ZoneInfo] | None = None
        self._reading = ReadingOn("figures", self._read)

    def figures(self, day: date, zone: ZoneInfo) -> Figures | None:
        """The day's figures; None while the database does not answer: unknown is never 0 (WEB 1.5)."""
        self._wanted = day, zone
        found = self._reading.newest()
        return found[1] if found is not None and found[0] == day else None

    def _read(self) -> tuple[date, Figures] | None:
        if self._wanted is None:
            return None
        day, zone = self._wanted
        with self._sessions() as session:
            return day, _figures(session, day, zone)


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

"""What the database knows and the desk has still to hear of, since the engine was away: told as soon as it is back.

May live here: that errand as a job; what is told, `forms` and `owners` say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine as Database
from sqlalchemy.orm import Session

from router.desk_client.forms import TellsDesk, tell_forms
from router.desk_client.owners import tell_owners
from router.logs import logger, state
from router.wire.errors import EngineUnreachableError

log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """The job: tell the desk what is untold, and wait for the next look while it is away."""

    name: str
    tell: Callable[[Session, TellsDesk, datetime], int]
    database: Database
    desk: TellsDesk
    clock: Callable[[], datetime]

    def look(self) -> bool:
        """One look; always well, since an engine that is away now is asked again at the next."""
        with Session(self.database) as session:
            try:
                told = self.tell(session, self.desk, self.clock())
            except EngineUnreachableError:
                return True
        if told:
            state(log, "untold", "told", of=self.name, count=told)
        return True


def untold_forms(database: Database, desk: TellsDesk, clock: Callable[[], datetime]) -> Errand:
    """Forms that were imported, or filed while the engine was away (R7, R16.5-8)."""
    return Errand(name="forms", tell=tell_forms, database=database, desk=desk, clock=clock)


def untold_owners(database: Database, desk: TellsDesk, clock: Callable[[], datetime]) -> Errand:
    """Whose customers are by people's word, told while the engine was away (R16)."""
    return Errand(name="owners", tell=tell_owners, database=database, desk=desk, clock=clock)

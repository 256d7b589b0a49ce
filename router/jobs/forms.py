"""Forms that the desk has still to hear of: imported ones, and those filed while the engine was away (R7, R16.5-8).

May live here: that errand as a job; what it is, `engine.forms` says.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.engine.forms import Desk, tell_forms
from router.engine.socket import EngineUnreachableError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class UntoldForms:
    """The job: tell the desk, and wait for the next look while it is away."""

    database: Engine
    desk: Desk
    clock: Callable[[], datetime]
    name: str = "forms"

    def look(self) -> bool:
        """One look; always well, since an engine that is away now is asked again at the next."""
        with Session(self.database) as session:
            try:
                told = tell_forms(session, self.desk, self.clock())
            except EngineUnreachableError:
                return True
        if told:
            log.info("forms state from=untold to=told forms=%s", told)
        return True

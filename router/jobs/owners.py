"""Owners by people's word that the desk has still to hear of: imported while the engine was away (R16).

May live here: that errand as a job; what it is, `engine.owners` says.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.engine.forms import Desk
from router.engine.owners import tell_owners
from router.engine.socket import EngineUnreachableError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class UntoldOwners:
    """The job: tell the desk, and wait for the next look while it is away."""

    database: Engine
    desk: Desk
    clock: Callable[[], datetime]
    name: str = "owners"

    def look(self) -> bool:
        """One look; always well, since an engine that is away now is asked again at the next."""
        with Session(self.database) as session:
            try:
                told = tell_owners(session, self.desk, self.clock())
            except EngineUnreachableError:
                return True
        if told:
            log.info("owners state from=untold to=told customers=%s", told)
        return True

"""Forgetting an outside party, the same from page and command line. May live here: the order of it.

The journal comes first, since it is the engine's: without the engine nothing is half forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from router.core.words import Number
from router.store.customers.erasure import Forgotten, erase_person
from router.store.scope import SITE_ID
from router.wire.errors import RefusedError


class Forgets(Protocol):
    """The engine, as far as this needs it."""

    def erase(self, number: Number, *, by: str) -> int:
        """Have a number erased."""


def forget(session: Session, engine: Forgets, numbers: Sequence[str], *, by: str, at: datetime) -> Forgotten:
    """Erase these numbers (E.164) in the journal and the database; the caller commits.

    A number that the journal never saw stands in forms, lists or the PBX's records all the same. Raises
    `EngineUnreachableError`: then the same again is safe.
    """
    for number in numbers:
        try:
            engine.erase(Number(number), by=by)
        except RefusedError as error:
            if error.refusal.id != "number-unknown":
                raise
    return erase_person(session, SITE_ID, numbers, at)

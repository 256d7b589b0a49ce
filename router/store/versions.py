"""A decision counts only on what was seen (compare and set). May live here: the step from one version to the next.

Whoever decides says which version of a row they saw; the step is one UPDATE that names it, so that of two at the same
moment one alone gets it, on either kind of database. Take it before anything else is written.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from router.errors import RequestError
from router.texts import _


class ChangedError(RequestError):
    """Somebody else changed it since it was seen; nothing was done."""

    id = "changed"

    def __init__(self, row: Any) -> None:
        self.version: int = row.version
        super().__init__(
            _("it was changed meanwhile by somebody else"),
            cure=_("look at it as it is now, then decide again"),
            about=row,
        )


def step_version(session: Session, row: Any, seen: int | None, *, to: int | None = None) -> None:
    """Step to the next version (or `to`) from the one that was seen; None: as it is read now.

    The caller commits. Raises `ChangedError`, with the row as it is now.
    """
    table = type(row)
    if seen is None:
        session.refresh(row, ["version"])
        seen = row.version
    stepped = session.execute(
        update(table)
        .where(table.id == row.id, table.version == seen)
        .values(version=seen + 1 if to is None else to)
        .execution_options(synchronize_session=False)
    )
    session.refresh(row)
    if stepped.rowcount != 1:  # type: ignore[attr-defined]  # a cursor's result
        raise ChangedError(row)

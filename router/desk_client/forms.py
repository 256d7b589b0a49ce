"""Telling the desk of call forms that stand in the database (R7, R16.5-8). May live here: that errand.

The form is safe before the desk hears of it. With the engine away it stays untold, and whoever comes next (a page, a
job) tells it; the key of a revision makes sure that the desk takes it once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from router.core.inputs import FormFiled, Input
from router.core.words import CallId, FormKind, PersonId
from router.logs import logger
from router.store.forms.queries import untold_revisions
from router.store.tables.forms import FormRevisionRow
from router.wire.errors import RefusedError

log = logger(__name__)


class TellsDesk(Protocol):
    """The engine, as far as forms need it."""

    def tell(self, told: Input, *, source: str, key: str = "", facts: dict[str, str] | None = None) -> int:
        """Have one input recorded."""


def tell_forms(session: Session, desk: TellsDesk, now: datetime) -> int:
    """Tell the desk every revision that it has not heard of; returns how many. Commits after each.

    Raises `EngineUnreachableError`: what is untold then stays so. A call that the desk does not know (one of fallback,
    or long ago) is refused by it; that is kept with the revision.
    """
    told = 0
    for form, revision in untold_revisions(session):
        filed = _as_input(form.call_id or "", revision)
        try:
            desk.tell(filed, source=f"form:{revision.written_by}"[:32], key=f"form-{form.id}-{revision.revision}")
        except RefusedError as error:
            revision.refused = str(error.refusal)[:255]
            log.info("form refused", call=form.call_id, why=revision.refused)
        revision.told_at = now
        session.commit()
        told += 1
    return told


def _as_input(call_id: str, revision: FormRevisionRow) -> FormFiled:
    asked_for = revision.values.get("asked_for")
    return FormFiled(
        call=CallId(call_id),
        kind=FormKind(revision.values["kind"]),
        asked_for=PersonId(asked_for) if asked_for else None,
    )

"""How well the database follows the journal. May live here: those questions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.store.scope import SITE_ID
from router.store.tables.applied import EventFailedRow


def failed_events(session: Session, *, site_id: int = SITE_ID) -> Sequence[EventFailedRow]:
    """Events that the database would not take, for `doctor`; there should be none."""
    wanted = select(EventFailedRow).where(EventFailedRow.site_id == site_id)
    return session.scalars(wanted.order_by(EventFailedRow.at)).all()

"""How well the database follows the journal. May live here: those questions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.store.follow.restored import OF_THE_JOURNAL
from router.store.scope import SITE_ID
from router.store.tables.applied import EventAppliedRow, EventFailedRow


def applied_of(session: Session, journal: str, *, site_id: int = SITE_ID) -> int:
    """How far the database has followed this journal; 0 for one that it never heard of."""
    wanted = (EventAppliedRow.site_id == site_id, EventAppliedRow.journal == journal)
    return session.scalars(select(EventAppliedRow.seq).where(*wanted)).one_or_none() or 0


def failed_events(session: Session, *, site_id: int = SITE_ID) -> Sequence[EventFailedRow]:
    """Events that the database would not take, for `doctor` and the page of notices; there should be none."""
    wanted = (EventFailedRow.site_id == site_id, EventFailedRow.seq != OF_THE_JOURNAL)
    return session.scalars(select(EventFailedRow).where(*wanted).order_by(EventFailedRow.at)).all()


def journal_trouble(session: Session, *, site_id: int = SITE_ID) -> str:
    """Why the database does not follow the journal any more; "" where it does."""
    wanted = (EventFailedRow.site_id == site_id, EventFailedRow.seq == OF_THE_JOURNAL)
    return session.scalars(select(EventFailedRow.why).where(*wanted).order_by(EventFailedRow.at.desc())).first() or ""

"""The record of calls made anew from the journal. May live here: forgetting what it brought, and following again.

For what could not be put on record when it happened (`event_failed`), once a newer version can. What people wrote about
calls (forms, findings, blocks, names) names calls and numbers, which come back under the same ids, and is not touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, delete, func, or_, select, update
from sqlalchemy.orm import Session

from router.store.calls.recovered import PREFIX
from router.store.follow.events import Feed
from router.store.follow.queries import failed_events
from router.store.follow.restored import refuse_restored
from router.store.follow.writer import DatabaseWriter
from router.store.scope import SITE_ID
from router.store.tables.applied import EventAppliedRow, EventFailedRow
from router.store.tables.calls import CallRow, TrailRow, TurnRow
from router.store.tables.customers import CallbackRow, ContactRow, NumberRow
from router.store.tables.fairness import LedgerRow
from router.store.tables.notices import NoticeMarkRow
from router.store.tables.presence import PresenceRow

OF_EVENTS = (TrailRow, TurnRow, LedgerRow, PresenceRow, ContactRow, EventFailedRow)
LOOKED_THROUGH = {table.__tablename__: table for table in (TrailRow, TurnRow, PresenceRow, ContactRow)}
Place = tuple[int, int]  # an event's number, and the item's place in its answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """How many calls are on record now, and how many events the database would still not take."""

    calls: int
    failed: int


def rebuild(database: Engine, feed: Feed, *, site_id: int = SITE_ID) -> Rebuilt:
    """Forget what the journal brought into the database, and follow it from its beginning.

    Raises `JournalRestoredError`: a journal that is older than the record can't bring all of it back.
    """
    journal = feed.journal
    with Session(database) as session:
        refuse_restored(session, feed, _applied(session, journal, site_id), site_id)
        undone = _undone_turns(session, journal, site_id)
        _forget(session, journal, site_id, feed.begins)
        session.commit()
    writer = DatabaseWriter(database, feed, site_id)
    while writer.step():
        pass
    with Session(database) as session:
        _name_undone_turns(session, journal, undone, site_id)
        _look_on_from_here(session, site_id)
        session.commit()
        calls = select(func.count()).select_from(CallRow).where(CallRow.site_id == site_id)
        return Rebuilt(calls=session.scalar(calls) or 0, failed=len(failed_events(session, site_id=site_id)))


def _applied(session: Session, journal: str, site_id: int) -> int:
    mark = (EventAppliedRow.site_id == site_id, EventAppliedRow.journal == journal)
    return session.scalars(select(EventAppliedRow.seq).where(*mark)).one_or_none() or 0


def _forget(session: Session, journal: str, site_id: int, begins: int) -> None:
    """In one transaction, the mark first: another follower then finds that it must begin anew, too."""
    mark = (EventAppliedRow.site_id == site_id, EventAppliedRow.journal == journal)
    nothing: dict[str, Any] = {
        "seq": begins,
        "slot_name": None,
        "slot_started_at": None,
        "sheet_started_at": None,
        "rounds": {},
    }
    session.execute(update(EventAppliedRow).where(*mark).values(nothing))
    calls = select(TrailRow.call_id).where(TrailRow.site_id == site_id, TrailRow.journal == journal).distinct()
    session.execute(delete(CallRow).where(CallRow.site_id == site_id, CallRow.id.in_(calls)))
    numbers = select(NumberRow.id).where(NumberRow.site_id == site_id, NumberRow.journal == journal)
    is_ours = or_(CallbackRow.call_id.is_(None), ~CallbackRow.call_id.startswith(PREFIX))
    session.execute(
        delete(CallbackRow).where(CallbackRow.site_id == site_id, CallbackRow.number_id.in_(numbers), is_ours)
    )
    for table in OF_EVENTS:
        session.execute(delete(table).where(table.site_id == site_id, table.journal == journal))


def _undone_turns(session: Session, journal: str, site_id: int) -> Mapping[int, Place]:
    """The turns that somebody took away again, by the ids that the journal knows them by (R8)."""
    wanted = select(TurnRow.undoes).where(TurnRow.site_id == site_id, TurnRow.undoes.is_not(None))
    rows = select(TurnRow.id, TurnRow.seq, TurnRow.position).where(TurnRow.journal == journal, TurnRow.id.in_(wanted))
    return {row: (seq, position) for row, seq, position in session.execute(rows)}


def _name_undone_turns(session: Session, journal: str, undone: Mapping[int, Place], site_id: int) -> None:
    ours = (TurnRow.site_id == site_id, TurnRow.journal == journal)
    for turn in session.scalars(select(TurnRow).where(*ours, TurnRow.undoes.in_(list(undone)))).all():
        seq, position = undone[turn.undoes or 0]
        again = select(TurnRow.id).where(*ours, TurnRow.seq == seq, TurnRow.position == position)
        turn.undoes = session.scalars(again).one_or_none()


def _look_on_from_here(session: Session, site_id: int) -> None:
    """What was told of is not told again: notices look on from what stands on record now."""
    for source, table in LOOKED_THROUGH.items():
        newest = session.scalar(select(func.coalesce(func.max(table.id), 0))) or 0
        marks = (NoticeMarkRow.site_id == site_id, NoticeMarkRow.source == source)
        session.execute(update(NoticeMarkRow).where(*marks).values(last_id=newest))

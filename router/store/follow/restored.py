"""A journal that was put back from a backup: it is older than what the database has followed, and goes on otherwise.

Its next events bear numbers that the database knows already, of other events: followed blindly they would be passed
over in silence, and calls with them. So the follower compares before it follows, and stands still where they differ.
A backup copied without its `-wal` is such a journal, too. May live here: noticing it, and going on from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from router.errors import StoreError
from router.store.follow.events import Feed
from router.store.scope import moment
from router.store.tables.applied import EventAppliedRow, EventFailedRow
from router.store.tables.calls import TrailRow
from router.store.tables.customers import NumberRow
from router.texts import _

AT_ONCE = 500  # rows of one question
OF_THE_JOURNAL = 0  # the number of an event that does not exist: what is wrong with the journal as a whole


class JournalRestoredError(StoreError):
    """The journal is older than what the database has followed: it was put back from a backup."""

    id = "journal-restored"


def refuse_restored(session: Session, feed: Feed, applied: int, site_id: int) -> None:
    """Raise `JournalRestoredError` where the journal's events are not those that the database followed."""
    newest = feed.newest()
    last = next(_on_record(session, feed.journal, site_id, at_once=1), None)
    is_other = last is not None and last[0] > feed.begins and not _is_same(feed, *last)
    if newest < applied or is_other:
        raise JournalRestoredError(
            _(
                "journal.db was put back from a backup: the database has followed it to event %(applied)s already, "
                "so what happens now can't be put on record",
                applied=applied,
            ),
            cure=_("stop the service; put the newer journal.db back, or where it is lost: hotline rebuild --restored"),
        )


def common_end(session: Session, feed: Feed, site_id: int) -> int:
    """The newest event on record that the restored journal has, too; 0 for none."""
    on_record = _on_record(session, feed.journal, site_id)
    return next((seq for seq, at_ms in on_record if _is_same(feed, seq, at_ms)), 0)


def erased_keys(session: Session, journal: str, site_id: int) -> Sequence[int]:
    """The keys of numbers that are erased in the database: a backup may have them still."""
    wanted = (NumberRow.site_id == site_id, NumberRow.journal == journal, NumberRow.erased_at.is_not(None))
    return session.scalars(select(NumberRow.key).where(*wanted)).all()


def go_on_from(session: Session, was: str, now: str, *, begins: int, newest_key: int, site_id: int) -> None:
    """Follow the restored journal under its new id from `begins` on; what the lost one brought stays on record.

    Numbers that both know keep their rows. The caller commits.
    """
    of_it = (EventAppliedRow.site_id == site_id, EventAppliedRow.journal == was)
    mark = session.scalars(select(EventAppliedRow).where(*of_it)).one()
    session.add(
        EventAppliedRow(
            site_id=site_id,
            journal=now,
            seq=begins,
            slot_name=mark.slot_name,
            slot_started_at=mark.slot_started_at,
            sheet_started_at=mark.sheet_started_at,
            rounds=dict(mark.rounds),
        )
    )
    common = (NumberRow.site_id == site_id, NumberRow.journal == was, NumberRow.key <= newest_key)
    session.execute(update(NumberRow).where(*common).values(journal=now))
    forget_trouble(session, was, site_id)


def note_trouble(session: Session, journal: str, why: str, at_ms: int, site_id: int) -> None:
    """Put it on record, for `doctor` and pages. The caller commits."""
    key = (site_id, journal, OF_THE_JOURNAL)
    if session.get(EventFailedRow, key) is None:
        session.add(EventFailedRow(site_id=site_id, journal=journal, seq=OF_THE_JOURNAL, at=moment(at_ms), why=why))


def forget_trouble(session: Session, journal: str, site_id: int) -> None:
    """It is over. The caller commits."""
    of_it = (EventFailedRow.journal == journal, EventFailedRow.seq == OF_THE_JOURNAL)
    session.execute(delete(EventFailedRow).where(EventFailedRow.site_id == site_id, *of_it))


def _on_record(session: Session, journal: str, site_id: int, *, at_once: int = AT_ONCE) -> Iterator[tuple[int, int]]:
    """The journal's events in the trail, newest first, each with its moment (ms)."""
    wanted = select(TrailRow.seq, TrailRow.at).where(TrailRow.site_id == site_id, TrailRow.journal == journal)
    below = None
    while True:
        older = wanted if below is None else wanted.where(TrailRow.seq < below)
        rows = session.execute(older.distinct().order_by(TrailRow.seq.desc()).limit(at_once)).all()
        if not rows:
            return
        yield from ((seq, round(at.timestamp() * 1000)) for seq, at in rows)
        below = rows[-1][0]


def _is_same(feed: Feed, seq: int, at_ms: int) -> bool:
    return feed.at_of(seq) == at_ms

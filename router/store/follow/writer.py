"""The database follows the journal. May live here: the writer's loop, its claim, and its patience.

Events are applied in order, a batch a transaction, and the mark of how far (`event_applied`) moves in the same one by
compare-and-set: nothing counts twice, whoever else writes. With the database away the writer waits, longer each time,
and catches up; the engine knows nothing of it. An event that the database will not take is put aside (`event_failed`)
and said aloud, so that it holds up none after it.

The writer reads `journal.db` by itself, and runs in a process of its own: a thread would share one interpreter with the
engine. What happens within `GATHER_SECONDS` goes into one transaction, since most of a small one's cost is its frame.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from router.errors import StoreError
from router.logs import logger
from router.store.follow.apply import apply
from router.store.follow.batch import Batch
from router.store.follow.events import Feed, JournalItem
from router.store.follow.restored import JournalRestoredError, forget_trouble, note_trouble, refuse_restored
from router.store.scope import moment
from router.store.tables.applied import EventAppliedRow, EventFailedRow
from router.store.tables.office import SiteRow
from router.texts import _

log = logger(__name__)

BATCH = 200
LOOK_AGAIN_SECONDS = 0.5  # without being told
GATHER_SECONDS = 0.1
PATIENCE_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)


class DatabaseAwayError(StoreError):
    """The database does not answer, or not as a database with our tables does."""

    id = "database-away"


class _LostClaimError(StoreError):
    """Somebody else has applied these events meanwhile."""

    id = "claim-lost"


@dataclass(frozen=True, slots=True)
class WriterState:
    """For pages and `doctor`: the newest event in the database, and what is wrong if it stands still."""

    applied: int
    trouble: str


class DatabaseWriter:
    """Applies one journal to one site's tables. `step` and `run` belong to one thread; `tell` may come from any."""

    def __init__(self, database: Engine, feed: Feed, site_id: int = 1) -> None:
        self._database = database
        self._feed = feed
        self._site_id = site_id
        self._applied: int | None = None
        self._trouble = ""
        self._is_behind = False  # the last batch was a full one
        self._news = threading.Event()

    @property
    def state(self) -> WriterState:
        """How it stands now."""
        return WriterState(self._applied or 0, self._trouble)

    def tell(self) -> None:
        """There is something new to read (`Engine.when_committed`)."""
        self._news.set()

    def run(self, over: threading.Event) -> None:
        """Follow until `over` is set; `tell` then wakes it up."""
        failures = 0
        while not over.is_set():
            self._news.clear()
            try:
                is_busy = self.step()
            except Exception as error:  # a writer that has ended would be missed by nobody until the evening
                patience = PATIENCE_SECONDS[min(failures, len(PATIENCE_SECONDS) - 1)]
                self._say(error, patience)
                over.wait(patience)
                failures += 1
                continue
            failures, self._trouble = 0, ""
            if not is_busy and not over.is_set():
                self._news.wait(LOOK_AGAIN_SECONDS)
            elif not self._is_behind:
                over.wait(GATHER_SECONDS)
        self._feed.close()

    def _say(self, error: Exception, patience: float) -> None:
        if str(error) != self._trouble and isinstance(error, JournalRestoredError):
            log.error("alarm", alarm=error.id, why=error.message, cure=error.cure)
        elif str(error) != self._trouble:
            slip = None if isinstance(error, StoreError) else error
            log.warning("database writer waits", seconds=patience, why=error, exc_info=slip)
        self._trouble = str(error)

    def step(self) -> bool:
        """Apply one batch; False when there was nothing to apply. Raises `DatabaseAwayError` or `JournalError`."""
        if self._applied is None:
            self._applied = self._guarded(self._read_mark)
        items = self._feed.read(self._applied, BATCH)
        self._is_behind = len(items) == BATCH
        if not items:
            return False
        try:
            self._follow(items)
        except _LostClaimError:
            self._applied = None  # to be read anew
        return True

    def _follow(self, items: Sequence[JournalItem]) -> None:
        """Apply a batch; if an event makes it fail, each in a transaction of its own, and the bad ones put aside."""
        try:
            self._applied = self._guarded(lambda: self._apply(items))
        except (DatabaseAwayError, _LostClaimError):
            raise
        except Exception as error:
            if len(items) == 1:
                self._put_aside(items[0], error)
            else:
                for item in items:
                    self._follow([item])

    def _put_aside(self, item: JournalItem, error: Exception) -> None:
        log.error("event put aside", journal=self._feed.journal, seq=item.seq, exc_info=error)
        why = f"{type(error).__name__}: {error}"

        def record() -> int:
            with Session(self._database) as session:
                self._claim(session, item.seq)
                row = EventFailedRow(
                    site_id=self._site_id, journal=self._feed.journal, seq=item.seq, at=moment(item.at_ms), why=why
                )
                session.add(row)
                session.commit()
            return item.seq

        try:
            self._applied = self._guarded(record)
        except IntegrityError as again:
            raise DatabaseAwayError(_("can't even record that an event failed: %(why)s", why=str(again))) from again

    def _guarded(self, work: Callable[[], int]) -> int:
        """Do database work; what is the database's trouble, and no event's, becomes `DatabaseAwayError`."""
        try:
            return work()
        except (IntegrityError, DataError):
            raise
        except (DBAPIError, PoolTimeoutError) as error:
            raise DatabaseAwayError(
                _("the database does not do its work: %(why)s", why=_short(error)),
                cure=_("is it running, migrated, and not full?"),
            ) from error

    def _read_mark(self) -> int:
        wanted = (EventAppliedRow.site_id == self._site_id, EventAppliedRow.journal == self._feed.journal)
        with Session(self._database) as session:
            seq = session.scalars(select(EventAppliedRow.seq).where(*wanted)).one_or_none()
            if seq is None and session.get(SiteRow, self._site_id) is None:
                raise DatabaseAwayError(
                    _("the database has no site yet"), cure=_("start with a site file, which seeds it")
                )
            if seq is None:
                seq = self._feed.begins
                session.add(EventAppliedRow(site_id=self._site_id, journal=self._feed.journal, seq=seq, rounds={}))
            self._compare(session, seq)
            session.commit()
            return seq

    def _compare(self, session: Session, applied: int) -> None:
        """Whether the journal is still the one that was followed; what is wrong is on record for pages and `doctor`."""
        journal = self._feed.journal
        try:
            refuse_restored(session, self._feed, applied, self._site_id)
        except JournalRestoredError as error:
            at_ms = self._feed.at_of(self._feed.newest()) or 0
            note_trouble(session, journal, f"{error.message}", at_ms, self._site_id)
            session.commit()
            raise
        forget_trouble(session, journal, self._site_id)

    def _apply(self, items: Sequence[JournalItem]) -> int:
        with Session(self._database, autoflush=False) as session:
            batch = Batch(session, self._site_id, self._claim(session, items[-1].seq))
            for item in items:
                apply(batch, item)
            batch.write_out()
            session.commit()
        return items[-1].seq

    def _claim(self, session: Session, up_to: int) -> EventAppliedRow:
        """Move the mark, if it still stands where we left it; a write first, so that SQLite takes its lock at once."""
        wanted = (EventAppliedRow.site_id == self._site_id, EventAppliedRow.journal == self._feed.journal)
        claimed = session.execute(
            update(EventAppliedRow)
            .where(*wanted, EventAppliedRow.seq == self._applied)
            .values(seq=up_to)
            .returning(EventAppliedRow.seq)
        )
        if not claimed.all():
            raise _LostClaimError("claimed by another")
        return session.scalars(select(EventAppliedRow).where(*wanted)).one()


def _short(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", error)).strip().splitlines()[0][:200] if str(error) else type(error).__name__

"""A journal put back from a backup: it is noticed, nothing is passed over, and the office goes on from it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.core import inputs
from router.engine.feed import JournalFeed
from router.engine.journal import Journal
from router.store.calls.queries import calls_of_day
from router.store.follow.queries import failed_events, journal_trouble
from router.store.follow.rebuild import rebuild
from router.store.follow.restored import JournalRestoredError, common_end, erased_keys, go_on_from
from router.store.follow.writer import DatabaseWriter
from router.store.scope import SITE_ID
from router.store.tables.customers import NumberRow
from tests.engine.office import CALLER, CHEN, TestOffice, office
from tests.store.test_writer import DAY, MORNING, ZONE

Ask = Callable[[], Session]
SQLITE = pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)  # where the kind of database says nothing


def _missed_call(made: TestOffice, name: str, number: str = CALLER) -> None:
    call = made.call_comes(name, inputs.Number(number))
    made.tell(inputs.PhoneRang(call=call, person=CHEN), at=made.now + 100)
    made.tell(inputs.HungUp(call=call), at=made.now + 2_000)


def _follow(database: Engine, path: Path) -> None:
    feed = JournalFeed(path)
    writer = DatabaseWriter(database, feed)
    try:
        while writer.step():
            pass
    finally:
        feed.close()


def _calls(ask: Ask) -> list[str]:
    return [call.id for call in calls_of_day(ask(), DAY, ZONE)]


@pytest.fixture
def restored(database: Engine, tmp_path: Path) -> Path:
    """c1 is in the backup; c2 and c3 came after it, and the caller of c1 was erased; then the disk was lost."""
    journal, backup = tmp_path / "journal.db", tmp_path / "backup.db"
    with office(tmp_path, now=MORNING) as made:
        made.open_slot()
        _missed_call(made, "c1")
        made.engine.close()
    shutil.copy(journal, backup)
    with office(tmp_path, now=MORNING + 100_000) as made:
        _missed_call(made, "c2", "+8613800000002")
        _missed_call(made, "c3", "+8613800000003")
        made.mailbox.erase(CALLER, "boss")
        made.work()
    _follow(database, journal)
    shutil.copy(backup, journal)
    return tmp_path


@SQLITE
def test_it_is_noticed_before_and_after_it_has_overtaken_the_record(restored: Path, database: Engine, ask: Ask) -> None:
    with pytest.raises(JournalRestoredError, match="hotline rebuild --restored"):
        _follow(database, restored / "journal.db")
    with office(restored, now=MORNING + 1_000_000) as made:
        for count in range(4, 10):
            _missed_call(made, f"c{count}", f"+861380000000{count}")
    with pytest.raises(JournalRestoredError):
        _follow(database, restored / "journal.db")
    assert "put back from a backup" in journal_trouble(ask())
    assert failed_events(ask()) == []
    assert _calls(ask) == ["c1", "c2", "c3"], "nothing of it is taken for what the record has already"
    feed = JournalFeed(restored / "journal.db")
    with pytest.raises(JournalRestoredError):
        rebuild(database, feed)  # it would forget c2 and c3 for ever
    feed.close()


@SQLITE
def test_the_newer_one_put_back_ends_the_trouble(database: Engine, tmp_path: Path, ask: Ask) -> None:
    journal = tmp_path / "journal.db"
    with office(tmp_path, now=MORNING) as made:
        made.open_slot()
        made.engine.close()
    shutil.copy(journal, tmp_path / "backup.db")
    with office(tmp_path, now=MORNING + 1_000) as made:
        _missed_call(made, "c1")
    _follow(database, journal)
    shutil.copy(journal, tmp_path / "newer.db")
    shutil.copy(tmp_path / "backup.db", journal)
    with pytest.raises(JournalRestoredError):
        _follow(database, journal)
    shutil.copy(tmp_path / "newer.db", journal)
    _follow(database, journal)
    assert journal_trouble(ask()) == ""


def test_the_office_goes_on_from_it_with_nothing_lost_and_nobody_back_who_was_erased(
    restored: Path, database: Engine, ask: Ask
) -> None:
    path = restored / "journal.db"
    with pytest.raises(JournalRestoredError):
        _follow(database, path)
    with office(restored, now=MORNING + 1_000_000) as made:
        _missed_call(made, "c4", "+8613800000004")  # before anybody saw the alarm
    feed = JournalFeed(path)
    with Session(database) as session, Journal(path) as journal:
        was, begins = journal.id, common_end(session, feed, SITE_ID)
        now = journal.go_on_restored(begins, erased_keys(session, was, SITE_ID))
        go_on_from(session, was, now, begins=begins, newest_key=journal.newest_key(), site_id=SITE_ID)
        session.commit()
    feed.close()
    with office(restored, now=MORNING + 2_000_000) as made:
        assert made.journal.key_of(CALLER) is None
        _missed_call(made, "c5", "+8613800000002")
    _follow(database, path)
    assert _calls(ask) == ["c1", "c2", "c3", "c4", "c5"]
    assert journal_trouble(ask()) == ""
    assert failed_events(ask()) == []
    assert CALLER not in ask().scalars(select(NumberRow.number)).all()
    feed = JournalFeed(path)
    assert rebuild(database, feed).failed == 0
    feed.close()
    assert _calls(ask) == ["c1", "c2", "c3", "c4", "c5"], "the record made anew has what the lost journal brought, too"

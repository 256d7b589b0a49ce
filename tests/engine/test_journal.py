"""The journal keeps what was decided, once, and no number outside its one table."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from router.core import inputs
from router.core.words import CallId, Number
from router.engine import journal_keeper
from router.engine.feed import JournalFeed
from router.engine.journal import Journal, JournalInUseError
from router.engine.journal_reader import JournalEntry
from router.engine.snapshot import VERSION, recover
from router.store.follow.events import Erasure, JournalEvent
from router.wire.errors import JournalError
from tests.engine.office import CALLER, CARRIER_WROTE, CHEN, TestOffice, office


def _written(made: TestOffice) -> str:
    rows = made.journal._db.execute("SELECT body || facts || answer || standing FROM event").fetchall()
    return "\n".join(row[0] for row in rows)


def _a_call_that_was_missed(made: TestOffice) -> None:
    made.open_slot()
    call = made.call_comes("c1")
    made.tell(inputs.HungUp(call=call))
    made.engine.close()


def test_a_number_stands_in_one_table_alone(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        _a_call_that_was_missed(made)
        assert "13800000001" not in _written(made)
        assert made.journal.key_of(CALLER) is not None


def test_an_erased_number_is_nowhere_and_nothing_brings_it_back(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        _a_call_that_was_missed(made)
        done = made.mailbox.erase(CALLER, "boss")
        made.work()
        assert done.result(0) == made.journal.last_seq
        made.tell(inputs.Tick(), at=1000)
        made.engine.close()
        assert made.journal.key_of(CALLER) is None
        assert made.journal.key_of(Number(CARRIER_WROTE)) is None
        assert list(made.desk.office.callbacks) == ["erased-1"]
        kept = made.desk.office
    for file in tmp_path.iterdir():
        assert b"13800000001" not in file.read_bytes(), file
    with Journal(tmp_path / "journal.db") as journal:
        assert recover(journal, kept.policy).office == kept


def test_a_number_nobody_knows_can_not_be_erased(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        done = made.mailbox.erase(Number("+8613999999999"))
        made.work()
        assert "no call" in str(done.exception(0))


def test_who_was_erased_and_calls_again_is_somebody_new(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        _a_call_that_was_missed(made)
        made.mailbox.erase(CALLER)
        made.work()
        made.call_comes("c2")
        assert made.desk.office.calls[CallId("c1")].number == "erased-1"
        assert made.desk.office.calls[CallId("c2")].number == CALLER


def test_a_text_that_many_callers_share_survives_the_erasure_of_one(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        made.call_comes("c1", CALLER, sent="anonymous")
        made.mailbox.erase(CALLER)
        made.work()
        assert made.journal.key_of("anonymous") is not None


def test_a_second_engine_on_the_same_journal_is_turned_away(tmp_path: Path) -> None:
    with office(tmp_path), pytest.raises(JournalInUseError, match="another engine"):
        Journal(tmp_path / "journal.db")


def test_a_batch_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        entry = JournalEntry(seq=1, at_ms=0, kind="input", source="test", body={"is": "Contacted", "number": CALLER})
        with pytest.raises(JournalError, match="can't be written"):
            journal.write([entry, entry])
        assert journal.last_seq == 0
        journal.write([entry])  # the number's key was taken back, too, and is given anew
        assert [kept.body["number"] for kept in journal.read()] == [CALLER]


def test_a_damaged_journal_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"no database at all " * 500)
    with pytest.raises(JournalError, match=r"not a database .*move it and its -wal and -shm away"):
        Journal(tmp_path / "journal.db")


def test_a_journal_of_a_newer_version_is_refused_with_a_reason(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        journal._db.execute("PRAGMA user_version=99")
    with pytest.raises(JournalError, match="newer version"):
        Journal(tmp_path / "journal.db")


def test_old_snapshots_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_keeper, "SNAPSHOT_WHEN_QUIET", 2)
    with office(tmp_path) as made:
        made.open_slot()
        for at in range(20):
            made.tell(inputs.Tick(), at=at)
        count = made.journal._db.execute("SELECT count(*) FROM event WHERE kind = 'snapshot'").fetchone()[0]
        assert count == 3


def test_no_snapshot_is_written_while_a_caller_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_keeper, "SNAPSHOT_WHEN_QUIET", 2)
    with office(tmp_path) as made:
        made.open_slot()
        call = made.call_comes("c1")
        before = made.journal.last_snapshot(VERSION)
        for at in range(10):
            made.tell(inputs.Tick(), at=at)
        assert made.journal.last_snapshot(VERSION) == before
        made.tell(inputs.HungUp(call=call))
        assert made.journal.last_snapshot(VERSION) != before


def test_the_feed_gives_events_with_keys_and_how_numbers_stand(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        _a_call_that_was_missed(made)
        feed = JournalFeed(tmp_path / "journal.db")
        assert feed.journal == made.journal.id
        events = [event for event in feed.read(0, 100) if isinstance(event, JournalEvent)]
        arrived = next(event for event in events if isinstance(event.input, inputs.CallArrived))
        assert arrived.facts["hotline"] == "02887654321"
        assert set(arrived.keys) == {CALLER, CARRIER_WROTE}
        missed = next(event for event in events if isinstance(event.input, inputs.HungUp))
        assert [(one.number, one.owed, one.callback) for one in missed.standing] == [(CALLER, True, CHEN)]
        made.mailbox.erase(CALLER)
        made.work()
        assert [type(event) for event in feed.read(events[-1].seq, 100)] == [Erasure]
        feed.close()


def test_a_journal_that_the_disk_does_not_keep_takes_nothing_more(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        journal.write([JournalEntry(seq=1, at_ms=0, kind="input", source="test", body={})])
        os.close(journal._sync._descriptor)  # the disk is gone
        journal.sync_soon()
        journal._sync._thread.join(10)
        with pytest.raises(JournalError):
            journal.write([JournalEntry(seq=2, at_ms=0, kind="input", source="test", body={})])
        assert journal.last_seq == 1
        journal._sync._descriptor = os.dup(0)


def test_what_the_engine_did_is_on_its_way_to_the_disk_after_each_step(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        asked = []
        made.journal._sync.ask = lambda: asked.append(made.journal.last_seq)  # type: ignore[method-assign]  # to see it
        _a_call_that_was_missed(made)
        assert asked[-1] == made.journal.last_seq

"""A large office's snapshot is made by a copy of the engine: no call waits for it, and it is of one moment."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from router.core import inputs
from router.core.words import CallId, Number
from router.engine import journal_keeper
from router.engine.journal import Journal
from router.engine.snapshot import VERSION, recover
from router.engine.snapshot import state_of as written_down
from tests.engine.office import CALLER, CHEN, TestOffice, office

CUSTOMERS = tuple(Number(f"+86139{n:08}") for n in range(20))


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_keeper, "SNAPSHOT_WHEN_QUIET", 10)
    monkeypatch.setattr(journal_keeper, "LARGE", 5)


def _customers(made: TestOffice) -> None:
    for number in CUSTOMERS:
        made.tell(inputs.CustomerKnown(number=number, owner=CHEN, last_contact=0))


def _until_written(made: TestOffice) -> None:
    """Time goes on until the copy has ended and its text stands in the journal."""
    limit = threading.Event()
    for _ in range(500):
        made.tell(inputs.Tick(), at=made.now + 1)
        if not made.keeper._journal._aside.is_under_way:
            return
        limit.wait(0.01)
    raise AssertionError("the copy did not end")


def test_the_engine_itself_encodes_no_large_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with office(tmp_path) as made:
        encoded_here: list[int] = []

        def watched(office: inputs.Input) -> object:
            encoded_here.append(os.getpid())
            return written_down(office)  # type: ignore[arg-type]  # an office, as the keeper calls it

        made.open_slot()
        monkeypatch.setattr(journal_keeper, "state_of", watched)
        _customers(made)
        _until_written(made)
        assert len(made.desk.office.customers) == len(CUSTOMERS)
        assert encoded_here == [], "neither while it was due nor afterwards"
        snapshot = made.journal.last_snapshot(VERSION)
        assert snapshot is not None
        assert {entry["number"] for entry in snapshot.body["customers"]} <= set(CUSTOMERS)
        assert len(snapshot.body["customers"]) > 5


def test_what_comes_while_it_is_made_stands_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        _customers(made)
        assert made.keeper._journal._aside.is_under_way
        monkeypatch.setattr(journal_keeper, "SNAPSHOT_WHEN_QUIET", 1_000)  # this one, and no other
        made.tell(inputs.HungUp(call=made.call_comes("c1")))
        _until_written(made)
        kept = made.desk.office
    with Journal(tmp_path / "journal.db") as journal:
        snapshot = journal.last_snapshot(VERSION)
        assert snapshot is not None
        assert CALLER not in {entry["number"] for entry in snapshot.body["customers"]}
        assert recover(journal, kept.policy).office == kept


def test_who_is_erased_while_it_is_made_is_nowhere(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        made.tell(inputs.HungUp(call=made.call_comes("c1")))
        _customers(made)
        assert made.keeper._journal._aside.is_under_way
        made.mailbox.erase(CALLER, "boss")
        made.work()
        _until_written(made)
        made.journal.tidy_up()
        kept = made.desk.office
        assert CallId("c1") in kept.calls
    for file in tmp_path.iterdir():
        assert b"13800000001" not in file.read_bytes(), file


def test_a_copy_that_fails_costs_nothing_and_the_next_snapshot_is_made_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> str:
        raise MemoryError

    with office(tmp_path) as made:
        made.open_slot()
        monkeypatch.setattr(made.journal, "text_in_a_copy", fails)
        before = made.journal.last_snapshot(VERSION)
        _customers(made)
        _until_written(made)
        for _ in range(12):
            made.tell(inputs.Tick(), at=made.now + 1)
        after = made.journal.last_snapshot(VERSION)
        assert before is not None
        assert after is not None
        assert after.seq > before.seq
        assert recover(made.journal, made.desk.office.policy).office == made.desk.office


def test_an_engine_that_is_stopped_meanwhile_leaves_a_whole_snapshot_and_no_process(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        _customers(made)
        copy = made.keeper._journal._aside._pid
        assert copy
        made.engine.close()
        with pytest.raises(ProcessLookupError):
            os.kill(copy, 0)
        snapshot = made.journal.last_snapshot(VERSION)
        assert snapshot is not None
        assert snapshot.seq == made.journal.last_seq

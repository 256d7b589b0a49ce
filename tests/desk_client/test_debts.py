"""Call backs of calls that the desk never saw: told to it once; then they can be given to somebody and settled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.core import inputs
from router.core.words import Number
from router.desk_client.debts import UntoldDebts
from router.engine.feed import JournalFeed
from router.store.calls.recovered import number_row, owe_call_back
from router.store.database import open_database
from router.store.follow.writer import DatabaseWriter
from router.store.tables.customers import CallbackRow
from router.wire.board import OfficeBoard
from tests.databases import with_a_site
from tests.engine.office import CALLER, LI, TestOffice, office

MISSED = Number("+8613900000009")
AT = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
MORNING = 1_795_000_000_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path / 'hotline.db'}")
    with_a_site(made)
    with Session(made) as session:
        owe_call_back(session, number_row(session, MISSED, AT), "pbx-1", AT, None)
        session.commit()
    yield made
    made.dispose()


class Asked:
    """The engine as the jobs' process asks it."""

    def __init__(self, made: TestOffice) -> None:
        self._made = made
        self.told: list[inputs.Input] = []

    def board(self) -> OfficeBoard:
        return self._made.shown()

    def tell(self, told: inputs.Input, *, source: str, key: str = "", facts: dict[str, str] | None = None) -> int:  # noqa: ARG002  (the port's signature)
        self.told.append(told)
        return self._made.ask(told, key)


def _follow(database: Engine, folder: Path) -> None:
    feed = JournalFeed(folder / "journal.db")
    writer = DatabaseWriter(database, feed)
    while writer.step():
        pass
    feed.close()


def _open(database: Engine) -> list[tuple[str | None, str | None]]:
    with Session(database) as session:
        rows = session.scalars(select(CallbackRow).where(CallbackRow.settled_at.is_(None)))
        return [(row.call_id, row.person) for row in rows]


def test_the_desk_hears_of_a_recovered_missed_call_once_and_only_of_such(tmp_path: Path, database: Engine) -> None:
    with office(tmp_path, now=MORNING) as made:
        made.open_slot()
        made.tell(inputs.HungUp(call=made.call_comes("c1")))  # the desk knows of this one
        _follow(database, tmp_path)
        asked = Asked(made)
        for job in (UntoldDebts(database=database, desk=asked), UntoldDebts(database=database, desk=asked)):
            job.look()
            job.look()  # two processes, each twice
        assert set(asked.told) == {inputs.CallbackOwed(number=MISSED)}
        assert list(made.desk.office.callbacks) == [CALLER, MISSED]
        made.ask(inputs.CallbackAssigned(number=MISSED, person=LI, by="boss"), key="a")
        _follow(database, tmp_path)
        assert ("pbx-1", LI) in _open(database)
        made.tell(inputs.Contacted(number=MISSED, person=LI))
        _follow(database, tmp_path)
        assert [call for call, _ in _open(database)] == ["c1"], "spoken with: settled on record, one debt a number"
        UntoldDebts(database=database, desk=asked).look()
        assert list(made.desk.office.callbacks) == [CALLER]


def test_a_new_journal_hears_of_what_the_lost_one_owed(tmp_path: Path, database: Engine) -> None:
    with office(tmp_path, now=MORNING) as made:
        made.open_slot()
        made.tell(inputs.HungUp(call=made.call_comes("c1")))
    _follow(database, tmp_path)
    (tmp_path / "new").mkdir()
    with office(tmp_path / "new", now=MORNING + 60_000) as made:
        made.open_slot()
        UntoldDebts(database=database, desk=Asked(made)).look()
        assert set(made.desk.office.callbacks) == {CALLER, MISSED}

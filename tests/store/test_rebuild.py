"""The record made anew from the journal: what could not be put there is, and nothing that people wrote is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.core import inputs
from router.core.words import CallId
from router.engine.feed import JournalFeed
from router.store.calls.queries import calls_of_day
from router.store.customers.callbacks import open_callbacks
from router.store.fairness.queries import fairness
from router.store.follow import writer as writer_module
from router.store.follow.apply import apply
from router.store.follow.queries import failed_events
from router.store.follow.rebuild import rebuild
from router.store.follow.writer import DatabaseWriter
from router.store.tables.applied import EventAppliedRow
from router.store.tables.calls import CallRow, TrailRow, TurnRow
from router.store.tables.customers import CustomerRow
from router.store.tables.fairness import LedgerRow
from router.store.tables.forms import FormRow
from router.store.tables.notices import NoticeMarkRow
from tests.store.day import DAY, SHANGHAI, record_the_morning

Ask = Callable[[], Session]
COMPARED = (CallRow, TrailRow, TurnRow, LedgerRow, EventAppliedRow)


def _record(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """What stands on record, without the ids of rows."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for table in COMPARED:
        columns = [column for column in table.__table__.columns if column.name not in ("id",)]
        columns += [table.__table__.c.id] if table is CallRow else []
        found[table.__tablename__] = sorted((tuple(row) for row in session.execute(select(*columns))), key=str)
    return found


def test_the_record_made_anew_is_the_same(database: Engine, ask: Ask, tmp_path: Path) -> None:
    record_the_morning(tmp_path, database)
    before, forms = _record(ask()), len(ask().scalars(select(FormRow)).all())
    owed = [row.call_id for row in open_callbacks(ask())]
    customers = [
        (row.id, row.owner, row.last_contact_at) for row in ask().scalars(select(CustomerRow).order_by(CustomerRow.id))
    ]
    feed = JournalFeed(tmp_path / "journal.db")
    made = rebuild(database, feed)
    feed.close()
    assert (made.calls, made.failed) == (4, 0)
    assert _record(ask()) == before
    assert len(ask().scalars(select(FormRow)).all()) == forms
    assert [row.call_id for row in open_callbacks(ask())] == owed != []
    assert [
        (row.id, row.owner, row.last_contact_at) for row in ask().scalars(select(CustomerRow).order_by(CustomerRow.id))
    ] == customers
    assert fairness(ask(), DAY, DAY, SHANGHAI).unexplained == 0


def test_what_an_older_version_could_not_put_on_record_is_there_afterwards(
    database: Engine, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def a_mistake_of_ours(batch: object, item: object) -> None:
        if getattr(item, "input", None) == inputs.HungUp(call=CallId("c2")):
            raise ValueError("a slip that the next version mends")
        apply(batch, item)  # type: ignore[arg-type]  # as the writer calls it

    monkeypatch.setattr(writer_module, "apply", a_mistake_of_ours)
    record_the_morning(tmp_path, database)
    assert len(failed_events(ask())) == 1
    assert [call.id for call in calls_of_day(ask(), DAY, SHANGHAI) if call.ended_at is None] == ["c2"]
    monkeypatch.setattr(writer_module, "apply", apply)
    with ask() as session:
        session.add(NoticeMarkRow(site_id=1, source="trail", last_id=1))
        session.commit()
    feed = JournalFeed(tmp_path / "journal.db")
    follower = DatabaseWriter(database, feed)  # the one of a running service
    assert rebuild(database, feed).failed == 0
    while follower.step():
        pass
    feed.close()
    assert not failed_events(ask())
    assert not [call.id for call in calls_of_day(ask(), DAY, SHANGHAI) if call.ended_at is None]
    newest = max(row.id for row in ask().scalars(select(TrailRow)))
    assert ask().get_one(NoticeMarkRow, (1, "trail")).last_id == newest, "nothing is told a second time"

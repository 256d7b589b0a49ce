"""Texts are bounded at one place: nothing that people or a PBX write is too long for the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, String, Text, select
from sqlalchemy.orm import Session

from router.core import inputs
from router.core.words import CallId, Group, Number
from router.engine.feed import JournalFeed
from router.store.customers.numbers import block
from router.store.follow.queries import failed_events
from router.store.follow.writer import DatabaseWriter
from router.store.tables.base import Bounded
from router.store.tables.calls import CallRow, TurnRow
from router.store.tables.customers import BlockRow
from router.store.tables.fairness import LedgerRow
from router.store.tables.metadata import Base
from router.store.tables.presence import PresenceRow
from tests.engine.office import CHEN, office

Ask = Callable[[], Session]
LONG = "长" * 5_000 + "\0"


def test_every_text_of_every_table_is_bounded() -> None:
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    texts = [column for column in columns if isinstance(getattr(column.type, "impl", column.type), String | Text)]
    unbounded = {f"{column.table.name}.{column.name}" for column in texts if not isinstance(column.type, Bounded)}
    assert unbounded == {"role.permissions", "user.mf_recovery_codes"}  # lists, by Flask-Security's own type
    assert len(texts) > 100


def test_whatever_is_said_of_a_call_or_a_turn_gets_on_record(database: Engine, ask: Ask, tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        facts = {"number": LONG, "hotline": LONG, "uniqueid": "170.1", "systemname": LONG, "trunk": LONG}
        made.tell(inputs.CallArrived(call=CallId("c1"), number=Number(LONG)), facts=facts)
        made.tell(inputs.HungUp(call=CallId("c1")), facts={"ended_by": LONG})
        made.tell(inputs.TurnTakenAway(group=Group.CALL, person=CHEN, by=LONG, why=LONG))
        made.tell(inputs.PresenceChanged(person=CHEN, presence="break", by=LONG), facts={"why": LONG})
    feed = JournalFeed(tmp_path / "journal.db")
    writer = DatabaseWriter(database, feed)
    while writer.step():
        pass
    feed.close()
    session = ask()
    assert not failed_events(session)
    assert session.scalars(select(CallRow.systemname)).one() == "长" * 80
    assert session.scalars(select(TurnRow.note).where(TurnRow.why == "supervisor")).one() == "长" * 255
    assert session.scalars(select(LedgerRow.why).where(LedgerRow.what == "taken_away")).one() == "长" * 80
    assert session.scalars(select(PresenceRow.why)).one() == "长" * 255


def test_a_long_name_of_who_blocks_a_number_is_cut(database: Engine, ask: Ask) -> None:  # noqa: ARG001  (on each kind)
    session = ask()
    block(session, "+8613800000001", reason="骚扰", by=LONG, now=datetime(2026, 11, 24, tzinfo=UTC))
    session.commit()
    assert ask().scalars(select(BlockRow.by)).one() == "长" * 80

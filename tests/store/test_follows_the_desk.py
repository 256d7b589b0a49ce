"""Whatever happens in an office, the database says in the end what the desk says."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from router.core.model import Office
from router.core.words import CallState
from router.engine.feed import JournalFeed
from router.store.customers.callbacks import open_callbacks
from router.store.database import open_database
from router.store.follow.queries import failed_events
from router.store.follow.writer import DatabaseWriter
from router.store.scope import moment
from router.store.tables.applied import EventAppliedRow
from router.store.tables.calls import CallRow, TurnRow
from router.store.tables.customers import NumberRow
from tests.core.random_office import drawn_office
from tests.databases import with_a_site
from tests.engine.office import TestOffice, office

FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@FEW
@given(data=st.data(), steps=st.integers(5, 40))
def test_the_record_agrees_with_the_desk(data: st.DataObject, steps: int) -> None:
    day = drawn_office(data)
    for _ in range(steps):
        day.step()
    with tempfile.TemporaryDirectory() as folder, office(Path(folder), day.policy) as made:
        made.live(day.script)
        _compare(Path(folder), made)


def _compare(folder: Path, made: TestOffice) -> None:
    database = open_database(f"sqlite:///{folder / 'hotline.db'}")
    with_a_site(database)
    feed = JournalFeed(folder / "journal.db")
    with Session(database) as session:
        writer = DatabaseWriter(database, feed)
        while writer.step():
            pass
        desk = made.desk.office
        assert not failed_events(session)
        _compare_calls(session, desk)
        _compare_customers(session, desk)
        mark = session.scalars(select(EventAppliedRow)).one()
        assert mark.rounds == {group.value: sheet.round for group, sheet in desk.sheets.items()}
        offers = sum(len(call.offers) for call in desk.calls.values())
        offered = select(func.count()).select_from(TurnRow).where(TurnRow.what == "offered")
        assert session.scalars(offered).one() == offers
    feed.close()
    database.dispose()


def _compare_calls(session: Session, desk: Office) -> None:
    rows = {row.id: row for row in session.scalars(select(CallRow))}
    assert set(rows) == set(desk.calls)
    for call in desk.calls.values():
        row = rows[call.id]
        assert row.person == call.last_on_it
        assert row.arrived_at == moment(call.arrived)
        assert row.ended_at == (None if call.ended is None else moment(call.ended))
        assert (row.missed_why is not None) == (call.state is CallState.MISSED)
        assert (row.number.number if row.number else "") == call.number


def _compare_customers(session: Session, desk: Office) -> None:
    rows = {row.number: row.customer for row in session.scalars(select(NumberRow))}
    for number, customer in desk.customers.items():
        row = rows.get(number)
        assert (row.owner if row else None) == customer.owner
        if row is not None and customer.owner is not None:
            assert row.last_contact_at == moment(customer.contact)
    owed = {row.number.number: row.person for row in open_callbacks(session)}
    assert owed == dict(desk.callbacks)

"""A page asks the same number of questions, however much there is to show."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from router.core.desk import Desk
from router.store.database import open_database
from router.store.tables.office import SiteRow
from router.web import security
from tests.store.years import LAST_DAY, fill
from tests.web.conftest import DeskSource, make_app
from tests.web.test_customers import sign_in

PAGES = (
    "/board",
    f"/check?date={LAST_DAY}&tab=all",
    f"/calls?date={LAST_DAY}",
    f"/forms?date={LAST_DAY}",
    "/callbacks",
    "/customers?view=all",
    f"/day?date={LAST_DAY}",
    f"/acts/day?date={LAST_DAY}",
    f"/reports/fairness?from={LAST_DAY}&to={LAST_DAY}",
    "/notices",
)


@pytest.fixture
def offices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[FlaskClient, Engine]]]:
    """A supervisor's browser in an office of 10 calls, and in one of 90, all of one day."""
    monkeypatch.setattr(security, "NOTED_EVERY", timedelta(days=1))  # on a slow machine the test takes longer than it
    made, sources = [], []
    for calls in (10, 90):
        folder = tmp_path / str(calls)
        folder.mkdir()
        source = DeskSource(Desk(rings_at_once=True))
        app = make_app(source, folder)
        database = open_database(f"sqlite:///{folder / 'hotline.db'}")
        with Session(database) as session:
            session.add(SiteRow(id=1, name="x", zone="Asia/Shanghai", language="zh", region="CN"))
            session.commit()
        fill(database, calls)
        database.dispose()
        client = app.test_client()
        sign_in(client, "supervisor")
        made.append((client, app.extensions["hotline"]["sessions"]().get_bind()))
        sources.append(source)
    yield made
    for source in sources:
        source.over.set()
    for _client, database in made:
        database.dispose()


def _asked(client: FlaskClient, database: Engine, page: str) -> int:
    asked: list[str] = []
    ours = threading.get_ident()  # a thread that looks after streams and sessions asks for itself

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if threading.get_ident() == ours:
            asked.append(statement)

    client.get(page)  # what is read once a process
    event.listen(database, "before_cursor_execute", note)
    answer = client.get(page)
    event.remove(database, "before_cursor_execute", note)
    assert answer.status_code == 200, page
    return len(asked)


def test_no_page_asks_once_for_each_row(offices: list[tuple[FlaskClient, Engine]]) -> None:
    few, many = ({page: _asked(client, database, page) for page in PAGES} for client, database in offices)
    assert few == many
    assert max(many.values()) <= 25, many

"""No question looks through years: every query of pages and jobs is planned on a record that has lived long."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from router.store.database import know_what_is_there, open_database
from router.store.findings import sources
from router.store.migrate import migrate_database
from router.store.scope import day_bounds
from router.store.tables.office import SiteRow
from tests.store.day import SHANGHAI
from tests.store.test_two_sites import NOT_WALKED, queries
from tests.store.years import BIG, LAST_DAY, fill

CALLS = 4_000
FIRST, END = day_bounds(LAST_DAY, SHANGHAI)
READ = re.compile(r"(SCAN|SEARCH) (\w+)(.*)")
ASKED: dict[str, Any] = {"day": LAST_DAY, "end": END, "last": LAST_DAY, "now": END, "until": END}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Years of an office."""
    folder: Path = tmp_path_factory.mktemp("years")
    engine = open_database(f"sqlite:///{folder / 'hotline.db'}")
    migrate_database(engine)
    with Session(engine) as session:
        session.add(SiteRow(id=1, name="x", zone="Asia/Shanghai", language="zh", region="CN"))
        session.commit()
    fill(engine, CALLS)
    yield engine
    engine.dispose()


def _looked_through(database: Engine, ask: Callable[[], object]) -> set[str]:
    """Which big tables are read from end to end for the answer."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        asked.append((statement, parameters))

    event.listen(database, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(database, "before_cursor_execute", note)
    with database.connect() as connection:
        plans = [
            (statement, connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())
            for statement, parameters in asked
            if statement.startswith("SELECT")
        ]
    return {f"{line[3]} | {statement}" for statement, plan in plans for line in plan if _is_whole(statement, line[3])}


def _is_whole(statement: str, line: str) -> bool:
    """Whether a line of a plan reads all of a big table: none of its own is looked up, and nothing ends it early."""
    read = READ.match(line)
    if read is None or read[2].removesuffix("_1") not in BIG:
        return False
    ends_early = " LIMIT " in statement or statement.startswith("SELECT max(")
    return read[1] == "SCAN" or (read[3].endswith("(site_id=?)") and not ends_early)


def _questions() -> Iterator[tuple[str, Callable[..., Any], dict[str, Any]]]:
    for name, query, given in queries():
        if name not in NOT_WALKED:
            wanted = {key: value for key, value in ASKED.items() if key in given}
            is_moment = isinstance(given.get("first"), datetime)
            first = {"first": FIRST if is_moment else LAST_DAY - timedelta(days=6)} if "first" in given else {}
            yield name.removeprefix("router.store."), query, given | wanted | first


def test_no_page_and_no_job_looks_through_years(database: Engine) -> None:
    found = {}
    for name, query, given in _questions():
        with Session(database) as session:
            found[name] = _looked_through(database, lambda: query(session, **given))  # noqa: B023  (called at once)
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert len(found) > 45


def test_the_night_reads_its_day_alone(database: Engine) -> None:
    with database.connect() as connection:
        for ask in (sources.logged_calls, sources.recorded_rows, sources.filed_forms):
            assert _looked_through(database, lambda: ask(connection, FIRST, END)) == set(), ask  # noqa: B023  (called at once)


def test_what_the_planner_knows_is_counted_anew_every_night(database: Engine) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM sqlite_stat1 WHERE tbl = 'call'")
    database.dispose()  # what a connection has read of it, it keeps
    know_what_is_there(database)
    with database.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'call'").scalar_one() > 0

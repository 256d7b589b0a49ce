"""A second site in the same database is neither read nor changed by the first: every query of the store is walked."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

import router.store
from router.config.load import load_site
from router.config.office import first_users, plain_office
from router.core.words import PersonId
from router.engine.feed import JournalFeed
from router.store.customers.erasure import erase_numbers
from router.store.customers.numbers import block
from router.store.customers.queries import Terms
from router.store.database import open_database
from router.store.findings.changes import write_display_count
from router.store.follow.rebuild import rebuild
from router.store.notices.changes import Notice, add_message, add_notice
from router.store.office.changes import put_office
from router.store.office.seed import seed
from router.store.paging import Part
from router.store.people.queries import everyone
from router.store.people.tokens import make_token
from router.store.scope import day_bounds
from router.store.tables.base import Base, OfSite
from router.store.tables.users import user_role
from tests.config.changed import SITE
from tests.databases import with_tables
from tests.store.day import DAY, SHANGHAI, record_the_morning

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
APART = 100_000  # how far the ids of the second site's rows lie from the first's
FIRST, END = day_bounds(DAY, SHANGHAI)
ASKED: Mapping[str, Any] = {
    "day": DAY, "first": DAY, "end": DAY + timedelta(days=1), "last": DAY, "end_day": DAY + timedelta(days=1),
    "zone": SHANGHAI, "since": FIRST, "now": NOW, "today": DAY, "until": NOW, "names": {}, "language": "en",
    "terms": Terms(now=NOW, lapse=timedelta(days=7), people=("chen", "li", "wang")),
    "call_id": "c1", "kinds": ("Rang",), "part": Part(limit=1000),
    "person": "chen", "customer_id": APART + 1, "number": "+8613800000001", "limit": 10, "job": "nightly",
    "username": "zhang", "uniqueid": "170.c1", "ids": ("170.c1",), "numbers": ("+8613800000001",), "supervises": True,
    "number_ids": (1, APART + 1), "customer_ids": (1, APART + 1), "key": "site.name", "by": "backfill",
    "finding_id": APART + 1, "form_id": APART + 1, "callback_id": APART + 1, "calls": ("c1", "c2"),
}  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    """A database with one site that has lived through a morning, and has a row or two of everything."""
    engine = open_database(f"sqlite:///{tmp_path / 'hotline.db'}")
    with_tables(engine)
    with Session(engine) as session:
        seed(session, load_site(SITE))
        session.commit()
    record_the_morning(tmp_path, engine)
    with Session(engine) as session:
        block(session, "+8613900000009", reason="骚扰", by="zhang", now=NOW)
        make_token(session, name="crm", scopes=("calls:read",), by="zhang", now=NOW)
        write_display_count(session, DAY, "白班", 4, by="zhang", now=NOW)
        add_notice(session, Notice(key="missed:c4", what="missed", at=NOW, person="chen"))
        add_message(session, "crm", "missed:c4", {"title": "未接"}, NOW)
        session.commit()
    yield engine
    engine.dispose()


def _add_a_second_site(connection: Connection) -> None:
    """Copy every row of the first, under other ids."""
    for table in Base.metadata.sorted_tables:
        rows = [_of_the_second_site(table, dict(row._mapping)) for row in connection.execute(select(table))]
        if rows and table.name != "role":
            connection.execute(insert(table), rows)


def _of_the_second_site(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    made = dict(row)
    for column in table.columns:
        value, key = row[column.name], next(iter(column.foreign_keys), None)
        is_id = key is None and column.primary_key and column.type.python_type is int and column.name != "seq"
        names_one = key is not None and key.column.table.name not in ("site", "role")
        if isinstance(value, int) and (is_id or names_one):
            made[column.name] = value + APART
        elif column.unique and isinstance(value, str):
            made[column.name] = value[::-1]
    if table.name == "site":
        made["id"] = 2
    return made | {"site_id": 2} if "site_id" in row else made


def _second_site(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    tables = [table for table in Base.metadata.sorted_tables if "site_id" in table.columns]
    return {
        table.name: sorted(
            (tuple(row) for row in connection.execute(select(table).where(table.c.site_id == 2))), key=str
        )
        for table in tables
    }


def _plain(value: Any) -> Any:
    """What a query gave, so that two answers can be compared."""
    if isinstance(value, Base):
        return {column.key: getattr(value, column.key) for column in type(value).__mapper__.column_attrs}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def queries() -> Iterator[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """Every function of the store that asks something by a session, with what it is asked by."""
    for module in pkgutil.walk_packages(router.store.__path__, "router.store."):
        if ".migrations" in module.name or ".changes" in module.name or ".follow." in module.name:
            continue
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            if name.startswith("_") or function.__module__ != module.name:
                continue
            wanted = inspect.signature(function).parameters
            if next(iter(wanted), "") != "session":
                continue
            given = {name: ASKED[name] for name in wanted if name in ASKED}
            annotations = function.__annotations__
            given |= {"first": FIRST, "end": END} if annotations.get("first") == "datetime" else {}
            missing = [n for n, p in wanted.items() if p.default is p.empty and n not in given and n != "session"]
            if not missing:
                yield f"{module.name}.{name}", function, given


NOT_WALKED = (
    "router.store.customers.numbers.new_customer",  # it makes one
    "router.store.people.tokens.make_token",  # it makes one
    "router.store.customers.numbers.unblock",  # it takes a block back
    "router.store.jobs.begin_job",  # it begins one
    "router.store.office.queries.site_in",  # `office_in`, checked against a site file
)


def _answers(database: Engine) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for name, query, given in queries():
        if name in NOT_WALKED:
            continue
        with Session(database) as session:
            answers[name] = _plain(query(session, **given))
            session.rollback()
    return answers


def test_no_query_reads_the_second_site(database: Engine) -> None:
    before = _answers(database)
    with database.begin() as connection:
        _add_a_second_site(connection)
    after = _answers(database)
    assert len(before) > 45, sorted(before)
    assert {name for name in before if before[name] != after[name]} == set()


def test_a_session_sees_and_changes_the_rows_of_its_own_site_alone(database: Engine) -> None:
    with database.begin() as connection:
        _add_a_second_site(connection)
        untouched = _second_site(connection)
    assert sum(bool(rows) for rows in untouched.values()) > 20
    for mapper in Base.registry.mappers:
        if not issubclass(mapper.class_, OfSite):
            continue
        with Session(database) as session:
            assert {row.site_id for row in session.scalars(select(mapper.class_)).unique()} <= {1}
            assert session.scalar(select(func.count()).where(mapper.class_.site_id == 2)) == 0
            session.execute(update(mapper.class_).values(site_id=mapper.class_.site_id))
            session.rollback()
    with Session(database) as session:
        session.execute(delete(user_role).where(user_role.c.user_id < APART))
        for mapper in reversed(list(Base.metadata.sorted_tables)):
            found = [one.class_ for one in Base.registry.mappers if one.local_table is mapper]
            if found and issubclass(found[0], OfSite):
                session.execute(delete(found[0]).execution_options(synchronize_session=False))
        session.commit()
    with database.connect() as connection:
        assert _second_site(connection) == untouched


def test_what_the_first_site_does_leaves_the_second_as_it_is(database: Engine, tmp_path: Path) -> None:
    with database.begin() as connection:
        _add_a_second_site(connection)
        untouched = _second_site(connection)
    site = load_site(SITE)
    office = plain_office(site.model_copy(update={"users": first_users(site)}))
    office |= {"hotline": {}, "plan": {}, "consultant": {}, "user": {}}
    with Session(database) as session:
        put_office(session, office)
        erase_numbers(session, 1, ["+8613800000001"], NOW)
        session.commit()
    feed = JournalFeed(tmp_path / "journal.db")
    rebuild(database, feed)
    feed.close()
    with database.connect() as connection:
        assert _second_site(connection) == untouched


def test_who_works_at_the_second_site_is_nobody_here(database: Engine) -> None:
    with database.begin() as connection:
        _add_a_second_site(connection)
    with Session(database) as session:
        assert [PersonId(row.code) for row in everyone(session)].count(PersonId("chen")) == 1

"""Opening a database, SQLite's or PostgreSQL's. May live here: that, what the two write differently, whose rows count.

A database may hold several sites. Whoever asks or changes through a session gets the rows of ours alone, whether or not
the query says so: no query can forget it. (Statements on a bare connection say it themselves.)
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from router.store.scope import SITE_ID
from router.store.tables.base import Base, OfSite

OURS = with_loader_criteria(OfSite, lambda row: row.site_id == SITE_ID, include_aliases=True)


def open_database(url: str) -> Engine:
    """An engine for `url`; SQLite gets WAL, foreign keys and a wait for locks, a server 5 s to answer the door."""
    if not event.contains(Session, "do_orm_execute", _ours_alone):
        event.listen(Session, "do_orm_execute", _ours_alone)
    if url.startswith("sqlite"):
        engine = create_engine(url, hide_parameters=True)  # they are people's names and numbers
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "handle_error", _name_the_file)
        return engine
    return create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": 5})


def _ours_alone(asked: ORMExecuteState) -> None:
    if asked.is_orm_statement and not asked.is_insert and not asked.is_column_load:
        asked.statement = asked.statement.options(OURS)


def know_what_is_there(database: Engine) -> None:
    """Let the database count anew what it plans by, from a part of each table. For every night."""
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.dialect.name == "sqlite":  # as `PRAGMA optimize` does, which older ones do for what they used alone
            connection.execute(text("PRAGMA analysis_limit=1000"))
        connection.execute(text("ANALYZE"))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=5000", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _name_the_file(failed: ExceptionContext) -> None:
    """SQLite says what is wrong, and not with which file."""
    if failed.sqlalchemy_exception is not None and failed.engine is not None:
        vars(failed.sqlalchemy_exception)["file"] = failed.engine.url.database


def insert_once(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An insert that the database in use can be told to skip rows of, where they are there already."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)

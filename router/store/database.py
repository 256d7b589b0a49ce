"""Opening a database, SQLite's or PostgreSQL's. May live here: that, and what the two write differently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from router.store.tables.base import Base


def open_database(url: str) -> Engine:
    """An engine for `url`; SQLite gets WAL, foreign keys and a wait for locks, a server 5 s to answer the door."""
    if url.startswith("sqlite"):
        engine = create_engine(url, hide_parameters=True)  # they are people's names and numbers
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    return create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": 5})


def _prepare_sqlite(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=5000", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def insert_once(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An insert that the database in use can be told to skip rows of, where they are there already."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)

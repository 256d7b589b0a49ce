"""The database of a site, opened for a command and let go of in the end. May live here: opening it, for commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.cli.settings import Place, database_url
from router.store.database import open_database


@contextmanager
def database_of(place: Place) -> Iterator[Engine]:
    """The site's database."""
    database = open_database(database_url(place))
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def session_of(place: Place) -> Iterator[Session]:
    """A session on it; who changes something commits."""
    with database_of(place) as database, Session(database) as session:
        yield session

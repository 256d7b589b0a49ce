"""Databases with the newest tables, made quickly: the migrations run once a process, and what they made is copied.

May live here: that. Tests of the migrations themselves run them on a database of their own.
"""

from __future__ import annotations

import atexit
import itertools
import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from router.store.migrate import migrate
from router.store.tables.office import SiteRow

TEMPLATE = "with_tables"
NUMBERS = itertools.count(1)


def with_tables(empty: Engine) -> None:
    """Give an empty database, to which nobody is connected yet, the newest tables; one that has some keeps them."""
    if empty.dialect.name == "sqlite":
        assert empty.url.database is not None
        if not Path(empty.url.database).exists():
            shutil.copyfile(_sqlite(), empty.url.database)
        return
    server = empty.url.set(database="postgres")
    _on_server(server, f"DROP DATABASE {empty.url.database}")
    _on_server(server, f"CREATE DATABASE {empty.url.database} TEMPLATE {_postgresql(server)}")


def with_a_site(empty: Engine, name: str = "测试售楼处") -> None:
    """Give it the newest tables and one site in Shanghai."""
    with_tables(empty)
    with Session(empty) as session:
        session.add(SiteRow(id=1, name=name, zone="Asia/Shanghai", language="zh", region="CN"))
        session.commit()


def empty_on(server: str) -> str:
    """The address of a new, empty database on a PostgreSQL server."""
    address, name = make_url(server), f"test_{next(NUMBERS)}"
    _on_server(address, f"CREATE DATABASE {name}")
    return address.set(database=name).render_as_string(hide_password=False)


def without_waiting_for_the_disk(server: str) -> None:
    """A PostgreSQL that may lose all it has in a power cut, as a test's may."""
    _on_server(make_url(server), "ALTER SYSTEM SET fsync = off")
    _on_server(make_url(server), "SELECT pg_reload_conf()")


@cache
def _sqlite() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="hotline-tables"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate(f"sqlite:///{folder / 'hotline.db'}")
    return folder / "hotline.db"


@cache
def _postgresql(server: URL) -> str:
    _on_server(server, f"CREATE DATABASE {TEMPLATE}")
    migrate(server.set(database=TEMPLATE).render_as_string(hide_password=False))
    return TEMPLATE


def _on_server(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()

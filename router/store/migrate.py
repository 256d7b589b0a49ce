"""Bringing a database to this version's tables. May live here: calling Alembic, and saying where a database stands.

New migration: change the tables, then `alembic.command.revision(configuration(connection), "what", autogenerate=True)`
and read what it wrote; the tests compare tables and migrations, and go both ways.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from router.errors import StoreError
from router.store.database import open_database
from router.store.locks import hold_lock
from router.texts import _


class MigrationError(StoreError):
    """The database can't be brought to this version."""

    id = "migration"


class DatabaseUnreachableError(MigrationError):
    """The database does not answer; it may well be of this version."""

    id = "database-unreachable"


def migrate(url: str) -> str:
    """Bring the database at `url` to the newest version; returns it. Safe when several start at once: Alembic itself
    sees to that neither between threads nor between processes.
    """
    database = open_database(url)
    try:
        return migrate_database(database)
    finally:
        database.dispose()


def migrate_database(database: Engine) -> str:
    """Bring an open database to the newest version; returns it. Raises `MigrationError`."""
    try:
        with hold_lock(database, "migrate"), database.connect() as connection:
            command.upgrade(configuration(connection), "head")
            connection.commit()
            return version(connection) or ""
    except CommandError as error:
        raise MigrationError(
            _("the database is of a version that this program does not know: %(why)s", why=str(error)),
            cure=_("use the program that made it, or a newer one"),
        ) from error
    except (SQLAlchemyError, OSError) as error:
        shown = database.url.render_as_string(hide_password=True)
        kind = DatabaseUnreachableError if isinstance(error, OperationalError) else MigrationError
        raise kind(
            _("%(shown)s can't be used: %(why)s", shown=shown, why=str(error)),
            cure=_("is [store] url right, and the server running?"),
        ) from error


def configuration(connection: Connection) -> Config:
    """Alembic's settings for our migrations on a connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def version(connection: Connection) -> str | None:
    """The version the database is at; None: empty."""
    return MigrationContext.configure(connection).get_current_revision()


def newest(connection: Connection) -> str | None:
    """The version that this program needs (for `doctor`)."""
    return ScriptDirectory.from_config(configuration(connection)).get_current_head()

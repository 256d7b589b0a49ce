"""Migrations make the tables that the models say, and can be taken back."""

from __future__ import annotations

import threading

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from router.store.migrate import MigrationError, configuration, migrate, migrate_database, newest, version
from router.store.tables.metadata import Base


def test_migrations_make_exactly_the_tables_of_the_models(empty: Engine) -> None:
    migrate_database(empty)
    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert version(connection) == newest(connection)


def test_every_migration_can_be_taken_back_and_made_again(empty: Engine) -> None:
    newest_version = migrate_database(empty)
    with empty.connect() as connection:
        command.downgrade(configuration(connection), "base")
        connection.commit()
        assert inspect(connection).get_table_names() == ["alembic_version"]
    assert migrate_database(empty) == newest_version


def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    assert migrate(empty_url) == migrate(empty_url)


def test_two_that_start_at_once_do_not_get_in_each_others_way(empty_url: str) -> None:
    results: list[object] = []

    def start() -> None:
        try:
            results.append(migrate(empty_url))
        except Exception as error:
            results.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == [migrate(empty_url)] * 3


def test_a_database_of_a_newer_version_is_left_alone(empty: Engine) -> None:
    migrate_database(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(MigrationError, match="newer one"):
        migrate_database(empty)


def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(MigrationError) as caught:
        migrate("postgresql+psycopg://hotline:secret@127.0.0.1:1/hotline")
    assert "127.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_every_table_of_ours_names_its_site() -> None:
    without = {name for name, table in Base.metadata.tables.items() if "site_id" not in table.columns}
    assert without == {"site", "role", "user_role"}

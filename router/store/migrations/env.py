"""Alembic's entry: runs migrations on the connection that `router.store.migrate` hands in. Nothing else lives here."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from router.store.tables.metadata import Base

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite alters a table by copying it
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()

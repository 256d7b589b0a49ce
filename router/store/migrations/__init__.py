"""Alembic's migrations of the database. May live here: one file a change, never edited once released."""

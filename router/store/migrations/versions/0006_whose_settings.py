"""The machine's settings leave the database; what the site file said, and every change of the office, go on record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from router.store.tables.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop what the file says alone, make the records of what was changed."""
    op.drop_table("trunk")
    op.execute("DELETE FROM setting WHERE name IN ('web', 'pbx')")
    with op.batch_alter_table("phone", schema=None) as batch_op:
        batch_op.drop_column("secret")
    _number_of_one_trunk("site_id", "trunk", "number")
    _make_site_file()
    _make_site_change()


def downgrade() -> None:
    """Make the old tables again, empty: the file has what stood in them."""
    for table in ("site_change", "site_file"):
        op.drop_table(table)
    _number_of_one_trunk("site_id", "number")
    with op.batch_alter_table("phone", schema=None) as batch_op:
        batch_op.add_column(sa.Column("secret", sa.String(length=64), nullable=True))
    _make_trunk()


def _number_of_one_trunk(*columns: str) -> None:
    with op.batch_alter_table("hotline", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_hotline_site_id"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_hotline_site_id"), list(columns))


def _make_site_file() -> None:
    op.create_table(
        "site_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("office", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_file_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_file")),
    )
    with op.batch_alter_table("site_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_file_site_id"), ["site_id"], unique=False)


def _make_site_change() -> None:
    op.create_table(
        "site_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_change_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_change")),
    )
    with op.batch_alter_table("site_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_change_key"), ["key"], unique=False)


def _make_trunk() -> None:
    op.create_table(
        "trunk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_trunk_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trunk")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_trunk_site_id")),
    )

"""Presence as it was set, and turns that were given back and taken away again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from router.store.tables.base import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, then the column."""
    op.create_table(
        "presence_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("journal", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("presence", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=255), nullable=False),
        sa.Column("check_in", sa.Boolean(), nullable=False),
        sa.Column("late_seconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_presence_change_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence_change")),
        sa.UniqueConstraint("site_id", "journal", "seq", name=op.f("uq_presence_change_site_id")),
    )
    with op.batch_alter_table("presence_change", schema=None) as batch_op:
        batch_op.create_index("ix_presence_change_at", ["site_id", "at"], unique=False)
        batch_op.create_index("ix_presence_change_person", ["site_id", "person"], unique=False)
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.add_column(sa.Column("undoes", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.drop_column("undoes")
    with op.batch_alter_table("presence_change", schema=None) as batch_op:
        batch_op.drop_index("ix_presence_change_person")
        batch_op.drop_index("ix_presence_change_at")
    op.drop_table("presence_change")

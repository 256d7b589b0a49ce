"""The fairness ledger: every turn that was due, and how it ended (R27)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from router.store.tables.base import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "turn_ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("journal", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("sheet_started_at", UtcDateTime(), nullable=False),
        sa.Column("slot_name", sa.String(length=80), nullable=True),
        sa.Column("group", sa.String(length=16), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("undoes", sa.String(length=16), nullable=True),
        sa.Column("why", sa.String(length=80), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_turn_ledger_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn_ledger")),
        sa.UniqueConstraint("site_id", "journal", "seq", "position", "place", name=op.f("uq_turn_ledger_site_id")),
    )
    with op.batch_alter_table("turn_ledger", schema=None) as batch_op:
        batch_op.create_index("ix_turn_ledger_at", ["site_id", "at"], unique=False)
        batch_op.create_index("ix_turn_ledger_sheet", ["site_id", "sheet_started_at", "group", "round"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("turn_ledger")

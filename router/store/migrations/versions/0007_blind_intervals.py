"""When the router was away, and which hotline and trunk a PBX record names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from router.store.tables.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, add the columns."""
    op.create_table(
        "blind_interval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_blind_interval_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blind_interval")),
        sa.UniqueConstraint("site_id", "started_at", name=op.f("uq_blind_interval_site_id")),
    )
    with op.batch_alter_table("pbx_row", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hotline", sa.String(length=32), server_default="", nullable=False))
        batch_op.add_column(sa.Column("trunk", sa.String(length=32), server_default="", nullable=False))


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("pbx_row", schema=None) as batch_op:
        batch_op.drop_column("trunk")
        batch_op.drop_column("hotline")
    op.drop_table("blind_interval")

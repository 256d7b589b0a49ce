"""Notices are seen by each for themselves; indexes for what pages and jobs ask."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from router.store.tables.base import UtcDateTime

revision = "0017"
down_revision = "0018"
branch_labels = None
depends_on = None

NEW = {
    "ix_outbox_sent": ("outbox", ["site_id", "sent_at", "tries"]),
    "ix_notice_at": ("notice", ["site_id", "at"]),
    "ix_customer_number_further": ("customer_number", ["site_id", "further", "customer_id"]),
}
LONGER = {"ix_finding_state": "state", "ix_finding_person": "person"}


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "notice_seen",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_seen_notice_id_notice")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_notice_seen_site_id_site")),
        sa.PrimaryKeyConstraint("notice_id", "username", name=op.f("pk_notice_seen")),
    )
    op.execute(
        "INSERT INTO notice_seen (notice_id, username, site_id, at)"
        " SELECT id, seen_by, site_id, seen_at FROM notice WHERE seen_at IS NOT NULL"
    )
    op.drop_index("ix_notice_person", "notice")
    for column in ("seen_at", "seen_by"):  # in place: a copied table would lose what refers to it
        op.execute(f"ALTER TABLE notice DROP COLUMN {column}")
    op.create_index("ix_notice_person", "notice", ["site_id", "person", "id"], unique=False)
    for name, (table, columns) in NEW.items():
        op.create_index(name, table, columns, unique=False)
    for name, column in LONGER.items():
        op.drop_index(name, "finding")
        op.create_index(name, "finding", ["site_id", column, "day"], unique=False)


def downgrade() -> None:
    """Take it back."""
    for name, column in LONGER.items():
        op.drop_index(name, "finding")
        op.create_index(name, "finding", ["site_id", column], unique=False)
    for name, (table, _columns) in NEW.items():
        op.drop_index(name, table)
    op.drop_index("ix_notice_person", "notice")
    op.add_column("notice", sa.Column("seen_at", UtcDateTime(), nullable=True))
    op.add_column("notice", sa.Column("seen_by", sa.String(length=80), nullable=False, server_default=""))
    op.create_index("ix_notice_person", "notice", ["site_id", "person", "seen_at"], unique=False)
    op.drop_table("notice_seen")

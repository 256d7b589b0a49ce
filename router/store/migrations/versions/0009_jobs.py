"""Jobs on record, and forms by the time at which they were taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from router.store.tables.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the index."""
    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("failure", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_job_run_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("site_id", "job", "due_at", name=op.f("uq_job_run_site_id")),
    )
    op.create_index("ix_form_taken", "form", ["site_id", "taken_at"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_form_taken", "form")
    op.drop_table("job_run")

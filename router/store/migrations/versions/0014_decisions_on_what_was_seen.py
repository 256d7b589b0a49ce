"""Requests that came are known by a key; forms, findings and call backs have versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from router.store.tables.base import UtcDateTime

revision = "0014"
down_revision = "0015"
branch_labels = None
depends_on = None

VERSIONED = ("form", "finding", "callback")


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "answer_given",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("whose", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("answer", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_answer_given_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_given")),
        sa.UniqueConstraint("site_id", "whose", "key", name=op.f("uq_answer_given_site_id")),
    )
    op.create_index("ix_answer_given_begun", "answer_given", ["site_id", "begun_at"], unique=False)
    for table in VERSIONED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("form", schema=None) as batch_op:
        batch_op.add_column(sa.Column("nth", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE form SET nth = (SELECT count(*) FROM form AS other WHERE other.site_id = form.site_id"
        " AND other.call_id = form.call_id AND other.id <= form.id) WHERE call_id IS NOT NULL"
    )
    op.create_index("ix_form_nth", "form", ["site_id", "call_id", "nth"], unique=True)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_form_nth", "form")
    with op.batch_alter_table("form", schema=None) as batch_op:
        batch_op.drop_column("nth")
    for table in VERSIONED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("version")
    op.drop_table("answer_given")

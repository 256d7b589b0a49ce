"""Forms: drafts, reviews, why a revision was made and whether the desk knows it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from router.store.tables.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, then the columns."""
    _make_form_draft()
    _make_form_review()
    with op.batch_alter_table("form", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entered", sa.String(length=16), nullable=False, server_default="page"))

    with op.batch_alter_table("form_revision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("why", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("told_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("refused", sa.String(length=255), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_form_revision_told_at"), ["told_at"], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("form_revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_revision_told_at"))
        batch_op.drop_column("refused")
        batch_op.drop_column("told_at")
        batch_op.drop_column("why")

    with op.batch_alter_table("form", schema=None) as batch_op:
        batch_op.drop_column("entered")

    with op.batch_alter_table("form_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_review_form_id"))

    op.drop_table("form_review")
    op.drop_table("form_draft")


def _make_form_draft() -> None:
    op.create_table(
        "form_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_form_draft_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_draft")),
        sa.UniqueConstraint("site_id", "username", "call_id", name=op.f("uq_form_draft_site_id")),
    )


def _make_form_review() -> None:
    op.create_table(
        "form_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("remark", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_review_form_id_form")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_form_review_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_review")),
    )
    with op.batch_alter_table("form_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_form_review_form_id"), ["form_id"], unique=False)

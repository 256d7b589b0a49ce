"""PBX records, and reconciliation on record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from router.store.tables.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, those first that others refer to."""
    _make_pbx_source()
    _make_pbx_row()
    _make_reconcile_run()
    _make_finding()
    _make_finding_act()
    _make_display_count()


def downgrade() -> None:
    """Drop them."""
    for table in ("display_count", "finding_act", "finding", "reconcile_run", "pbx_row", "pbx_source"):
        op.drop_table(table)


def _make_pbx_source() -> None:
    op.create_table(
        "pbx_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("position", sa.JSON(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("failed_at", UtcDateTime(), nullable=True),
        sa.Column("failure", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_pbx_source_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pbx_source")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_pbx_source_site_id")),
    )


def _make_pbx_row() -> None:
    op.create_table(
        "pbx_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=160), nullable=False),
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=32), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_pbx_row_site_id_site")),
        sa.ForeignKeyConstraint(["source_id"], ["pbx_source.id"], name=op.f("fk_pbx_row_source_id_pbx_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pbx_row")),
        sa.UniqueConstraint("site_id", "source_id", "row_key", name=op.f("uq_pbx_row_site_id")),
    )
    with op.batch_alter_table("pbx_row", schema=None) as batch_op:
        batch_op.create_index("ix_pbx_row_call", ["site_id", "call_id"], unique=False)
        batch_op.create_index("ix_pbx_row_started", ["site_id", "started_at"], unique=False)


def _make_reconcile_run() -> None:
    op.create_table(
        "reconcile_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("failure", sa.String(length=500), nullable=False),
        sa.Column("has_pbx", sa.Boolean(), nullable=False),
        sa.Column("slots", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_reconcile_run_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconcile_run")),
    )
    with op.batch_alter_table("reconcile_run", schema=None) as batch_op:
        batch_op.create_index("ix_reconcile_run_day", ["site_id", "day"], unique=False)


def _make_finding() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("slot", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("call", sa.String(length=80), nullable=False),
        sa.Column("form", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_finding_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint(
            "site_id", "day", "kind", "slot", "person", "call", "form", name=op.f("uq_finding_site_id")
        ),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index("ix_finding_person", ["site_id", "person"], unique=False)
        batch_op.create_index("ix_finding_state", ["site_id", "state"], unique=False)


def _make_finding_act() -> None:
    op.create_table(
        "finding_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_finding_act_finding_id_finding")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_finding_act_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_act")),
    )
    with op.batch_alter_table("finding_act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_act_finding_id"), ["finding_id"], unique=False)


def _make_display_count() -> None:
    op.create_table(
        "display_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_display_count_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_display_count")),
    )
    with op.batch_alter_table("display_count", schema=None) as batch_op:
        batch_op.create_index("ix_display_count_day", ["site_id", "day"], unique=False)

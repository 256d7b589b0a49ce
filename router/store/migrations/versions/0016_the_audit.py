"""The audit: one table for what people saw, took out, brought in and changed; who saw a number moves there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from router.store.tables.audit import APPEND_ONLY
from router.store.tables.base import UtcDateTime

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

SEEN_BEFORE = """
INSERT INTO audit (site_id, at, who, what, about, address, result, why)
SELECT seen.site_id, seen.at, seen."by", 'number', 'customer ' || number.customer_id, '', 'done', ''
FROM number_seen AS seen JOIN customer_number AS number ON number.id = seen.number_id ORDER BY seen.id
"""


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_what", ["site_id", "what", "at"], unique=False)
        batch_op.create_index("ix_audit_about", ["site_id", "about"], unique=False)
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
    op.execute(SEEN_BEFORE)
    op.drop_table("number_seen")


def downgrade() -> None:
    """Take it back; what the audit tells is lost."""
    op.create_table(
        "number_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("number_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["number_id"], ["customer_number.id"], name=op.f("fk_number_seen_number_id_customer_number")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_number_seen_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_seen")),
    )
    with op.batch_alter_table("number_seen", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_number_seen_number_id"), ["number_id"], unique=False)
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_stays()")

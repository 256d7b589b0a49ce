"""Customers: names, further numbers, contacts, who looked at a number, blocks, owners given by people, merges."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from router.store.tables.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(length=80), nullable=False, server_default=""))
        batch_op.create_index("ix_customer_last_contact", ["site_id", "last_contact_at"], unique=False)
    with op.batch_alter_table("customer_number", schema=None) as batch_op:
        batch_op.add_column(sa.Column("further", sa.Boolean(), nullable=False, server_default=sa.false()))
    _make_contact()
    _make_number_seen()
    _make_number_block()
    _make_owner_given()
    _make_customer_merge()


def downgrade() -> None:
    """Take it back."""
    for table in ("customer_merge", "owner_given", "number_block", "number_seen", "contact"):
        op.drop_table(table)
    with op.batch_alter_table("customer_number", schema=None) as batch_op:
        batch_op.drop_column("further")
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_last_contact")
        batch_op.drop_column("name")


def _table(name: str, *columns: sa.Column[Any], numbered: bool = True) -> None:
    """A table of the site, with a key of its own, and (`numbered`) rows about a number."""
    about: list[sa.schema.SchemaItem] = []
    if numbered:
        key = op.f(f"fk_{name}_number_id_customer_number")
        about = [
            sa.Column("number_id", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(["number_id"], ["customer_number.id"], name=key),
        ]
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        *about,
        *columns,
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f(f"fk_{name}_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    if numbered:
        _index(name, "number_id")


def _index(table: str, column: str) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)


def _make_contact() -> None:
    _table(
        "contact",
        sa.Column("journal", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_contact_site_id"), ["site_id", "journal", "seq"])


def _make_number_seen() -> None:
    _table(
        "number_seen",
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
    )


def _make_number_block() -> None:
    _table(
        "number_block",
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_by", sa.String(length=80), nullable=False),
    )


def _make_owner_given() -> None:
    _table(
        "owner_given",
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("last_contact_at", UtcDateTime(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("refused", sa.String(length=255), nullable=False),
    )
    _index("owner_given", "told_at")


def _make_customer_merge() -> None:
    customers = ("kept_id", "merged_id")
    _table(
        "customer_merge",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in customers),
        sa.Column("merged_owner", sa.String(length=32), nullable=True),
        sa.Column("merged_last_contact_at", UtcDateTime(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        numbered=False,
    )
    for name in customers:
        with op.batch_alter_table("customer_merge", schema=None) as batch_op:
            batch_op.create_foreign_key(batch_op.f(f"fk_customer_merge_{name}_customer"), "customer", [name], ["id"])
        _index("customer_merge", name)

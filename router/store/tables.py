"""Every table, imported: for migrations and for tests that make a database. May live here: imports alone."""

from __future__ import annotations

from router.store import (
    applied,
    calls,
    customers,
    days,
    findings,
    forms,
    jobs,
    notices,
    presence,
    records,
    site,
    tokens,
    users,
)
from router.store.base import Base

__all__ = [
    "Base",
    "applied",
    "calls",
    "customers",
    "days",
    "findings",
    "forms",
    "jobs",
    "notices",
    "presence",
    "records",
    "site",
    "tokens",
    "users",
]

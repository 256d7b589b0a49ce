"""Every table, imported: for migrations and for tests that make a database. May live here: imports alone."""

from __future__ import annotations

from router.store.tables import (
    answers,
    applied,
    audit,
    calls,
    customers,
    days,
    devices,
    fairness,
    findings,
    forms,
    jobs,
    notices,
    office,
    pbx,
    presence,
    sessions,
    tokens,
    users,
)
from router.store.tables.base import Base

__all__ = [
    "Base",
    "answers",
    "applied",
    "audit",
    "calls",
    "customers",
    "days",
    "devices",
    "fairness",
    "findings",
    "forms",
    "jobs",
    "notices",
    "office",
    "pbx",
    "presence",
    "sessions",
    "tokens",
    "users",
]

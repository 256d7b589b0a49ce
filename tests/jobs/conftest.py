"""A day on record for each test, as in tests/reconcile."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.reconcile.record import Record
from tests.store.conftest import database, empty, empty_url, postgres

__all__ = ["database", "empty", "empty_url", "postgres"]


@pytest.fixture
def record(database: Engine) -> Record:
    return Record(database)

"""An empty day for each test, as files or on record (SQLite and PostgreSQL)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.reconcile.office import Office
from tests.reconcile.record import Record
from tests.store.conftest import database, empty, empty_url, postgres

__all__ = ["database", "empty", "empty_url", "postgres"]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def record(database: Engine) -> Record:
    return Record(database)

"""A book and the private Asterisk's two files for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from router.telephony.private.instance import CDR_FILE, CEL_FILE
from tests.telephony.records.asterisk import File
from tests.telephony.records.book import Book


@pytest.fixture
def legs(tmp_path: Path) -> File:
    """log/cdr-custom/hotline.csv."""
    return File(tmp_path / CDR_FILE)


@pytest.fixture
def events(tmp_path: Path) -> File:
    """log/cel-custom/hotline.csv."""
    return File(tmp_path / CEL_FILE)


@pytest.fixture
def book(tmp_path: Path, legs: File, events: File) -> Iterator[Book]:
    """The private Asterisk's book; its files are there, empty."""
    assert legs.path.exists()
    assert events.path.exists()
    made = Book(tmp_path)
    yield made
    made.close()

"""What the tests of the commands share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.place import Office


@pytest.fixture
def site(tmp_path: Path) -> Office:
    """A site whose database was filled from its file."""
    made = Office(tmp_path)
    made.seed()
    return made

"""What all tests share: those with a real Asterisk run on one worker, one after another, so that time is real there."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
WITH_ASTERISK = ("telephony/switchboard", "telephony/private", "telephony/records", "up")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark and group the tests that need an Asterisk."""
    for item in items:
        folder = item.path.parent.relative_to(TESTS).as_posix() if item.path.is_relative_to(TESTS) else ""
        if folder in WITH_ASTERISK:
            item.add_marker(pytest.mark.asterisk)
            item.add_marker(pytest.mark.xdist_group("asterisk"))

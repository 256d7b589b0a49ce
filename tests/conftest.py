"""What all tests share: those with a real Asterisk run on one worker, one after another, so that time is real there.

And no test may leave a caller's number in a log (`tests.logged`): neither in this process nor in any that it starts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from router import logs
from tests.logged import LogFiles, Witness

logs.join_the_standard_library()

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


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A file's content names no test: a workbook has the time of its making in it, and workers must name all alike."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def logged(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[Witness]:
    """What this process logs during the test, as its log would show it; a number in it fails the test."""
    caplog.handler.setFormatter(logs.formatter())
    witness = Witness()
    logging.getLogger().addHandler(witness)
    yield witness
    logging.getLogger().removeHandler(witness)
    if request.node.get_closest_marker("numbers_in_logs") is None:
        witness.check()


@pytest.fixture(scope="session", autouse=True)
def log_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LogFiles]:
    """The log files of every service that tests start; looked through when all of them have ended."""
    files = LogFiles(tmp_path_factory.getbasetemp())
    yield files
    files.check()

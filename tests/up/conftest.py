"""One service for the tests here; each begins from rest: nobody talks, everybody is checked in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.up.service import Service


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """`hotline up` with everybody checked in; three rings are three seconds."""
    service = Service(Path(tmp_path_factory.mktemp("up")))
    service.start()
    service.phones_sign_in()
    yield service
    service.end()


@pytest.fixture
def service(running: Service) -> Iterator[Service]:
    """The running service, at rest before and after."""
    running.settle()
    yield running
    for agent in (*running.callers, *running.phone.values()):
        for leg in agent.legs:
            if leg.state != "ended":
                agent.hang_up(leg)
    running.settle()

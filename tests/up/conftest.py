"""One service for the tests here; each begins from rest, and is looked at afterwards for what it has left behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.up.evidence import Evidence, at_rest, evidence_of
from tests.up.service import Service


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """`hotline up` with everybody checked in; three rings are three seconds."""
    with Service(Path(tmp_path_factory.mktemp("up"))).at_work() as service:
        yield service


@pytest.fixture(scope="session")
def evidence(running: Service) -> Iterator[Evidence]:
    """What the running service has left behind; counted from after a first call, which makes what is made once."""
    made = evidence_of(running)
    yield made
    made.close()


@pytest.fixture
def service(running: Service, evidence: Evidence) -> Iterator[Service]:
    """The running service, at rest before and after; nothing is left behind, and every call is on record."""
    with at_rest(running, evidence):
        yield running

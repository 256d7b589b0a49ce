"""One service for the tests here; each begins from rest, and is looked at afterwards for what it has left behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.up.evidence import Evidence
from tests.up.service import HOTLINE, Service


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """`hotline up` with everybody checked in; three rings are three seconds."""
    service = Service(Path(tmp_path_factory.mktemp("up")))
    try:
        service.start()
        service.phones_sign_in()
        yield service
    finally:
        service.end()


@pytest.fixture(scope="session")
def evidence(running: Service) -> Iterator[Evidence]:
    """What the running service has left behind; counted from after a first call, which makes what is made once."""
    caller = running.caller("13900000000").dials(HOTLINE)
    first = running.engine.board()["next"]
    running.phone[first].answers()
    caller.hears(running.phone[first])
    caller.hangs_up()
    running.settle()
    made = Evidence(running)
    made.logged("13900000000")
    made.count_anew()
    yield made
    made.close()


@pytest.fixture
def service(running: Service, evidence: Evidence) -> Iterator[Service]:
    """The running service, at rest before and after; nothing is left behind, and every call is on record."""
    running.settle()
    yield running
    running.everybody_hangs_up()
    running.everybody_is_in()
    running.settle()
    evidence.is_complete()

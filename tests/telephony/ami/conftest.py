"""What every AMI test needs: a scripted server, a client that tells all, and a look at what is left behind."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from router.telephony.ami import AmiAddress, AmiClient, AmiError, AmiEvent, AmiTimes
from tests.telephony.ami.scripted_server import LIMIT_SECONDS, SECRET, ScriptedServer

QUICK = AmiTimes(
    connect_seconds=2.0,
    login_seconds=2.0,
    action_seconds=2.0,
    send_seconds=0.5,
    ping_seconds=5.0,
    pong_seconds=5.0,
    retry_first_seconds=0.02,
    retry_limit_seconds=0.1,
    refused_seconds=0.4,
    retry_jitter=0.0,
)


class Witness:
    """Sees everything that a client reports, and waits for it with a limit."""

    def __init__(self) -> None:
        self.events: queue.Queue[AmiEvent] = queue.Queue()
        self.connected: queue.Queue[AmiClient] = queue.Queue()
        self.disconnected: queue.Queue[AmiError] = queue.Queue()

    def sees(self, name: str) -> AmiEvent:
        """The next event, which has this name."""
        event = self.events.get(timeout=LIMIT_SECONDS)
        assert event.name == name
        return event

    def hears_of_the_end(self) -> AmiError:
        """The cause of the next lost link."""
        return self.disconnected.get(timeout=LIMIT_SECONDS)

    def hears_of_a_link(self) -> None:
        """Wait for the next sign-in."""
        self.connected.get(timeout=LIMIT_SECONDS)


Connect = Callable[..., AmiClient]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as scripted:
        yield scripted


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def make_client(server: ScriptedServer, witness: Witness) -> Iterator[Connect]:
    """Clients of the scripted server, not started; closed at the end."""
    made: list[AmiClient] = []

    def make(times: AmiTimes = QUICK, secret: str = SECRET) -> AmiClient:
        client = AmiClient(
            AmiAddress(host="127.0.0.1", port=server.port, username="hotline", secret=secret),
            on_event=witness.events.put,
            on_connected=witness.connected.put,
            on_disconnected=witness.disconnected.put,
            times=times,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: Connect) -> AmiClient:
    """A client that is signed in."""
    made = make_client()
    made.login()
    return made


def descriptors() -> int:
    """How many file descriptors this process holds."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """After each test: no thread and no descriptor more than before."""
    threads, files = set(threading.enumerate()), descriptors()
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in threads]
    assert not left, f"threads left: {left}"
    assert descriptors() <= files, f"descriptors left in process {os.getpid()}"

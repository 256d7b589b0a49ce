"""The engine's client, where the engine does not do its part: each time one error that says so, in time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from router.core.inputs import PresenceChanged
from router.core.words import PersonId
from router.desk_client import client as client_module
from router.desk_client.client import EngineClient
from router.errors import HotlineError
from router.wire.errors import EngineUnreachableError
from router.wire.frames import LENGTH, encoded, read_frame, send_body

TOLD = PresenceChanged(person=PersonId("A"), presence="break")
Behaviour = Callable[[socket.socket, threading.Event], None]


@contextmanager
def engine(path: Path, behaves: Behaviour) -> Iterator[EngineClient]:
    """A socket where a request is read, and then whatever is to be tried."""
    over = threading.Event()
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        door.listen()

        def serve() -> None:
            connection, _address = door.accept()
            with connection:
                read_frame(connection)
                behaves(connection, over)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield EngineClient(path)
        finally:
            over.set()
            thread.join(10)
            assert not thread.is_alive()


def never_answers(_connection: socket.socket, over: threading.Event) -> None:
    over.wait(10)


def goes_away(_connection: socket.socket, _over: threading.Event) -> None:
    """Killed after it took the request."""


def goes_away_in_mid_answer(connection: socket.socket, _over: threading.Event) -> None:
    connection.sendall(LENGTH.pack(100) + b'{"ok": tr')


def says(*bodies: bytes) -> Behaviour:
    def behaves(connection: socket.socket, _over: threading.Event) -> None:
        for body in bodies:
            send_body(connection, body)

    return behaves


OTHER_VERSIONS = {
    "no word of whether it was done": says(b"{}"),
    "done, without its number": says(b'{"ok": true}'),
    "a number that is none": says(b'{"ok": true, "seq": "soon"}'),
    "no JSON": says(b"HTTP/1.1 200 OK"),
    "a list": says(b"[]"),
}


@pytest.mark.parametrize("behaves", [never_answers, goes_away, goes_away_in_mid_answer])
def test_an_engine_that_does_not_answer_is_said_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaves: Behaviour
) -> None:
    monkeypatch.setattr(client_module, "ANSWER_SECONDS", -1.8)  # and 2 s on top
    with engine(tmp_path / "s", behaves) as client, pytest.raises(EngineUnreachableError):
        client.tell(TOLD, source="test", key="k")


@pytest.mark.parametrize("behaves", OTHER_VERSIONS.values(), ids=OTHER_VERSIONS)
def test_an_engine_of_another_version_is_said_so(tmp_path: Path, behaves: Behaviour) -> None:
    with engine(tmp_path / "s", behaves) as client, pytest.raises(EngineUnreachableError, match="version"):
        client.tell(TOLD, source="test")


def test_a_refusal_that_this_version_does_not_know_is_still_a_refusal(tmp_path: Path) -> None:
    refusal = says(encoded({"ok": False, "id": "of-tomorrow", "what": "not on a Sunday"}))
    with engine(tmp_path / "s", refusal) as client, pytest.raises(HotlineError, match="not on a Sunday"):
        client.tell(TOLD, source="test")


@pytest.mark.parametrize(
    "message", [{"sent_ms": 0}, {"board": {"people": 7}, "sent_ms": 0}, {"board": [], "sent_ms": 0}]
)
def test_a_board_of_another_version_ends_the_stream_and_no_page(tmp_path: Path, message: dict[str, object]) -> None:
    with (
        engine(tmp_path / "s", says(encoded(message))) as client,
        pytest.raises(EngineUnreachableError, match="version"),
    ):
        list(client.subscribe())


def test_a_stream_whose_engine_is_killed_ends(tmp_path: Path) -> None:
    with engine(tmp_path / "s", goes_away) as client:
        assert list(client.subscribe()) == []

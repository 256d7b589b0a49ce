"""`engine.sock`: requests answered once recorded, boards streamed, clients that misbehave shut out."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from router.core import inputs
from router.core.desk import Desk
from router.core.policy import Policy
from router.core.words import PersonId
from router.engine.engine import Engine, RefusedError
from router.engine.journal import Journal
from router.engine.socket import LENGTH, EngineClient, EngineSocket, EngineUnreachableError
from tests.engine.test_recovery import NoPhones


@pytest.fixture
def client(tmp_path: Path) -> Iterator[EngineClient]:
    """A running engine with one person, on a socket of its own."""
    journal = Journal(tmp_path / "journal.db")
    engine = Engine(Desk(Policy()), journal, NoPhones(), lambda: 1000)
    engine.start(Policy())
    served = EngineSocket(engine, tmp_path / "engine.sock")
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            engine.step(0.05)

    thread = threading.Thread(target=run)
    thread.start()
    client = EngineClient(tmp_path / "engine.sock")
    client.tell(inputs.PersonKnown(person=PersonId("A")), source="test")
    yield client
    over.set()
    thread.join()
    served.close()
    journal.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("engine-")]


def test_a_request_is_answered_once_it_is_recorded(client: EngineClient) -> None:
    first = client.tell(inputs.PresenceChanged(person=PersonId("A"), presence="break"), source="web", key="k")
    assert client.board()["people"]["A"]["presence"] == "break"
    assert client.tell(inputs.PresenceChanged(person=PersonId("A"), presence="off"), source="web", key="k") >= first
    assert client.board()["people"]["A"]["presence"] == "break"


def test_what_the_desk_refuses_is_said_to_who_asked(client: EngineClient) -> None:
    with pytest.raises(RefusedError, match="unknown person 'Z'"):
        client.tell(inputs.PresenceChanged(person=PersonId("Z"), presence="break"), source="web")


def test_the_board_is_streamed_as_it_changes(client: EngineClient) -> None:
    boards = client.subscribe()
    assert next(boards)["people"]["A"]["presence"] == "present"
    client.tell(inputs.PresenceChanged(person=PersonId("A"), presence="meeting"), source="web")
    assert any(board["people"]["A"]["presence"] == "meeting" for board in boards)
    boards.close()  # type: ignore[attr-defined]  # a generator


@pytest.mark.parametrize("junk", [b"\xff\xff\xff\xff", LENGTH.pack(3) + b"{]}", LENGTH.pack(2) + b"[]"])
def test_a_client_that_sends_junk_is_shut_out_and_nobody_else(client: EngineClient, junk: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as bad:
        bad.connect(str(client._path))
        bad.sendall(junk)
        bad.settimeout(5)
        assert bad.recv(10) == b""
    assert client.board()["people"]


def test_an_engine_that_is_not_there_is_named_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(EngineUnreachableError, match="hotline up"):
        EngineClient(tmp_path / "none.sock").board()

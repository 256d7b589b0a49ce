"""`engine.sock`: requests answered once recorded, boards streamed, clients that misbehave shut out."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from router.core import inputs
from router.core.words import Group, Number, PersonId
from router.desk_client.client import EngineClient
from router.engine import socket as socket_module
from router.engine.ports import Letter
from router.errors import RequestError
from router.store.follow.writer import DatabaseAwayError
from router.wire.bounds import ACTS_A_MINUTE, MAX_LETTERS, MAX_PARTS
from router.wire.errors import EngineUnreachableError, RefusedError, TooMuchError
from router.wire.frames import LENGTH, read_frame, send_frame
from tests.engine.office import office


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[EngineClient]:
    """A running engine with one person, on a socket of its own."""
    descriptors = _open_files()
    with office(tmp_path) as made:
        served = made.serve(tmp_path / "engine.sock")
        over = threading.Event()
        thread = threading.Thread(target=made.engine.run, args=(over,))
        thread.start()
        client = EngineClient(tmp_path / "engine.sock")
        client.tell(inputs.PersonKnown(person=PersonId("A")), source="test")
        yield client
        over.set()
        made.mailbox.put(Letter(input=inputs.Tick(), source="test"))  # wakes it
        thread.join()
        served.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("engine-")]
    assert _open_files() == descriptors


def test_a_request_is_answered_once_it_is_recorded(client: EngineClient) -> None:
    first = client.tell(inputs.PresenceChanged(person=PersonId("A"), presence="break"), source="web", key="k")
    assert client.board().people[PersonId("A")].presence == "break"
    assert client.tell(inputs.PresenceChanged(person=PersonId("A"), presence="off"), source="web", key="k") >= first
    assert client.board().people[PersonId("A")].presence == "break"


def test_what_the_desk_refuses_is_said_to_who_asked(client: EngineClient) -> None:
    with pytest.raises(RefusedError, match="no such person: Z"):
        client.tell(inputs.PresenceChanged(person=PersonId("Z"), presence="break"), source="web")


def test_the_board_is_streamed_as_it_changes(client: EngineClient) -> None:
    boards = client.subscribe()
    assert next(boards).people[PersonId("A")].presence == "present"
    client.tell(inputs.PresenceChanged(person=PersonId("A"), presence="meeting"), source="web")
    assert any(board.people[PersonId("A")].presence == "meeting" for board in boards)
    boards.close()  # type: ignore[attr-defined]  # a generator


@pytest.mark.parametrize("junk", [b"\xff\xff\xff\xff", LENGTH.pack(3) + b"{]}", LENGTH.pack(2) + b"[]"])
def test_a_client_that_sends_junk_is_shut_out_and_nobody_else(client: EngineClient, junk: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as bad:
        bad.connect(str(client._path))
        bad.sendall(junk)
        bad.settimeout(5)
        assert bad.recv(10) == b""
    assert client.board().people


def test_an_engine_that_is_not_there_is_named_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(EngineUnreachableError, match="hotline up"):
        EngineClient(tmp_path / "none.sock").board()


def test_the_socket_is_its_owners_alone(client: EngineClient) -> None:
    assert client._path.stat().st_mode & 0o777 == 0o600


def test_forty_clients_at_once_are_all_answered_and_leave_no_thread(client: EngineClient) -> None:
    answers: list[int] = []

    def ask(i: int) -> None:
        told = inputs.PresenceChanged(person=PersonId("A"), presence="break")
        answers.append(client.tell(told, source="web", key=f"k{i}"))

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(set(answers)) == 40


def test_a_client_that_says_nothing_is_let_go(client: EngineClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_module, "IDLE_SECONDS", 0.1)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.settimeout(5)
        silent.connect(str(client._path))
        assert silent.recv(10) == b""


def test_a_client_too_many_is_turned_away_at_once(client: EngineClient, monkeypatch: pytest.MonkeyPatch) -> None:
    boards = client.subscribe()
    next(boards)
    monkeypatch.setattr(socket_module, "MAX_CLIENTS", 1)
    with pytest.raises(EngineUnreachableError):
        client.board()
    boards.close()  # type: ignore[attr-defined]  # a generator


def test_a_subscriber_that_reads_nothing_misses_boards_but_never_the_newest(client: EngineClient) -> None:
    boards = client.subscribe()
    next(boards)
    for i in range(30):
        presence = "break" if i % 2 else "meeting"
        last = client.tell(inputs.PresenceChanged(person=PersonId("A"), presence=presence), source="web")
    assert any(board.seq == last for board in boards)
    boards.close()  # type: ignore[attr-defined]  # a generator


def test_a_heartbeat_comes_when_nothing_happens(client: EngineClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_module, "BEAT_SECONDS", 0.1)
    boards = client.subscribe()
    first, second = next(boards), next(boards)
    assert second.sent_ms >= first.sent_ms
    boards.close()  # type: ignore[attr-defined]  # a generator


def test_a_number_can_be_erased_by_who_asks(client: EngineClient) -> None:
    number = Number("+8613800000001")
    client.tell(inputs.CustomerKnown(number=number, owner=PersonId("A"), last_contact=0), source="import")
    client.erase(number, by="boss")
    with pytest.raises(RefusedError, match="no call"):
        client.erase(number, by="boss")


@pytest.mark.parametrize(
    "message",
    [
        {"do": "input"},
        {"do": "input", "input": []},
        {"do": "input", "input": {"is": "Nonsense"}},
        {"do": "input", "input": {"is": "HungUp", "call": "c", "more": 1}},
        {"do": "input", "input": {"is": "HungUp"}},
        {"do": "dance"},
        {},
    ],
)
def test_a_request_that_makes_no_sense_is_answered_with_why(client: EngineClient, message: dict[str, object]) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(client._path))
        send_frame(connection, message)
        answer = read_frame(connection)
        assert answer is not None
        assert not answer["ok"]
        assert answer["what"]
    assert client.board().people


def test_what_is_not_understood_is_the_askers_mistake(client: EngineClient) -> None:
    with pytest.raises(RequestError, match="unknown kind"):
        client._have_done({"do": "input", "input": {"is": "Nonsense"}})


def test_the_office_is_read_anew_when_asked_and_a_database_that_is_away_is_said(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        needs = ["Asterisk: rtp.conf"]

        def reread() -> list[str]:
            if needs:
                return [needs.pop()]
            raise DatabaseAwayError("the database is away")

        served = made.serve(tmp_path / "engine.sock", reread)
        assert EngineClient(tmp_path / "engine.sock").reread() == ["Asterisk: rtp.conf"]
        with pytest.raises(RequestError, match="is away"):
            EngineClient(tmp_path / "engine.sock").reread()
        served.close()


def test_one_persons_acts_a_minute_are_bounded_and_nobody_elses_suffer(client: EngineClient) -> None:
    def acts(by: str) -> int:
        told = inputs.PresenceChanged(person=PersonId("A"), presence="break", by=PersonId(by))
        return client.tell(told, source="web")

    last = [acts("chen") for _ in range(ACTS_A_MINUTE)][-1]
    for _ in range(3):
        with pytest.raises(TooMuchError, match="acts of one person in a minute"):
            acts("chen")
    assert client.board().seq == last, "what is refused is not written"
    assert acts("li") == last + 1


def test_what_is_so_already_is_told_as_often_as_it_is(client: EngineClient) -> None:
    for i in range(ACTS_A_MINUTE + 5):
        number = Number(f"+86138000{i:05d}")
        client.tell(
            inputs.CustomerKnown(number=number, owner=PersonId("A"), last_contact=0),
            source="people:chen",
            facts={"by": "chen"},
        )


def test_a_reason_without_end_is_refused_and_not_cut(client: EngineClient) -> None:
    before = client.board().seq
    long = "长" * (MAX_LETTERS + 1)
    order = inputs.RosterEdited(group=Group.CALL, order=(PersonId("A"),) * MAX_PARTS, by="boss")
    with pytest.raises(TooMuchError, match="has 256 letters"):
        client.tell(inputs.Suspended(person=PersonId("A"), by="boss", why=long), source="web")
    with pytest.raises(TooMuchError, match="256 letters"):
        client.tell(inputs.Tick(), source="web", facts={long: ""})
    with pytest.raises(TooMuchError, match="256 letters"):
        client.tell(inputs.Tick(), source="web", key=long)
    with pytest.raises(TooMuchError, match="parts"):
        client.tell(order, source="web")
    assert client.board().seq == before
    assert client.tell(inputs.Suspended(person=PersonId("A"), by="boss", why=long[1:]), source="web") == before + 1

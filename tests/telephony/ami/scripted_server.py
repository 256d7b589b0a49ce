"""An AMI server that does as it is told, faults included: a real Asterisk can't be made to send half a frame on demand.

May live here: the server and its script's commands. Its replies are worded as Asterisk 22 words them.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

GREETING = b"Asterisk Call Manager/12.0.0\r\n"
LIMIT_SECONDS = 10.0
SECRET = "s3cret"


@dataclass(frozen=True, slots=True)
class Asked:
    """One action as the server read it: every header in order."""

    headers: tuple[tuple[str, str], ...]

    def __getitem__(self, key: str) -> str:
        return next(value for name, value in self.headers if name == key)

    @property
    def name(self) -> str:
        return self["Action"]

    def all(self, key: str) -> list[str]:
        return [value for name, value in self.headers if name == key]


@dataclass(slots=True)
class Manners:
    """How the next connections are treated."""

    greeting: bytes = GREETING
    accepts_login: bool = True
    answers_login: bool = True
    answers_pings: bool = True
    answers_actions: bool = True
    reads: bool = True
    after_login: bytes = b""
    lists: dict[str, list[bytes]] = field(default_factory=dict)
    refuses: dict[str, str] = field(default_factory=dict)


class Connection:
    """One client's connection, seen from the server."""

    def __init__(self, server: ScriptedServer, accepted: socket.socket) -> None:
        self._server = server
        self._socket = accepted
        self._lock = threading.Lock()
        self.thread = threading.Thread(target=self._serve, name="scripted-ami")

    def send(self, data: bytes) -> None:
        """Put these bytes on the wire, however wrong they are."""
        with self._lock:
            self._socket.sendall(data)

    def drop(self) -> None:
        """End the connection in the middle of whatever it is."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        with contextlib.suppress(OSError), self._socket:
            self.send(self._server.manners.greeting)
            for asked in self._actions():
                self._server.asked.put(asked)
                reply = self._reply(asked)
                if reply:
                    self.send(reply)
                if asked.name == "Logoff":
                    return

    def _actions(self) -> Iterator[Asked]:
        buffer = b""
        while self._server.manners.reads:
            data = self._socket.recv(65536)
            if not data:
                return
            buffer += data
            *frames, buffer = buffer.split(b"\r\n\r\n")
            for frame in frames:
                lines = [line.split(": ", 1) for line in frame.decode().split("\r\n")]
                yield Asked(tuple((line[0], line[1]) for line in lines))
        self._server.over.wait(LIMIT_SECONDS)

    def _reply(self, asked: Asked) -> bytes:
        manners = self._server.manners
        action_id = f"ActionID: {asked['ActionID']}\r\n".encode()
        if asked.name == "Login":
            if not manners.answers_login:
                return b""
            if not manners.accepts_login or asked["Secret"] != self._server.secret:
                return b"Response: Error\r\n" + action_id + b"Message: Authentication failed\r\n\r\n"
            self._server.signed_in.put(self)
            return (
                b"Response: Success\r\n" + action_id + b"Message: Authentication accepted\r\n\r\n" + manners.after_login
            )
        if asked.name == "Ping":
            pong = b"Response: Success\r\n" + action_id + b"Ping: Pong\r\nTimestamp: 1700000000.000000\r\n\r\n"
            return pong if manners.answers_pings else b""
        if asked.name == "Logoff":
            return b"Response: Goodbye\r\n" + action_id + b"Message: Thanks for all the fish.\r\n\r\n"
        if asked.name in manners.refuses:
            return b"Response: Error\r\n" + action_id + f"Message: {manners.refuses[asked.name]}\r\n\r\n".encode()
        if asked.name in manners.lists:
            return self._list(asked.name, manners.lists[asked.name], action_id)
        return b"Response: Success\r\n" + action_id + b"Message: Done\r\n\r\n" if manners.answers_actions else b""

    @staticmethod
    def _list(name: str, items: list[bytes], action_id: bytes) -> bytes:
        begin = b"Response: Success\r\n" + action_id + b"EventList: start\r\nMessage: will follow\r\n\r\n"
        body = b"".join(b"Event: " + item.replace(b"\r\n", b"\r\n" + action_id, 1) + b"\r\n" for item in items)
        end = (
            f"Event: {name}Complete\r\n".encode()
            + action_id
            + f"EventList: Complete\r\nListItems: {len(items)}".encode()
        )
        return begin + body + end + b"\r\n\r\n"


class ScriptedServer:
    """Listens on a free port of the loopback address until the `with` block ends."""

    def __init__(self, *, secret: str = SECRET, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.secret = secret
        self.manners = Manners()
        self.asked: queue.Queue[Asked] = queue.Queue()
        self.signed_in: queue.Queue[Connection] = queue.Queue()
        self.connections: list[Connection] = []
        self.over = threading.Event()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="scripted-ami-listener")

    def client_signs_in(self) -> Connection:
        """Wait for the next login that was accepted."""
        return self.signed_in.get(timeout=LIMIT_SECONDS)

    def is_asked(self, name: str) -> Asked:
        """Wait for the next action of this name; others before it are passed over."""
        while True:
            asked = self.asked.get(timeout=LIMIT_SECONDS)
            if asked.name == name:
                return asked

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            if self.over.is_set():
                accepted.close()
                return
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as Asterisk does
            if self._tls is not None:
                try:
                    accepted = self._tls.wrap_socket(accepted, server_side=True)
                except OSError:
                    continue
            connection = Connection(self, accepted)
            self.connections.append(connection)
            connection.thread.start()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept
        self._thread.join(LIMIT_SECONDS)
        self._listener.close()
        for connection in self.connections:
            connection.drop()
            connection.thread.join(LIMIT_SECONDS)

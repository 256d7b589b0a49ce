"""`engine.sock`: how web, jobs and CLI talk to the engine. May live here: frames, the server, the client.

A frame is four bytes of length (big-endian) and that much JSON. A request is one input with a key, answered once it is
recorded; the same key again is answered without being done again. `subscribe` streams the board as it changes, and at
least every `BEAT_SECONDS`. The socket belongs to the engine's user alone (0600).
"""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from router.core.inputs import Input
from router.engine.codec import input_from_json, input_to_json
from router.engine.engine import Engine, RefusedError
from router.engine.ports import Letter
from router.errors import HotlineError, RequestError

log = logging.getLogger(__name__)

LENGTH = struct.Struct(">I")
MAX_FRAME = 4 * 1024 * 1024
BEAT_SECONDS = 4.0
ANSWER_SECONDS = 8.0


class EngineUnreachableError(HotlineError):
    """The engine does not answer."""

    id = "engine-unreachable"


def send_frame(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send one message."""
    body = json.dumps(message, ensure_ascii=False).encode()
    connection.sendall(LENGTH.pack(len(body)) + body)


def read_frame(connection: socket.socket) -> dict[str, Any] | None:
    """The next message; None when the other side has closed. Raises `RequestError` for what is none."""
    head = _read(connection, LENGTH.size)
    if head is None:
        return None
    (length,) = LENGTH.unpack(head)
    if length > MAX_FRAME:
        raise RequestError(f"a message of {length} bytes is too long")
    body = _read(connection, length)
    if body is None:
        return None
    try:
        message = json.loads(body)
    except ValueError as error:
        raise RequestError(f"not JSON: {error}") from error
    if not isinstance(message, dict):
        raise RequestError("a JSON object is needed")
    return message


def _read(connection: socket.socket, length: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < length:
        part = connection.recv(length - len(parts))
        if not part:
            return None
        parts += part
    return bytes(parts)


class EngineSocket:
    """The server: one thread that accepts, one for each connection; all end with `close`."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._boards: dict[socket.socket, queue.Queue[dict[str, Any]]] = {}
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._newest: dict[str, Any] = {}
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(64)
        self._closing = False
        engine.watch(self._show)
        self._newest = engine.shown()
        self._thread = threading.Thread(target=self._accept, name="engine-socket", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and end every connection and thread."""
        self._closing = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            open_ones = list(self._connections.items())
        for connection, _ in open_ones:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for _, thread in open_ones:
            thread.join(5)
        self._thread.join(5)
        self._path.unlink(missing_ok=True)

    def _show(self, board: dict[str, Any]) -> None:
        with self._lock:
            self._newest = board
            waiting = list(self._boards.values())
        for boards in waiting:
            with contextlib.suppress(queue.Full):
                boards.put_nowait(board)  # a slow reader misses some: each board is whole

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), name="engine-client", daemon=True)
            with self._lock:
                self._connections[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while (message := read_frame(connection)) is not None:
                self._answer(connection, message)
        except (OSError, RequestError) as error:
            log.info("client gone why=%r", str(error))
        finally:
            with self._lock:
                self._connections.pop(connection, None)
                self._boards.pop(connection, None)
            connection.close()

    def _answer(self, connection: socket.socket, message: dict[str, Any]) -> None:
        what = message.get("do")
        if what == "board":
            with self._lock:
                newest = self._newest
            send_frame(connection, {"ok": True, "board": {**newest, "sent_ms": _now_ms()}})
        elif what == "subscribe":
            self._stream(connection)
        elif what == "input":
            send_frame(connection, self._request(message))
        else:
            send_frame(connection, {"ok": False, "id": "request", "why": f"unknown request {what!r}"})

    def _request(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            letter = Letter(
                input=input_from_json(message.get("input") or {}),
                source=str(message.get("source", "socket")),
                key=str(message.get("key", "")),
                facts={str(k): str(v) for k, v in (message.get("facts") or {}).items()},
            )
            seq = self._engine.ask(letter).result(ANSWER_SECONDS)
        except HotlineError as error:
            return {"ok": False, "id": error.id, "why": str(error)}
        except TimeoutError:
            return {"ok": False, "id": "engine-unreachable", "why": "the engine did not answer in time"}
        return {"ok": True, "seq": seq}

    def _stream(self, connection: socket.socket) -> None:
        boards: queue.Queue[dict[str, Any]] = queue.Queue(maxsize=8)
        with self._lock:
            self._boards[connection] = boards
            newest = self._newest
        while not self._closing:
            send_frame(connection, {"ok": True, "board": {**newest, "sent_ms": _now_ms()}})
            with contextlib.suppress(queue.Empty):
                newest = boards.get(timeout=BEAT_SECONDS)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class EngineClient:
    """The other end, for web, jobs and CLI. Each call opens a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def board(self) -> dict[str, Any]:
        """The board now; raises `EngineUnreachableError`."""
        with self._open() as connection:
            board: dict[str, Any] = self._ask(connection, {"do": "board"})["board"]
            return board

    def subscribe(self) -> Iterator[dict[str, Any]]:
        """Boards as they change, with a heartbeat; ends when the engine does. Raises `EngineUnreachableError`."""
        with self._open() as connection:
            connection.settimeout(BEAT_SECONDS * 3)
            send_frame(connection, {"do": "subscribe"})
            while (message := self._receive(connection)) is not None:
                yield message["board"]

    def tell(self, told: Input, *, source: str, key: str = "", facts: dict[str, str] | None = None) -> int:
        """Have one input recorded; returns its sequence number, raises `RefusedError` or `EngineUnreachableError`."""
        request = {"do": "input", "input": input_to_json(told), "source": source, "key": key, "facts": facts or {}}
        with self._open() as connection:
            answer = self._ask(connection, request)
        if not answer["ok"]:
            raise RefusedError(answer["why"])
        return int(answer["seq"])

    def _open(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(ANSWER_SECONDS + 2)
        try:
            connection.connect(str(self._path))
        except OSError as error:
            connection.close()
            raise EngineUnreachableError(
                f"the engine does not answer at {self._path}: {error.strerror}", cure="is `hotline up` running?"
            ) from error
        return connection

    def _ask(self, connection: socket.socket, message: dict[str, Any]) -> dict[str, Any]:
        send_frame(connection, message)
        answer = self._receive(connection)
        if answer is None:
            raise EngineUnreachableError("the engine closed the connection", cure="look at its log")
        return answer

    def _receive(self, connection: socket.socket) -> dict[str, Any] | None:
        try:
            return read_frame(connection)
        except OSError as error:
            raise EngineUnreachableError(f"the engine does not answer: {error}") from error

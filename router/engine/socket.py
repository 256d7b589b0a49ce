"""`engine.sock`: how web, jobs and CLI talk to the engine. May live here: frames, the server, the client.

A frame is four bytes of length (big-endian) and that much JSON. A request is one input with a key, answered once it is
recorded; the same key again is answered without being done again. `subscribe` streams the board as it changes, and at
least every `BEAT_SECONDS`. The socket belongs to the engine's user alone (0600).
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from router.core.inputs import Input
from router.core.words import Number
from router.engine.codec import from_json, input_from_json, input_to_json, to_json
from router.engine.delivery import RefusedError
from router.engine.engine import Engine
from router.engine.journal import JournalError
from router.engine.ports import Letter, Observation
from router.errors import HotlineError, RequestError

log = logging.getLogger(__name__)

LENGTH = struct.Struct(">I")
MAX_FRAME = 4 * 1024 * 1024
BEAT_SECONDS = 4.0
ANSWER_SECONDS = 8.0
REREAD_SECONDS = 60.0  # a PBX that reads its configuration anew takes its time
IDLE_SECONDS = 30.0  # a client that says nothing, or takes nothing, for so long is let go
MAX_CLIENTS = 128


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
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._changed = threading.Condition()  # guards what follows, and the connections
        self._newest = engine.shown()
        self._serial = 0
        self._over = threading.Event()
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(64)
        engine.watch(self._show)
        self._thread = threading.Thread(target=self._accept, name="engine-socket", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and end every connection and thread."""
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        with self._changed:
            self._changed.notify_all()
            open_ones = list(self._connections.items())
        for connection, _ in open_ones:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for _, thread in open_ones:
            thread.join(5)
        self._path.unlink(missing_ok=True)

    def _show(self, board: dict[str, Any]) -> None:
        with self._changed:
            self._newest = board
            self._serial += 1
            self._changed.notify_all()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError as error:
                if not self._over.wait(0.2):  # out of descriptors: others may be closed meanwhile
                    log.warning("engine socket: %s", error)
                continue
            self._take_in(connection)

    def _take_in(self, connection: socket.socket) -> None:
        connection.settimeout(IDLE_SECONDS)
        with self._changed:
            is_full = len(self._connections) >= MAX_CLIENTS
            if not is_full:
                thread = threading.Thread(target=self._serve, args=(connection,), name="engine-client", daemon=True)
                self._connections[connection] = thread
                thread.start()
        if is_full:
            log.warning("engine socket: more than %s connections", MAX_CLIENTS)
            connection.close()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while (message := read_frame(connection)) is not None:
                self._answer(connection, message)
        except (OSError, RequestError) as error:
            log.info("client gone why=%r", str(error))
        finally:
            with self._changed:
                self._connections.pop(connection, None)
            connection.close()

    def _answer(self, connection: socket.socket, message: dict[str, Any]) -> None:
        what = message.get("do")
        if what == "subscribe":
            self._stream(connection)
        elif what == "board":
            with self._changed:
                newest = self._newest
            send_frame(connection, _shown(newest))
        elif what in ("input", "erase", "observe", "preview"):
            send_frame(connection, self._request(message))
        elif what == "reread":
            send_frame(connection, self._reread())
        else:
            send_frame(connection, {"ok": False, "id": "request", "why": f"unknown request {what!r}"})

    def _request(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            said = self._hand_in(message).result(ANSWER_SECONDS)
        except HotlineError as error:
            return {"ok": False, "id": error.id, "why": str(error)}
        except TimeoutError:
            return {"ok": False, "id": EngineUnreachableError.id, "why": "the engine did not answer in time"}
        return {"ok": True, "trial": said} if isinstance(said, dict) else {"ok": True, "seq": said}

    def _reread(self) -> dict[str, Any]:
        try:
            return {"ok": True, "needs_restart": self._engine.reread()}
        except HotlineError as error:
            return {"ok": False, "id": error.id, "why": str(error)}

    def _hand_in(self, message: dict[str, Any]) -> Future[Any]:
        if message["do"] == "erase":
            return self._engine.erase(Number(str(message.get("number", ""))), str(message.get("by", "")))
        if message["do"] == "observe":
            return self._engine.observe(from_json(Observation, message.get("seen")))
        told, facts = message.get("input"), message.get("facts") or {}
        if not isinstance(told, dict) or not isinstance(facts, dict):
            raise RequestError("an input needs `input`, an object, and may have `facts`, another")
        if message["do"] == "preview":
            return self._engine.preview(input_from_json(told))
        letter = Letter(
            input=input_from_json(told),
            source=str(message.get("source", "socket")),
            key=str(message.get("key", "")),
            facts={str(name): str(value) for name, value in facts.items()},
        )
        return self._engine.ask(letter)

    def _stream(self, connection: socket.socket) -> None:
        serial = -1
        while not self._over.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._serial != serial or self._over.is_set(), BEAT_SECONDS)  # noqa: B023  (called at once)
                serial, newest = self._serial, self._newest
            send_frame(connection, _shown(newest))


def _shown(board: dict[str, Any]) -> dict[str, Any]:
    return {"ok": True, "board": {**board, "sent_ms": _now_ms()}}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


ERRORS: dict[str, type[HotlineError]] = {
    error.id: error for error in (RefusedError, RequestError, EngineUnreachableError, JournalError)
}


def _done(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of what was done; raises what was said instead."""
    if not answer["ok"]:
        raise ERRORS.get(answer["id"], RequestError)(answer["why"])
    return answer


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
            self._send(connection, {"do": "subscribe"})
            while (message := self._receive(connection)) is not None:
                yield message["board"]

    def tell(self, told: Input, *, source: str, key: str = "", facts: dict[str, str] | None = None) -> int:
        """Have one input recorded; returns its sequence number.

        Raises `RefusedError` (the desk's word), `RequestError` (not understood) or `EngineUnreachableError`: then it is
        not known whether it was recorded, and the same again with the same `key` is safe.
        """
        request = {"do": "input", "input": input_to_json(told), "source": source, "key": key, "facts": facts or {}}
        return self._have_done(request)

    def observe(self, seen: Observation) -> int:
        """Have a fact of a call noted (other business, R18); returns and raises as `tell`."""
        return self._have_done({"do": "observe", "seen": to_json(seen)})

    def preview(self, told: Input) -> dict[str, Any]:
        """What an input would bring if it came now (`router.engine.preview`); raises as `tell`, and does nothing."""
        trial: dict[str, Any] = self._answer_to({"do": "preview", "input": input_to_json(told)})["trial"]
        return trial

    def erase(self, number: Number, *, by: str) -> int:
        """Have a number erased everywhere (DESIGN: erasure); returns and raises as `tell`."""
        return self._have_done({"do": "erase", "number": number, "by": by})

    def reread(self) -> list[str]:
        """Have the office read anew from the database, now: it was changed, and whatever comes next is decided by it.

        Returns what needs a new start of the service all the same. Raises `EngineUnreachableError`, or `RequestError`
        where the office can't be read: the engine goes on with what it knows, and looks again by itself.
        """
        with self._open() as connection:
            connection.settimeout(REREAD_SECONDS)
            answer = self._ask(connection, {"do": "reread"})
        return [str(need) for need in _done(answer)["needs_restart"]]

    def _have_done(self, request: dict[str, Any]) -> int:
        return int(self._answer_to(request)["seq"])

    def _answer_to(self, request: dict[str, Any]) -> dict[str, Any]:
        with self._open() as connection:
            return _done(self._ask(connection, request))

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
        self._send(connection, message)
        answer = self._receive(connection)
        if answer is None:
            raise EngineUnreachableError("the engine closed the connection", cure="look at its log")
        return answer

    def _send(self, connection: socket.socket, message: dict[str, Any]) -> None:
        try:
            send_frame(connection, message)
        except OSError as error:
            raise EngineUnreachableError(f"the engine does not listen: {error}") from error

    def _receive(self, connection: socket.socket) -> dict[str, Any] | None:
        try:
            return read_frame(connection)
        except OSError as error:
            raise EngineUnreachableError(f"the engine does not answer: {error}") from error

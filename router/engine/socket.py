"""`engine.sock`: how web, jobs and CLI talk to the engine. May live here: the server of it.

A request is one input with a key, answered once it is recorded; the same key again is answered without being done
again. One person's acts a minute, and the size of a request, are bounded (`router.wire.bounds`). `subscribe` streams
the board as it changes, and at least every `BEAT_SECONDS`. The socket belongs to the engine's user alone (0600).
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from router.core.words import Number
from router.engine.board_shower import BoardShower
from router.engine.mailbox import Mailbox
from router.engine.ports import Letter
from router.errors import HotlineError, RequestError
from router.logs import logger
from router.texts import _
from router.wire.board import OfficeBoard, board_to_json
from router.wire.bounds import ActBound, check_size, too_often
from router.wire.codec import from_json, input_from_json
from router.wire.errors import EngineUnreachableError, error_to_json
from router.wire.frames import ANSWER_SECONDS, BEAT_SECONDS, encoded, read_frame, send_body, send_frame
from router.wire.observation import Observation

log = logger(__name__)

IDLE_SECONDS = 30.0  # a client that says nothing, or takes nothing, for so long is let go
MAX_CLIENTS = 128
ACTS = frozenset(
    {
        "CallbackAssigned",
        "Contacted",
        "PresenceChanged",
        "Resumed",
        "RosterEdited",
        "Suspended",
        "TurnHandedOut",
        "TurnTakenAway",
    }
)
"""Inputs that are people's acts; the others tell of what is so already: lists, forms, records."""


class EngineSocket:
    """The server: one thread that accepts, one for each connection; all end with `close`."""

    def __init__(self, mailbox: Mailbox, shower: BoardShower, path: Path, *, reread: Callable[[], list[str]]) -> None:
        """`reread` reads the office anew from the database; returns what needs a new start of the service even so."""
        self._mailbox = mailbox
        self._reread_office = reread
        self._path = path
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._changed = threading.Condition()  # guards what follows, and the connections
        self._newest, self._newest_encoded = shower.shown(), b""
        self._serial = 0
        self._over = threading.Event()
        self._acts = ActBound()
        self._counting = threading.Lock()  # guards it
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(64)
        shower.watch(self._show)
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
        for connection, _since in open_ones:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for _connection, thread in open_ones:
            thread.join(5)
        self._path.unlink(missing_ok=True)

    def _show(self, board: OfficeBoard) -> None:
        with self._changed:
            self._newest, self._newest_encoded = board, b""
            self._serial += 1
            self._changed.notify_all()

    def _board_now(self) -> bytes:
        """The message with the newest board, which is encoded once for all who look on."""
        with self._changed:
            newest, board = self._newest, self._newest_encoded
        if not board:
            board = encoded(board_to_json(newest))
            with self._changed:
                if self._newest is newest:
                    self._newest_encoded = board
        return b'{"ok":true,"sent_ms":%d,"board":%s}' % (_now_ms(), board)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError as error:
                if not self._over.wait(0.2):  # out of descriptors: others may be closed meanwhile
                    log.warning("socket accepts nobody", why=error)
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
            log.warning("connection refused", why="too many", most=MAX_CLIENTS)
            connection.close()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while (message := read_frame(connection)) is not None:
                self._answer(connection, message)
        except (OSError, RequestError) as error:
            log.info("client gone", why=error)
        finally:
            with self._changed:
                self._connections.pop(connection, None)
            connection.close()

    def _answer(self, connection: socket.socket, message: dict[str, Any]) -> None:
        what = message.get("do")
        if what == "subscribe":
            self._stream(connection)
        elif what == "board":
            send_body(connection, self._board_now())
        elif what in ("input", "erase", "observe", "preview"):
            send_frame(connection, self._request(message))
        elif what == "reread":
            send_frame(connection, self._reread())
        else:
            send_frame(connection, error_to_json(RequestError(_("unknown request %(what)s", what=repr(what)))))

    def _request(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            said = self._hand_in(message).result(ANSWER_SECONDS)
        except HotlineError as error:
            return error_to_json(error)
        except TimeoutError:
            return error_to_json(EngineUnreachableError(_("the engine did not answer in time")))
        return {"ok": True, "trial": said} if isinstance(said, dict) else {"ok": True, "seq": said}

    def _reread(self) -> dict[str, Any]:
        try:
            return {"ok": True, "needs_restart": self._reread_office()}
        except HotlineError as error:
            return error_to_json(error)

    def _hand_in(self, message: dict[str, Any]) -> Future[Any]:
        check_size(message)
        who = _who_acts(message)
        if who:
            with self._counting:
                if not self._acts.allows(who, time.monotonic_ns() // 1_000_000):
                    raise too_often()
        if message["do"] == "erase":
            return self._mailbox.erase(Number(str(message.get("number", ""))), str(message.get("by", "")))
        if message["do"] == "observe":
            return self._mailbox.observe(from_json(Observation, message.get("seen")))
        told, facts = message.get("input"), message.get("facts") or {}
        if not isinstance(told, dict) or not isinstance(facts, dict):
            raise RequestError(_("an input needs `input`, an object, and may have `facts`, another"))
        if message["do"] == "preview":
            return self._mailbox.preview(input_from_json(told))
        letter = Letter(
            input=input_from_json(told),
            source=str(message.get("source", "socket")),
            key=str(message.get("key", "")),
            facts={str(name): str(value) for name, value in facts.items()},
        )
        return self._mailbox.ask(letter)

    def _stream(self, connection: socket.socket) -> None:
        serial = -1
        while not self._over.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._serial != serial or self._over.is_set(), BEAT_SECONDS)  # noqa: B023  (called at once)
                serial = self._serial
            send_body(connection, self._board_now())


def _who_acts(message: dict[str, Any]) -> str:
    """Whose act a request is, "" for none; without a name it counts for whom it is about."""
    if message["do"] not in ("input", "observe"):
        return ""
    told = message.get("input" if message["do"] == "input" else "seen")
    if not isinstance(told, dict) or (message["do"] == "input" and told.get("is") not in ACTS):
        return ""
    facts = message.get("facts")
    by = facts.get("by") if isinstance(facts, dict) else ""
    return str(by or told.get("by") or (told.get("person") if told.get("is") == "PresenceChanged" else "") or "")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000

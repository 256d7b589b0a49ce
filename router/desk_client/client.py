"""The client of `engine.sock`, for pages, jobs and commands. May live here: one request, one answer, or a stream."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from router.core.inputs import Input
from router.core.words import Number
from router.errors import RequestError
from router.texts import _
from router.wire.board import OfficeBoard, board_from_json
from router.wire.codec import CodecError, input_to_json, to_json
from router.wire.errors import EngineUnreachableError, error_from_json
from router.wire.frames import ANSWER_SECONDS, BEAT_SECONDS, read_frame, send_frame
from router.wire.observation import Observation

REREAD_SECONDS: Final = 60.0  # a PBX that reads its configuration anew takes its time


@contextmanager
def _of_this_version() -> Iterator[None]:
    """What the engine says is read inside; one of another version, which says it otherwise, is said to be that."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, CodecError) as error:
        raise _other_version() from error


def _other_version() -> EngineUnreachableError:
    return EngineUnreachableError(
        _("the engine's answer is not understood: it is of another version"),
        cure=_("stop and start the whole service: hotline up"),
    )


def _board_of(message: dict[str, Any]) -> OfficeBoard:
    with _of_this_version():
        return board_from_json(message["board"], message["sent_ms"])


def _done(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of what was done; raises what was said instead."""
    with _of_this_version():
        said = None if answer["ok"] else error_from_json(answer)
    if said is not None:
        raise said
    return answer


class EngineClient:
    """The other end, for web, jobs and CLI. Each call opens a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def board(self) -> OfficeBoard:
        """The board now; raises `EngineUnreachableError`."""
        with self._open() as connection:
            return _board_of(self._ask(connection, {"do": "board"}))

    def subscribe(self) -> Iterator[OfficeBoard]:
        """Boards as they change, with a heartbeat; ends when the engine does. Raises `EngineUnreachableError`."""
        with self._open() as connection:
            connection.settimeout(BEAT_SECONDS * 3)
            self._send(connection, {"do": "subscribe"})
            while (message := self._receive(connection)) is not None:
                yield _board_of(message)

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
        answer = self._answer_to({"do": "preview", "input": input_to_json(told)})
        with _of_this_version():
            trial: dict[str, Any] = answer["trial"]
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
        answer = self._answer_to(request)
        with _of_this_version():
            return int(answer["seq"])

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
                _("the engine does not answer at %(path)s: %(why)s", path=self._path, why=error.strerror),
                cure=_("is `hotline up` running?"),
            ) from error
        return connection

    def _ask(self, connection: socket.socket, message: dict[str, Any]) -> dict[str, Any]:
        self._send(connection, message)
        answer = self._receive(connection)
        if answer is None:
            raise EngineUnreachableError(_("the engine closed the connection"), cure=_("look at its log"))
        return answer

    def _send(self, connection: socket.socket, message: dict[str, Any]) -> None:
        try:
            send_frame(connection, message)
        except OSError as error:
            raise EngineUnreachableError(_("the engine does not listen: %(why)s", why=str(error))) from error

    def _receive(self, connection: socket.socket) -> dict[str, Any] | None:
        try:
            return read_frame(connection)
        except OSError as error:
            raise EngineUnreachableError(_("the engine does not answer: %(why)s", why=str(error))) from error
        except RequestError as error:  # no frame of ours, or none that ends
            raise _other_version() from error

"""Messages on `engine.sock`: four bytes of length (big-endian) and that much JSON.

May live here: reading and writing them.
"""

from __future__ import annotations

import json
import socket
import struct
from typing import Any, Final

from router.errors import RequestError
from router.texts import _

LENGTH: Final = struct.Struct(">I")
MAX_FRAME: Final = 4 * 1024 * 1024
BEAT_SECONDS: Final = 4.0
"""At least so often a stream of boards says something."""
ANSWER_SECONDS: Final = 8.0
"""So long the engine takes at most to answer a request."""


def send_frame(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send one message."""
    send_body(connection, encoded(message))


def encoded(message: Any) -> bytes:
    """JSON data as it goes over the socket."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def send_body(connection: socket.socket, body: bytes) -> None:
    """Send one message that is encoded already."""
    connection.sendall(LENGTH.pack(len(body)) + body)


def read_frame(connection: socket.socket) -> dict[str, Any] | None:
    """The next message; None when the other side has closed. Raises `RequestError` for what is none."""
    head = _read(connection, LENGTH.size)
    if head is None:
        return None
    (length,) = LENGTH.unpack(head)
    if length > MAX_FRAME:
        raise RequestError(_("a message of %(length)s bytes is too long", length=length))
    body = _read(connection, length)
    if body is None:
        return None
    try:
        message = json.loads(body)
    except ValueError as error:
        raise RequestError(_("not JSON: %(why)s", why=str(error))) from error
    if not isinstance(message, dict):
        raise RequestError(_("a JSON object is needed"))
    return message


def _read(connection: socket.socket, length: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < length:
        part = connection.recv(length - len(parts))
        if not part:
            return None
        parts += part
    return bytes(parts)

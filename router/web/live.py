"""The live board's stream: one subscription to the engine for all browsers. May live here: fan-out and its end.

Each browser's stream runs on a server thread of its own and holds no database session. When the engine goes away the
streams say so at once, and go on by themselves when it is back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any, Protocol

from router.core.inputs import Input
from router.core.words import Number
from router.errors import HotlineError
from router.wire.board import OfficeBoard
from router.wire.observation import Observation

RETRY_SECONDS = 1.0
BEAT_SECONDS = 5.0


class BoardSource(Protocol):
    """The engine, as far as the stream needs it."""

    def subscribe(self) -> Iterator[OfficeBoard]:
        """Boards as they change."""

    def board(self) -> OfficeBoard:
        """The board now."""

    def preview(self, told: Input) -> dict[str, Any]:
        """What an input would bring if it came now."""

    def observe(self, seen: Observation) -> int:
        """Have a fact of a call noted."""

    def tell(self, told: Input, *, source: str, key: str = "", facts: dict[str, str] | None = None) -> int:
        """Have one input recorded."""

    def erase(self, number: Number, *, by: str) -> int:
        """Have a number erased."""

    def reread(self) -> list[str]:
        """Have the office read anew; what needs a new start all the same."""


class LiveBoard:
    """The newest board, kept by one thread, waited for by many."""

    def __init__(self, source: BoardSource) -> None:
        self._source = source
        self._changed = threading.Condition()
        self._board: OfficeBoard | None = None
        self._serial = 0
        self._link = "reconnecting"
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin listening, once; call after the server has forked."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live-board", daemon=True)
                self._thread.start()

    def newest(self) -> tuple[int, str, OfficeBoard | None]:
        """Serial, link state and board as last heard."""
        with self._changed:
            return self._serial, self._link, self._board

    def wait(self, serial: int) -> tuple[int, str, OfficeBoard | None]:
        """The next one after `serial`, or the same after 5 s: then it is a heartbeat."""
        with self._changed:
            self._changed.wait_for(lambda: self._serial != serial, BEAT_SECONDS)
            return self._serial, self._link, self._board

    def _run(self) -> None:
        while True:
            self._listen_once()
            time.sleep(RETRY_SECONDS)

    def _listen_once(self) -> None:
        try:
            for board in self._source.subscribe():
                self._publish("live", board)
        except (HotlineError, OSError):
            pass  # said by the link state, which every page shows
        self._publish("down", None)

    def _publish(self, link: str, board: OfficeBoard | None) -> None:
        with self._changed:
            if link == self._link and board is None:
                return
            self._link = link
            self._board = board or self._board
            self._serial += 1
            self._changed.notify_all()

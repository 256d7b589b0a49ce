"""One thread for all test phones: their sockets and their timers. Nothing here knows SIP."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import selectors
import socket
import threading
import time
from collections.abc import Callable

Address = tuple[str, int]


class World:
    """An event loop in a thread. What phones keep is guarded by `changed`, which is notified after each event."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._serial = itertools.count()
        self._over = False
        self._waker, self._wake = socket.socketpair()
        self._selector.register(self._waker, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, name="test-phones", daemon=True)
        self._thread.start()

    def open(self, host: str, port: int, on_data: Callable[[bytes, Address], None]) -> socket.socket:
        """A UDP socket whose datagrams go to `on_data`."""
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        try:
            made.bind((host, port))
        except OSError:
            made.close()
            raise
        made.setblocking(False)
        with self.changed:
            self._selector.register(made, selectors.EVENT_READ, on_data)
        self._poke()
        return made

    def shut(self, one: socket.socket) -> None:
        """Close a socket of ours."""
        with self.changed:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(one)
            one.close()

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        """Call `do` later, in the loop's thread."""
        with self.changed:
            heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._serial), do))
        self._poke()

    def wait(self, what: str, condition: Callable[[], bool], within: float) -> None:
        """Wait until `condition` holds; raises AssertionError, naming what did not happen."""
        with self.changed:
            if not self.changed.wait_for(condition, within):
                raise AssertionError(f"{what}: not within {within:g} s")

    def close(self) -> None:
        """End the thread."""
        self._over = True
        self._poke()
        self._thread.join(5)
        self._selector.close()
        self._waker.close()
        self._wake.close()

    def _poke(self) -> None:
        with contextlib.suppress(OSError):
            self._wake.send(b"x")

    def _run(self) -> None:
        while not self._over:
            with self.changed:
                due = self._timers[0][0] - time.monotonic() if self._timers else 1.0
            events = self._selector.select(max(0.0, min(due, 1.0)))
            with self.changed:
                for key, _ in events:
                    self._read(key)
                while self._timers and self._timers[0][0] <= time.monotonic():
                    heapq.heappop(self._timers)[2]()
                self.changed.notify_all()

    def _read(self, key: selectors.SelectorKey) -> None:
        if key.data is None:
            self._waker.recv(4096)
            return
        for _ in range(50):
            try:
                data, sender = key.fileobj.recvfrom(65536)  # type: ignore[union-attr]  # sockets are all we register
            except OSError:
                return
            key.data(data, sender)

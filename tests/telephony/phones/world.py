"""One thread for all test phones: their sockets, timers, the 20 ms beat of voice, and the log of what was said.

May live here: the loop and waiting for what it brings. Nothing here knows SIP.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

Address = tuple[str, int]
OnData = Callable[[bytes, Address], None]

SOON = 4.0
"""Seconds in which what should happen at once must have happened."""

BEAT_SECONDS = 0.02
LOST_BEAT_SECONDS = 0.2  # a loop that was held up longer than this leaves frames out instead of hurrying after them
REMEMBERED = 20_000
STORY_LINES = 40


@dataclass(frozen=True, slots=True)
class Said:
    """One message that a phone sent (`->`) or got (`<-`); `at` is monotonic seconds."""

    at: float
    who: str
    arrow: str
    text: str


class Timer:
    """What `World.after` gives back."""

    __slots__ = ("do",)

    def __init__(self, do: Callable[[], None]) -> None:
        self.do: Callable[[], None] | None = do

    def cancel(self) -> None:
        """Let it not happen."""
        self.do = None


class World:
    """An event loop in a thread. What phones keep is guarded by `changed`, which is notified when it may have changed.

    Closing it closes every socket that was opened here. A mistake in a phone's code ends the waits with that error.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.begun = time.monotonic()
        self.said: deque[Said] = deque(maxlen=REMEMBERED)
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Timer]] = []
        self._serial = itertools.count()
        self._beats: dict[Callable[[], None], None] = {}
        self._next_beat = 0.0
        self._over = False
        self._broken: BaseException | None = None
        self._waker, self._wake = socket.socketpair()
        self._selector.register(self._waker, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, name="test-phones", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the thread and close what is still open."""
        if self._over:
            return
        self._over = True
        self._poke()
        self._thread.join(5)
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()
        self._wake.close()

    # --- sockets and time

    def open(self, host: str, port: int, on_data: OnData, *, quiet: bool = False) -> socket.socket:
        """A UDP socket whose datagrams go to `on_data`; `quiet`: they wake nobody who waits (voice: the beat does)."""
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            made.bind((host, port))
        except OSError:
            made.close()
            raise
        made.setblocking(False)
        with self.changed:
            self._selector.register(made, selectors.EVENT_READ, (on_data, quiet))
        return made

    def shut(self, one: socket.socket) -> None:
        """Close a socket of ours."""
        with self.changed:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(one)
            one.close()

    def after(self, seconds: float, do: Callable[[], None]) -> Timer:
        """Call `do` later, in the loop's thread."""
        timer = Timer(do)
        with self.changed:
            heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._serial), timer))
        self._poke()
        return timer

    def on_beat(self, do: Callable[[], None]) -> None:
        """Call `do` every 20 ms until `off_beat`."""
        with self.changed:
            if not self._beats:
                self._next_beat = time.monotonic()
            self._beats[do] = None
        self._poke()

    def off_beat(self, do: Callable[[], None]) -> None:
        """No more beats for `do`."""
        with self.changed:
            self._beats.pop(do, None)

    # --- waiting and telling

    def wait(self, what: str, condition: Callable[[], bool], within: float = SOON) -> None:
        """Wait until `condition` holds; raises AssertionError saying what did not happen, and what was said."""
        with self.changed:
            held = self.changed.wait_for(lambda: self._broken is not None or condition(), within)
            if self._broken:
                raise AssertionError(f"{what}: a test phone failed") from self._broken
            if not held:
                raise AssertionError(f"{what}: not within {within:g} s\n{self.story()}")

    def never(self, what: str, condition: Callable[[], bool], seconds: float) -> None:
        """Watch for `seconds`; raises AssertionError as soon as `condition` holds."""
        with self.changed:
            if self.changed.wait_for(lambda: self._broken is not None or condition(), seconds):
                raise AssertionError(f"{what}\n{self.story()}") from self._broken

    def note(self, who: str, arrow: str, text: str) -> None:
        """Keep a message for `story` and `dump`."""
        self.said.append(Said(time.monotonic(), who, arrow, text))

    def story(self, last: int = STORY_LINES) -> str:
        """The first lines of the last messages of all phones, in order."""
        with self.changed:
            lines = list(self.said)[-last:]
        return "\n".join(
            f"{one.at - self.begun:9.3f} {one.who:>12} {one.arrow} {one.text.partition(chr(13))[0]}" for one in lines
        )

    def dump(self) -> str:
        """Every message that is remembered, whole."""
        with self.changed:
            lines = list(self.said)
        return "\n".join(f"--- {one.at - self.begun:.3f} {one.who} {one.arrow}\n{one.text}" for one in lines)

    # --- the loop

    def _poke(self) -> None:
        if threading.current_thread() is not self._thread:
            with contextlib.suppress(OSError):
                self._wake.send(b"x")

    def _run(self) -> None:
        try:
            while not self._over:
                self._turn()
        except BaseException as error:  # handed to whoever waits: the thread itself has nobody to tell
            with self.changed:
                self._broken = error
                self.changed.notify_all()

    def _turn(self) -> None:
        with self.changed:
            seconds = self._seconds_to_next(time.monotonic())
        events = self._selector.select(seconds)
        with self.changed:
            news = [self._read(key) for key, _ in events]
            now = time.monotonic()
            if self._fire(now) or self._beat(now) or any(news):
                self.changed.notify_all()

    def _seconds_to_next(self, now: float) -> float:
        due = self._timers[0][0] if self._timers else now + 1.0
        if self._beats:
            due = min(due, self._next_beat)
        return max(0.0, due - now)

    def _fire(self, now: float) -> bool:
        fired = False
        while self._timers and self._timers[0][0] <= now:
            do = heapq.heappop(self._timers)[2].do
            if do is not None:
                do()
                fired = True
        return fired

    def _beat(self, now: float) -> bool:
        if not self._beats or now < self._next_beat:
            return False
        self._next_beat += BEAT_SECONDS
        if now - self._next_beat > LOST_BEAT_SECONDS:
            self._next_beat = now + BEAT_SECONDS
        for do in list(self._beats):
            do()
        return True

    def _read(self, key: selectors.SelectorKey) -> bool:
        """One datagram; whether somebody who waits should look."""
        if key.data is None:
            self._waker.recv(4096)
            return True
        on_data, quiet = key.data
        try:
            data, sender = key.fileobj.recvfrom(65536)  # type: ignore[union-attr]  # sockets are all we register
        except OSError:
            return False  # closed by another thread after it became readable
        on_data(data, sender)
        return not quiet


def until(what: str, condition: Callable[[], object], within: float = SOON) -> None:
    """Poll a condition that no phone can see (a log line, a row) until it holds; at most `within` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {within:g} s"
        time.sleep(0.01)

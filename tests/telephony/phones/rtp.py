"""Voice of the test phones: each says its own byte, A-law, 20 ms a packet, and remembers what it hears (RFC 3550)."""

from __future__ import annotations

import contextlib
import struct
from collections import Counter

from tests.telephony.phones.world import Address, World

FRAME = 160  # samples in 20 ms
HEADER = struct.Struct("!BBHII")


class Voice:
    """One side's media."""

    def __init__(self, world: World, host: str, says: int) -> None:
        self._world = world
        self.says = says
        self.heard: Counter[int] = Counter()
        self.packets = 0
        self._socket = world.open(host, 0, self._on_data)
        self.host, self.port = self._socket.getsockname()
        self._peer: Address | None = None
        self._sequence = self._stamp = 0
        self._running = self._over = False
        self._digits: list[int] = []

    def talk_to(self, peer: Address | None) -> None:
        """Send to `peer` from now on."""
        self._peer = peer or self._peer
        if not self._running and self._peer:
            self._running = True
            self._tick()

    def press(self, digit: str) -> None:
        """Send a key (RFC 4733) in place of the next frames."""
        event = "0123456789*#".index(digit)
        self._digits += [event] * 8

    def close(self) -> None:
        """Fall silent for good."""
        if not self._over:
            self._over = True
            self._world.shut(self._socket)

    def _tick(self) -> None:
        if self._over:
            return
        self._sequence = (self._sequence + 1) & 0xFFFF
        if self._digits:
            self._send_digit()
        else:
            self._stamp += FRAME
            self._send(8, self._stamp, bytes([self.says]) * FRAME)
        self._world.after(0.02, self._tick)

    def _send_digit(self) -> None:
        event, left = self._digits[0], len(self._digits) - 1
        ending = left % 8 < 3
        done = 8 - left % 8
        self._digits.pop(0)
        marker = 0x80 if done == 1 else 0
        body = struct.pack("!BBH", event, 0x8A if ending else 0x0A, FRAME * done)
        self._send(101 | marker, self._stamp, body)
        if left % 8 == 0:
            self._stamp += FRAME * 8

    def _send(self, kind: int, stamp: int, payload: bytes) -> None:
        with contextlib.suppress(OSError):
            if self._peer:
                self._socket.sendto(HEADER.pack(0x80, kind, self._sequence, stamp, self.port) + payload, self._peer)

    def _on_data(self, data: bytes, _sender: Address) -> None:
        if len(data) > 12 and data[1] & 0x7F == 8:
            self.packets += 1
            self.heard[Counter(data[12:]).most_common(1)[0][0]] += 1

"""Voice of the test phones (RFC 3550, 4733): each says a mark of its own and knows which marks it hears.

A-law, 20 ms a packet. A mark is a pair of bytes, repeated: it passes Asterisk unchanged as long as both sides speak
A-law, and no music or prompt looks like it. May live here: packets, keys, and one side's socket.
"""

from __future__ import annotations

import contextlib
import itertools
import struct
from collections import Counter, deque
from collections.abc import Iterator

from tests.telephony.phones.sdp import ALAW, Media
from tests.telephony.phones.world import Address, World

FRAME = 160  # samples in 20 ms
HEADER = struct.Struct("!BBHII")
EVENT = struct.Struct("!BBH")
DIGITS = "0123456789*#ABCD"
KEY_FRAMES, KEY_ENDS, KEY_GAP = 8, 3, 4  # a key: 160 ms, its end said three times, 80 ms of voice before the next
SOUND = 0  # the mark of music, prompts and tones
SILENCE = (0x54, 0x55, 0xD4, 0xD5)
MARKS: Iterator[int] = itertools.cycle(
    low << 8 | high
    for high in range(0x21, 0xC0)
    for low in range(0x20, high)
    if low not in SILENCE and high not in SILENCE
)


def mark_of(payload: bytes) -> int | None:
    """The mark in a frame, wherever its pairs begin; None for music, prompts and silence."""
    if len(payload) < FRAME or payload[2:] != payload[:-2] or payload[0] == payload[1]:
        return None
    return min(payload[:2]) << 8 | max(payload[:2])


class Voice:
    """One side's voice in one call."""

    def __init__(self, world: World, host: str) -> None:
        self._world = world
        self.says = next(MARKS)
        self.heard: Counter[int] = Counter()  # frames by mark; silence is in none
        self.packets = 0
        self.keys = ""  # that the other side pressed
        self.held = False  # the owner has pressed "hold": neither speaks nor listens, whatever comes
        self._frame = self.says.to_bytes(2, "big") * (FRAME // 2)
        self._socket = world.open(host, 0, self._on_data, quiet=True)
        self.host, self.port = self._socket.getsockname()
        self._media: Media | None = None
        self._sequence = self._stamp = 0
        self._running = self._over = False
        self._key_stamp: int | None = None
        self._digits: deque[tuple[int, int, bool]] = deque()  # event, frames so far (0: voice), whether it ends

    @property
    def told(self) -> str:
        """What the other side last said of its direction: sendrecv, sendonly ..."""
        return self._media.direction if self._media else ""

    def talk_to(self, media: Media | None) -> None:
        """Send there from now on, as long as it wants to hear us."""
        self._media = media or self._media
        if self._media and not self._running and not self._over:
            self._running = True
            self._world.on_beat(self._tick)

    def press(self, digit: str) -> None:
        """Send a key (RFC 4733) in place of the next frames of voice."""
        assert self._media is not None, "no voice goes anywhere yet"
        assert self._media.keys is not None, "the other side takes no keys in its voice"
        event = DIGITS.index(digit.upper())
        self._digits += [(event, done, False) for done in range(1, KEY_FRAMES + 1)]
        self._digits += [(event, KEY_FRAMES, True)] * KEY_ENDS
        self._digits += [(event, 0, False)] * KEY_GAP

    def close(self) -> None:
        """Fall silent for good."""
        if not self._over:
            self._over = True
            self._world.off_beat(self._tick)
            self._world.shut(self._socket)

    def _tick(self) -> None:
        media = self._media
        if media is None or self.held or not media.listens:
            self._stamp += FRAME
            return
        self._sequence = (self._sequence + 1) & 0xFFFF
        event, done, ends = self._digits.popleft() if self._digits else (0, 0, False)
        if done:
            assert media.keys is not None
            self._stamp += FRAME if done == 1 else 0  # one stamp for a whole key
            start = 0x80 if done == 1 else 0
            self._send(media, start | media.keys, EVENT.pack(event, 0x8A if ends else 0x0A, FRAME * done))
            if ends and not (self._digits and self._digits[0][2]):
                self._stamp += FRAME * (KEY_FRAMES + KEY_ENDS)
        else:
            self._stamp += FRAME
            self._send(media, ALAW, self._frame)

    def _send(self, media: Media, kind: int, payload: bytes) -> None:
        with contextlib.suppress(OSError):  # a full buffer loses a frame, as a network does
            packet = HEADER.pack(0x80, kind, self._sequence, self._stamp & 0xFFFFFFFF, self.port) + payload
            self._socket.sendto(packet, (media.host, media.port))

    def _on_data(self, data: bytes, _sender: Address) -> None:
        if len(data) <= HEADER.size or self.held:
            return
        kind, payload = data[1] & 0x7F, data[HEADER.size :]
        if kind == ALAW:
            self.packets += 1
            mark = mark_of(payload)
            if mark is not None:
                self.heard[mark] += 1
            elif len(set(payload).difference(SILENCE)) > 1:
                self.heard[SOUND] += 1
        elif self._media and kind == self._media.keys and len(payload) >= EVENT.size:
            self._on_key(*EVENT.unpack_from(payload), stamp=HEADER.unpack_from(data)[3])

    def _on_key(self, event: int, flags: int, _duration: int, *, stamp: int) -> None:
        if flags & 0x80 and stamp != self._key_stamp and event < len(DIGITS):
            self._key_stamp = stamp  # its end comes three times
            self.keys += DIGITS[event]

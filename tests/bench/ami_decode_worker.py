"""One decoder in a process of its own, timed on demand: `ami_decode_worker.py CONTENDER FILE`, a line in per round.

Stands alone (it imports only the contender), as two of them own the same top-level package and live in another venv.
Each contender reads the same bytes and hands each message to a function; each at what suits it best:
asterisk-ami also in its own reads of 1 KiB, pyst2 with its lines already read and split (its parsing alone is timed).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHUNK_BYTES = 65536
GREETING = b"Asterisk Call Manager/12.0.0\r\n"

Round = Callable[[Callable[[Any], None]], None]


def chunks(data: bytes, size: int = CHUNK_BYTES) -> list[bytes]:
    """The bytes as a socket would give them."""
    return [data[start : start + size] for start in range(0, len(data), size)]


def router(data: bytes) -> tuple[Round, Callable[[Any], int]]:
    """Ours."""
    from router.telephony.ami.framing import FrameDecoder  # only this contender has it

    def once(take: Callable[[Any], None]) -> None:
        decoder = FrameDecoder()
        for chunk in chunks(GREETING + data):
            for message in decoder.feed(chunk):
                take(message)

    return once, lambda message: len(message.headers()) if hasattr(message, "headers") else 0


def asterisk_ami(data: bytes, size: int) -> tuple[Round, Callable[[Any], int]]:
    """asterisk-ami: its generator of packets and its reading of them, over a socket that is a list."""
    import threading

    from asterisk.ami import AMIClient

    class Socket:
        def __init__(self) -> None:
            self.left = iter([*chunks(GREETING + data, size), b""])

        def recv(self, _: int) -> bytes:
            return next(self.left)

        def close(self) -> None:
            pass

    def once(take: Callable[[Any], None]) -> None:
        client = AMIClient()
        client.add_event_listener(lambda event, source: take(event))  # noqa: ARG005  # as it calls
        client.finished = threading.Event()
        client._socket = Socket()
        packs = client._next_pack()
        next(packs)
        for pack in packs:
            client.fire_recv_pack(pack)

    def headers(event: Any) -> int:
        return 1 + sum(len(value) if isinstance(value, dict) else 1 for value in event.keys.values())

    return once, headers


def panoramisk(data: bytes) -> tuple[Round, Callable[[Any], int]]:
    """panoramisk's protocol object, fed as asyncio feeds it."""
    from panoramisk.ami_protocol import AMIProtocol

    class Factory:
        save_stream = None

        def __init__(self, take: Callable[[Any], None]) -> None:
            self.dispatch = take

    def once(take: Callable[[Any], None]) -> None:
        protocol = AMIProtocol()
        protocol.connection_made(None)
        protocol.encoding = "utf8"
        protocol.factory = Factory(take)
        protocol.version = "12.0.0"
        for chunk in chunks(data):
            protocol.data_received(chunk)

    def headers(message: Any) -> int:
        return sum(len(value) if isinstance(value, list) else 1 for key, value in message.items() if key != "content")

    return once, headers


def pyst2(data: bytes) -> tuple[Round, Callable[[Any], int]]:
    """pyst2's message object, from lines that are already there; a ChanVariable makes it fail on Python 3."""
    from asterisk.manager import ManagerMsg

    texts = data.decode("utf8", "ignore").split("\r\n\r\n")
    lists = [[line + "\r\n" for line in text.split("\r\n")] for text in texts if text]

    def once(take: Callable[[Any], None]) -> None:
        for lines in lists:
            try:
                message = ManagerMsg(lines)
            except AttributeError:
                continue
            take(message)

    return once, lambda message: len(message.headers)


CONTENDERS: dict[str, Callable[[bytes], tuple[Round, Callable[[Any], int]]]] = {
    "router": router,
    "asterisk-ami": lambda data: asterisk_ami(data, CHUNK_BYTES),
    "asterisk-ami, 1 KiB reads": lambda data: asterisk_ami(data, 1024),
    "panoramisk": panoramisk,
    "pyst2, parsing only": pyst2,
}


def main() -> None:
    """Say how many messages and headers come out, then the seconds of each round asked for."""
    once, headers = CONTENDERS[sys.argv[1]](Path(sys.argv[2]).read_bytes())
    kept: list[int] = []
    once(lambda message: kept.append(headers(message)))
    print(sum(count > 0 for count in kept), sum(kept), flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        once(lambda _message: None)
        print(time.perf_counter() - started, flush=True)


if __name__ == "__main__":
    main()

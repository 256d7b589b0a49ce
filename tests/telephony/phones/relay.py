"""A bad network between a caller and a phone: what passes is lost or doubled on command.

May live here: datagrams in, datagrams out; nothing is changed in them.
"""

from __future__ import annotations

from collections import Counter

from tests.telephony.phones.world import Address, World


class Relay:
    """Stands in the place of a phone's server, or of the phone. `copies[word]`: how often to deliver the next
    messages that begin so (an empty list: once): 0 is lost, 2 comes twice. `seen` counts them as they come."""

    def __init__(self, world: World, phone: Address) -> None:
        self.copies: dict[str, list[int]] = {}
        self.always = 1
        self.seen: Counter[str] = Counter()
        self._phone = phone
        self._caller: Address | None = None
        self._front = world.open("127.0.0.1", 0, self._from_caller)
        self._back = world.open("127.0.0.1", 0, self._from_phone)
        host, port = self._front.getsockname()
        self.address: Address = (host, port)

    def _from_caller(self, data: bytes, sender: Address) -> None:
        self._caller = sender
        for _ in range(self._count(data)):
            self._back.sendto(data, self._phone)

    def _from_phone(self, data: bytes, _sender: Address) -> None:
        for _ in range(self._count(data)):
            if self._caller:
                self._front.sendto(data, self._caller)

    def _count(self, data: bytes) -> int:
        words = data.split(b" ", 2)
        word = (words[1] if words[0] == b"SIP/2.0" else words[0]).decode()
        self.seen[word] += 1
        coming = self.copies.get(word)
        return coming.pop(0) if coming else self.always

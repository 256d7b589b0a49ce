"""The load: callers who dial at a given rate, and phones that answer. One thread; times of arrival are the kernel's.

May live here: sockets, timers and what became of each call. A call is recognised at the phone by its caller's number,
which no other call of the run has.
"""

from __future__ import annotations

import gc
import heapq
import itertools
import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.bench.calls import sip
from tests.bench.calls.sip import Address, Message, Outgoing

SO_TIMESTAMPNS: Final = 35  # Linux; Python 3.11's socket module does not name it
TIMESPEC: Final = struct.Struct("qq")
ANSWER_AFTER_NS: Final = 100_000_000
TALK_NS: Final = 100_000_000
AGAIN_NS: Final = 500_000_000  # T1
GIVE_UP_NS: Final = 10_000_000_000
MOST_BYTES: Final = 4 * 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One call. Times in ns, 0: not yet. `failure`: why nobody talked, or why the talk was cut."""

    out: Outgoing
    dialled_ns: int
    invited_ns: int = 0
    picked_up_ns: int = 0
    answered_ns: int = 0
    rings: int = 0
    to: str = ""
    contact: str = ""
    phase: str = "dialling"  # trying, talking, ending, over
    failure: str = ""
    repeats: int = 0

    @property
    def setup_ms(self) -> float:
        """From the caller's INVITE to the INVITE at the first phone."""
        return (self.invited_ns - self.dialled_ns) / 1e6

    @property
    def answer_ms(self) -> float:
        """From the phone's 200 to the caller's 200."""
        return (self.answered_ns - self.picked_up_ns) / 1e6


@dataclass(slots=True)
class Ringing:
    """A call as a phone sees it."""

    line: Line
    invite: Message
    came_from: tuple[str, int]
    attempt: Attempt | None
    ok: bytes = b""
    confirmed: bool = False
    over: bool = False


class Line:
    """One UDP socket that stamps what comes."""

    def __init__(self, host: str, name: str = "") -> None:
        self.name = name
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, MOST_BYTES)
        self.socket.setblocking(False)
        self.socket.bind((host, 0))
        self.address = Address(*self.socket.getsockname())

    def receive(self) -> tuple[bytes, int, tuple[str, int]] | None:
        """The next datagram, when the kernel had it (ns) and where it came from."""
        try:
            data, extra, _, sender = self.socket.recvmsg(8192, 64)
        except BlockingIOError:
            return None
        for level, kind, stamp in extra:
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                seconds, rest = TIMESPEC.unpack(stamp[:16])
                return data, seconds * 1_000_000_000 + rest, sender
        return data, time.time_ns(), sender


class Load:
    """Callers at one address each for router and peers, and the phones."""

    def __init__(self, phones: int, callers: tuple[str, ...]) -> None:
        self.phones = [Line("127.0.0.1", f"P{number + 1:02}") for number in range(phones)]
        self.callers = {host: Line(host) for host in callers}
        self._lines = {line.socket.fileno(): line for line in (*self.phones, *self.callers.values())}
        self._epoll = select.epoll()
        for descriptor in self._lines:
            self._epoll.register(descriptor, select.EPOLLIN)
        self._timers: list[tuple[int, int, Callable[[], None]]] = []
        self._serial = itertools.count()
        self._numbers = itertools.count(13_900_000_000)
        self._attempts: dict[str, Attempt] = {}
        self._by_number: dict[str, Attempt] = {}
        self._ringing: dict[str, Ringing] = {}
        self._open = 0
        self.strays = 0

    def close(self) -> None:
        """Close all sockets."""
        self._epoll.close()
        for line in self._lines.values():
            line.socket.close()

    # --- one load

    def run(self, host: str, targets: Callable[[int], str], rate: float, count: int) -> list[Attempt]:
        """Dial `count` times at `rate` a second from `host`, the n-th call to the URI `targets(n)`; wait for all."""
        self._attempts.clear()
        self._by_number.clear()
        self._ringing.clear()
        self._timers.clear()
        self._open = count
        begun = time.time_ns() + 10_000_000
        for number in range(count):
            self._at(begun + int(number * 1e9 / rate), lambda n=number: self._dial(host, targets(n)))  # type: ignore[misc]  # a default binds n now
        gc.collect()
        gc.disable()
        try:
            while self._open:
                self._turn()
        finally:
            gc.enable()
        return list(self._attempts.values())

    def rest(self, seconds: float) -> None:
        """Go on answering, dial nobody."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._turn(0.1)

    def _turn(self, longest: float = 1.0) -> None:
        patience = min(longest, (self._timers[0][0] - time.time_ns()) / 1e9 if self._timers else longest)
        for descriptor, _ in self._epoll.poll(max(0.0, patience)):
            line = self._lines[descriptor]
            while got := line.receive():
                self._take(line, *got)
        while self._timers and self._timers[0][0] <= time.time_ns():
            heapq.heappop(self._timers)[2]()

    def _at(self, due_ns: int, do: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (due_ns, next(self._serial), do))

    def _after(self, ns: int, do: Callable[[], None]) -> None:
        self._at(time.time_ns() + ns, do)

    def _take(self, line: Line, data: bytes, at_ns: int, sender: tuple[str, int]) -> None:
        message = sip.read(data)
        if message is None:
            self.strays += 1
        elif message.status:
            attempt = self._attempts.get(message.call_id)
            if attempt is not None:
                self._answered(line, attempt, message, at_ns)
        elif message.call_id in self._attempts and line.address.host in self.callers:
            self._let_go(line, self._attempts[message.call_id], message, sender)
        else:
            self._at_phone(line, message, at_ns, sender)

    # --- callers

    def _dial(self, host: str, uri: str) -> None:
        line, number = self.callers[host], str(next(self._numbers))
        out = Outgoing(id=f"b{number}", ours=line.address, caller=number, uri=uri, to=f"<{uri}>")
        invite = out.request("INVITE", 1, branch=out.id, body=sip.SDP.format(host=host))
        target = _target(uri)
        attempt = Attempt(out=out, dialled_ns=time.time_ns())
        line.socket.sendto(invite, target)
        self._attempts[out.id] = self._by_number[number] = attempt
        self._after(AGAIN_NS, lambda: self._invite_again(line, attempt, invite, target))
        self._after(GIVE_UP_NS, lambda: self._give_up(line, attempt, target))

    def _invite_again(self, line: Line, attempt: Attempt, invite: bytes, target: tuple[str, int]) -> None:
        if attempt.phase == "dialling":
            attempt.repeats += 1
            line.socket.sendto(invite, target)
            self._after(AGAIN_NS * 2**attempt.repeats, lambda: self._invite_again(line, attempt, invite, target))

    def _give_up(self, line: Line, attempt: Attempt, target: tuple[str, int]) -> None:
        if attempt.phase == "over":
            return
        if attempt.phase in ("dialling", "trying"):
            line.socket.sendto(attempt.out.request("CANCEL", 1, branch=attempt.out.id), target)
        self._over(attempt, f"nothing for {GIVE_UP_NS // 1_000_000_000} s while {attempt.phase}")

    def _over(self, attempt: Attempt, failure: str = "") -> None:
        if attempt.phase != "over":
            attempt.phase, attempt.failure = "over", failure
            self._open -= 1

    def _answered(self, line: Line, attempt: Attempt, message: Message, at_ns: int) -> None:
        """An answer for a caller."""
        if message.about == "BYE":
            self._over(attempt, "" if attempt.picked_up_ns else "answered by the PBX, not by a phone")
        elif message.about == "INVITE" and message.status < 200:
            attempt.phase = "trying" if attempt.phase == "dialling" else attempt.phase
        elif message.about == "INVITE":
            self._finally(line, attempt, message, at_ns)

    def _finally(self, line: Line, attempt: Attempt, message: Message, at_ns: int) -> None:
        out, to = attempt.out, message.headers["to"]
        if message.status >= 300:
            line.socket.sendto(out.request("ACK", 1, branch=out.id, to=to), _target(out.uri))
            self._over(attempt, f"refused with {message.status}")
            return
        contact = sip.uri_of(message.headers["contact"])
        line.socket.sendto(out.request("ACK", 1, branch=f"{out.id}a", uri=contact, to=to), _target(contact))
        if attempt.phase in ("dialling", "trying"):
            attempt.answered_ns, attempt.to, attempt.contact, attempt.phase = at_ns, to, contact, "talking"
            self._after(TALK_NS, lambda: self._hang_up(line, attempt, 0))
        elif not attempt.failure:
            attempt.repeats += 1  # our ACK was lost, or late

    def _hang_up(self, line: Line, attempt: Attempt, times: int) -> None:
        if attempt.phase not in ("talking", "ending"):
            return
        attempt.phase = "ending"
        attempt.repeats += times > 0
        bye = attempt.out.request("BYE", 2, branch=f"{attempt.out.id}b", uri=attempt.contact, to=attempt.to)
        line.socket.sendto(bye, _target(attempt.contact))
        self._after(AGAIN_NS, lambda: self._hang_up(line, attempt, times + 1))

    def _let_go(self, line: Line, attempt: Attempt, message: Message, sender: tuple[str, int]) -> None:
        """The PBX says something to a caller: only a BYE makes sense, and none should come."""
        if message.method == "ACK":
            return
        line.socket.sendto(sip.answer(200, message, line.address, tag=attempt.out.id), sender)
        if message.method == "BYE" and attempt.phase == "talking":
            self._over(attempt, "cut by the PBX")

    # --- phones

    def _at_phone(self, line: Line, message: Message, at_ns: int, sender: tuple[str, int]) -> None:
        ringing = self._ringing.get(message.call_id)
        if message.method == "INVITE" and ringing is None:
            self._ring(line, message, at_ns, sender)
        elif ringing is None:
            if message.method != "ACK":
                line.socket.sendto(sip.answer(481, message, line.address, tag="x"), sender)
        elif message.method == "ACK":
            ringing.confirmed = True
        elif message.method in ("BYE", "CANCEL"):
            line.socket.sendto(sip.answer(200, message, line.address, tag=line.name), sender)
            if message.method == "CANCEL" and not ringing.over and not ringing.ok:
                line.socket.sendto(sip.answer(487, ringing.invite, line.address, tag=line.name), sender)
            ringing.over = True
        elif message.method == "INVITE" and ringing.ok:
            line.socket.sendto(ringing.ok, sender)

    def _ring(self, line: Line, invite: Message, at_ns: int, sender: tuple[str, int]) -> None:
        attempt = self._by_number.get(invite.caller)
        if attempt is None:
            self.strays += 1
        else:
            attempt.rings += 1
            attempt.invited_ns = attempt.invited_ns or at_ns
        ringing = self._ringing[invite.call_id] = Ringing(line, invite, sender, attempt)
        line.socket.sendto(sip.answer(180, invite, line.address, tag=line.name), sender)
        self._at(at_ns + ANSWER_AFTER_NS, lambda: self._pick_up(ringing))

    def _pick_up(self, ringing: Ringing) -> None:
        if ringing.over:
            return
        line = ringing.line
        ringing.ok = sip.answer(
            200, ringing.invite, line.address, tag=line.name, body=sip.SDP.format(host=line.address.host)
        )
        attempt = ringing.attempt
        if attempt is not None and not attempt.picked_up_ns:
            attempt.picked_up_ns = time.time_ns()
        self._send_ok(ringing, 0)

    def _send_ok(self, ringing: Ringing, times: int) -> None:
        if ringing.confirmed or ringing.over or times > 5:
            return
        if times and ringing.attempt is not None:
            ringing.attempt.repeats += 1
        ringing.line.socket.sendto(ringing.ok, ringing.came_from)
        self._after(AGAIN_NS, lambda: self._send_ok(ringing, times + 1))


def _target(uri: str) -> tuple[str, int]:
    """The address in a URI of ours or of Asterisk's, which always names host and port."""
    host, _, port = uri.partition("@")[2].partition(";")[0].rpartition(":")
    if not host:  # Asterisk may leave the user out
        host, _, port = uri.removeprefix("sip:").partition(";")[0].rpartition(":")
    return host, int(port)

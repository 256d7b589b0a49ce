"""One connection's life in AMI: greeting, sign-in, answers and events in order, pings, its end with a cause.

May live here: what lasts as long as one connection. It runs in the reader's thread; only `send` is for any thread.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections import Counter, deque
from collections.abc import Callable
from itertools import count
from time import monotonic
from typing import Any, Final, TypeVar

from router.logs import logger
from router.telephony.ami.address import AmiAddress, AmiTimes
from router.telephony.ami.errors import (
    AmiConnectError,
    AmiError,
    AmiLinkLostError,
    AmiLoginRefusedError,
    AmiNotAsteriskError,
    AmiNotConnectedError,
)
from router.telephony.ami.framing import FrameDecoder, Greeting, Message, NoGreeting, Oversized
from router.telephony.ami.messages import AmiAction, AmiEvent, LoginAction, Response, Unknown, encode
from router.telephony.ami.pending import ListFuture, PendingActions, ResponseFuture
from router.telephony.ami.transport import Transport
from router.texts import _

F = TypeVar("F", ResponseFuture, ListFuture)

log = logger(__name__)

JUNK_LIMIT: Final = 100
"""So many frames in a row that are no messages: whatever talks there is no Asterisk. (A caller can tear a few.)"""


class Session:
    """A connection from its first byte to its last."""

    def __init__(
        self, transport: Transport, times: AmiTimes, on_event: Callable[[AmiEvent], None], reader: threading.Thread
    ) -> None:
        self._transport = transport
        self._times = times
        self._on_event = on_event
        self._reader = reader
        self._decoder = FrameDecoder()
        self._inbox: deque[Message] = deque()
        self._pending = PendingActions()
        self._numbers = count(1)
        self._prefix = secrets.token_hex(
            4
        )  # never met twice, so a late answer fits nothing, and a forger can't guess it
        self._tick_seconds = min(0.5, times.ping_seconds / 4, times.pong_seconds / 4, times.action_seconds / 4)
        self._next_tick = 0.0
        self._ping: ResponseFuture | None = None
        self._ping_at = 0.0
        self._junk_in_a_row = 0
        self._oddities: Counter[str] = Counter()

    def sign_in(self, address: AmiAddress) -> str:
        """Read the greeting and log in; gives the protocol's version, raises what stands in the way."""
        deadline = monotonic() + self._times.login_seconds
        greeting = self._next_message(deadline, "greeting")
        if not isinstance(greeting, Greeting):
            said = greeting.text[:60] if isinstance(greeting, NoGreeting) else type(greeting).__name__
            raise AmiNotAsteriskError(
                _("no Asterisk manager at %(address)s: it says %(said)r", address=address, said=said),
                cure=_("check host and port"),
            )
        future = self.send(LoginAction(address.username, address.secret), ResponseFuture, self._times.login_seconds)
        while not future.done():
            self._handle(self._next_message(deadline, "answer to the login"))
        response = future.result()
        if response.status.lower() != "success":
            raise AmiLoginRefusedError(
                _(
                    "Asterisk at %(address)s refused the login of %(username)r: %(part)r",
                    address=address,
                    username=address.username,
                    part=response.get("Message")[:200],
                ),
                cure=_("user and secret must be those of manager.conf; its permit and deny must allow our address"),
            )
        return greeting.version

    def _next_message(self, deadline: float, what: str) -> Message:
        while not self._inbox:
            left = deadline - monotonic()
            if left <= 0:
                raise AmiConnectError(
                    _(
                        "Asterisk's %(what)s did not come within %(login_seconds)g s",
                        what=what,
                        login_seconds=self._times.login_seconds,
                    )
                )
            self._inbox.extend(self._decoder.feed(self._transport.receive(left)))
        return self._inbox.popleft()

    def run(self) -> AmiError:
        """Handle what comes until the connection ends; gives the cause."""
        self._ping_at = monotonic() + self._times.ping_seconds
        try:
            while True:
                self.step()
        except AmiError as cause:
            return cause

    def step(self) -> None:
        """One unit of work: handle what has come, or wait for it one tick, and look after time."""
        if not self._inbox:
            self._inbox.extend(self._decoder.feed(self._transport.receive(self._tick_seconds)))
        while self._inbox:
            self._handle(self._inbox.popleft())
        now = monotonic()
        if now >= self._next_tick:
            self._next_tick = now + self._tick_seconds
            self._look_after_time(now)

    def _handle(self, message: Message) -> None:
        """Give one message to whom it belongs."""
        if isinstance(message, AmiEvent):
            self._junk_in_a_row = 0
            if message.follows:
                self._report("line-without-colon", message.follows[0])
            if not self._pending.collect(message):
                self._on_event(message)
        elif isinstance(message, Response):
            self._junk_in_a_row = 0
            if not self._pending.answer(message):
                self._report("answer-nobody-waits-for", message.status)
        elif isinstance(message, Unknown):
            self._junk_in_a_row += 1
            self._report("frame-that-is-no-message", message.text)
            if self._junk_in_a_row >= JUNK_LIMIT:
                raise AmiLinkLostError(_("%(most)s frames in a row were no AMI messages", most=JUNK_LIMIT))
        elif isinstance(message, Oversized):
            # What it said is lost, so the state that we believe in may be wrong: a new link reads everything anew.
            raise AmiLinkLostError(
                _("a message of more than %(limit_bytes)s bytes came", limit_bytes=message.limit_bytes)
            )

    def _report(self, oddity: str, text: str) -> None:
        """Log the first, tenth, hundredth... of a kind: none goes unseen, and a flood of them can't fill the disk."""
        self._oddities[oddity] += 1
        times = self._oddities[oddity]
        if times in {1, 10, 100} or times % 1000 == 0:
            log.warning("oddity", what=oddity, times=times, text=masked(text))

    def _look_after_time(self, now: float) -> None:
        """Fail actions that waited too long, ping, and notice a link that is only half there."""
        for future in self._pending.expire():
            log.warning("no answer in time", action=future.action_name, id=future.action_id)
        if self._ping is not None and self._ping.done():
            self._ping = None
            self._ping_at = now + self._times.ping_seconds
        if self._ping is None and now >= self._ping_at:
            self._ping = self.send(AmiAction("Ping"), ResponseFuture, float("inf"))
            self._ping_at = now
        elif self._ping is not None and now - self._ping_at > self._times.pong_seconds:
            raise AmiLinkLostError(
                _("no answer to a ping for %(pong_seconds)g s", pong_seconds=self._times.pong_seconds)
            )

    def send(self, action: Any, make: Callable[[str, str, threading.Thread], F], patience_seconds: float) -> F:
        """Encode, note down who waits, send. Raises for a bad value or an ended link; later ends are the future's."""
        action_id = str(action.keys.get("ActionID") or f"{self._prefix}-{next(self._numbers)}")
        data = encode(action, action_id)
        if self._transport.over:
            raise AmiNotConnectedError(_("%(name)s not sent: %(over)s", name=action.name, over=self._transport.over))
        future = make(action.name, action_id, self._reader)
        self._pending.add(future, patience_seconds)
        try:
            self._transport.send(data, self._times.send_seconds)
        except AmiLinkLostError as error:  # the reader wakes, ends the link and fails this future with all others
            log.warning("not sent", action=action.name, id=action_id, cause=error)
        return future

    def end(self, cause: AmiError) -> None:
        """Close the connection and fail with its cause what was not answered; nothing of it is kept."""
        self._transport.shutdown(cause.message)
        lost = self._pending.fail_all(cause)
        if lost:
            log.warning("left unanswered", actions=lost, cause=cause)
        self._transport.close()


def masked(text: str) -> str:
    """The beginning of a text for the log, without its digits: it may hold a caller's number."""
    return re.sub(r"\d", "*", text[:60])

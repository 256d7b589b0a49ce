"""A call that a phone makes: INVITE, what becomes of it, and giving up.

May live here: the caller's side until the answer.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from tests.telephony.phones.dialog import Leg, answered_as
from tests.telephony.phones.line import Asking, Line
from tests.telephony.phones.messages import Header, Message, tag_of, token, uri_of
from tests.telephony.phones.sdp import media_of
from tests.telephony.phones.world import Address


class OutgoingLeg(Leg):
    """A call made. `caller`: the whole From value without its tag."""

    outgoing = True

    def __init__(self, line: Line, uri: str, server: Address, *, caller: str, headers: Sequence[Header] = ()) -> None:
        local = f"{caller};tag={token()}"
        super().__init__(line, call_id=token(), local=local, remote=f"<{uri}>", target=uri, peer=server)
        named = [("from", local), ("to", self.remote), ("call-id", self.call_id), ("contact", self.contact())]
        named += [("content-type", "application/sdp"), *headers]
        invite = line.request("INVITE", uri, named, self._description())
        self._ways: list[Asking] = [line.ask(invite, server, self._on_answer)]
        self._given_up: list[Asking] = []

    def comes_another_way(self) -> None:
        """The same INVITE under another branch, as a proxy on the way that forks has it (RFC 3261, 8.2.2.2)."""
        first = self._ways[0].message
        again = first.having(("via", f"SIP/2.0/UDP {self.line.host}:{self.line.port};branch=z9hG4bK{token()};rport"))
        self._ways.append(self.line.ask(again, self.peer, self._on_answer))

    def hang_up(self) -> None:
        """Give up, or say goodbye."""
        if self.state in ("talking", "ended"):
            super().hang_up()
            return
        self.cancelled = True
        self.at.setdefault("cancelled", time.monotonic())
        self._cancel()

    def _cancel(self) -> None:
        """Each way that the other side has seen, and no other (RFC 3261, 9.1)."""
        for way in self._ways:
            if way.provisional and not way.final and way not in self._given_up:
                self._given_up.append(way)
                self._cancel_way(way.message)

    def _cancel_way(self, invite: Message) -> None:
        kept = [(name, value) for name, value in invite.headers if name in ("via", "from", "to", "call-id")]
        number, _ = invite.cseq
        headers = (*kept, ("max-forwards", "70"), ("cseq", f"{number} CANCEL"))
        self.line.ask(Message(f"CANCEL {invite.uri} SIP/2.0", headers), self.peer, lambda _answer: None)

    def _on_answer(self, answer: Message) -> None:
        if not self.statuses or self.statuses[-1][1] != answer.status:  # not what only comes again
            self.statuses.append((time.monotonic(), answer.status))
        if answer.status < 200:
            self._on_progress(answer)
        elif answer.status < 300:
            self._on_accepted(answer)
        elif all(way.final for way in self._ways):
            self.reason = ", ".join(answer.all("reason"))
            self.end()

    def _on_progress(self, answer: Message) -> None:
        if self.cancelled:
            self._cancel()
        if self.state == "ended":
            return
        if tag_of(answer.get("to")):
            self.remote = answer.get("to")  # an early dialog, which a transfer may name (RFC 3891)
        if answer.status == 180 and self.state != "ringing":
            self.move("ringing")
        elif answer.status > 100 and self.state == "new":
            self.move("early")
        self.voice.talk_to(media_of(answer.body))

    def _on_accepted(self, answer: Message) -> None:
        self.remote = answer.get("to")
        self.target = uri_of(answer.get("contact")) or self.target
        self.line.ack(answer, self.target, self.peer)
        if self.state in ("talking", "ended"):
            return  # a repeat: our ACK was lost
        self.displayed.append(answered_as(answer))
        self.move("talking")
        self.voice.talk_to(media_of(answer.body))
        if self.cancelled:  # the answer crossed our CANCEL
            self.hang_up()

"""One call of one phone (RFC 3261, 12): its states, what it has seen, and what both of its sides can do in it.

May live here: what is the same for calls made (`outgoing.py`) and calls got (`incoming.py`).

States: new -> early (183) -> ringing (180) -> talking -> ended; each may be left out, none comes back.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Sequence
from typing import Literal
from urllib.parse import quote

from tests.telephony.phones.line import Line, OnAnswer
from tests.telephony.phones.messages import Header, Message, Party, party_of, shown_by, tag_of, uri_of
from tests.telephony.phones.rtp import Voice
from tests.telephony.phones.sdp import ANSWERS, describe, media_of
from tests.telephony.phones.world import Address

State = Literal["new", "early", "ringing", "talking", "ended"]
MOVES: dict[State, tuple[State, ...]] = {
    "new": ("early", "ringing", "talking", "ended"),
    "early": ("ringing", "talking", "ended"),
    "ringing": ("talking", "ended"),
    "talking": ("ended",),
    "ended": (),
}
ELSEWHERE = re.compile(r"\bSIP\s*;\s*cause=200\b|\bQ\.850\s*;\s*cause=26\b", re.IGNORECASE)
MOMENTS = {"early": "rang", "ringing": "rang", "talking": "answered", "ended": "ended"}
INFO_DTMF = "application/dtmf-relay"
KEY_SECONDS = 0.24  # 160 ms of a key and 80 ms before the next, as in the voice


class Leg:
    """A call as one of its phones sees it. `at`: moments (begun, rang, answered, cancelled, ended), monotonic s."""

    outgoing = False

    def __init__(self, line: Line, *, call_id: str, local: str, remote: str, target: str, peer: Address) -> None:
        self.line, self.call_id, self.peer = line, call_id, peer
        self.local, self.remote, self.target = local, remote, target
        self.voice = Voice(line.world, line.host)
        self.state: State = "new"
        self.at = {"begun": time.monotonic()}
        self.statuses: list[tuple[float, int]] = []
        self.displayed: list[Party] = []
        self.reason = ""  # the Reason header of a CANCEL or BYE
        self.cancelled = False
        self.ended_by_other = False
        self.notified: list[str] = []  # what came of a transfer: status lines
        self.keys = ""  # by INFO; those in the voice are `voice.keys`
        self._version = 1
        self._invited: Message | None = None  # the INVITE whose 200 waits for its ACK
        self._infos: deque[str] = deque()

    # --- what has become of it

    @property
    def shown(self) -> Party:
        """Whom the display shows now."""
        return self.displayed[-1] if self.displayed else Party("", "")

    @property
    def completed_elsewhere(self) -> bool:
        """Whether it was stopped with the word that somebody else has answered."""
        return ELSEWHERE.search(self.reason) is not None

    def seconds(self, first: str, then: str) -> float:
        """From one moment to another."""
        missing = {first, then} - self.at.keys()
        assert not missing, f"{self.line.who}: this call has not {' or '.join(sorted(missing))}"
        return self.at[then] - self.at[first]

    def move(self, state: State) -> None:
        """Go to another state; one that can't follow raises and changes nothing."""
        if state not in MOVES[self.state]:
            raise ValueError(f"{self.line.who}: a call that is {self.state} can't become {state}")
        self.state = state
        self.at.setdefault(MOMENTS[state], time.monotonic())

    def end(self) -> None:
        """Nothing more is said or heard here."""
        if self.state != "ended":
            self.move("ended")
            self.voice.close()

    # --- what its owner can do

    def hang_up(self) -> None:
        """Say goodbye; before the answer, each side does it in its own way."""
        if self.state == "talking":
            self.ask("BYE")
            self.end()

    def refer(self, to: str, other: Leg | None = None) -> None:
        """Transfer the other side (RFC 3515): to a URI, or into the place we have in another call (RFC 3891)."""
        if other is not None:
            tags = f"{other.call_id};to-tag={tag_of(other.remote)};from-tag={tag_of(other.local)}"
            to = f"{uri_of(other.remote)}?Replaces={quote(tags, safe='')}"
        by = f"<sip:{self.line.who}@{self.line.host}>"
        self.ask("REFER", [("refer-to", f"<{to}>"), ("referred-by", by)])

    def hold(self, *, on: bool = True) -> None:
        """The hold key, and again: nobody hears us while it is on."""
        self._version += 1
        self.voice.held = on
        body = self._description("sendonly" if on else "sendrecv")
        self.ask("INVITE", [("content-type", "application/sdp")], body, self._on_renewed)

    def press(self, keys: str, *, by_info: bool = False) -> None:
        """Press keys, in the voice (RFC 4733) or by INFO, one after the other."""
        if not by_info:
            for key in keys:
                self.voice.press(key)
            return
        idle = not self._infos  # a key stays in until it is released
        self._infos.extend(keys)
        if idle:
            self._next_info()

    def _next_info(self) -> None:
        if self._infos and self.state == "talking":
            body = f"Signal={self._infos[0]}\r\nDuration=160\r\n"
            self.ask("INFO", [("content-type", INFO_DTMF)], body, self._on_info_taken)

    def _on_info_taken(self, answer: Message) -> None:
        if answer.status >= 200:  # a finger is no faster, and Asterisk loses keys if it is
            self.line.world.after(KEY_SECONDS, self._on_key_released)

    def _on_key_released(self) -> None:
        self._infos.popleft()
        self._next_info()

    def ask(
        self, method: str, headers: Sequence[Header] = (), body: str = "", on_answer: OnAnswer = lambda _answer: None
    ) -> None:
        """A request within the call."""
        named = [("from", self.local), ("to", self.remote), ("call-id", self.call_id), ("contact", self.contact())]
        self.line.ask(self.line.request(method, self.target, [*named, *headers], body), self.peer, on_answer)

    def contact(self) -> str:
        """Where this phone can be reached."""
        return f"<sip:{self.line.who}@{self.line.host}:{self.line.port}>"

    def _description(self, direction: str = "sendrecv") -> str:
        return describe(self.voice.host, self.voice.port, direction=direction, version=self._version)

    def _on_renewed(self, answer: Message) -> None:
        if 200 <= answer.status < 300:
            self.line.ack(answer, self.target, self.peer)
            self.voice.talk_to(media_of(answer.body))

    # --- what comes from the other side

    def take(self, message: Message) -> None:
        """A request within the call."""
        handler = {
            "ACK": self._on_ack,
            "BYE": self._on_bye,
            "INVITE": self._on_invite,
            "UPDATE": self._on_update,
            "CANCEL": self._on_cancel,
            "INFO": self._on_info,
            "NOTIFY": self._on_notify,
        }.get(message.method)
        if handler:
            handler(message)
        else:
            self.reply(message, 200 if message.method in ("OPTIONS", "MESSAGE", "PRACK") else 405)

    def reply(self, request: Message, status: int, body: str = "") -> None:
        """Answer a request of this call."""
        headers: list[Header] = [("contact", self.contact())] if 100 < status < 300 else []
        headers += [("allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO, NOTIFY")] if status < 300 else []
        headers += [("content-type", "application/sdp")] if body else []
        self.line.reply(request, status, tag=tag_of(self.local), headers=headers, body=body)

    def _on_ack(self, message: Message) -> None:
        if self._invited is not None:
            self.line.acknowledged(self._invited)
            self._invited = None
            self.voice.talk_to(media_of(message.body))

    def _on_bye(self, message: Message) -> None:
        self.reply(message, 200 if self.state != "ended" else 481)
        if self.state != "ended":
            self.ended_by_other = True
            self.reason = ", ".join(message.all("reason"))
            self.end()

    def _on_invite(self, message: Message) -> None:
        """A re-INVITE: of the voice, of the name on the display, or of both."""
        if self.state != "talking":
            self.reply(message, 481 if self.state == "ended" else 491)
            return
        self._invited = message
        self.reply(message, 200, self._renewed(message))

    def _on_update(self, message: Message) -> None:
        self.reply(message, 200, self._renewed(message))

    def _renewed(self, message: Message) -> str:
        """Take over what a re-INVITE or UPDATE says; gives the description to answer with."""
        self._display(message)
        offered = media_of(message.body)
        if offered is None:
            return self._description() if message.method == "INVITE" else ""
        self._version += 1
        self.voice.talk_to(offered)
        return self._description(ANSWERS[offered.direction])

    def _display(self, message: Message) -> None:
        shown = shown_by(message)
        if shown != self.shown or not self.displayed:
            self.displayed.append(shown)

    def _on_cancel(self, message: Message) -> None:
        self.reply(message, 200)

    def _on_info(self, message: Message) -> None:
        self.reply(message, 200)
        signal = re.search(r"^Signal\s*=\s*(\S)", message.body, re.MULTILINE)
        if signal and message.get("content-type").startswith(INFO_DTMF):
            self.keys += signal[1]

    def _on_notify(self, message: Message) -> None:
        self.reply(message, 200)
        told = message.body.strip()
        if message.get("content-type").startswith("message/sipfrag") and told:
            self.notified.append(told)
            if told.startswith("SIP/2.0 2"):
                self.hang_up()  # the transfer is done: a phone lets go of its own call


def answered_as(message: Message) -> Party:
    """Who answered, as the caller is told."""
    identity = message.get("p-asserted-identity") or message.get("remote-party-id") or message.get("to")
    return party_of(identity)

"""One UDP socket that speaks SIP: transactions (RFC 3261, 17) with their repeats, digest answers, nothing of calls.

Requests are repeated until answered, answers to INVITE until acknowledged; what comes twice is answered alike and seen
once. May live here: what every request and answer shares, whatever it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tests.telephony.phones.digest import CHALLENGES, Credentials, authorization
from tests.telephony.phones.messages import Header, Message, response, token
from tests.telephony.phones.world import Address, Timer, World

T1_SECONDS = 0.5
T2_SECONDS = 4.0
GIVE_UP_SECONDS = 64 * T1_SECONDS
REMEMBERED = 4096
TRIES = 3

OnAnswer = Callable[[Message], None]
Kept = TypeVar("Kept")


class Asking:
    """A request of ours that awaits its answer; `message` is the one sent last (with a digest answer if asked)."""

    def __init__(self, message: Message, to: Address, on_answer: OnAnswer) -> None:
        self.message, self.to, self.on_answer = message, to, on_answer
        self.tries = 1
        self.provisional = self.final = False
        self.repeat: Timer | None = None


class Serving:
    """A request of another, and what we answered last."""

    def __init__(self, sender: Address) -> None:
        self.sender = sender
        self.answer: Message | None = None
        self.repeat: Timer | None = None


class Line:
    """A SIP socket. `on_request` gets each request once; `who` names it in the log."""

    def __init__(
        self, world: World, who: str, bind: Address, on_request: Callable[[Message, Address], None], secret: str = ""
    ) -> None:
        self.world, self.who = world, who
        self.credentials = Credentials(user=who, secret=secret) if secret else None
        self.plugged = True  # pulled out: neither sends nor hears
        self._on_request = on_request
        self._socket = world.open(*bind, self._on_data)
        self.host, self.port = self._socket.getsockname()
        self._asked: dict[tuple[str, str], Asking] = {}
        self._served: dict[tuple[str, str], Serving] = {}
        self._number = 0
        self._closed = False

    def close(self) -> None:
        """Close the socket, without a word."""
        with self.world.changed:
            self._closed = True
            self.world.shut(self._socket)

    # --- requests of ours

    def request(self, method: str, uri: str, headers: Sequence[Header], body: str = "") -> Message:
        """A new request, with branch and CSeq of its own; numbers grow over all calls of this line."""
        self._number += 1
        own = (("via", self._via(token())), ("max-forwards", "70"), ("cseq", f"{self._number} {method}"))
        return Message(f"{method} {uri} SIP/2.0", (*own, *headers), body)

    def ask(self, message: Message, to: Address, on_answer: OnAnswer) -> Asking:
        """Send a request until it is answered; `on_answer` gets every answer (408 of our own if none comes)."""
        asking = Asking(message, to, on_answer)
        self._start(asking)
        return asking

    def ack(self, answer: Message, uri: str, to: Address) -> None:
        """Acknowledge a 2xx to an INVITE."""
        number, _ = answer.cseq
        self.say(_ack(answer, uri, self._via(token()), number), to)

    def say(self, message: Message, to: Address) -> None:
        """Send a message, once."""
        if self._closed or not self.plugged:
            return
        self.world.note(self.who, "->", message.text())
        self._socket.sendto(message.bytes(), to)

    def _via(self, branch: str) -> str:
        branch = branch if branch.startswith("z9hG4bK") else f"z9hG4bK{branch}"
        return f"SIP/2.0/UDP {self.host}:{self.port};branch={branch};rport"

    def _start(self, asking: Asking) -> None:
        _keep(self._asked, (asking.message.branch, asking.message.method), asking)
        self.say(asking.message, asking.to)
        asking.repeat = self.world.after(T1_SECONDS, lambda: self._again(asking, T1_SECONDS, T1_SECONDS))

    def _again(self, asking: Asking, waited: float, pause: float) -> None:
        if asking.final or asking.provisional:
            return
        if waited >= GIVE_UP_SECONDS:
            asking.final = True
            asking.on_answer(response(asking.message, 408))
            return
        self.say(asking.message, asking.to)
        pause = pause * 2 if asking.message.method == "INVITE" else min(pause * 2, T2_SECONDS)
        asking.repeat = self.world.after(pause, lambda: self._again(asking, waited + pause, pause))

    def _on_answer(self, answer: Message) -> None:
        asking = self._asked.get((answer.branch, answer.method))
        if asking is None:
            return
        invite, status = answer.method == "INVITE", answer.status
        if invite and status >= 300:
            self.say(_ack(answer, asking.message.uri, self._via(answer.branch), answer.cseq[0]), asking.to)
        if answer.branch != asking.message.branch or (asking.final and not (invite and status < 300)):
            return  # a repeat of something we have dealt with
        if status in CHALLENGES and self._proved(asking, answer):
            return
        asking.provisional = asking.provisional or (invite and status < 200)
        asking.final = asking.final or status >= 200
        asking.on_answer(answer)

    def _proved(self, asking: Asking, challenged: Message) -> bool:
        """Send the request again with a proof of our password, if we have one to give."""
        told_before = bool(asking.message.get(CHALLENGES[challenged.status][1]))
        if self.credentials is None or asking.tries >= TRIES or (told_before and not _stale(challenged)):
            return False
        old = asking.message
        proof = authorization(challenged, self.credentials, old.method, old.uri)
        if proof is None:
            return False
        self._number += 1
        if asking.repeat:
            asking.repeat.cancel()
        asking.tries += 1
        asking.provisional = False
        asking.message = old.having(("via", self._via(token())), ("cseq", f"{self._number} {old.method}"), proof)
        self._start(asking)
        return True

    # --- requests of others

    def reply(
        self, request: Message, status: int, *, tag: str = "", headers: Sequence[Header] = (), body: str = ""
    ) -> None:
        """Answer a request; a final answer to an INVITE is repeated until it is acknowledged."""
        serving = self._served.get((request.branch, request.method))
        if serving is None:
            return  # so old that it is forgotten
        serving.answer = response(request, status, tag=tag, headers=headers, body=body)
        self.say(serving.answer, serving.sender)
        if request.method == "INVITE" and status >= 200:
            serving.repeat = self.world.after(T1_SECONDS, lambda: self._reply_again(serving, T1_SECONDS, T1_SECONDS))

    def acknowledged(self, invite: Message) -> None:
        """The other side has our answer to its INVITE."""
        serving = self._served.get((invite.branch, "INVITE"))
        if serving and serving.repeat:
            serving.repeat.cancel()

    def _reply_again(self, serving: Serving, waited: float, pause: float) -> None:
        if waited >= GIVE_UP_SECONDS or serving.answer is None:
            return
        self.say(serving.answer, serving.sender)
        pause = min(pause * 2, T2_SECONDS)
        serving.repeat = self.world.after(pause, lambda: self._reply_again(serving, waited + pause, pause))

    def _on_data(self, data: bytes, sender: Address) -> None:
        message = Message.parse(data)
        if message is None or not self.plugged:
            return
        self.world.note(self.who, "<-", message.text())
        if message.status:
            self._on_answer(message)
            return
        known = self._served.get((message.branch, "INVITE" if message.method == "ACK" else message.method))
        if message.method == "ACK" and known:
            self.acknowledged(message)
        elif known:
            if known.answer:
                self.say(known.answer, sender)
        else:
            if message.method != "ACK":
                _keep(self._served, (message.branch, message.method), Serving(sender))
            self._on_request(message, sender)


def _ack(answer: Message, uri: str, via: str, number: int) -> Message:
    named = [(name, answer.get(name)) for name in ("from", "to", "call-id")]
    return Message(f"ACK {uri} SIP/2.0", (("via", via), ("max-forwards", "70"), *named, ("cseq", f"{number} ACK")))


def _stale(challenged: Message) -> bool:
    asked = challenged.get(CHALLENGES[challenged.status][0])
    return "stale=true" in asked.lower().replace('"', "").replace(" ", "")


def _keep(kept: dict[tuple[str, str], Kept], key: tuple[str, str], value: Kept) -> None:
    """Keep the newest, and forget the oldest beyond what a busy test needs."""
    kept[key] = value
    if len(kept) > REMEMBERED:
        del kept[next(iter(kept))]

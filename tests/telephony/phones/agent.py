"""A user agent: dialogs over UDP, as caller and as called (RFC 3261). What people do with it is in `people.py`."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.telephony.phones.rtp import Voice
from tests.telephony.phones.sip import (
    Message,
    copy_headers,
    digest,
    media_of,
    name_and_number,
    sdp,
    tag_of,
    token,
    uri_of,
)
from tests.telephony.phones.world import Address, World

SAYS = itertools.cycle([b for b in range(0x20, 0xC0) if b not in (0x54, 0x55, 0xD5)])
T1 = 0.5
REPLIES = ("via", "from", "to", "call-id", "cseq")


@dataclass
class Leg:
    """One dialog of an agent."""

    call_id: str
    local: str
    remote: str
    target: str
    peer: Address
    outgoing: bool
    voice: Voice
    state: str = "new"  # new, early, ringing, talking, ended
    cseq: int = 1
    invite: Message | None = None
    statuses: list[tuple[float, int]] = field(default_factory=list)
    shown: tuple[str, str] = ("", "")
    cancel_reason: str = ""
    cancelled: bool = False
    ended_by_other: bool = False
    acked: bool = False
    rang_at: float = 0.0
    born: float = field(default_factory=time.monotonic)
    notified: list[str] = field(default_factory=list)


class Agent:
    """A SIP user agent with an account, or one known by its address."""

    def __init__(
        self, world: World, server: Address, *, user: str, secret: str = "", bind: Address = ("127.0.0.1", 0)
    ) -> None:
        self.world, self.server, self.user, self.secret = world, server, user, secret
        self._socket = world.open(*bind, self._on_data)
        self.host, self.port = self._socket.getsockname()
        self.legs: list[Leg] = []
        self.log: list[str] = []
        self.registered = False
        self.on_invite: Callable[[Leg], None] = self._ring
        self._answers: dict[str, Callable[[Message], None]] = {}
        self._sent_final: dict[str, bytes] = {}
        self._retry: dict[str, bytes] = {}

    # --- requests ---------------------------------------------------------------------------------------------------

    def register(self, expires: int = 300) -> None:
        """Register, or with 0 unregister; `registered` tells."""
        call_id, local = token(), f"<sip:{self.user}@{self.server[0]}>;tag={token()}"

        def send(number: int, extra: list[tuple[str, str]]) -> None:
            uri = f"sip:{self.server[0]}:{self.server[1]}"
            contact = f"<sip:{self.user}@{self.host}:{self.port}>"
            headers = [("to", f"<sip:{self.user}@{self.server[0]}>"), ("contact", contact), ("expires", str(expires))]
            self._request("REGISTER", uri, call_id, local, number, [*headers, *extra], answered(number))

        def answered(number: int) -> Callable[[Message], None]:
            def on_answer(message: Message) -> None:
                if message.status in (401, 407) and number < 3:
                    send(number + 1, self._authorization(message, "REGISTER", f"sip:{self.server[0]}:{self.server[1]}"))
                elif message.status == 200:
                    self.registered = expires > 0

            return on_answer

        with self.world.changed:
            send(1, [])

    def dial(self, number: str, *, shown_from: str | None = None) -> Leg:
        """Call a number at the server; `shown_from`: the whole From value without its tag."""
        with self.world.changed:
            voice = Voice(self.world, self.host, next(SAYS))
            local = f"{shown_from or f'<sip:{self.user}@{self.host}>'};tag={token()}"
            target = f"sip:{number}@{self.server[0]}:{self.server[1]}"
            leg = Leg(token(), local, f"<{target}>", target, self.server, outgoing=True, voice=voice)
            self.legs.append(leg)
            self._invite(leg, [])
            return leg

    def _invite(self, leg: Leg, extra: list[tuple[str, str]]) -> None:
        headers = [("to", leg.remote), ("contact", self._contact()), ("content-type", "application/sdp"), *extra]
        body = sdp(leg.voice.host, leg.voice.port)
        leg.invite = self._request(
            "INVITE",
            leg.target,
            leg.call_id,
            leg.local,
            leg.cseq,
            headers,
            lambda m: self._on_invite_answer(leg, m),
            body,
        )

    def hang_up(self, leg: Leg) -> None:
        """End a leg as its state asks: CANCEL, BYE, or a refusal."""
        with self.world.changed:
            if leg.state == "talking":
                self._in_dialog(leg, "BYE")
                self._end(leg)
            elif leg.outgoing and leg.state in ("new", "early", "ringing") and leg.invite:
                self._cancel(leg, leg.invite)
            elif leg.state != "ended":
                self.refuse(leg, 480, "Temporarily Unavailable")

    def _cancel(self, leg: Leg, invite: Message) -> None:
        message = Message(
            f"CANCEL {leg.target} SIP/2.0", copy_headers(invite, ("via", "from", "to", "call-id", "max-forwards"))
        )
        message.headers.append(("cseq", f"{leg.cseq} CANCEL"))
        leg.cancelled = True
        self._send(message, leg.peer)

    def refer(self, leg: Leg, number: str) -> None:
        """The phone's own transfer key: blind transfer to a number (RFC 3515)."""
        with self.world.changed:
            to = f"<sip:{number}@{self.server[0]}>"
            self._in_dialog(leg, "REFER", [("refer-to", to), ("referred-by", f"<sip:{self.user}@{self.host}>")])

    def _in_dialog(self, leg: Leg, method: str, extra: list[tuple[str, str]] | None = None) -> None:
        leg.cseq += 1
        headers = [("to", leg.remote), ("contact", self._contact()), *(extra or [])]
        self._request(method, leg.target, leg.call_id, leg.local, leg.cseq, headers, lambda _m: None, peer=leg.peer)

    def _request(
        self,
        method: str,
        uri: str,
        call_id: str,
        local: str,
        number: int,
        headers: list[tuple[str, str]],
        on_answer: Callable[[Message], None],
        body: str = "",
        peer: Address | None = None,
    ) -> Message:
        branch = f"z9hG4bK{token()}"
        message = Message(f"{method} {uri} SIP/2.0", [], body)
        message.headers = [
            ("via", f"SIP/2.0/UDP {self.host}:{self.port};branch={branch};rport"),
            ("max-forwards", "70"),
            ("from", local),
            ("call-id", call_id),
            ("cseq", f"{number} {method}"),
            *headers,
        ]
        self._answers[branch] = on_answer
        self._retry[branch] = message.bytes()
        self._send(message, peer or self.server)
        self._resend(branch, peer or self.server, T1)
        return message

    def _resend(self, branch: str, peer: Address, after: float) -> None:
        def again() -> None:
            data = self._retry.get(branch)
            if data and after < 8 * T1 and self._socket.fileno() >= 0:
                self._socket.sendto(data, peer)
                self._resend(branch, peer, after * 2)

        self.world.after(after, again)

    def _authorization(self, message: Message, method: str, uri: str) -> list[tuple[str, str]]:
        proxy = message.status == 407
        challenge = message.get("proxy-authenticate" if proxy else "www-authenticate")
        value = digest(challenge, user=self.user, secret=self.secret, method=method, uri=uri)
        return [("proxy-authorization" if proxy else "authorization", value)]

    def _contact(self) -> str:
        return f"<sip:{self.user}@{self.host}:{self.port}>"

    # --- what comes -------------------------------------------------------------------------------------------------

    def _on_data(self, data: bytes, sender: Address) -> None:
        message = Message.parse(data)
        if message is None:
            return
        self.log.append(f"<- {message.first}")
        if message.status:
            self._retry.pop(message.branch, None)
            on_answer = self._answers.get(message.branch)
            if on_answer:
                on_answer(message)
            return
        if message.method != "ACK" and message.branch + message.method in self._sent_final:
            self._socket.sendto(self._sent_final[message.branch + message.method], sender)
            return
        handler = getattr(self, f"_on_{message.method.lower()}", None)
        if handler:
            handler(message, sender)
        else:
            self._reply(message, 200, "OK", sender)

    def _on_invite_answer(self, leg: Leg, message: Message) -> None:
        leg.statuses.append((time.monotonic(), message.status))
        if message.status in (401, 407):
            self._ack(leg, message, in_dialog=False)
            leg.cseq += 1
            if leg.cseq < 5:
                self._invite(leg, self._authorization(message, "INVITE", leg.target))
        elif message.status >= 300:
            self._ack(leg, message, in_dialog=False)
            self._end(leg)
        elif message.status >= 200:
            self._on_answered(leg, message)
        elif message.status > 100 and leg.state in ("new", "early", "ringing"):
            leg.state = "ringing" if message.status == 180 else leg.state if leg.state == "ringing" else "early"
            if message.body:
                leg.voice.talk_to(media_of(message.body))

    def _on_answered(self, leg: Leg, message: Message) -> None:
        leg.remote = message.get("to")
        leg.target = uri_of(message.get("contact")) or leg.target
        self._ack(leg, message, in_dialog=True)
        if leg.state == "talking":
            return
        if leg.cancelled or leg.state == "ended":  # the answer crossed our CANCEL
            leg.state = "talking"
            self.hang_up(leg)
            return
        leg.state = "talking"
        leg.voice.talk_to(media_of(message.body))

    def _ack(self, leg: Leg, message: Message, *, in_dialog: bool) -> None:
        number, _ = message.cseq
        via = f"SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{token()};rport"
        if not in_dialog and leg.invite:
            via = leg.invite.get("via")
        ack = Message(f"ACK {leg.target} SIP/2.0")
        ack.headers = [("via", via), ("max-forwards", "70"), ("from", leg.local), ("to", message.get("to"))]
        ack.headers += [("call-id", leg.call_id), ("cseq", f"{number} ACK")]
        self._send(ack, leg.peer)

    def _on_invite(self, message: Message, sender: Address) -> None:
        known = self._leg(message)
        if known:
            self._on_reinvite(known, message, sender)
            return
        voice = Voice(self.world, self.host, next(SAYS))
        local = f"{message.get('to')};tag={token()}"
        target = uri_of(message.get("contact"))
        leg = Leg(message.get("call-id"), local, message.get("from"), target, sender, outgoing=False, voice=voice)
        leg.invite, leg.shown = message, _shown(message)
        self.legs.append(leg)
        self._reply(message, 100, "Trying", sender)
        self.on_invite(leg)

    def _on_reinvite(self, leg: Leg, message: Message, sender: Address) -> None:
        if leg.state not in ("talking",):
            return  # a repeated INVITE of a call that rings
        leg.shown = _shown(message)
        if message.body:
            leg.voice.talk_to(media_of(message.body))
        self._reply(message, 200, "OK", sender, leg=leg, body=sdp(leg.voice.host, leg.voice.port))

    def _on_update(self, message: Message, sender: Address) -> None:
        leg = self._leg(message)
        if leg:
            leg.shown = _shown(message)
        body = sdp(leg.voice.host, leg.voice.port) if leg and message.body else ""
        self._reply(message, 200, "OK", sender, leg=leg, body=body)

    def _on_ack(self, message: Message, _sender: Address) -> None:
        leg = self._leg(message)
        if leg:
            leg.acked = True

    def _on_cancel(self, message: Message, sender: Address) -> None:
        self._reply(message, 200, "OK", sender)
        leg = self._leg(message)
        if leg and leg.invite and leg.state in ("new", "early", "ringing"):
            leg.cancelled, leg.cancel_reason = True, message.get("reason")
            self._reply(leg.invite, 487, "Request Terminated", sender, leg=leg)
            self._end(leg)

    def _on_bye(self, message: Message, sender: Address) -> None:
        self._reply(message, 200, "OK", sender)
        leg = self._leg(message)
        if leg:
            leg.ended_by_other = True
            self._end(leg)

    def _on_notify(self, message: Message, sender: Address) -> None:
        self._reply(message, 200, "OK", sender)
        leg = self._leg(message)
        if leg:
            leg.notified.append(message.body.strip())

    def _leg(self, message: Message) -> Leg | None:
        return next((leg for leg in self.legs if leg.call_id == message.get("call-id")), None)

    # --- answers ----------------------------------------------------------------------------------------------------

    def _ring(self, leg: Leg) -> None:
        self.alert(leg)

    def alert(self, leg: Leg, *, early_media: bool = False) -> None:
        """180 Ringing, or 183 with media as mobiles behind a trunk do."""
        leg.state, leg.rang_at = "ringing", time.monotonic()
        if leg.invite and early_media:
            self._reply(
                leg.invite, 183, "Session Progress", leg.peer, leg=leg, body=sdp(leg.voice.host, leg.voice.port)
            )
        elif leg.invite:
            self._reply(leg.invite, 180, "Ringing", leg.peer, leg=leg)

    def accept(self, leg: Leg) -> None:
        """200 OK, sent again until acknowledged."""
        if leg.state == "ended" or not leg.invite:
            return
        leg.state = "talking"
        body = sdp(leg.voice.host, leg.voice.port)
        self._reply(leg.invite, 200, "OK", leg.peer, leg=leg, body=body)
        leg.voice.talk_to(media_of(leg.invite.body))
        self._repeat_200(leg, T1)

    def _repeat_200(self, leg: Leg, after: float) -> None:
        def again() -> None:
            if not leg.acked and leg.state == "talking" and leg.invite and after < 8 and self._socket.fileno() >= 0:
                self._socket.sendto(self._sent_final[leg.invite.branch + "INVITE"], leg.peer)
                self._repeat_200(leg, after * 2)

        self.world.after(after, again)

    def refuse(self, leg: Leg, status: int, words: str) -> None:
        """A final refusal: 486 busy, 603 decline ..."""
        if leg.invite and leg.state != "ended":
            self._reply(leg.invite, status, words, leg.peer, leg=leg)
            self._end(leg)

    def _reply(
        self, message: Message, status: int, words: str, to: Address, *, leg: Leg | None = None, body: str = ""
    ) -> None:
        reply = Message(f"SIP/2.0 {status} {words}", copy_headers(message, REPLIES), body)
        if leg and not leg.outgoing and not tag_of(message.get("to")) and status > 100:
            reply.headers = [(name, leg.local if name == "to" else value) for name, value in reply.headers]
        if status > 100:
            reply.headers.append(("contact", self._contact()))
        if body:
            reply.headers.append(("content-type", "application/sdp"))
        if status >= 200:
            self._sent_final[message.branch + message.method] = reply.bytes()
        self._send(reply, to)

    def _send(self, message: Message, to: Address) -> None:
        self.log.append(f"-> {message.first}")
        if self._socket.fileno() >= 0:
            self._socket.sendto(message.bytes(), to)

    def _end(self, leg: Leg) -> None:
        leg.state = "ended"
        leg.voice.close()

    def close(self) -> None:
        """Close everything, without a word to the server."""
        with self.world.changed:
            for leg in self.legs:
                leg.voice.close()
            self.world.shut(self._socket)


def _shown(message: Message) -> tuple[str, str]:
    """Name and number as a phone shows them: P-Asserted-Identity before From."""
    identity = message.get("p-asserted-identity") or message.get("remote-party-id") or message.get("from")
    return name_and_number(re.sub(r";tag=.*", "", identity))

"""A user agent: an account or an address, its registration, and all its calls. What people do with it is elsewhere.

May live here: which call a message belongs to, and what holds for phones (`phone.py`) and callers (`caller.py`) alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from tests.telephony.phones.dialog import Leg
from tests.telephony.phones.incoming import IncomingLeg
from tests.telephony.phones.line import Line
from tests.telephony.phones.messages import Header, Message, tag_of, token
from tests.telephony.phones.outgoing import OutgoingLeg
from tests.telephony.phones.rtp import SOUND
from tests.telephony.phones.world import SOON, Address, Timer, World

ENOUGH_FRAMES = 5  # of voice, to say that it is heard: 100 ms


class Agent:
    """A SIP user agent. Without a world it has one of its own; `close` (or leaving `with`) gives everything back."""

    def __init__(
        self, user: str, secret: str = "", *, server: Address, bind: Address, world: World | None = None
    ) -> None:
        self.user, self.server = user, server
        self._own_world = world is None
        self.world = world or World()
        try:
            self.line = Line(self.world, user, bind, self._on_request, secret)
        except OSError:
            if self._own_world:
                self.world.close()
            raise
        self.host, self.port = self.line.host, self.line.port
        self.legs: list[Leg] = []
        self.registered = False
        self._by_call: dict[str, Leg] = {}
        self._registration = (token(), f"<sip:{user}@{server[0]}>;tag={token()}")
        self._renewal: Timer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close everything, without a word to the server."""
        with self.world.changed:
            if self._renewal:
                self._renewal.cancel()
            for leg in self.legs:
                leg.voice.close()
            self.line.close()
        if self._own_world:
            self.world.close()

    # --- registration

    def register(self, expires_seconds: int = 300) -> None:
        """Register, and again before it runs out; with 0 unregister. `registered` tells."""
        call_id, local = self._registration
        uri = f"sip:{self.server[0]}:{self.server[1]}"
        contact = f"<sip:{self.user}@{self.host}:{self.port}>"
        headers = [("from", local), ("to", f"<sip:{self.user}@{self.server[0]}>"), ("call-id", call_id)]
        headers += [("contact", contact), ("expires", str(expires_seconds))]
        with self.world.changed:
            message = self.line.request("REGISTER", uri, headers)
            self.line.ask(message, self.server, lambda answer: self._on_registered(answer, expires_seconds))

    def _on_registered(self, answer: Message, expires_seconds: int) -> None:
        if answer.status < 200:
            return
        if self._renewal:
            self._renewal.cancel()
        self.registered = answer.status < 300 and expires_seconds > 0
        if self.registered:
            self._renewal = self.world.after(expires_seconds / 2, lambda: self.register(expires_seconds))

    # --- calls

    @property
    def leg(self) -> Leg:
        """The newest call."""
        assert self.legs, f"{self.user} has had no call"
        return self.legs[-1]

    def legs_that_are(self, *states: str) -> list[Leg]:
        """The calls in these states, newest first."""
        return [leg for leg in reversed(self.legs) if leg.state in states]

    def talking_leg(self) -> Leg:
        """The newest call that talks."""
        talking = self.legs_that_are("talking")
        assert talking, f"{self.user} is in no call\n{self.world.story()}"
        return talking[0]

    def dial(self, number: str, *, caller: str = "", headers: Sequence[Header] = ()) -> OutgoingLeg:
        """Call a number at the server; `caller`: the whole From value without its tag."""
        with self.world.changed:
            leg = OutgoingLeg(
                self.line,
                f"sip:{number}@{self.server[0]}:{self.server[1]}",
                self.server,
                caller=caller or f"<sip:{self.user}@{self.host}>",
                headers=headers,
            )
            self._keep(leg)
            return leg

    def hang_up(self, leg: Leg) -> None:
        """End a call as its state asks: CANCEL, BYE, or a refusal."""
        with self.world.changed:
            leg.hang_up()

    def hangs_up(self) -> None:
        """End whatever is going on."""
        with self.world.changed:
            for leg in self.legs_that_are("new", "early", "ringing", "talking"):
                leg.hang_up()

    def is_let_go(self, within: float = SOON) -> None:
        """Wait until every call has ended."""
        self.world.wait(f"{self.user} is let go", lambda: all(leg.state == "ended" for leg in self.legs), within)

    def is_talking(self) -> bool:
        """Whether it is in a call at this moment."""
        return any(leg.state == "talking" for leg in self.legs)

    def presses(self, keys: str, *, by_info: bool = False) -> None:
        """Press keys in the call: in the voice (RFC 4733), or by SIP INFO."""
        with self.world.changed:
            self.talking_leg().press(keys, by_info=by_info)

    # --- voice

    def hears(self, other: Agent, within: float = SOON) -> None:
        """Wait until voice goes both ways between the two, from now on."""
        mine, theirs = heard(self, other), heard(other, self)
        self.world.wait(
            f"{self.user} and {other.user} hear each other",
            lambda: heard(self, other) >= mine + ENOUGH_FRAMES and heard(other, self) >= theirs + ENOUGH_FRAMES,
            within,
        )

    def does_not_hear(self, other: Agent, seconds: float = 0.3) -> None:
        """No more than what is still on its way comes from the other in the next `seconds`."""
        before = heard(self, other)
        self.world.never(
            f"{self.user} hears {other.user} and should not",
            lambda: heard(self, other) > before + ENOUGH_FRAMES,
            seconds,
        )

    def hears_something(self, within: float = SOON) -> None:
        """Wait for music, an announcement or a tone: sound that is no phone's voice, from now on."""
        before = self._sound()
        self.world.wait(
            f"{self.user} hears something",
            lambda: self._sound() >= before + ENOUGH_FRAMES,
            within,
        )

    def _sound(self) -> int:
        return sum(leg.voice.heard[SOUND] for leg in self.legs)

    # --- what comes

    def on_call(self, leg: IncomingLeg) -> None:
        """A call comes; a phone has its own way with it."""
        leg.ring()

    def _keep(self, leg: Leg) -> None:
        self.legs.append(leg)
        self._by_call[leg.call_id] = leg

    def _on_request(self, message: Message, sender: Address) -> None:
        leg = self._by_call.get(message.get("call-id"))
        if leg:
            leg.take(message)
        elif message.method == "INVITE" and not tag_of(message.get("to")):
            new = IncomingLeg(self.line, message, sender)
            self._keep(new)
            self.on_call(new)
        elif message.method in ("OPTIONS", "NOTIFY", "INFO", "MESSAGE"):
            self.line.reply(message, 200, tag=token())
        elif message.method != "ACK":
            self.line.reply(message, 481, tag=token())


def heard(listener: Agent, speaker: Agent) -> int:
    """Frames that the one has heard of the other's voice, in all their calls."""
    marks = [leg.voice.says for leg in speaker.legs]
    return sum(leg.voice.heard[mark] for leg in listener.legs for mark in marks)

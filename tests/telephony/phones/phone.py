"""A consultant's phone, as its owner uses it. Every wait has a limit; nothing sleeps.

    phone["B"].rings(); phone["B"].answers(); caller.hears(phone["B"])

May live here: what an owner sees and does, and the moods of a phone.
"""

from __future__ import annotations

from tests.telephony.phones.agent import Agent
from tests.telephony.phones.dialog import Leg
from tests.telephony.phones.incoming import IncomingLeg
from tests.telephony.phones.messages import Party
from tests.telephony.phones.world import SOON, Address, World

REFUSALS = {"busy": 486, "declines": 603, "unavailable": 480, "broken": 500}
MOODS = {
    "rings": "180, until somebody does something",
    "progress": "183 with media and no 180, as a mobile behind a trunk",
    "answers": "180, and 200 after `answers_after` seconds",
    "trying": "100 and no more",
    "silent": "not a word, as a phone that is gone and still registered",
} | {name: f"{status} at once" for name, status in REFUSALS.items()}


class SipPhone(Agent):
    """A phone with an account (`signs_in`), or one at a fixed address (`bind`) without.

    `mood`: how it takes calls, one of `MOODS`; `call_waiting`: whether it rings while its owner talks (else 486);
    `forwards_to`: the number its owner has forwarded it to (302).
    """

    def __init__(
        self,
        account: str,
        secret: str = "",
        *,
        server: Address,
        bind: Address = ("127.0.0.1", 0),
        world: World | None = None,
    ) -> None:
        super().__init__(account, secret, server=server, bind=bind, world=world)
        self._mood = "rings"
        self.answers_after = 0.0
        self.call_waiting = True
        self.forwards_to = ""

    @property
    def mood(self) -> str:
        """How it takes calls."""
        return self._mood

    @mood.setter
    def mood(self, mood: str) -> None:
        if mood not in MOODS:
            raise ValueError(f"a phone can't be {mood!r}, only {', '.join(MOODS)}")
        self._mood = mood

    def on_call(self, leg: IncomingLeg) -> None:
        """Take a call as the mood is."""
        if not self.call_waiting and self.is_talking():
            leg.refuse(486)
        elif self.forwards_to:
            leg.forward(f"sip:{self.forwards_to}@{self.server[0]}:{self.server[1]}")
        elif self.mood in REFUSALS:
            leg.refuse(REFUSALS[self.mood])
        elif self.mood == "progress":
            leg.progress()
        elif self.mood == "trying":
            leg.trying()
        elif self.mood == "answers":
            leg.ring()
            self.world.after(self.answers_after, leg.accept)
        elif self.mood == "rings":
            leg.ring()

    # --- what happens to it

    def rings(self, within: float = SOON) -> IncomingLeg:
        """Wait until it rings; the call that does."""
        self.world.wait(f"{self.user} rings", self.is_ringing, within)
        return self._ringing()[0]

    def is_ringing(self) -> bool:
        """Whether it rings at this moment."""
        return bool(self._ringing())

    def stays_silent(self, seconds: float) -> None:
        """It does not ring in the next `seconds`."""
        self.world.never(f"{self.user} rings and should not", self.is_ringing, seconds)

    def stops_ringing(self, within: float = SOON) -> None:
        """Wait until nothing rings here."""
        self.world.wait(f"{self.user} stops ringing", lambda: not self.is_ringing(), within)

    def was_missed(self) -> bool:
        """Whether the last call shows as missed: cancelled, and not because somebody else has it."""
        return isinstance(self.leg, IncomingLeg) and self.leg.missed

    def shows(self) -> Party:
        """Name and number on the display."""
        return self.leg.shown

    def displays(self, number: str | None = None, name: str | None = None, within: float = SOON) -> None:
        """Wait until the display shows this number and this name (None: any)."""

        def wanted() -> bool:
            shown = self.leg.shown
            return number in (None, shown.number) and name in (None, shown.name)

        self.world.wait(f"{self.user} shows {number or 'any'} {name or 'any'}", wanted, within)

    def talks(self, within: float = SOON) -> None:
        """Wait until it is in a call."""
        self.world.wait(f"{self.user} talks", self.is_talking, within)

    # --- what its owner does

    def signs_in(self, expires_seconds: int = 300) -> None:
        """Register, and wait for it."""
        self.register(expires_seconds)
        self.world.wait(f"{self.user} is registered", lambda: self.registered)

    def signs_out(self) -> None:
        """Unregister, and wait for it."""
        self.register(0)
        self.world.wait(f"{self.user} is unregistered", lambda: not self.registered)

    def goes_dark(self) -> None:
        """Somebody pulls the cable: from now on it neither says nor hears a word of SIP."""
        self.line.plugged = False

    def comes_back(self) -> None:
        """And puts it back."""
        self.line.plugged = True

    def answers(self, after: float = 0.0) -> IncomingLeg:
        """Pick up the call that rings, `after` seconds from now; waits for it."""
        leg = self.rings()
        with self.world.changed:
            self.world.after(after, leg.accept) if after else leg.accept()
        self.world.wait(f"{self.user} answers", lambda: leg.state in ("talking", "ended"), after + SOON)
        return leg

    def accept(self, leg: IncomingLeg) -> None:
        """Pick up this call at once, without waiting for anything: for what must happen in the same instant."""
        with self.world.changed:
            leg.accept()

    def declines(self) -> None:
        """Press "reject"."""
        leg = self.rings()
        with self.world.changed:
            leg.refuse(603)

    def dials(self, number: str) -> Leg:
        """Call a number or a feature code."""
        return self.dial(number)

    def holds(self) -> None:
        """Press "hold"."""
        with self.world.changed:
            self.talking_leg().hold()

    def resumes(self) -> None:
        """Press it again."""
        with self.world.changed:
            self.talking_leg().hold(on=False)

    def transfers_to(self, number: str) -> None:
        """The phone's own transfer key: blind, the call goes to a number."""
        with self.world.changed:
            self.talking_leg().refer(f"sip:{number}@{self.server[0]}")

    def transfers_to_whom_it_rings(self) -> None:
        """The transfer key while the one who is asked still rings: the caller is to have their place (RFC 5589, 7)."""
        with self.world.changed:
            self.talking_leg().refer("", self.legs_that_are("ringing")[0])

    def gives_up_asking_and_transfers_to(self, number: str) -> None:
        """What many phones do instead: cancel the call that rings, and transfer blind in the same instant."""
        with self.world.changed:
            talking = self.talking_leg()
            self.legs_that_are("ringing")[0].hang_up()
            talking.refer(f"sip:{number}@{self.server[0]}")

    def joins_calls(self) -> None:
        """The transfer key after asking: the two calls of this phone are put together, and it leaves."""
        with self.world.changed:
            asked, first = self.legs_that_are("talking")[:2]
            first.refer("", asked)

    def transfer_is_done(self, within: float = SOON) -> None:
        """Wait until the other side has told the phone that its transfer worked."""
        self.world.wait(f"{self.user}'s transfer is done", lambda: self._told("SIP/2.0 2"), within)

    def transfer_fails(self, within: float = SOON) -> None:
        """Wait until the other side has told the phone that its transfer did not work."""

        def failed() -> bool:
            return any(self._told(f"SIP/2.0 {kind}") for kind in (3, 4, 5, 6))

        self.world.wait(f"{self.user}'s transfer fails", failed, within)

    def _told(self, beginning: str) -> bool:
        return any(told.startswith(beginning) for leg in self.legs for told in leg.notified)

    def _ringing(self) -> list[IncomingLeg]:
        return [leg for leg in self.legs_that_are("ringing") if isinstance(leg, IncomingLeg)]

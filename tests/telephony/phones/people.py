"""People with phones, so that a telephony test reads like a call. Every wait has a limit; nothing sleeps.

caller.dials(HOTLINE); phone["B"].rings(); phone["B"].answers(); caller.hears(phone["B"])
"""

from __future__ import annotations

import time

from tests.telephony.phones.agent import Agent, Leg
from tests.telephony.phones.world import Address, World

SOON = 4.0  # seconds in which what should happen at once must have happened


class Phone(Agent):
    """A consultant's phone. `mood`: rings, progress (183 only), silent, busy, declines, answers."""

    def __init__(self, world: World, server: Address, *, user: str, secret: str = "", bind: Address = ("127.0.0.1", 0)):
        super().__init__(world, server, user=user, secret=secret, bind=bind)
        self.mood = "rings"
        self.answers_after = 0.0
        self.on_invite = self._react

    def _react(self, leg: Leg) -> None:
        if self.mood == "busy":
            self.refuse(leg, 486, "Busy Here")
        elif self.mood == "declines":
            self.refuse(leg, 603, "Decline")
        elif self.mood == "progress":
            self.alert(leg, early_media=True)
        elif self.mood != "silent":
            self.alert(leg)
        if self.mood == "answers":
            self.world.after(self.answers_after, lambda: self.accept(leg) if leg.state == "ringing" else None)

    # --- what happens to it

    @property
    def leg(self) -> Leg:
        """The newest call."""
        if not self.legs:
            raise AssertionError(f"phone {self.user} has had no call")
        return self.legs[-1]

    def signs_in(self) -> None:
        """Register, and wait for it."""
        self.register()
        self.world.wait(f"{self.user} is registered", lambda: self.registered, SOON)

    def signs_out(self) -> None:
        """Unregister, and wait for it."""
        self.register(0)
        self.world.wait(f"{self.user} is unregistered", lambda: not self.registered, SOON)

    def rings(self, within: float = SOON) -> Leg:
        """Wait until it rings."""
        self.world.wait(f"{self.user} rings", lambda: any(leg.state == "ringing" for leg in self.legs), within)
        return next(leg for leg in reversed(self.legs) if leg.state == "ringing")

    def is_ringing(self) -> bool:
        """Whether it rings at this moment."""
        with self.world.changed:
            return any(leg.state == "ringing" for leg in self.legs)

    def stays_silent(self, seconds: float) -> None:
        """It does not ring in the next `seconds`."""
        with self.world.changed:
            rang = self.world.changed.wait_for(lambda: any(leg.state == "ringing" for leg in self.legs), seconds)
        assert not rang, f"{self.user} rings and should not"

    def stops_ringing(self, within: float = SOON) -> None:
        """Wait until nothing rings here."""
        self.world.wait(f"{self.user} stops ringing", lambda: not self.is_ringing(), within)

    def was_missed(self) -> bool:
        """Whether the last call shows as missed: cancelled, and not because somebody else has it."""
        return self.leg.cancelled and "cause=26" not in self.leg.cancel_reason and "200" not in self.leg.cancel_reason

    def shows(self) -> tuple[str, str]:
        """Name and number on the display."""
        return self.leg.shown

    # --- what its owner does

    def answers(self) -> Leg:
        """Pick up the call that rings."""
        leg = self.rings()
        with self.world.changed:
            self.accept(leg)
        return leg

    def declines(self) -> None:
        """Press "reject"."""
        leg = self.rings()
        with self.world.changed:
            self.refuse(leg, 603, "Decline")

    def hangs_up(self) -> None:
        """End whatever is going on."""
        for leg in list(self.legs):
            if leg.state != "ended":
                self.hang_up(leg)

    def dials(self, number: str) -> Leg:
        """Call a number or a feature code."""
        return self.dial(number)

    def presses(self, keys: str) -> None:
        """Press keys in the call."""
        with self.world.changed:
            talking = next(leg for leg in reversed(self.legs) if leg.state == "talking")
            for key in keys:
                talking.voice.press(key)

    def transfers_to(self, number: str) -> None:
        """Use the phone's own transfer key."""
        self.refer(next(leg for leg in reversed(self.legs) if leg.state == "talking"), number)

    def is_talking(self) -> bool:
        """Whether it is in a call."""
        return any(leg.state == "talking" for leg in self.legs)

    def talks(self, within: float = SOON) -> None:
        """Wait until it is in a call."""
        self.world.wait(f"{self.user} talks", self.is_talking, within)

    def is_let_go(self, within: float = SOON) -> None:
        """Wait until the other side has ended every call."""
        self.world.wait(f"{self.user} is let go", lambda: all(leg.state == "ended" for leg in self.legs), within)


class Caller(Agent):
    """A customer, behind the carrier's trunk."""

    def __init__(self, world: World, server: Address, *, number: str = "13900000001", bind: Address = ("127.0.0.2", 0)):
        super().__init__(world, server, user=number, bind=bind)
        self.number = number

    @property
    def leg(self) -> Leg:
        """The newest call."""
        return self.legs[-1]

    def dials(self, number: str, *, shown_from: str | None = None) -> Caller:
        """Call a number, as `shown_from` if given (the whole From value)."""
        self.dial(number, shown_from=shown_from)
        return self

    def hears_ringing(self, within: float = SOON) -> None:
        """Wait for the ringing tone (180)."""
        self.world.wait(f"caller {self.number} hears ringing", lambda: self._got(180), within)

    def _got(self, status: int) -> bool:
        return any(code == status for _, code in self.leg.statuses)

    def is_answered(self, within: float = SOON) -> None:
        """Wait until somebody, or the PBX, has answered."""
        self.world.wait(f"caller {self.number} is answered", lambda: self.leg.state == "talking", within)

    def hears(self, phone: Phone, within: float = SOON) -> None:
        """Wait until voice goes both ways between this caller and that phone."""

        def both_ways() -> bool:
            mine = next((leg for leg in reversed(phone.legs) if leg.state == "talking"), None)
            ours = self.leg.voice
            return mine is not None and ours.heard[mine.voice.says] > 5 and mine.voice.heard[ours.says] > 5

        self.world.wait(f"caller {self.number} and {phone.user} hear each other", both_ways, within)

    def hangs_up(self) -> None:
        """Give up, or say goodbye."""
        self.hang_up(self.leg)

    def is_let_go(self, within: float = SOON) -> None:
        """Wait until the call has ended."""
        self.world.wait(f"caller {self.number} is let go", lambda: self.leg.state == "ended", within)

    def final_status(self) -> int:
        """The last status that the call got."""
        return self.leg.statuses[-1][1]

    def seconds_to(self, status: int) -> float:
        """Seconds from dialling to a status."""
        return next(at for at, code in self.leg.statuses if code == status) - self.leg.born


def until(what: str, condition: object, within: float = SOON) -> None:
    """Poll a condition that no phone can see (a log line, a row) until it holds; at most `within` seconds."""
    assert callable(condition)
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {within:g} s"
        time.sleep(0.01)

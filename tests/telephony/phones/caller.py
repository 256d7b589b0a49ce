"""A customer who calls through the carrier's trunk. Every wait has a limit; nothing sleeps.

    caller.dials(HOTLINE); caller.hears_ringing(); caller.hears(phone["B"]); caller.hangs_up()

May live here: what a caller does and hears.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from tests.telephony.phones.agent import Agent
from tests.telephony.phones.messages import Header, quoted
from tests.telephony.phones.world import SOON, Address, World

CARRIER = "127.0.0.2"
ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'


class Caller(Agent):
    """A customer with a number, behind the carrier's address; may make several calls, `leg` is the newest."""

    def __init__(
        self,
        number: str = "13900000001",
        *,
        server: Address,
        bind: Address = (CARRIER, 0),
        world: World | None = None,
    ) -> None:
        super().__init__(number, server=server, bind=bind, world=world)
        self.number = number

    def dials(
        self, number: str, *, name: str = "", shown_from: str | None = None, headers: Sequence[Header] = ()
    ) -> Self:
        """Call a number, under a name; or with a From of one's own making: the whole value without its tag, unchecked.

        `headers` come along as they are, e.g. P-Asserted-Identity or Privacy.
        """
        shown = f"{quoted(name)} " if name else ""
        self.dial(number, caller=shown_from or f"{shown}<sip:{self.number}@{self.host}>", headers=headers)
        return self

    def hears_ringing(self, within: float = SOON) -> None:
        """Wait for the ringing tone (180)."""
        self.world.wait(f"caller {self.number} hears ringing", lambda: self._got(180), within)

    def is_ringing(self, within: float = SOON) -> bool:
        """The same, to be asserted."""
        self.hears_ringing(within)
        return True

    def is_answered(self, within: float = SOON) -> None:
        """Wait until somebody, or the PBX, has answered."""
        self.world.wait(f"caller {self.number} is answered", lambda: self.leg.state == "talking", within)

    def hangs_up(self) -> None:
        """Give up, or say goodbye."""
        self.hang_up(self.leg)

    def is_let_go(self, within: float = SOON) -> None:
        """Wait until the newest call has ended."""
        self.world.wait(f"caller {self.number} is let go", lambda: self.leg.state == "ended", within)

    def final_status(self) -> int:
        """The last status that the newest call got."""
        assert self.leg.statuses, f"caller {self.number} has had no answer"
        return self.leg.statuses[-1][1]

    def seconds_to(self, status: int) -> float:
        """Seconds from dialling to a status."""
        assert self._got(status), f"caller {self.number} has had no {status}, only {self.leg.statuses}"
        return next(at for at, code in self.leg.statuses if code == status) - self.leg.at["begun"]

    def _got(self, status: int) -> bool:
        return any(code == status for _, code in self.leg.statuses)

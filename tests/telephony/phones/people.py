"""Phones and callers as tests with a world of their own make them: `Phone(world, server, user=...)`.

May live here: names for what `phone.py` and `caller.py` have, with the world first.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.telephony.phones.caller import CARRIER
from tests.telephony.phones.caller import Caller as AnyCaller
from tests.telephony.phones.dialog import Leg
from tests.telephony.phones.messages import Header
from tests.telephony.phones.phone import SipPhone
from tests.telephony.phones.world import Address, World, until

__all__ = ["Caller", "Phone", "until"]


class Phone(SipPhone):
    """A consultant's phone in this world."""

    def __init__(self, world: World, server: Address, *, user: str, secret: str = "", bind: Address = ("127.0.0.1", 0)):
        super().__init__(user, secret, server=server, bind=bind, world=world)

    def _in_dialog(self, leg: Leg, method: str, headers: Sequence[Header] = ()) -> None:
        """A request of the test's own making within a call."""
        with self.world.changed:
            leg.ask(method, headers)


class Caller(AnyCaller):
    """A customer in this world."""

    def __init__(self, world: World, server: Address, *, number: str = "13900000001", bind: Address = (CARRIER, 0)):
        super().__init__(number, server=server, bind=bind, world=world)

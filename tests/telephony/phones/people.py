"""Phones and callers as tests with a world of their own make them: `Phone(world, server, user=...)`.

May live here: names for what `phone.py` and `caller.py` have, with the world first.
"""

from __future__ import annotations

from tests.telephony.phones.caller import CARRIER
from tests.telephony.phones.caller import Caller as AnyCaller
from tests.telephony.phones.phone import SipPhone
from tests.telephony.phones.world import Address, World, until

__all__ = ["Caller", "Phone", "until"]


class Phone(SipPhone):
    """A consultant's phone in this world."""

    def __init__(self, world: World, server: Address, *, user: str, secret: str = "", bind: Address = ("127.0.0.1", 0)):
        super().__init__(user, secret, server=server, bind=bind, world=world)


class Caller(AnyCaller):
    """A customer in this world."""

    def __init__(self, world: World, server: Address, *, number: str = "13900000001", bind: Address = (CARRIER, 0)):
        super().__init__(number, server=server, bind=bind, world=world)

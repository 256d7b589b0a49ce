"""Messages that are lost or come twice: each call goes its way all the same, and each thing happens once."""

from __future__ import annotations

import pytest

from tests.telephony.phones.caller import Caller
from tests.telephony.phones.phone import SipPhone
from tests.telephony.phones.relay import Relay
from tests.telephony.phones.world import World


@pytest.fixture
def relay(world: World, phone: SipPhone) -> Relay:
    return Relay(world, (phone.host, phone.port))


@pytest.fixture
def caller(world: World, relay: Relay) -> Caller:
    """A caller behind the bad network."""
    return Caller(server=relay.address, world=world)


@pytest.mark.parametrize("lost", ["INVITE", "180", "200", "ACK", "BYE"])
def test_one_message_is_lost(caller: Caller, phone: SipPhone, relay: Relay, lost: str) -> None:
    relay.copies = {lost: [0]}
    caller.dials("101")
    phone.rings()
    phone.answers()
    caller.is_answered()
    caller.hears(phone)
    if lost == "ACK":
        phone.world.wait("the 200 is repeated", lambda: relay.seen["200"] == 2)
        phone.world.wait("it is acknowledged again", lambda: relay.seen["ACK"] == 2)
    caller.hangs_up()
    phone.is_let_go()
    phone.world.wait("the goodbye is answered", lambda: relay.seen["BYE"] == 1 + (lost == "BYE"))
    assert len(phone.legs) == 1


@pytest.mark.parametrize("lost", ["CANCEL", "487"])
def test_the_end_of_a_call_nobody_answered_is_lost(caller: Caller, phone: SipPhone, relay: Relay, lost: str) -> None:
    relay.copies = {lost: [0]}
    caller.dials("101")
    phone.rings()
    caller.hears_ringing()
    caller.hangs_up()
    phone.stops_ringing()
    caller.is_let_go()
    assert caller.final_status() == 487


def test_everything_comes_twice(caller: Caller, phone: SipPhone, relay: Relay) -> None:
    relay.always = 2
    caller.dials("101")
    phone.answers()
    caller.hears(phone)
    caller.presses("12", by_info=True)
    phone.world.wait("the keys come", lambda: phone.leg.keys == "12")
    caller.hangs_up()
    phone.is_let_go()
    caller.dials("101")
    phone.declines()
    caller.is_let_go()
    assert len(phone.legs) == 2
    assert phone.legs[0].keys == "12"
    assert [status for _, status in caller.legs[0].statuses if status == 180] == [180]


def test_a_caller_who_gives_up_before_any_answer_cancels_at_the_first(
    caller: Caller, phone: SipPhone, relay: Relay
) -> None:
    relay.copies = {"INVITE": [0]}
    caller.dials("101")
    caller.hangs_up()
    phone.world.wait("the repeated INVITE is cancelled", lambda: relay.seen["CANCEL"] == 1)
    caller.is_let_go()
    assert phone.was_missed()


def test_an_answer_that_crosses_the_cancel_is_followed_by_a_goodbye(
    caller: Caller, phone: SipPhone, relay: Relay
) -> None:
    relay.copies = {"CANCEL": [0, 0, 0]}
    caller.dials("101")
    phone.rings()
    caller.hears_ringing()
    caller.hangs_up()
    phone.answers()
    phone.is_let_go()
    assert caller.leg.state == "ended"
    assert relay.seen["BYE"] == 1

"""The test phones among themselves: if these fail, no other telephony test means anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.telephony.phones.people import Caller, Phone
from tests.telephony.phones.world import World


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


@pytest.fixture
def pair(world: World) -> Iterator[tuple[Caller, Phone]]:
    """A caller whose "server" is the phone itself."""
    phone = Phone(world, ("127.0.0.1", 9), user="101")
    caller = Caller(world, (phone.host, phone.port))
    yield caller, phone
    caller.close()
    phone.close()


def test_a_call_is_answered_and_voice_goes_both_ways(pair: tuple[Caller, Phone]) -> None:
    caller, phone = pair
    caller.dials("101")
    caller.hears_ringing()
    phone.answers()
    caller.hears(phone)
    caller.hangs_up()
    phone.is_let_go()


def test_a_caller_who_gives_up_is_seen_as_missed(pair: tuple[Caller, Phone]) -> None:
    caller, phone = pair
    caller.dials("101")
    phone.rings()
    caller.hangs_up()
    phone.stops_ringing()
    assert phone.was_missed()
    caller.is_let_go()
    assert caller.final_status() == 487


@pytest.mark.parametrize(("mood", "status"), [("busy", 486), ("declines", 603)])
def test_a_refusal_reaches_the_caller(pair: tuple[Caller, Phone], mood: str, status: int) -> None:
    caller, phone = pair
    phone.mood = mood
    caller.dials("101")
    caller.is_let_go()
    assert caller.final_status() == status


def test_the_display_shows_name_and_number(pair: tuple[Caller, Phone]) -> None:
    caller, phone = pair
    caller.dials("101", shown_from='"老客户 \\"B\\"" <sip:13800000001@carrier.invalid>')
    phone.rings()
    assert phone.shows() == ('老客户 "B"', "13800000001")


def test_the_called_may_hang_up_first(pair: tuple[Caller, Phone]) -> None:
    caller, phone = pair
    caller.dials("101")
    phone.answers()
    caller.hears(phone)
    phone.hangs_up()
    caller.is_let_go()
    assert caller.leg.ended_by_other

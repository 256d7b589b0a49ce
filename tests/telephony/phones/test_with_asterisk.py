"""The test phones with a real Asterisk between them: what other telephony tests build on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.telephony.phones.caller import ANONYMOUS, Caller
from tests.telephony.phones.conftest import HOTLINE
from tests.telephony.phones.phone import SipPhone
from tests.telephony.phones.world import World, until

if TYPE_CHECKING:
    from router.telephony.private.instance import PrivateAsterisk

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]
Phones = dict[str, SipPhone]


@pytest.fixture
def phone(world: World, pbx: PrivateAsterisk) -> Iterator[Phones]:
    """A and B have accounts, C's phone has a fixed address. No channel may be left."""
    server = (pbx.settings.sip_host, pbx.settings.sip_port)
    host, _, port = pbx.settings.contacts[0].address.partition(":")
    phones = {
        "A": SipPhone("101", "secret101", server=server, world=world),
        "B": SipPhone("102", "secret102", server=server, world=world),
        "C": SipPhone("c", server=server, bind=(host, int(port)), world=world),
    }
    phones["A"].signs_in()
    phones["B"].signs_in()
    yield phones
    for one in phones.values():
        one.hangs_up()
    until("no channel is left", lambda: "0 active channels" in pbx.rx("core show channels"))


@pytest.fixture
def caller(world: World, pbx: PrivateAsterisk) -> Caller:
    return Caller(server=(pbx.settings.sip_host, pbx.settings.sip_port), world=world)


def test_a_phone_registers_and_leaves(phone: Phones, pbx: PrivateAsterisk) -> None:
    until("101 has a contact", lambda: f"sip:101@127.0.0.1:{phone['A'].port}" in pbx.rx("pjsip show contacts"))
    phone["A"].signs_out()
    assert "sip:101@" not in pbx.rx("pjsip show contacts")


def test_a_wrong_password_does_not_register(world: World, phone: Phones) -> None:
    stranger = SipPhone("101", "guess", server=phone["A"].server, world=world)
    stranger.register()
    world.never("a stranger registers", lambda: stranger.registered, 0.2)


def test_a_call_rings_all_one_answers_and_nobody_else_has_missed_it(caller: Caller, phone: Phones) -> None:
    caller.dials(HOTLINE, name="Wang")
    for name in "ABC":
        phone[name].rings(within=3)
    assert phone["A"].shows().number == caller.number
    caller.hears_ringing()
    phone["B"].answers()
    caller.is_answered()
    caller.hears(phone["B"])
    for name in "AC":
        phone[name].stops_ringing()
        assert phone[name].leg.completed_elsewhere, phone[name].leg.reason
        assert not phone[name].was_missed()
    caller.hangs_up()
    phone["B"].is_let_go()
    assert phone["B"].leg.ended_by_other


def test_a_caller_who_gives_up_is_missed_on_every_phone(caller: Caller, phone: Phones) -> None:
    caller.dials(HOTLINE)
    for name in "ABC":
        phone[name].rings()
    caller.hangs_up()
    for name in "ABC":
        phone[name].stops_ringing()
        assert phone[name].was_missed(), phone[name].leg.reason
    caller.is_let_go()
    assert caller.final_status() == 487


def test_when_all_decline_the_caller_is_let_go(caller: Caller, phone: Phones) -> None:
    phone["A"].mood, phone["B"].mood = "busy", "declines"
    caller.dials(HOTLINE)
    phone["C"].declines()
    caller.is_let_go()
    assert caller.final_status() >= 400
    assert not any(phone[name].was_missed() for name in "ABC")


def test_a_mobile_with_early_media_is_heard_before_it_answers(caller: Caller, phone: Phones) -> None:
    phone["A"].signs_out()
    phone["B"].signs_out()
    phone["C"].mood = "progress"
    caller.dials(HOTLINE)
    phone["C"].rings()
    phone["C"].answers()
    caller.hears(phone["C"])


def test_the_consultant_may_hang_up_first(caller: Caller, phone: Phones) -> None:
    caller.dials(HOTLINE)
    phone["C"].answers()
    caller.hears(phone["C"])
    phone["C"].hangs_up()
    caller.is_let_go()
    assert caller.leg.ended_by_other


@pytest.mark.parametrize(
    "shown_from",
    [
        ANONYMOUS,
        r'"x\"; <y>, (z)" <sip:139%0d%0aEvent:%20Hangup@carrier.invalid>',
        f'"{"老" * 200}" <sip:{"1" * 60}@carrier.invalid>',
    ],
)
def test_a_strange_caller_rings_and_is_heard(caller: Caller, phone: Phones, shown_from: str) -> None:
    caller.dials(HOTLINE, shown_from=shown_from)
    phone["A"].rings()
    assert "\n" not in phone["A"].shows().number
    phone["A"].answers()
    caller.hears(phone["A"])


@pytest.mark.parametrize("by_info", [False, True])
def test_asterisk_understands_keys(phone: Phones, by_info: bool) -> None:
    leg = phone["A"].dials("*1")
    phone["A"].world.wait("it hears itself", lambda: leg.voice.heard[leg.voice.says] > 5)
    phone["A"].presses("*9103", by_info=by_info)
    phone["A"].world.wait("the keys come back", lambda: leg.voice.keys == "*9103", within=8)


def test_a_phone_dials_with_its_password_and_hears_a_tone_before_the_answer(phone: Phones) -> None:
    leg = phone["A"].dials("*2")
    phone["A"].hears_something()
    assert leg.state == "early"
    phone["A"].is_let_go(within=5)
    assert leg.statuses[-1][1] == 486


def test_phones_call_each_other_from_an_account_and_from_a_fixed_address(phone: Phones) -> None:
    phone["A"].dials("103")
    phone["C"].answers()
    phone["A"].hears(phone["C"])
    assert phone["C"].shows().number == "101"
    phone["C"].hangs_up()
    phone["A"].is_let_go()
    phone["C"].dials("102")
    phone["B"].answers()
    phone["B"].hears(phone["C"])
    assert phone["B"].shows().number == "103"


def test_somebody_on_hold_hears_music(caller: Caller, phone: Phones) -> None:
    caller.dials(HOTLINE)
    phone["A"].answers()
    caller.hears(phone["A"])
    phone["A"].holds()
    caller.hears_something()
    caller.does_not_hear(phone["A"])
    phone["A"].does_not_hear(caller)
    phone["A"].resumes()
    caller.hears(phone["A"])


def test_the_transfer_key_hands_a_caller_over(caller: Caller, phone: Phones) -> None:
    caller.dials(HOTLINE)
    phone["A"].answers()
    caller.hears(phone["A"])
    phone["A"].transfers_to("103")
    phone["C"].answers()
    caller.hears(phone["C"])
    phone["A"].transfer_is_done()
    phone["A"].is_let_go()
    assert caller.leg.state == "talking"


def test_a_transfer_to_nobody_fails_and_the_call_goes_on(caller: Caller, phone: Phones) -> None:
    caller.dials(HOTLINE)
    phone["A"].answers()
    phone["A"].transfers_to("999")
    phone["A"].transfer_fails()
    caller.hears(phone["A"])


def test_a_consultant_asks_first_and_then_puts_the_caller_through(caller: Caller, phone: Phones) -> None:
    caller.dials(HOTLINE)
    phone["A"].answers()
    caller.hears(phone["A"])
    phone["A"].holds()
    phone["A"].dials("103")
    phone["C"].rings()
    phone["C"].answers()
    phone["A"].hears(phone["C"])
    phone["C"].displays(number="101")
    phone["A"].joins_calls()
    caller.hears(phone["C"])
    phone["A"].is_let_go()

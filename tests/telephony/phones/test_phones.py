"""The test phones among themselves: if these fail, no other telephony test means anything."""

from __future__ import annotations

import time

import pytest

from tests.telephony.phones.agent import heard
from tests.telephony.phones.caller import ANONYMOUS, Caller
from tests.telephony.phones.conftest import NOBODY
from tests.telephony.phones.messages import Message, Party
from tests.telephony.phones.phone import SipPhone
from tests.telephony.phones.world import World


def test_a_call_is_answered_and_voice_goes_both_ways(caller: Caller, phone: SipPhone) -> None:
    caller.dials("101")
    leg = phone.rings(within=3)
    caller.hears_ringing()
    assert caller.is_ringing()
    phone.answers()
    caller.is_answered()
    phone.talks()
    caller.hears(phone)
    caller.hangs_up()
    phone.is_let_go()
    assert leg.seconds("begun", "rang") <= leg.seconds("begun", "answered") <= leg.seconds("begun", "ended")
    assert caller.seconds_to(180) <= caller.seconds_to(200)


def test_a_phone_may_answer_after_a_while(caller: Caller, phone: SipPhone) -> None:
    caller.dials("101")
    leg = phone.answers(after=0.2)
    assert leg.seconds("rang", "answered") > 0.15
    phone.mood, phone.answers_after = "answers", 0.1
    caller.dials("101")
    caller.is_answered()
    assert len(phone.legs_that_are("talking")) == 2


def test_a_caller_who_gives_up_is_seen_as_missed(caller: Caller, phone: SipPhone) -> None:
    caller.dials("101")
    phone.rings()
    caller.hangs_up()
    phone.stops_ringing()
    assert phone.was_missed()
    assert phone.leg.at["cancelled"]
    caller.is_let_go()
    assert caller.final_status() == 487


@pytest.mark.parametrize(
    ("reason", "missed"),
    [
        ("", True),
        ("Q.850;cause=16", True),
        ("SIP;cause=2000", True),
        ("Q.850;cause=26", False),
        ('SIP;cause=200;text="Call completed elsewhere"', False),
        ("SIP;cause=480, Q.850 ;cause=26", False),
    ],
)
def test_a_call_completed_elsewhere_is_not_missed(caller: Caller, phone: SipPhone, reason: str, missed: bool) -> None:
    caller.dials("101")
    leg = phone.rings()
    cancel = (("via", leg.invite.get("via")), ("call-id", leg.call_id), ("cseq", "1 CANCEL"), ("reason", reason))
    with phone.world.changed:
        leg.take(Message("CANCEL sip:101@x SIP/2.0", cancel))
    assert phone.was_missed() is missed


@pytest.mark.parametrize(("mood", "status"), [("busy", 486), ("declines", 603), ("unavailable", 480), ("broken", 500)])
def test_a_refusal_reaches_the_caller(caller: Caller, phone: SipPhone, mood: str, status: int) -> None:
    phone.mood = mood
    caller.dials("101")
    caller.is_let_go()
    assert caller.final_status() == status
    assert not phone.was_missed()


def test_somebody_may_press_reject(caller: Caller, phone: SipPhone) -> None:
    caller.dials("101")
    phone.declines()
    caller.is_let_go()
    assert caller.final_status() == 603


def test_a_phone_has_only_the_moods_that_are_known(phone: SipPhone) -> None:
    with pytest.raises(ValueError, match="only rings"):
        phone.mood = "hungry"


def test_a_silent_phone_says_nothing_and_one_that_tries_says_100(caller: Caller, phone: SipPhone) -> None:
    phone.mood = "silent"
    caller.dials("101")
    phone.world.wait("the call has come", lambda: len(phone.legs) == 1)
    phone.mood = "trying"
    caller.dials("101")
    phone.world.wait("the other call has come", lambda: caller.leg.statuses != [])
    assert [status for _, status in caller.leg.statuses] == [100]
    assert caller.legs[0].statuses == []
    phone.stays_silent(0.1)


def test_a_mobile_says_183_and_is_heard_before_the_answer(caller: Caller, phone: SipPhone) -> None:
    phone.mood = "progress"
    caller.dials("101")
    phone.rings()
    caller.hears(phone)
    assert caller.leg.state == "early"
    assert caller.final_status() == 183


def test_without_call_waiting_a_second_caller_finds_it_busy(caller: Caller, phone: SipPhone) -> None:
    phone.call_waiting = False
    caller.dials("101")
    phone.answers()
    caller.dials("101")
    caller.is_let_go()
    assert caller.final_status() == 486
    assert phone.is_talking()


def test_the_display_shows_name_and_number(caller: Caller, phone: SipPhone) -> None:
    caller.dials("101", name='老客户 "B"')
    phone.rings()
    assert phone.shows() == Party('老客户 "B"', "13900000001")
    caller.dials("101", shown_from=ANONYMOUS, headers=[("privacy", "id"), ("p-asserted-identity", "<tel:+86139>")])
    phone.displays(number="+86139", name="")


@pytest.mark.parametrize(("method", "answered"), [("UPDATE", False), ("INVITE", True)])
def test_the_display_follows_who_is_connected(caller: Caller, phone: SipPhone, method: str, answered: bool) -> None:
    caller.dials("101", name="接替")
    phone.rings()
    if answered:
        phone.answers()
        caller.is_answered()
    else:
        caller.hears_ringing()
    with phone.world.changed:
        caller.leg.remote = phone.leg.local  # what a server knows from the 180
        caller.leg.ask(method, [("remote-party-id", '"老客户 B" <sip:138@x>;party=calling')])
    phone.displays(number="138", name="老客户 B")
    assert phone.leg.displayed == [Party("接替", "13900000001"), Party("老客户 B", "138")]
    assert phone.leg.state == ("talking" if answered else "ringing")


def test_the_called_may_hang_up_first(caller: Caller, phone: SipPhone) -> None:
    caller.dials("101")
    phone.answers()
    caller.hears(phone)
    phone.hangs_up()
    caller.is_let_go()
    assert caller.leg.ended_by_other
    assert not phone.leg.ended_by_other


def test_somebody_on_hold_hears_nothing(caller: Caller, phone: SipPhone) -> None:
    caller.dials("101")
    phone.answers()
    caller.hears(phone)
    phone.holds()
    phone.world.wait("the caller is on hold", lambda: caller.leg.voice.told == "sendonly")
    caller.does_not_hear(phone)
    phone.does_not_hear(caller)
    phone.resumes()
    caller.hears(phone)


@pytest.mark.parametrize("by_info", [False, True])
def test_keys_come_once_and_in_order(caller: Caller, phone: SipPhone, by_info: bool) -> None:
    caller.dials("101")
    phone.answers()
    caller.is_answered()
    caller.presses("*911#", by_info=by_info)
    phone.world.wait("the keys come", lambda: (phone.leg.voice.keys, phone.leg.keys)[by_info] == "*911#")
    caller.hears(phone)


def test_a_phone_that_is_dark_neither_says_nor_hears(caller: Caller, phone: SipPhone) -> None:
    phone.goes_dark()
    caller.dials("101")
    phone.stays_silent(0.1)
    assert not phone.legs
    phone.comes_back()
    phone.rings()  # the INVITE is repeated


def test_a_wait_that_fails_tells_what_was_said(caller: Caller, phone: SipPhone) -> None:
    caller.dials("101")
    caller.hears_ringing()
    with pytest.raises(AssertionError, match=r"is answered: not within 0\.05 s\n(.|\n)*101 -> SIP/2\.0 180 Ringing"):
        caller.is_answered(within=0.05)
    assert "m=audio" in phone.world.dump()


def test_a_mistake_in_a_phone_ends_the_wait_at_once(world: World) -> None:
    def mistake() -> None:
        raise KeyError("a mistake")

    world.after(0, mistake)
    with pytest.raises(AssertionError, match="a test phone failed") as failed:
        world.wait("something happens", lambda: False)
    assert isinstance(failed.value.__cause__, KeyError)


def test_a_phone_may_have_a_world_of_its_own() -> None:
    with SipPhone("101", server=NOBODY) as phone, Caller(server=(phone.host, phone.port)) as caller:
        caller.dials("101")
        phone.answers()
        caller.is_answered()


def test_fifty_calls_at_once_are_all_heard_with_little_effort(world: World) -> None:
    phones = [SipPhone(str(100 + n), server=NOBODY, world=world) for n in range(50)]
    callers = [Caller(f"139{n:08}", server=(one.host, one.port), world=world) for n, one in enumerate(phones)]
    for phone in phones:
        phone.mood = "answers"
    for caller in callers:
        caller.dials("1")
    pairs = [pair for couple in zip(callers, phones, strict=True) for pair in (couple, couple[::-1])]
    world.wait("everybody is heard", lambda: all(heard(one, other) > 5 for one, other in pairs))
    began, spent = time.monotonic(), time.process_time()
    world.never("time passes", lambda: False, 1.0)
    effort = (time.process_time() - spent) / (time.monotonic() - began)
    assert effort < 0.8, f"50 calls take {effort:.0%} of a core"
    for caller in callers:
        caller.hangs_up()
    for phone in phones:
        phone.is_let_go()

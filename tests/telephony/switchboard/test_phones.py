"""What phones do by themselves: feature codes, taking, handing over, other calls; and mobiles behind a trunk."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from router.core.inputs import (
    Answered,
    Declined,
    DeviceChanged,
    Failed,
    HandedOver,
    HungUp,
    PhoneRang,
    PresenceChanged,
    Taken,
)
from router.core.words import DeviceState, PersonId
from router.core.words import Stage as Rung
from router.store.follow.events import FactKind
from router.telephony.switchboard import Times
from router.telephony.switchboard.switchboard import monotonic_ms
from tests.telephony.phones.agent import Leg
from tests.telephony.phones.people import Phone, until
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import HOTLINE, MOBILE
from tests.telephony.switchboard.scene import Scene

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]

TALK_ENDED = 8.0


@pytest.mark.parametrize(
    ("code", "presence"),
    [("*1", "present"), ("*2", "receiving"), ("*3", "meeting"), ("*4", "errand"), ("*5", "break"), ("*0", "off")],
)
def test_a_code_changes_the_presence_and_is_confirmed(stage: Stage, code: str, presence: str) -> None:
    scene = stage("A")
    leg = scene.phone["A"].dials(code)
    scene.letters.wait(PresenceChanged, person="A", presence=presence)
    until("a tone confirms it", lambda: leg.voice.packets > 10)
    scene.phone["A"].is_let_go()


def test_take_connects_the_oldest_open_call(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.call_comes()
    _, younger = scene.call_comes("13900000002")
    for one in (call, younger):
        scene.ring(one, "A" if one == call else "B", stage=Rung.EVERYONE)
    scene.phone["A"].rings()
    scene.phone["C"].dials("*8")
    scene.letters.wait(Taken, call=call, person="C", fact=True)
    caller.hears(scene.phone["C"])
    scene.phone["A"].stops_ringing()
    assert not scene.phone["A"].was_missed()
    until("C is not held to be in use", lambda: idle(scene, "C"))
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)


def idle(scene: Scene, person: str) -> bool:
    """Whether the desk was last told that the person's phones are idle."""
    told = [letter.input for letter in scene.letters.of(DeviceChanged, person=person)]
    used = [
        change.device for change in told if isinstance(change, DeviceChanged) and change.device in ("in_use", "idle")
    ]
    return used[-1] == DeviceState.IDLE


def test_there_is_nothing_to_take(stage: Stage) -> None:
    scene = stage("A", "C")
    scene.rings_at("A")
    leg = scene.phone["C"].dials("*8")
    until("a tone says no", lambda: leg.voice.packets > 10)
    scene.phone["C"].is_let_go()
    assert not scene.letters.of(Taken)


def by_key(phone: Phone) -> None:
    """*9 and the extension."""
    phone.presses("*9")
    until("it hears the dial tone", lambda: len(phone.leg.voice.heard) > 1)
    phone.presses("103")


def by_refer(phone: Phone) -> None:
    """The phone's own transfer key; the phone leaves when it is told that the other rings."""
    phone.transfers_to("103")
    until("the phone is told", lambda: any("200" in said for said in phone.leg.notified))
    phone.hangs_up()


@pytest.mark.parametrize("transfer", [by_refer, by_key])
def test_a_hand_over_counts_from_the_answer(stage: Stage, transfer: object) -> None:
    scene = stage("A", "C")
    caller, call = scene.talks_with("A")
    assert callable(transfer)
    transfer(scene.phone["A"])
    scene.phone["C"].rings(within=8)
    assert not scene.letters.of(HandedOver)
    scene.letters.wait(DeviceChanged, person="C", device=DeviceState.IN_USE)
    scene.phone["C"].answers()
    scene.letters.wait(HandedOver, call=call, person="C")
    caller.hears(scene.phone["C"])
    scene.phone["A"].is_let_go()
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)


def test_a_hand_over_after_speaking_with_the_other_counts_when_they_are_connected(stage: Stage) -> None:
    scene = stage("A", "C")
    caller, call = scene.talks_with("A")
    with_caller = scene.phone["A"].leg
    with_c = scene.phone["A"].dials("103")
    scene.phone["C"].answers()
    until("A and C talk", lambda: with_c.voice.packets > 10)
    assert not scene.letters.of(HandedOver)
    to = f"<sip:103@{scene.server[0]}:{scene.server[1]}?Replaces={replaces(with_c)}>"
    scene.phone["A"]._in_dialog(with_caller, "REFER", [("refer-to", to), ("referred-by", "<sip:101@127.0.0.1>")])
    scene.letters.wait(HandedOver, call=call, person="C")
    caller.hears(scene.phone["C"])
    scene.phone["A"].hangs_up()
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)


def replaces(leg: Leg) -> str:
    """What names a dialog in a transfer to it (RFC 3891)."""
    remote, local = (value.partition("tag=")[2].partition(";")[0] for value in (leg.remote, leg.local))
    return quote(f"{leg.call_id};to-tag={remote};from-tag={local}", safe="")


def test_star_7_marks_other_business(stage: Stage) -> None:
    scene = stage("A")
    caller, call = scene.talks_with("A")
    caller.leg.voice.press("*")
    caller.leg.voice.press("7")
    until("the caller has pressed keys, which do nothing", lambda: not caller.leg.voice._digits)
    scene.phone["A"].presses("*7")
    until("it is marked", lambda: scene.facts)
    assert [(fact.what, fact.call, fact.person) for fact in scene.facts] == [(FactKind.OTHER, call, "A")]


def unanswered(_phone: Phone) -> None:
    """Nobody does anything."""


@pytest.mark.parametrize("reaction", [Phone.declines, unanswered])
def test_a_hand_over_not_taken_brings_the_caller_back(stage: Stage, reaction: object) -> None:
    scene = stage("A", "C", times=Times(hand_over_ms=800))
    caller, call = scene.talks_with("A")
    scene.phone["A"].transfers_to("103")
    scene.phone["C"].rings()
    assert callable(reaction)
    reaction(scene.phone["C"])
    scene.phone["A"].rings()
    scene.phone["C"].stops_ringing()
    until("C is free again", lambda: idle(scene, "C"))
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    assert not scene.letters.of(HandedOver)
    scene.phone["A"].hangs_up()
    scene.letters.wait(HungUp, call=call)


def test_a_hand_over_to_somebody_on_a_call_comes_straight_back(stage: Stage) -> None:
    scene = stage("A", "C")
    _, _ = scene.talks_with("C")
    caller, _ = scene.talks_with("A")
    scene.phone["A"].transfers_to("103")
    scene.phone["A"].rings()
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])


def test_a_call_among_phones_is_in_use_and_a_hotline_call_is_not(stage: Stage) -> None:
    scene = stage("A", "C")
    scene.phone["A"].dials("103")
    scene.phone["C"].answers()
    for name in ("A", "C"):
        scene.letters.wait(DeviceChanged, person=name, device=DeviceState.IN_USE)
    scene.phone["A"].hangs_up()
    until("both are idle", lambda: idle(scene, "A") and idle(scene, "C"))
    before = len(scene.letters.of(DeviceChanged))
    caller, call = scene.talks_with("A")
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)
    scene.phone["A"].is_let_go()
    until("no channel is left", lambda: not scene.pbx.channels())
    devices = scene.board._board.floor.devices
    until("the states have settled", lambda: devices.next_change(PersonId("A"), monotonic_ms()) is None)
    assert len(scene.letters.of(DeviceChanged)) == before


def test_a_phone_that_is_gone_is_lost_first_and_unregistered_only_later(stage: Stage) -> None:
    scene = stage("A", times=Times(absent_ms=1500))
    scene.phone["A"].signs_out()
    scene.letters.wait(DeviceChanged, person="A", device=DeviceState.LOST)
    assert not scene.letters.of(DeviceChanged, person="A", device=DeviceState.IN_USE)
    assert not scene.letters.of(DeviceChanged, person="A", device=DeviceState.UNREGISTERED)
    scene.letters.wait(DeviceChanged, person="A", device=DeviceState.UNREGISTERED)
    scene.phone["A"].signs_in()
    until("A is back", lambda: len(scene.letters.of(DeviceChanged, person="A", device=DeviceState.REGISTERED)) == 2)


# --- mobiles ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def mobile(stage: Stage) -> tuple[Scene, Phone]:
    """E's mobile behind its trunk."""
    scene = stage("A", times=Times(alert_after_ms=700))
    phone = Phone(scene.world, scene.server, user="13900000105", bind=MOBILE)
    scene.phone["E"] = phone
    return scene, phone


def test_a_mobile_must_press_1(mobile: tuple[Scene, Phone]) -> None:
    scene, phone = mobile
    phone.mood = "progress"
    caller, call = scene.call_comes()
    scene.ring(call, "E")
    scene.letters.wait(PhoneRang, call=call, person="E")
    phone.answers()
    phone.talks()
    assert not scene.letters.of(Answered)
    until("it is asked", lambda: phone.leg.voice.packets > 20)
    phone.presses("1")
    scene.letters.wait(Answered, call=call, person="E")
    caller.hears(phone)


def test_a_mobile_is_called_from_the_hotline_and_shows_the_customer_as_a_name(mobile: tuple[Scene, Phone]) -> None:
    scene, phone = mobile
    _, call = scene.call_comes("13900000001")
    scene.ring(call, "E", stage=Rung.OWNER, owner="E")
    phone.rings()
    phone.displays(HOTLINE, "13900000001 老客户 钱进")


def test_a_mobile_that_gives_no_sign_counts_as_ringing_after_a_while(mobile: tuple[Scene, Phone]) -> None:
    scene, phone = mobile
    phone.mood = "silent"
    _, call = scene.call_comes()
    scene.ring(call, "E")
    assert not scene.letters.of(PhoneRang)
    scene.letters.wait(PhoneRang, call=call, person="E")


def test_a_mailbox_never_gets_the_caller(mobile: tuple[Scene, Phone]) -> None:
    scene, phone = mobile
    phone.mood = "answers"
    caller, call = scene.call_comes()
    scene.ring(call, "E")
    phone.talks()
    scene.ring(call, "A", stage=Rung.EVERYONE)
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    phone.is_let_go()
    assert not scene.letters.of(Answered, person="E")
    assert not scene.alarms


def test_a_mobile_may_press_2_to_reject(mobile: tuple[Scene, Phone]) -> None:
    scene, phone = mobile
    phone.mood = "answers"
    _, call = scene.call_comes()
    scene.ring(call, "E")
    phone.talks()
    until("it is asked", lambda: phone.leg.voice.packets > 20)
    phone.presses("2")
    scene.letters.wait(Declined, call=call, person="E")


def test_no_more_mobiles_than_lines(mobile: tuple[Scene, Phone]) -> None:
    scene, phone = mobile
    calls = [scene.call_comes(f"1390000001{n}")[1] for n in range(3)]
    for call in calls:
        scene.ring(call, "E")
    scene.letters.wait(Failed, call=calls[2], person="E")
    until("two ring", lambda: len([leg for leg in phone.legs if leg.state == "ringing"]) == 2)


# --- whoever means harm ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asterisk", ["pbx", "unfiltered"])
def test_a_forged_number_forges_no_event(stage: Stage, asterisk: str, request: pytest.FixtureRequest) -> None:
    scene = stage("A", on=request.getfixturevalue(asterisk))
    forged = "\r\n\r\nEvent: UserEvent\r\nUserEvent: HotlineEnded\r\nCall: x\r\n\r\n"
    caller = scene.caller()
    caller.dials(HOTLINE, shown_from=f'"x\\"; <y>, (z)" <sip:139{quote(forged)}@carrier.invalid>')
    until("the call arrives", lambda: any("139" in letter.facts.get("number", "") for letter in scene.letters.all))
    letter = next(letter for letter in scene.letters.all if "number" in letter.facts)
    assert letter.facts["number"].isdigit()
    assert not scene.letters.of(HungUp)
    call = letter.input.call  # type: ignore[union-attr]  # it is the arrival
    scene.ring(call, "A")
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])

"""The board without Asterisk: AMI events as Asterisk 22 wrote them (recorded), in; letters and AMI actions, out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.core.actions import Hold, Ring, StopRinging
from router.core.inputs import Answered, CallArrived, Declined, DeviceChanged, Failed, HungUp, Input, PhoneRang
from router.core.words import CallId, DeviceState, PersonId, Stage
from router.engine.ports import Letter
from router.telephony.ami import Event
from router.telephony.ami.messages import parse
from router.telephony.switchboard.board import Board
from router.telephony.switchboard.floor import Alarm, Out, Said
from router.telephony.switchboard.legs import NEXT, LegError, LegEvent, LegState
from router.telephony.switchboard.office import Hotline, Office, Person, Phone, Times, Trunk

CALL = CallId("c0123456789abcdef012")
A, B = PersonId("A"), PersonId("B")

HOTLINE_CALL = """
Event: UserEvent
UserEvent: HotlineCall
Key: {key}
Call: c0123456789abcdef012
Offer: Local/c0123456789abcdef012@hotline-offer-00000000
From: 13900000001
Number: 4008001234
Answer: waiting
CallerUniqueid: hotline-1795516226.0
CallerChannel: PJSIP/carrier-00000000
"""

RINGING = """
Event: Newstate
Channel: PJSIP/101-00000001
ChannelState: 5
ChannelStateDesc: Ringing
Uniqueid: {leg}
"""

UP = RINGING.replace("5", "6").replace("Ringing", "Up")

PROGRESS = """
Event: DialState
DestChannel: PJSIP/101-00000001
DestUniqueid: {leg}
DialStatus: PROGRESS
"""

PICKUP = """
Event: Pickup
Channel: PJSIP/101-00000001
Uniqueid: {leg}
TargetChannel: Local/c0123456789abcdef012@hotline-offer-00000000;1
TargetUniqueid: hotline-1795516226.1
"""

FAILURE = """
Event: OriginateResponse
ActionID: {leg}
Response: Failure
Channel: PJSIP/101
Reason: 0
Uniqueid: {leg}
"""

ENDED = """
Event: UserEvent
UserEvent: HotlineEnded
Key: {key}
Call: c0123456789abcdef012
Source: PJSIP/carrier-00000000
"""

DEVICE = """
Event: DeviceStateChange
Device: PJSIP/101
State: {state}
"""


def hangup(cause: str, tech: str) -> str:
    """As Asterisk wrote it for a phone's channel."""
    return f"\nEvent: Hangup\nChannel: PJSIP/101-00000001\nUniqueid: {{leg}}\nCause: {cause}\nTechCause: {tech}\n"


def event(text: str) -> Event:
    """A recorded event."""
    made = parse(text.strip().replace("\n", "\r\n"))
    assert isinstance(made, Event)
    return made


class Table:
    """A board with a clock that stands still until it is moved."""

    def __init__(self, *, link: bool = True) -> None:
        phones = (Phone(dial="PJSIP/101", device="PJSIP/101"),)
        mobile = (Phone(dial="PJSIP/139@carrier", trunk="carrier", confirm=True),)
        office = Office(
            people=(Person(id=A, extension="101", phones=phones), Person(id=B, phones=mobile)),
            hotlines=(Hotline(number="4008001234", trunk="carrier"),),
            trunks=(Trunk(name="carrier", lines=9),),
            times=Times(),
        )
        self.board = Board(office)
        self.now = 1_000_000
        self.out: list[Out] = []
        if link:
            self.take(self.board.linked((), [event(DEVICE.format(state="NOT_INUSE"))], self.now))
            self.out.clear()

    def take(self, out: list[Out]) -> None:
        self.out += out

    def says(self, text: str, leg: str = "") -> None:
        """Asterisk says this."""
        filled = text.replace("{leg}", leg or self.leg()).replace("{key}", self.board.floor.key)
        self.take(self.board.event(event(filled), self.now))

    def rings(self, person: PersonId = A) -> None:
        """The desk says: ring this person."""
        self.says(HOTLINE_CALL, "-")
        self.take(self.board.perform([Ring(call=CALL, people=(person,), stage=Stage.ROTATION)], self.now))

    def later(self, ms: int) -> None:
        """Time passes."""
        self.now += ms
        self.take(self.board.time(self.now))

    def leg(self) -> str:
        """The ChannelId of the last phone that was rung."""
        return next(said.leg for said in reversed(self.out) if isinstance(said, Said) and said.leg and not said.probe)

    def told(self) -> list[Input]:
        """What the desk was told of the call."""
        return [out.input for out in self.out if isinstance(out, Letter) and not isinstance(out.input, DeviceChanged)]

    def devices(self) -> list[DeviceState]:
        """What the desk was told of A's phone."""
        return [
            out.input.device for out in self.out if isinstance(out, Letter) and isinstance(out.input, DeviceChanged)
        ]

    def said(self, name: str) -> list[dict[str, str]]:
        """The AMI actions of this name."""
        actions = [out.action for out in self.out if isinstance(out, Said) and out.action.name == name]
        return [{key: str(value) for key, value in action.keys.items()} for action in actions]

    def alarms(self) -> list[str]:
        return [out.id for out in self.out if isinstance(out, Alarm)]


@pytest.fixture
def table() -> Table:
    return Table()


def test_a_call_is_claimed_told_rung_and_answered(table: Table) -> None:
    table.rings()
    assert table.said("Setvar")[0]["Channel"].endswith(";2")
    originate = table.said("Originate")[0]
    assert originate["Channel"] == "PJSIP/101"
    assert originate["ChannelId"] == table.leg()
    assert originate["Context"] == "hotline-pickup"
    table.says(RINGING)
    assert table.said("Redirect")[0]["Context"] == "hotline-ringing"
    table.says(UP)
    table.says(PICKUP)
    table.says(ENDED)
    kinds = [CallArrived, PhoneRang, Answered, HungUp]
    assert [type(told) for told in table.told()] == kinds


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ((RINGING, hangup("21", "603")), Declined),
        ((RINGING, hangup("17", "486")), Declined),
        ((hangup("17", "486"),), Declined),
        ((RINGING, hangup("19", "480")), Declined),
        ((hangup("19", "480"),), Failed),
        ((hangup("21", "403"),), Failed),
        ((hangup("38", "503"),), Failed),
        ((hangup("20", "408"),), Failed),
    ],
)
def test_what_an_end_means(table: Table, events: tuple[str, ...], told: type[Input]) -> None:
    table.rings()
    for text in events:
        table.says(text)
    assert isinstance(table.told()[-1], told)


def test_busy_from_a_phone_whose_state_is_unknown_is_nobodys_fault(table: Table) -> None:
    table.says(DEVICE.format(state="UNKNOWN"), "-")
    table.rings()
    table.says(hangup("17", "486"))
    assert table.told()[-1] == Failed(call=CALL, person=A)


def test_an_unregistered_phone_fails_though_no_channel_ever_was(table: Table) -> None:
    table.rings()
    table.says(FAILURE)
    table.later(300)
    assert table.told()[-1] == Failed(call=CALL, person=A)
    assert not table.board.floor.legs


def test_a_reject_is_told_by_the_hangup_that_follows_the_failure(table: Table) -> None:
    table.rings()
    table.says(RINGING)
    table.says(FAILURE)
    table.later(300)
    table.says(hangup("21", "603"))
    assert table.told()[-1] == Declined(call=CALL, person=A)


def test_a_silent_desk_phone_fails_and_a_183_is_ringing(table: Table) -> None:
    table.rings()
    table.later(3_999)
    table.says(PROGRESS)
    table.later(10_000)
    assert table.told()[-1] == PhoneRang(call=CALL, person=A)
    other = Table()
    other.rings()
    other.later(4_000)
    assert other.told()[-1] == Failed(call=CALL, person=A)


def test_a_mobile_counts_as_ringing_after_a_while_and_never_fails_for_silence(table: Table) -> None:
    table.rings(B)
    table.later(3_999)
    assert isinstance(table.told()[-1], CallArrived)
    table.later(1)
    assert table.told()[-1] == PhoneRang(call=CALL, person=B)


def test_a_stop_that_was_lost_is_said_again_when_the_phone_comes_to_life(table: Table) -> None:
    table.rings()
    table.take(self_stop(table))
    table.later(10_000)
    before = len(table.said("Hangup"))
    table.says(RINGING)
    assert len(table.said("Hangup")) == before + 1
    assert table.said("Hangup")[-1] == {"Channel": table.leg(), "Cause": "26"}
    assert not [told for told in table.told() if isinstance(told, PhoneRang)]


def self_stop(table: Table) -> list[Out]:
    """The desk says: somebody else has it."""
    return table.board.perform([StopRinging(call=CALL, person=A, answered=True)], table.now)


def test_a_pickup_that_crossed_a_stop_is_true_all_the_same(table: Table) -> None:
    table.rings()
    table.says(RINGING)
    table.take(self_stop(table))
    table.says(PICKUP)
    assert table.told()[-1] == Answered(call=CALL, person=A)


def test_a_phone_off_the_hook_without_a_caller_is_an_alarm(table: Table) -> None:
    table.rings()
    table.says(UP)
    table.later(2_000)
    assert table.alarms() == ["pickup-stuck"]
    assert table.said("Hangup")[-1]["Channel"] == table.leg()


def test_after_three_stuck_pickups_new_calls_are_left_to_the_fallback(table: Table) -> None:
    table.board.floor.alarms_in_a_row = 3
    table.says(HOTLINE_CALL, "-")
    assert not table.told()
    assert not table.said("Setvar")


@pytest.mark.parametrize("text", [HOTLINE_CALL, ENDED])
def test_an_event_without_our_key_changes_nothing(table: Table, text: str) -> None:
    table.says(text.replace("{key}", "guessed"), "-")
    twice = text.replace("Key: {key}", "Key: {key}\nKey: guessed")
    table.says(twice, "-")
    assert not table.out


@pytest.mark.parametrize("text", [RINGING, UP, PICKUP, FAILURE, hangup("21", "603"), PROGRESS])
def test_an_event_about_a_channel_we_do_not_know_changes_nothing(table: Table, text: str) -> None:
    table.says(text, "hl.c0123456789abcdef012.A.0.guessed")
    assert not table.out


def test_without_a_link_rings_wait_and_are_rung_or_dropped(table: Table) -> None:
    table.says(HOTLINE_CALL, "-")
    table.take(table.board.unlinked(table.now))
    table.take(table.board.perform([Ring(call=CALL, people=(A, B), stage=Stage.EVERYONE)], table.now))
    assert not table.said("Originate")
    table.take(table.board.perform([StopRinging(call=CALL, person=A, answered=False)], table.now))
    caller = event("Event: CoreShowChannel\nChannel: PJSIP/carrier-00000000\nUniqueid: hotline-1795516226.0")
    offer = f"Channel: Local/{CALL}@hotline-offer-00000000;2\nUniqueid: x\nContext: hotline-offer"
    table.take(table.board.linked([caller, event(f"Event: CoreShowChannel\n{offer}")], (), table.now))
    assert [said["Channel"] for said in table.said("Originate")] == ["PJSIP/139@carrier"]


def test_a_held_call_gets_a_new_offer_before_anybody_is_rung(table: Table) -> None:
    table.says(HOTLINE_CALL, "-")
    table.take(table.board.perform([Hold(call=CALL)], table.now))
    table.take(table.board.perform([Ring(call=CALL, people=(A,), stage=Stage.ROTATION)], table.now))
    assert not table.said("Originate")
    table.says(HOTLINE_CALL.replace("HotlineCall", "HotlineOffer").replace("-00000000\nFrom", "-00000001\nFrom"), "-")
    assert table.said("Originate")
    assert table.board.floor.calls[CALL].target.endswith("-00000001;1")


def test_an_end_that_asterisk_never_told_is_found_out(table: Table) -> None:
    table.rings()
    table.says(RINGING)
    table.says(PICKUP)
    table.says(ENDED)
    assert table.board.floor.calls
    table.later(1_500)
    assert table.said("Getvar")[-1]["Channel"] == table.leg()
    table.take(table.board.not_there(table.leg(), table.now))
    assert not table.board.floor.calls
    assert not table.board.floor.legs


# --- devices ---------------------------------------------------------------------------------------------------------


def test_our_own_ring_is_no_other_use_and_an_old_state_is_not_taken_for_one(table: Table) -> None:
    table.rings()
    table.says(RINGING)
    table.says(DEVICE.format(state="RINGING"))
    table.says(hangup("21", "603"))
    table.later(900)
    table.says(DEVICE.format(state="NOT_INUSE"))
    table.later(5_000)
    assert not table.devices()


def test_another_call_is_in_use(table: Table) -> None:
    for state in ("RINGING", "INUSE", "ONHOLD", "NOT_INUSE"):
        table.says(DEVICE.format(state=state), "-")
    assert table.devices() == [DeviceState.IN_USE, DeviceState.IDLE]


def test_a_lost_phone_is_in_use_for_ten_minutes_and_only_then_unregistered(table: Table) -> None:
    table.says(DEVICE.format(state="UNAVAILABLE"), "-")
    table.later(599_999)
    assert table.devices() == [DeviceState.IN_USE]
    table.later(1)
    assert table.devices()[1:] == [DeviceState.UNREGISTERED, DeviceState.IDLE]
    table.says(DEVICE.format(state="NOT_INUSE"), "-")
    assert table.devices()[3:] == [DeviceState.REGISTERED]


def test_a_new_link_gives_a_lost_phone_ten_more_minutes(table: Table) -> None:
    table.says(DEVICE.format(state="UNAVAILABLE"), "-")
    table.later(590_000)
    table.out.clear()
    table.take(table.board.linked((), [event(DEVICE.format(state="UNAVAILABLE"))], table.now))
    table.later(599_999)
    assert DeviceState.UNREGISTERED not in table.devices()
    table.later(1)
    assert DeviceState.UNREGISTERED in table.devices()


# --- the table of legs -----------------------------------------------------------------------------------------------


def test_every_state_but_the_last_knows_every_event() -> None:
    assert set(NEXT) == {(state, what) for state in LegState for what in LegEvent if state is not LegState.GONE}


def test_what_happens_to_a_leg_that_is_gone_is_an_error_and_changes_nothing(table: Table) -> None:
    table.rings()
    leg = table.board.floor.legs[table.leg()]
    leg.step(LegEvent.ENDED)
    with pytest.raises(LegError, match="gone"):
        leg.step(LegEvent.RANG)
    assert leg.state is LegState.GONE


def _with_wang(office: Office) -> Office:
    """The same office without A, and with C, whose phone is 103."""
    phones = (Phone(dial="PJSIP/103", device="PJSIP/103"),)
    return replace(office, people=(office.by_id[B], Person(id=PersonId("C"), extension="103", phones=phones)))


def test_somebody_new_is_known_to_the_dialplan_at_once_and_to_the_desk_once_asterisk_told_of_the_phone() -> None:
    table = Table()
    actions = table.board.change_office(_with_wang(table.board.floor.office))
    written = [(action.name, *action.keys.values()) for action in actions]
    assert ("DBPut", "hotline-ext", "103", "PJSIP/103") in written
    assert "DBDelTree" not in [name for name, *_ in written]  # a call may come between forgetting and telling anew
    listed = [event(DEVICE.format(state="NOT_INUSE").replace("101", "103"))]
    table.take(table.board.devices_listed(listed, table.now))
    told = {out.input for out in table.out if isinstance(out, Letter)}
    assert DeviceChanged(person=PersonId("C"), device=DeviceState.REGISTERED) in told
    assert DeviceChanged(person=PersonId("C"), device=DeviceState.IDLE) in told


def test_a_state_that_was_heard_meanwhile_is_newer_than_the_list() -> None:
    table = Table()
    table.board.change_office(_with_wang(table.board.floor.office))
    table.take(table.board.event(event(DEVICE.format(state="INUSE").replace("101", "103")), table.now))
    table.take(table.board.devices_listed([event(DEVICE.format(state="NOT_INUSE").replace("101", "103"))], table.now))
    assert table.board.floor.devices.in_use(PersonId("C"), table.now)


def test_who_left_while_the_phone_rings_may_still_answer_the_call() -> None:
    table = Table()
    table.rings()
    table.says(RINGING)
    table.board.change_office(_with_wang(table.board.floor.office))
    table.says(UP)
    table.says(PICKUP)
    assert Answered(call=CALL, person=A) in table.told()


def test_who_left_and_whose_phone_somebody_else_has_is_gone() -> None:
    table = Table()
    phones = (Phone(dial="PJSIP/101", device="PJSIP/101"),)
    office = replace(table.board.floor.office, people=(Person(id=PersonId("C"), extension="101", phones=phones),))
    table.board.change_office(office)
    assert table.board.floor.office.by_device["PJSIP/101"] == "C"
    assert A not in table.board.floor.office.by_id


def test_changed_times_count_from_now_on() -> None:
    table = Table()
    table.board.change_office(replace(table.board.floor.office, times=Times(silent_ms=9_000)))
    table.rings()
    table.later(8_000)
    assert table.told()[-1:] != [Failed(call=CALL, person=A)]
    table.later(1_000)
    assert Failed(call=CALL, person=A) in table.told()

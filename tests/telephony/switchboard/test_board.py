"""The board without Asterisk: what it makes of each event and each thing the desk says."""

from __future__ import annotations

import pytest

from router.core.actions import Hold, Ring, StopRinging
from router.core.inputs import Answered, CallArrived, Declined, Failed, HungUp, Input, PhoneRang, PresenceChanged, Taken
from router.core.words import DeviceState, Stage
from router.telephony.switchboard.legs import NEXT, LegError, LegEvent, LegState
from router.wire.bounds import ACTS_A_MINUTE
from tests.telephony.switchboard.table import (
    CALL,
    DEVICE,
    ENDED,
    FAILURE,
    FALLBACK_ANSWERED,
    HOTLINE_CALL,
    PICKUP,
    PRESENCE_CODE,
    PROGRESS,
    RINGING,
    UP,
    A,
    B,
    Table,
    event,
    hangup,
    self_stop,
)


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
        ((hangup("17", "600"),), Declined),
        ((RINGING, hangup("19", "480")), Failed),
        ((hangup("19", "480"),), Declined),
        ((PROGRESS, hangup("17", "486")), Declined),
        ((hangup("21", "403"),), Failed),
        ((hangup("23", "302"),), Failed),
        ((RINGING, hangup("21", "")), Declined),
        ((hangup("17", ""),), Declined),
        ((RINGING, hangup("19", "")), Failed),
        ((hangup("38", "503"),), Failed),
        ((hangup("20", "408"),), Failed),
    ],
)
def test_what_an_end_means(table: Table, events: tuple[str, ...], told: type[Input]) -> None:
    table.rings()
    for text in events:
        table.says(text)
    assert isinstance(table.told()[-1], told)


@pytest.mark.parametrize(("cause", "tech"), [("17", "486"), ("19", "480"), ("21", "603")])
def test_no_from_a_phone_whose_state_is_unknown_is_nobodys_fault(table: Table, cause: str, tech: str) -> None:
    table.says(DEVICE.format(state="UNKNOWN"), "-")
    table.rings()
    table.says(hangup(cause, tech))
    assert table.told()[-1] == Failed(call=CALL, person=A)


def test_busy_from_a_phone_that_dialled_out_in_the_same_instant_is_nobodys_fault(table: Table) -> None:
    table.rings()
    table.says(DEVICE.format(state="INUSE"))
    table.says(hangup("17", "486"))
    assert table.told()[-1] == Failed(call=CALL, person=A)


def test_a_reject_right_after_the_phones_last_call_is_one(table: Table) -> None:
    table.says(DEVICE.format(state="INUSE"), "-")
    table.board.floor.devices.own_ended("PJSIP/101", table.now)
    table.rings()
    table.says(RINGING)
    table.says(DEVICE.format(state="RINGING"))
    table.says(hangup("17", "486"))
    assert table.told()[-1] == Declined(call=CALL, person=A)


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ((hangup("17", "486"),), Failed),
        ((RINGING, hangup("17", "486")), Failed),
        ((PROGRESS, hangup("17", "486")), Failed),
        ((PROGRESS, hangup("19", "480")), Failed),
        ((RINGING, hangup("21", "603")), Declined),
        ((hangup("21", "403"),), Failed),
        ((RINGING, hangup("1", "404")), Failed),
    ],
)
def test_what_an_end_behind_a_trunk_means(table: Table, events: tuple[str, ...], told: type[Input]) -> None:
    table.rings(B)
    for text in events:
        table.says(text)
    assert isinstance(table.told()[-1], told)


def test_a_mobile_shows_that_the_number_is_withheld_where_it_is(table: Table) -> None:
    table.says(HOTLINE_CALL.replace("From: 13900000001", "From: "), "-")
    table.take(table.board.perform([Ring(call=CALL, people=(B,), stage=Stage.ROTATION)], table.now))
    assert table.said("Originate")[0]["CallerID"] == '"号码隐藏" <4008001234>'


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


def test_a_pickup_that_crossed_a_stop_is_true_all_the_same(table: Table) -> None:
    table.rings()
    table.says(RINGING)
    table.take(self_stop(table))
    table.says(PICKUP)
    assert table.told()[-1] == Taken(call=CALL, person=A, fact=True)


def test_a_phone_off_the_hook_without_a_caller_is_an_alarm(table: Table) -> None:
    table.rings()
    table.says(UP)
    table.later(2_000)
    assert table.alarms() == ["pickup-stuck"]
    assert table.said("Hangup")[-1]["Channel"] == table.leg()


def test_after_three_stuck_pickups_new_calls_are_left_to_the_fallback(table: Table) -> None:
    for _ in range(3):
        stuck = Table()
        stuck.board.floor.alarms_in_a_row = table.board.floor.alarms_in_a_row
        stuck.rings()
        stuck.says(UP)
        stuck.later(2_000)
        table.board.floor.alarms_in_a_row = stuck.board.floor.alarms_in_a_row
    assert stuck.alarms() == ["pickup-stuck", "pickups-stuck"]
    table.rings()
    assert isinstance(table.told()[0], CallArrived), "it is on record all the same"
    assert not table.said("Setvar"), "it is not claimed"
    assert not table.said("Originate")
    table.says(FALLBACK_ANSWERED, "-")
    assert table.told()[-1] == Taken(call=CALL, person=A, fact=True)


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


def test_a_lost_phone_is_unregistered_only_after_ten_minutes(table: Table) -> None:
    table.says(DEVICE.format(state="UNAVAILABLE"), "-")
    table.later(599_999)
    assert table.devices() == [DeviceState.LOST]
    table.later(1)
    assert table.devices()[1:] == [DeviceState.UNREGISTERED, DeviceState.FOUND], "never rung in between"
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


def test_a_phone_that_dials_a_code_for_ever_fills_no_journal_and_loses_no_call(table: Table) -> None:
    for _ in range(ACTS_A_MINUTE + 2):
        table.says(PRESENCE_CODE, "-")
    assert len(table.told()) == ACTS_A_MINUTE
    heard = [said["Context"] for said in table.said("Redirect")]
    assert heard[-3:] == ["hotline-yes", "hotline-no", "hotline-no"], "whoever is refused hears it"
    table.rings()
    for text in (RINGING, UP, PICKUP, ENDED):
        table.says(text)
    assert [type(told) for told in table.told()[-4:]] == [CallArrived, PhoneRang, Answered, HungUp]
    table.later(60_000)
    table.says(PRESENCE_CODE, "-")
    assert isinstance(table.told()[-1], PresenceChanged)

"""A phone that somebody has unplugged: registered still, it costs the first callers a moment, and then nobody."""

from __future__ import annotations

import pytest

from router.core.inputs import DeviceChanged, Failed, PhoneRang
from router.core.words import DeviceState, PersonId
from router.telephony.switchboard import Times
from router.telephony.switchboard.floor import Ask
from tests.telephony.phones.messages import Message
from tests.telephony.phones.people import until
from tests.telephony.phones.world import Address
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.scene import Scene
from tests.telephony.switchboard.table import CALL, DEVICE, ENDED, RINGING, A, Table, hangup

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]

QUICK = Times(silent_ms=400, silent_again_ms=400, rest_ms=300, look_again_ms=200)


def is_silent_for(scene: Scene, number: str) -> None:
    """A caller comes, A is rung, and nothing happens there."""
    caller, call = scene.call_comes(number)
    scene.ring(call, "A")
    scene.letters.wait(Failed, call=call, person="A")
    caller.hangs_up()


def known_as(scene: Scene) -> DeviceState:
    """What the desk was told last of A's phone."""
    told = [letter.input for letter in scene.letters.of(DeviceChanged, person=A)]
    last = told[-1]
    assert isinstance(last, DeviceChanged)
    return last.device


def test_an_unplugged_phone_is_left_alone_until_it_registers_again(stage: Stage) -> None:
    scene = stage("A", times=QUICK)
    scene.phone["A"].goes_dark()
    is_silent_for(scene, "13900000011")
    until("it has rested", lambda: known_as(scene) is DeviceState.FOUND)
    is_silent_for(scene, "13900000012")
    until("it is lost", lambda: known_as(scene) is DeviceState.LOST)
    scene.world.never("it is tried again", lambda: known_as(scene) is DeviceState.FOUND, 0.8)
    scene.phone["A"].comes_back()
    scene.phone["A"].signs_in(240)
    until("it is found", lambda: known_as(scene) is DeviceState.FOUND)
    caller, call = scene.call_comes("13900000013")
    scene.ring(call, "A")
    scene.letters.wait(PhoneRang, call=call, person="A")
    caller.hangs_up()


def test_a_phone_that_answers_no_options_rings_like_any_other(stage: Stage) -> None:
    scene = stage("A")
    phone = scene.phone["A"]
    take = phone.line._on_request

    def deaf_to_options(message: Message, sender: Address) -> None:
        if message.method != "OPTIONS":
            take(message, sender)

    phone.line._on_request = deaf_to_options
    caller, call = scene.call_comes()
    scene.ring(call, "A")
    phone.answers()
    caller.hears(phone)


# --- on the table -----------------------------------------------------------------------------------------------------


def is_silent(table: Table) -> None:
    """A's phone is rung once, and gives no sign."""
    table.rings()
    table.later(4_000)
    assert table.told()[-1] == Failed(call=CALL, person=A)
    table.says(hangup("19", ""))
    table.says(ENDED)


def asked(table: Table) -> list[str]:
    """The variables that Asterisk was asked for."""
    return [str(dict(out.action.keys)["Variable"]) for out in table.out if isinstance(out, Ask)]


def answer(table: Table, *values: str) -> None:
    """Asterisk answers what is asked next, and what follows from that."""
    for value in values:
        ask = next(out for out in reversed(table.out) if isinstance(out, Ask))
        table.take(table.board.answered(ask, value, table.now))


def test_the_second_silence_lasts_and_takes_less_time(table: Table) -> None:
    is_silent(table)
    table.later(30_000)
    assert table.devices()[-2:] == [DeviceState.LOST, DeviceState.FOUND]
    table.rings()
    table.later(1_500)
    assert table.told()[-1] == Failed(call=CALL, person=A)
    table.later(590_000)
    assert table.devices()[-1] is DeviceState.LOST
    table.later(10_000)
    assert table.devices()[-1] is DeviceState.FOUND


def test_another_registration_ends_the_silence_and_the_same_one_does_not(table: Table) -> None:
    is_silent(table)
    answer(table, "101,spare", "101;@3467", "1796041878")
    assert asked(table)[-3:] == [
        "PJSIP_ENDPOINT(101,aors)",
        "PJSIP_AOR(101,contact)",
        "PJSIP_CONTACT(101;@3467,expiration_time)",
    ]
    table.later(3_000)
    answer(table, "101", "101;@3467", "1796041878")
    assert table.devices()[-1] is DeviceState.LOST
    table.later(3_000)
    answer(table, "101", "101;@3467", "1796041999")
    assert table.devices()[-1] is DeviceState.FOUND
    before = len(asked(table))
    table.later(10_000)
    assert len(asked(table)) == before


@pytest.mark.parametrize("states", [["INUSE"], ["UNAVAILABLE", "NOT_INUSE"]], ids=["it dials", "it is there again"])
def test_a_sign_of_life_ends_the_silence(table: Table, states: list[str]) -> None:
    is_silent(table)
    table.later(30_000)
    is_silent(table)
    for state in [*states, "NOT_INUSE"]:
        table.says(DEVICE.format(state=state), "-")
    assert table.devices()[-1] in (DeviceState.FOUND, DeviceState.IDLE)
    table.rings()
    table.says(RINGING)
    assert table.told()[-1].__class__ is PhoneRang


def test_a_phone_that_rang_at_last_may_be_slow_again(table: Table) -> None:
    is_silent(table)
    table.later(30_000)
    table.rings()
    table.later(1_000)
    table.says(RINGING)
    assert not table.board.floor.silences
    assert table.board.floor.devices.registered(PersonId("A"))

"""The board without Asterisk: the office changes while it works."""

from __future__ import annotations

from dataclasses import replace

from router.core.inputs import Answered, DeviceChanged, Failed
from router.core.words import DeviceState, PersonId
from router.engine.ports import Letter
from router.telephony.switchboard.directory import Directory, Handset, Standby, Subscriber, Times
from tests.telephony.switchboard.table import CALL, DEVICE, PICKUP, RINGING, UP, WRITTEN, A, B, Table, event


def _with_wang(office: Directory) -> Directory:
    """The same office without A, and with C, whose phone is 103."""
    phones = (Handset(dial="PJSIP/103", device="PJSIP/103"),)
    return replace(office, people=(office.by_id[B], Subscriber(id=PersonId("C"), extension="103", phones=phones)))


def test_somebody_new_is_known_to_the_dialplan_at_once_and_to_the_desk_once_asterisk_told_of_the_phone() -> None:
    table = Table()
    table.take(table.board.keep_standby(Standby(), table.now))
    table.says(WRITTEN.replace("{generation}", table.board.floor.writing.under_way), "-")
    table.take(table.board.change_office(_with_wang(table.board.floor.directory), table.now))
    assert "ext/103=PJSIP/103" in table.written()[-1]
    listed = [event(DEVICE.format(state="NOT_INUSE").replace("101", "103"))]
    table.take(table.board.devices_listed(listed, table.now))
    told = {out.input for out in table.out if isinstance(out, Letter)}
    assert DeviceChanged(person=PersonId("C"), device=DeviceState.REGISTERED) in told
    assert DeviceChanged(person=PersonId("C"), device=DeviceState.IDLE) in told


def test_a_state_that_was_heard_meanwhile_is_newer_than_the_list() -> None:
    table = Table()
    table.take(table.board.change_office(_with_wang(table.board.floor.directory), table.now))
    table.take(table.board.event(event(DEVICE.format(state="INUSE").replace("101", "103")), table.now))
    table.take(table.board.devices_listed([event(DEVICE.format(state="NOT_INUSE").replace("101", "103"))], table.now))
    assert table.board.floor.devices.in_use(PersonId("C"), table.now)


def test_who_left_while_the_phone_rings_may_still_answer_the_call() -> None:
    table = Table()
    table.rings()
    table.says(RINGING)
    table.take(table.board.change_office(_with_wang(table.board.floor.directory), table.now))
    table.says(UP)
    table.says(PICKUP)
    assert Answered(call=CALL, person=A) in table.told()


def test_who_left_and_whose_phone_somebody_else_has_is_gone() -> None:
    table = Table()
    phones = (Handset(dial="PJSIP/101", device="PJSIP/101"),)
    office = replace(
        table.board.floor.directory, people=(Subscriber(id=PersonId("C"), extension="101", phones=phones),)
    )
    table.take(table.board.change_office(office, table.now))
    assert table.board.floor.directory.by_device["PJSIP/101"] == "C"
    assert A not in table.board.floor.directory.by_id


def test_changed_times_count_from_now_on() -> None:
    table = Table()
    table.take(table.board.change_office(replace(table.board.floor.directory, times=Times(silent_ms=9_000)), table.now))
    table.rings()
    table.later(8_000)
    assert table.told()[-1:] != [Failed(call=CALL, person=A)]
    table.later(1_000)
    assert Failed(call=CALL, person=A) in table.told()

"""What Asterisk itself records of each kind of call (R23, R24): one caller is one call, and the right people talked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from router.core.inputs import CallArrived, HandedOver, HungUp
from router.core.words import MissedWhy
from router.store.tables.pbx import PbxRow
from router.telephony.records import RecordedCall, recorded_call
from router.telephony.switchboard import Times
from tests.telephony.phones.people import Caller, Phone, until
from tests.telephony.records.book import Book
from tests.telephony.switchboard.conftest import Stage
from tests.telephony.switchboard.pbx import HOTLINE, MOBILE, Pbx
from tests.telephony.switchboard.scene import Scene

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("asterisk")]
Books = Callable[[Pbx], Book]


def recorded(books: Books, scene: Scene) -> RecordedCall:
    """The newest call that arrived, as Asterisk recorded it once all hung up."""
    until("no channel is left", lambda: not scene.pbx.channels(), 15)
    return books(scene.pbx).waits_for(scene.letters.of(CallArrived)[-1].facts["uniqueid"])


def talks(scene: Scene, person: str) -> Caller:
    """A caller who talks with a person."""
    caller, call = scene.call_comes("13900000077")
    scene.ring(call, person)
    scene.phone[person].answers()
    caller.hears(scene.phone[person])
    return caller


def test_a_plain_call_is_recorded_with_number_hotline_people_and_who_hung_up(stage: Stage, books: Books) -> None:
    scene = stage("A")
    talks(scene, "A").hangs_up()
    found = recorded(books, scene)
    assert (found.call.number, found.hotline, found.trunk) == ("+8613900000077", HOTLINE, "carrier")
    assert (found.call.person, found.call.talked, found.last_person) == ("A", {"A"}, "A")
    assert found.ended_by == "caller"
    with Session(books(scene.pbx).database) as session:
        asked = recorded_call(session, found.call.call_id)
    assert asked is not None
    assert asked.call == found.call


def test_a_consultant_who_hangs_up_first_is_on_asterisks_record(stage: Stage, books: Books) -> None:
    scene = stage("A")
    caller = talks(scene, "A")
    scene.phone["A"].hangs_up()
    caller.is_let_go()
    assert recorded(books, scene).ended_by == "consultant"


def test_a_caller_whom_the_pbx_answered_to_wait_and_who_gave_up_was_answered_by_nobody(
    stage: Stage, books: Books
) -> None:
    scene = stage()
    caller, call = scene.call_comes()
    scene.hold(call)
    caller.is_answered()
    caller.hangs_up()
    scene.letters.wait(HungUp, call=call)
    found = recorded(books, scene)
    assert (found.call.answered_at, found.call.person) == (None, "")


def test_a_caller_who_is_told_that_the_hotline_is_closed_was_answered_by_nobody(stage: Stage, books: Books) -> None:
    scene = stage()
    caller, call = scene.call_comes()
    scene.release(call, MissedWhy.CLOSED)
    caller.is_let_go(within=15)
    assert recorded(books, scene).call.answered_at is None


def test_a_call_handed_over_is_one_call_of_two_people(stage: Stage, books: Books) -> None:
    scene = stage("A", "C")
    caller = talks(scene, "A")
    scene.phone["A"].transfers_to("103")
    scene.phone["C"].rings(within=8)
    scene.phone["C"].answers()
    scene.letters.wait(HandedOver, person="C")
    caller.hears(scene.phone["C"])
    caller.hangs_up()
    found = recorded(books, scene)
    assert (found.call.person, found.last_person, found.call.talked) == ("A", "C", {"A", "C"})


def test_a_mobile_behind_a_trunk_is_recorded_as_its_owner(stage: Stage, books: Books) -> None:
    scene = stage("A", times=Times(alert_after_ms=700))
    mobile = scene.phone["E"] = Phone(scene.world, scene.server, user="13900000105", bind=MOBILE)
    mobile.mood = "progress"
    caller, call = scene.call_comes()
    scene.ring(call, "E")
    mobile.answers()
    until("it is asked", lambda: mobile.leg.voice.packets > 20)
    mobile.presses("1")
    caller.hears(mobile)
    caller.hangs_up()
    found = recorded(books, scene)
    assert (found.call.person, found.ended_by) == ("E", "caller")


def test_an_answer_by_the_fallback_is_on_record_though_the_router_never_heard_of_it(stage: Stage, books: Books) -> None:
    scene = stage("A", "C", times=Times(three_rings_ms=2000))
    book = books(scene.pbx)
    book.read()
    before = set(book.calls())
    scene.router_dies()
    caller = scene.caller("13900000088").dials(HOTLINE)
    scene.phone["C"].rings(within=10)
    scene.phone["C"].answers()
    caller.hears(scene.phone["C"])
    caller.hangs_up()
    until("no channel is left", lambda: not scene.pbx.channels(), 15)
    until("it is on record", lambda: bool(book.read()) and bool(set(book.calls()) - before), 15)
    (uniqueid,) = set(book.calls()) - before
    found = book.waits_for(uniqueid)
    assert (found.call.number, found.call.person, found.call.talked) == ("+8613900000088", "C", {"C"})
    assert found.call.answered_at is not None


def test_a_call_among_phones_is_no_call_of_the_hotline(stage: Stage, books: Books) -> None:
    scene = stage("A", "C")
    book = books(scene.pbx)
    book.read()
    before = len(book.rows())
    leg = scene.phone["A"].dials("103")
    scene.phone["C"].answers()
    until("they talk", lambda: leg.voice.packets > 10)
    scene.phone["A"].hangs_up()
    talks(scene, "A").hangs_up()  # on record after the other
    recorded(books, scene)
    assert {row.call_id for row in book.rows()[before:]} == {recorded(books, scene).call.call_id}


def test_a_call_out_is_on_record_with_who_rang_whom(stage: Stage, books: Books) -> None:
    scene = stage("A")
    outside = scene.phone["outside"] = Phone(scene.world, scene.server, user="13900000099", bind=MOBILE)
    outside.mood = "answers"
    scene.dialled_out = True
    leg = scene.phone["A"].dials("13900000099")
    until("they talk", lambda: leg.voice.packets > 10)
    scene.phone["A"].hangs_up()
    until("no channel is left", lambda: not scene.pbx.channels(), 15)
    book = books(scene.pbx)

    def out() -> list[PbxRow]:
        book.read()
        return [row for row in book.rows() if row.number == "+8613900000099"]

    until("it is on record", lambda: bool(out()), 15)
    (row,) = out()
    assert (row.direction, row.answered_by, row.trunk) == ("out", "A", "mobiles")
    assert row.answered_at is not None
    assert row.call_id not in book.calls()


@pytest.fixture
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    """An Asterisk that a test may kill."""
    made = Pbx(Path(tmp_path_factory.mktemp("mortal")))
    made.start()
    yield made
    made.stop()


def test_a_call_in_whose_middle_asterisk_died_is_on_its_record_once_it_runs_again(
    mortal: Pbx, stage: Stage, books: Books
) -> None:
    scene = stage("A", on=mortal)
    talks(scene, "A")
    uniqueid = scene.letters.of(CallArrived)[-1].facts["uniqueid"]
    scene.has_died = True  # whether the switchboard hears of the next call is not asked here
    mortal.is_killed()
    later = scene.caller("13900000055").dials(HOTLINE)
    until("Asterisk has the call", lambda: bool(mortal.channels()), 15)
    later.hangs_up()
    found = books(mortal).waits_for(uniqueid)
    assert (found.call.number, found.call.person, found.hotline) == ("+8613900000077", "A", HOTLINE)
    assert found.call.answered_at is not None


def test_a_hostile_name_and_number_do_not_break_the_records(stage: Stage, books: Books) -> None:
    scene = stage("A")
    caller = scene.caller()
    forged = '"x\\"\\",y,\\r=1+1" <sip:13900000066%0d%0a%22,%22,z%22%0a%22HANGUP%22@carrier.invalid>'
    caller.dials(HOTLINE, shown_from=forged)
    until("the call arrives", lambda: bool(scene.letters.of(CallArrived)))
    call = getattr(scene.letters.of(CallArrived)[-1].input, "call", None)
    assert call is not None
    scene.ring(call, "A")
    scene.phone["A"].answers()
    caller.hears(scene.phone["A"])
    caller.hangs_up()
    found = recorded(books, scene)
    assert (found.call.number, found.call.person, found.ended_by) == ("+8613900000066", "A", "caller")
    assert books(scene.pbx).source().failure == ""

"""Who hung up first, from the private Asterisk's channel events (R19)."""

from __future__ import annotations

import pytest

from tests.telephony.records.asterisk import File, race
from tests.telephony.records.book import Book

CALL = "hotline-1795520813.1000"
HANGUP = (
    '"HANGUP","1795520833.877641","{id}","{id}","PJSIP/carrier-00000000","13900000001","4008001234","hotline-in","","",'
    '"{{""hangupcause"":16,""hangupsource"":""{source}"",""dialstatus"":""ANSWER""}}"\n'
)


@pytest.mark.parametrize(
    ("source", "ended_by"),
    [
        ("PJSIP/carrier-00000000", "caller"),
        ("PJSIP/101-00000001", "consultant"),
        ("", ""),
        ("Local/c536b7dee1adbaf04451@hotline-offer-00000000;2", ""),
    ],
)
def test_the_channel_that_hung_up_says_who_it_was(
    book: Book, legs: File, events: File, source: str, ended_by: str
) -> None:
    legs.writes(race(1))
    events.writes(HANGUP.format(id=CALL, source=source))
    book.read()
    assert book.calls()[CALL].ended_by == ended_by


def test_an_event_that_is_read_before_its_call_waits_for_it(book: Book, legs: File, events: File) -> None:
    events.writes(HANGUP.format(id=CALL, source="PJSIP/101-00000001"))
    book.read()
    legs.writes(race(1))
    book.read()
    assert book.calls()[CALL].ended_by == "consultant"


def test_events_of_other_calls_are_not_waited_for_all_night(book: Book, legs: File, events: File) -> None:
    events.writes(HANGUP.format(id="hotline-1795520000.1", source="PJSIP/101-00000001"))
    hours_later = HANGUP.format(id=CALL, source="PJSIP/101-00000001").replace("1795520833", "1795590833")
    legs.writes(race(1))
    events.writes(hours_later)
    book.read()
    assert book.source().position["cel"]["offset"] == events.path.stat().st_size


START = (
    '"CHAN_START","{at}.741556","{id}","{id}","PJSIP/carrier-00000000","13900000001","4008001234",'
    '"hotline-trunk-carrier","","",""\n'
)
FIRST_CALL = "hotline-1795520813.0"
BRIDGED = (
    '"BRIDGE_ENTER","1795520823.757723","{id}","{id}","PJSIP/carrier-00000000","13900000001","4008001234",'
    '"hotline-in","Dial","PJSIP/101-00000001","{{}}"\n'
)


def test_a_call_that_asterisk_ended_in_the_middle_of_is_on_record_once_it_runs_again(book: Book, events: File) -> None:
    events.writes(START.format(id=CALL, at=1795520813) + BRIDGED.format(id=CALL))
    book.read()
    assert book.calls() == {}  # it may still go on
    events.writes(START.format(id="hotline-1795524000.0", at=1795524000))
    book.read()
    (found,) = book.calls().values()
    assert (found.call.call_id, found.call.person, found.hotline, found.trunk) == (CALL, "A", "4008001234", "carrier")
    assert (found.call.number, found.ended_by) == ("+8613900000001", "")
    assert found.call.answered_at == found.call.ended_at
    book.read()
    assert len(book.rows()) == 1


def test_a_call_with_rows_of_its_own_is_not_counted_from_its_events(book: Book, legs: File, events: File) -> None:
    events.writes(START.format(id=CALL, at=1795520813) + BRIDGED.format(id=CALL))
    events.writes(HANGUP.format(id=CALL, source="PJSIP/101-00000001"))
    legs.writes(race(1))
    events.writes(START.format(id="hotline-1795524000.0", at=1795524000))
    book.read()
    assert len(book.rows()) == 3


def test_a_caller_s_line_ends_and_quotes_in_an_event_hurt_nothing(book: Book, legs: File, events: File) -> None:
    start = '"CHAN_START","1795520813.741556","{id}","{id}","PJSIP/carrier-00000000","1\r\n"",""z"",\r\n""HANGUP"","'
    legs.writes(race(1))
    events.writes(start.format(id=CALL) + ',"4008001234","hotline-trunk-carrier","","",""\n')
    events.writes(HANGUP.format(id=CALL, source="PJSIP/carrier-00000000"))
    book.read()
    assert book.calls()[CALL].ended_by == "caller"


AGAIN = '"CHAN_START","1795520813.990000","{id}","{id}","PJSIP/carrier-00000000","13900000002","4008001234",\
"hotline-trunk-carrier","","",""\n'


def test_an_id_that_asterisk_gives_again_within_the_second_of_its_start_is_another_call(
    book: Book, legs: File, events: File
) -> None:
    """It was killed in a call's middle, was back at once, and the next caller's channel has the same id."""
    bridged = BRIDGED.format(id=FIRST_CALL).replace("1795520823", "1795520813")
    events.writes(START.format(id=FIRST_CALL, at=1795520813) + bridged)
    book.read()
    events.writes(AGAIN.format(id=FIRST_CALL))
    events.writes(HANGUP.format(id=FIRST_CALL, source="PJSIP/carrier-00000000"))
    legs.writes(
        f'"{FIRST_CALL}","{FIRST_CALL}","PJSIP/carrier-00000000","PJSIP/103-00000001","13900000002","4008001234",'
        '"hotline-in","1795520813.990001","1795520814.000000","1795520833.876544","ANSWERED","Dial","x","0"\n'
    )
    for _ in range(2):
        assert book.read().trouble == ""
        calls = {one.call.number: one for one in book.calls().values()}
        assert {number: one.call.person for number, one in calls.items()} == {
            "+8613900000001": "A",
            "+8613900000002": "C",
        }
        assert calls["+8613900000001"].call.call_id == FIRST_CALL
        assert calls["+8613900000002"].call.call_id == f"114653990000-{FIRST_CALL}"
        assert calls["+8613900000002"].ended_by == "caller"

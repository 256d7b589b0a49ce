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

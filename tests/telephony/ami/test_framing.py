"""Bytes to messages: any chunking, any junk, any key."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from router.telephony.ami.framing import FrameDecoder, Greeting, Message, NoGreeting, Oversized
from router.telephony.ami.messages import AmiEvent, Response, Unknown
from tests.telephony.ami.scripted_server import GREETING
from tests.telephony.ami.transcripts import record


def decode(*chunks: bytes, limit: int = 1 << 20) -> list[Message]:
    """All that these chunks give."""
    decoder = FrameDecoder(frame_limit_bytes=limit)
    return [message for chunk in chunks for message in decoder.feed(chunk)]


def event(data: bytes) -> AmiEvent:
    """The one event in these bytes."""
    greeting, only = decode(GREETING + data + b"\r\n\r\n")
    assert isinstance(greeting, Greeting)
    assert isinstance(only, AmiEvent)
    return only


def told(messages: list[Message]) -> list[object]:
    """Messages as values that can be compared, with all that they hold."""
    said: list[object] = []
    for message in messages:
        if isinstance(message, AmiEvent | Response):
            first = message.name if isinstance(message, AmiEvent) else message.status
            extra = (dict(message.repeated), message.follows, message.text, message.headers())
            said.append((type(message).__name__, first, list(message.keys.items()), extra))
        else:
            said.append(message.text if isinstance(message, Unknown) else message)
    return said


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The same bytes, cut at these places."""
    borders = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(borders)]


PIECE = st.sampled_from(
    [
        b"Event: Hangup\r\n",
        b"Response: Success\r\n",
        b"response:error\r\n",
        b"ActionID: 7\r\n",
        b"ActionID: 8\r\n",
        b"Empty: \r\n",
        b"NoSpace:x: y\r\n",
        b"no header at all\r\n",
        "CallerIDName: 王先生\r\n".encode(),
        b"Broken: \xe7\x8e\r\n",
        b"Lone: a\rb\nc\r\n",
        b"\r\n",
        b"\r",
        b"\n",
        b"Long: " + b"x" * 60 + b"\r\n",
        b"\xff\x00",
    ]
)


@example([b"Event: Hangup\r\n", b"\r\n\r\n", b"Event: Hangup\r\n" * 3, b"ActionID: 7\r\n", b"\0" * 10], [165])
@given(st.lists(PIECE | st.binary(max_size=12), max_size=40), st.lists(st.integers(0, 5000), max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_cutting_of_any_bytes_gives_the_same_messages(pieces: list[bytes], places: list[int]) -> None:
    data = GREETING + b"".join(pieces)
    whole = told(decode(data, limit=64))
    assert told(decode(*cut(data, places), limit=64)) == whole
    assert told(decode(*(bytes([byte]) for byte in data), limit=64)) == whole


@given(st.integers(0, 1000), st.lists(st.integers(0, 100_000), max_size=60))
@settings(max_examples=25, deadline=None)
def test_any_cutting_of_a_recorded_day_gives_the_same_messages(seed: int, places: list[int]) -> None:
    recorded = record(60, seed)
    messages = decode(*cut(GREETING + b"".join(recorded), places))
    assert len(messages) == 61
    for message, wire in zip(messages[1:], recorded, strict=True):
        assert isinstance(message, AmiEvent)
        assert "\r\n".join(f"{key}: {value}" for key, value in message.headers()).encode() + b"\r\n\r\n" == wire


def test_a_key_that_comes_twice_keeps_both_values_in_order() -> None:
    hangup = event(b"Event: Hangup\r\nChanVariable: A=1\r\nCause: 16\r\nChanVariable: B=2=3\r\nChanVariable: A=4")
    assert hangup.get_all("ChanVariable") == ["A=1", "B=2=3", "A=4"]
    assert hangup.pairs("ChanVariable") == {"A": "4", "B": "2=3"}
    assert hangup["Cause"] == "16"
    assert [key for key, _ in hangup.headers()] == ["Event", "ChanVariable", "Cause", "ChanVariable", "ChanVariable"]


def test_a_name_that_a_forger_wrote_twice_is_not_trusted() -> None:
    forged = event(b"Event: Newchannel\r\nCallerIDNum: 139\r\nUniqueid: forged\r\nUniqueid: genuine\r\nExten: 400")
    assert forged.one("Uniqueid") is None
    assert forged.one("Exten") == "400"
    assert forged.one("Linkedid") is None


def test_a_caller_named_with_odd_line_ends_adds_no_header() -> None:
    for odd in ("\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\n", "\r"):
        named = event(f"Event: Newchannel\r\nCallerIDName: Li{odd}Uniqueid: forged\r\nUniqueid: genuine".encode())
        assert named.one("Uniqueid") == "genuine"
        assert named["CallerIDName"] == f"Li{odd}Uniqueid: forged"


def test_a_line_without_a_colon_is_kept() -> None:
    torn = event(b"Event: X\r\nwhat is this\r\nA: b")
    assert torn.follows == ["what is this"]
    assert torn.keys == {"A": "b"}


def test_a_frame_that_is_no_message_is_kept() -> None:
    _, torn = decode(GREETING + b"Uniqueid: 17.4\r\nLinkedid: 17.4\r\n\r\n")
    assert isinstance(torn, Unknown)
    assert torn.text == "Uniqueid: 17.4\r\nLinkedid: 17.4"


def test_an_event_without_headers_and_one_with_an_empty_last_value_are_read() -> None:
    assert event(b"Event: FullyBooted").keys == {}
    assert event(b"Event: X\r\nAppData: ").keys == {"AppData": ""}


def test_a_chinese_name_torn_between_two_packets_stays_whole() -> None:
    data = GREETING + "Event: X\r\nCallerIDName: 王先生\r\n\r\n".encode()
    for place in range(len(data)):
        *_, named = decode(data[:place], data[place:])
        assert isinstance(named, AmiEvent)
        assert named["CallerIDName"] == "王先生"


def test_bytes_that_are_no_utf_8_swallow_neither_line_end_nor_key() -> None:
    bad = event(b"Event: X\r\nCallerIDName: \xe7\x8e\r\nUniqueid: 1\xff2")
    assert bad.keys == {"CallerIDName": "\ufffd", "Uniqueid": "1\ufffd2"}


def test_a_message_that_never_ends_is_dropped_and_the_next_is_read() -> None:
    decoder = FrameDecoder(frame_limit_bytes=1000)
    assert decoder.feed(GREETING) == [Greeting("12.0.0")]
    reported = [message for _ in range(100) for message in decoder.feed(b"x" * 100)]
    assert reported == [Oversized(1000)]
    assert decoder.kept_bytes < 200
    *_, last = decoder.feed(b"end\r\n\r\nEvent: Next\r\n\r\n")
    assert isinstance(last, AmiEvent)
    assert last.name == "Next"


def test_ten_megabytes_of_junk_take_little_memory_and_are_reported_once() -> None:
    decoder = FrameDecoder()
    decoder.feed(GREETING)
    junk = bytes(range(14, 256)) * 256
    tracemalloc.start()
    try:
        reports = [message for _ in range(10_000_000 // len(junk)) for message in decoder.feed(junk)]
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert reports == [Oversized(1 << 20)]
    assert peak_bytes < 4 << 20


def test_a_large_message_in_small_pieces_is_not_searched_again_and_again() -> None:
    decoder = FrameDecoder()
    decoder.feed(GREETING)
    piece = b"Output: " + b"y" * 54 + b"\r\n"
    decoder.feed(b"Response: Success\r\n")
    for _ in range(16_000):  # 1 MB: a decoder that starts from the front each time would need minutes
        assert decoder.feed(piece) == []
    (answer,) = decoder.feed(b"\r\n")
    assert isinstance(answer, Response)
    assert len(answer.get_all("Output")) == 16_000


def test_a_web_server_at_the_port_is_not_taken_for_asterisk() -> None:
    assert decode(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n") == [NoGreeting("HTTP/1.1 400 Bad Request")]


def test_a_greeting_without_end_is_given_up() -> None:
    decoder = FrameDecoder()
    reports = [message for _ in range(5000) for message in decoder.feed(b"z")]
    assert reports == [NoGreeting("z" * 200)]
    assert decoder.kept_bytes == 0

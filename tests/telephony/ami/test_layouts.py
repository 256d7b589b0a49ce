"""The shortcut for frequent events changes no result, and can't be made to cost much."""

from __future__ import annotations

import random
import time

from hypothesis import example, given
from hypothesis import strategies as st

from router.telephony.ami.layouts import CHANGES_LIMIT, NAMES_LIMIT, LayoutParser
from router.telephony.ami.messages import AmiEvent, Unknown, parse
from tests.telephony.ami.transcripts import record

KEY = st.sampled_from(["A", "B", "A: ", "A:", "(A", "A*", "", "王"])
VALUE = st.sampled_from(["", "1", "x: y", "a\rb", "a\nb", "\u2028", " ", "王先生"])
LINE = st.builds(lambda key, value: f"{key}: {value}", KEY, VALUE) | st.sampled_from(["A", "A:1", "", "B:x: 2"])
FRAME = st.builds(
    lambda name, lines: "\r\n".join([f"Event: {name}", *lines]), st.sampled_from("XY"), st.lists(LINE, max_size=4)
)


def said(message: object) -> object:
    """Everything that a message holds."""
    return (type(message), vars(message)) if isinstance(message, AmiEvent) else message


@given(st.lists(FRAME, max_size=12))
@example(["Event: X\r\nA: 1\r\nB: 2", "Event: X\r\nA: 1: B: 2\r\nB: 3", "Event: X\r\nA: 1\rB: 2\r\nB: "])
def test_events_read_by_their_layout_are_the_same_as_read_with_care(frames: list[str]) -> None:
    parser = LayoutParser()
    for frame in frames:
        read, careful = parser.parse(frame), parse(frame)
        assert said(read) == said(careful)
        if isinstance(careful, AmiEvent):
            assert isinstance(read, AmiEvent)
            assert list(read.keys) == list(careful.keys)


def test_a_busy_hour_read_by_layouts_is_the_same_as_read_with_care() -> None:
    parser = LayoutParser()
    for wire in record(2000):
        text = wire.decode().removesuffix("\r\n\r\n")
        assert said(parser.parse(text)) == said(parse(text))


def test_layouts_that_change_all_the_time_and_names_without_end_cost_little() -> None:
    parser, chance = LayoutParser(), random.Random(1)
    started = time.process_time()
    for number in range(5000):
        keys = "".join(f"\r\nK{chance.randrange(1000)}-{n}: v" for n in range(20))
        assert isinstance(parser.parse(f"Event: Same{keys}"), AmiEvent)
        assert isinstance(parser.parse(f"Event: Name{number}\r\nA: 1"), AmiEvent)
        assert isinstance(parser.parse(f"No event {number}"), Unknown)
    assert time.process_time() - started < 3
    assert len(parser._layouts) == NAMES_LIMIT
    assert parser._layouts["Event: Same"].changes == CHANGES_LIMIT

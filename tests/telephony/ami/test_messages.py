"""Actions to bytes: what a caller's name, a number or a site file could smuggle in does not get through."""

from __future__ import annotations

import copy

import pytest
from asterisk.ami import Action as TheirAction
from asterisk.ami import Event as TheirEvent
from asterisk.ami import Response as TheirResponse
from hypothesis import given
from hypothesis import strategies as st

from router.telephony.ami import AmiAction, AmiActionRefusedError, AmiValueError, LoginAction, Response
from router.telephony.ami.messages import AmiEvent, encode, parse


def test_an_action_is_written_as_asterisk_reads_it() -> None:
    action = AmiAction("Originate", {"Channel": "PJSIP/101", "Async": "true", "Timeout": 15000}, {"HOTLINE_CALL": "a1"})
    assert encode(action, "x-1") == (
        b"Action: Originate\r\nActionID: x-1\r\nChannel: PJSIP/101\r\nAsync: true\r\nTimeout: 15000\r\n"
        b"Variable: HOTLINE_CALL=a1\r\n\r\n"
    )


def test_variables_and_keys_may_repeat() -> None:
    action = AmiAction("X", {"Header": ["a", "b"]}, [("V", "1"), ("V", "2")])
    assert encode(action, "1").split(b"\r\n")[2:6] == [b"Header: a", b"Header: b", b"Variable: V=1", b"Variable: V=2"]


def test_an_action_of_asterisk_ami_is_sent_as_well() -> None:
    theirs = TheirAction("Setvar", {"Variable": "X", "Value": "1"})
    assert encode(theirs, "1") == b"Action: Setvar\r\nActionID: 1\r\nVariable: X\r\nValue: 1\r\n\r\n"


def test_events_and_responses_are_asterisk_amis_too() -> None:
    assert isinstance(parse("Event: X\r\nA: b"), TheirEvent)
    assert isinstance(parse("Response: Success\r\nA: b"), TheirResponse)


@pytest.mark.parametrize("bad", ["a\r\nAction: Originate", "a\nb", "a\rb", "a\0b", "\r\n\r\n", "x" * 1100, "\ud800"])
def test_a_hostile_value_is_refused_wherever_it_stands(bad: str) -> None:
    for action in (
        AmiAction("X", {"CallerID": bad}),
        AmiAction("X", {bad: "1"}),
        AmiAction("X", {"Header": ["fine", bad]}),
        AmiAction("X", variables={"NAME": bad}),
        AmiAction("X", variables={bad: "1"}),
        AmiAction(bad),
        TheirAction("X", {"CallerID": bad}),
        TheirAction("X", {}, {"NAME": bad}),
    ):
        with pytest.raises(AmiValueError) as refused:
            encode(action, "1")
        assert refused.value.id == "ami-value"
    with pytest.raises(AmiValueError):
        encode(AmiAction("X"), bad)


@pytest.mark.parametrize("bad", ["", "A:B", " A", "A "])
def test_a_key_that_would_be_another_key_is_refused(bad: str) -> None:
    with pytest.raises(AmiValueError):
        encode(AmiAction("X", {bad: "1"}), "1")


@pytest.mark.parametrize("bad", ["", "A=B", "A,B", 'A"', "A B"])
def test_a_variable_whose_name_would_be_another_is_refused(bad: str) -> None:
    with pytest.raises(AmiValueError):
        encode(AmiAction("X", variables={bad: "1"}), "1")


@pytest.mark.parametrize("bad", [None, True, 1.5, b"bytes"])
def test_only_text_and_whole_numbers_are_values(bad: object) -> None:
    with pytest.raises(AmiValueError):
        encode(TheirAction("X", {"K": bad}), "1")
    with pytest.raises(AmiValueError):
        encode(TheirAction("X", {}, {"V": bad}), "1")


def test_more_headers_than_asterisk_reads_are_refused() -> None:
    with pytest.raises(AmiValueError):
        encode(AmiAction("X", variables=[("V", n) for n in range(126)]), "1")


def as_asterisk_splits(value: str) -> list[str]:
    """How Asterisk's application-argument splitting reads the value of a `Variable` header."""
    parts, current, quoted, round_depth, square_depth = [], "", False, 0, 0
    characters = iter(value)
    for character in characters:
        if character == "\\":
            current += next(characters, "")
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted and not round_depth and not square_depth:
            parts.append(current)
            current = ""
        else:
            round_depth = max(0, round_depth + (character == "(") - (character == ")"))
            square_depth = max(0, square_depth + (character == "[") - (character == "]"))
            current += character
    return [*parts, current]


@given(st.text(st.sampled_from('a=,"\\()[]王 '), max_size=20))
def test_a_variables_value_arrives_as_it_is_and_sets_no_second_variable(value: str) -> None:
    line = encode(AmiAction("Originate", variables={"HOTLINE_NAME": value}), "1").decode().split("\r\n")[2]
    assert as_asterisk_splits(line.removeprefix("Variable: ")) == [f"HOTLINE_NAME={value}"]


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=30), max_size=4), st.text(max_size=12))
def test_whatever_is_asked_one_action_goes_out_or_none(keys: dict[str, str], value: str) -> None:
    try:
        data = encode(AmiAction("UserEvent", dict(keys), {"V": value}), "1")
    except AmiValueError:
        return
    lines = data.split(b"\r\n")
    assert data.endswith(b"\r\n\r\n")
    assert data.count(b"\r\n\r\n") == 1
    others = sum(key.lower() != "actionid" for key in keys)
    assert len(lines) == 2 + others + 1 + 2
    assert b"\n" not in b"".join(lines)


def test_sending_leaves_the_action_as_it_was() -> None:
    action = AmiAction("Ping")
    encode(action, "1")
    assert action.keys == {}
    assert copy.copy(action).name == "Ping"
    assert not hasattr(action, "nothing")


def test_a_secret_is_never_shown() -> None:
    login = LoginAction("hotline", "t0p-s3cret")
    assert "t0p-s3cret" not in f"{login} {login!r}"
    assert b"Secret: t0p-s3cret" in encode(login, "1")


def test_a_refused_action_says_why_in_asterisks_words() -> None:
    answer = parse("Response: Error\r\nActionID: 1\r\nMessage: Permission denied")
    assert isinstance(answer, Response)
    with pytest.raises(AmiActionRefusedError, match="Permission denied") as refused:
        answer.raise_if_refused()
    assert refused.value.response is answer


def test_header_by_header_reading_needs_no_checks() -> None:
    event = parse("Event: X\r\nA: 1")
    assert isinstance(event, AmiEvent)
    assert (event["A"], event.get("B"), event.get("B", "-"), event.get_all("B")) == ("1", "", "-", [])

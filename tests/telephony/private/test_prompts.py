"""What callers and consultants hear: made once, replaced by the office's own, never silent."""

from __future__ import annotations

import array
import math
import wave
from pathlib import Path

import pytest

from router.telephony.private.binary import AsteriskBinary
from router.telephony.private.prompts import RATE, TEXTS, Prompts, resample, tones


def sine(hertz: float, rate: int, seconds: float = 0.25) -> array.array[int]:
    steps = range(int(rate * seconds))
    return array.array("h", (round(10000 * math.sin(2 * math.pi * hertz * n / rate)) for n in steps))


def strength(samples: array.array[int]) -> float:
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    return math.sqrt(sum(s * s for s in middle) / len(middle))


def test_every_prompt_has_both_languages() -> None:
    assert all(text.render("zh") != text.render("en") for text in TEXTS.values())


def test_without_a_speech_synthesiser_tones_are_heard(tmp_path: Path) -> None:
    Prompts((), tmp_path / "cache").make(tmp_path / "prompts")
    with wave.open(str(tmp_path / "prompts/zh/taken.wav")) as made:
        assert (made.getframerate(), made.getnchannels(), made.getsampwidth()) == (8000, 1, 2)
        assert made.getnframes() > RATE // 5
    assert strength(tones(20)) > 1000


def test_the_offices_own_recording_stays(tmp_path: Path) -> None:
    own = tmp_path / "prompts/zh/taken.alaw"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"ours")
    Prompts((), tmp_path / "cache").make(tmp_path / "prompts")

    assert own.read_bytes() == b"ours"
    assert not own.with_suffix(".wav").exists()


def test_a_broken_speech_synthesiser_stops_nothing(tmp_path: Path) -> None:
    Prompts(("/bin/false",), tmp_path / "cache").make(tmp_path / "prompts")

    assert len(list((tmp_path / "prompts/en").glob("*.wav"))) == len(TEXTS)
    assert not (tmp_path / "cache").exists()  # tones are not kept in place of speech


def test_what_a_telephone_carries_survives_the_resampling_and_the_rest_does_not() -> None:
    loud = strength(sine(1000, 22050))

    assert strength(resample(sine(1000, 22050), 22050, RATE)) == pytest.approx(loud, rel=0.02)
    assert strength(resample(sine(6000, 22050), 22050, RATE)) < loud / 30


@pytest.mark.asterisk
def test_chinese_is_spoken(binary: AsteriskBinary, tmp_path: Path) -> None:
    if not binary.speech:
        pytest.skip("this Asterisk came without a speech synthesiser")
    Prompts(binary.speech, tmp_path / "cache").make(tmp_path / "prompts")
    with wave.open(str(tmp_path / "prompts/zh/waiting.wav")) as made:
        assert made.getnframes() > 2 * RATE

"""What the hotline says: its sentences, and speaking them into files. May live here: the texts and the making.

An office replaces a prompt by putting its own recording (8 kHz, 16 bit, mono WAV) under the same name into
`prompts/<language>/`: a file that is there is never written again. Where there is no speech synthesiser, a prompt is a
row of short tones, so that something is heard.
"""

from __future__ import annotations

import array
import hashlib
import math
import os
import shutil
import subprocess
import sys
import tempfile
import wave
from collections.abc import Mapping, Sequence
from operator import mul
from pathlib import Path
from types import MappingProxyType
from typing import Final

from router.texts import Language, Message, _

RATE: Final = 8000
"""Samples a second: what a telephone line carries."""

TEXTS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "waiting": _("Hello. All our consultants are speaking. Please hold the line."),
        "closed": _("Hello. We are closed now. We will call you back."),
        "no-answer": _("Sorry, nobody can answer now. We will call you back."),
        "taken": _("The call has been taken."),
        "press-1": _("A call of the hotline. Press one to take it."),
        "presence-present": _("You are present."),
        "presence-receiving": _("You are receiving visitors."),
        "presence-meeting": _("You are in a meeting."),
        "presence-errand": _("You are on an errand."),
        "presence-break": _("You are on a break."),
        "presence-off": _("You are off duty."),
        "talk-warning": _("Your time is nearly over."),
        "other": _("Marked as other business."),
        "refused": _("This is not possible now."),
    }
)
"""Name -> sentence; the dialplan plays `hotline/<name>`."""

VOICES: Final[Mapping[Language, str]] = {"zh": "cmn", "en": "en-us"}


class Prompts:
    """Makes prompts with a speech synthesiser's command (espeak-ng), or of tones where there is none."""

    def __init__(self, speech: Sequence[str], cache: Path | None = None) -> None:
        self._speech = tuple(speech)
        self._cache = cache or Path(sys.prefix) / "share" / "hotline-prompts"

    def make(self, folder: Path) -> None:
        """Write every prompt that is missing into `folder`/<language>/<name>.wav."""
        for language in VOICES:
            (folder / language).mkdir(parents=True, exist_ok=True)
        for name, text in TEXTS.items():
            for language in VOICES:
                place = folder / language / name
                if not any(place.with_suffix(end).exists() for end in (".wav", ".alaw", ".ulaw", ".gsm", ".sln")):
                    self._make_one(language, text.render(language), place.with_suffix(".wav"))

    def _make_one(self, language: Language, text: str, file: Path) -> None:
        key = hashlib.sha256(f"{language} {text}".encode()).hexdigest()[:24]
        kept = self._cache / f"{key}.wav"
        if not kept.exists():
            spoken = self._speak(language, text)
            if not spoken or not _keep(spoken, kept):
                _save(spoken or tones(len(text)), file)
                return
        draft = file.with_suffix(".new")
        shutil.copyfile(kept, draft)
        draft.replace(file)

    def _speak(self, language: Language, text: str) -> array.array[int] | None:
        """The sentence at 8 kHz; None where it can't be spoken."""
        if not self._speech:
            return None
        with tempfile.TemporaryDirectory() as folder:
            spoken = Path(folder) / "spoken.wav"
            command = [*self._speech, "-v", VOICES[language], "-s", "150", "-w", str(spoken), text]
            try:
                done = subprocess.run(command, capture_output=True, timeout=30, check=False)
                if done.returncode:
                    return None
                with wave.open(str(spoken)) as source:
                    rate = source.getframerate()
                    samples = array.array("h", source.readframes(source.getnframes()))
            except (OSError, EOFError, wave.Error, subprocess.TimeoutExpired):
                return None
        return resample(samples, rate, RATE)


def resample(samples: array.array[int], from_rate: int, to_rate: int, reach: int = 12) -> array.array[int]:
    """`samples` at another rate, by a windowed sinc that cuts off what the new rate can't carry."""
    divisor = math.gcd(from_rate, to_rate)
    up, down = to_rate // divisor, from_rate // divisor
    cut = min(1.0, to_rate / from_rate) * 0.92
    taps = math.ceil(reach / cut)
    kernels = [_kernel(phase / up, taps, cut) for phase in range(up)]
    padded = array.array("h", bytes(2 * taps)) + samples + array.array("h", bytes(2 * (taps + 1)))
    out = array.array("h")
    for number in range(len(samples) * up // down):
        start, phase = divmod(number * down, up)
        value = sum(map(mul, kernels[phase], padded[start : start + 2 * taps + 1]))
        out.append(max(-32768, min(32767, round(value))))
    return out


def _kernel(offset: float, taps: int, cut: float) -> list[float]:
    weights = []
    for tap in range(-taps, taps + 1):
        x = tap - offset
        sinc = cut if abs(x) < 1e-9 else math.sin(math.pi * x * cut) / (math.pi * x)
        weights.append(sinc * (0.5 + 0.5 * math.cos(math.pi * x / (taps + 1))))
    total = sum(weights)
    return [weight / total for weight in weights]


def tones(length: int) -> array.array[int]:
    """A row of short tones, as a prompt that can't be spoken."""
    beep = array.array("h", (round(6000 * math.sin(2 * math.pi * 450 * n / RATE)) for n in range(RATE // 5)))
    pause = array.array("h", bytes(2 * (RATE // 5)))
    return (beep + pause) * max(1, min(4, length // 5))


def _keep(samples: array.array[int], file: Path) -> bool:
    """Save it for other data folders; False in an installation that we may not write to."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _save(samples, file)
    except OSError:
        return False
    return True


def _save(samples: array.array[int], file: Path) -> None:
    draft = file.with_suffix(f".{os.getpid()}")  # two data folders may be made at once
    with wave.open(str(draft), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(samples.tobytes())
    draft.replace(file)

"""The demonstration: a made-up site for a first run without a file.

May live here: its data, as in a site file, and where a data folder has a demonstration of its own.

`demonstration.toml` in the data folder moves its ports (`[web]`, `[pbx]`, `[policy]` as in a site file). `hotline demo`
writes one, with the addresses at which Asterisk plays callers and phones (`[stage]`).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from router.config.model import Site
from router.errors import ConfigurationError
from router.telephony.private.stage import DemoStage
from router.texts import _

NAMES = ("陈晨", "李丽", "王伟", "赵敏", "周凯", "吴婷", "孙倩", "郑强")
IDS = "ABCDEFGH"
CALLER_ACCOUNT = "caller"


def _slot(name: str, start: str, end: str, call: str, reception: str) -> dict[str, Any]:
    return {"name": name, "from": start, "to": end, "call": list(call), "reception": list(reception)}


DEMO: dict[str, Any] = {
    "site": {"name": "演示售楼处"},
    "trunk": [
        {"name": "carrier", "match": ["127.0.0.2"]},
        {"name": "test-caller", "account": CALLER_ACCOUNT},
    ],
    "hotline": [{"number": "4008001234", "trunk": "carrier", "name": "演示热线", "media": "报纸"}],
    "consultant": [
        {"id": person, "name": name, "phone": {"account": str(101 + number)}}
        for number, (person, name) in enumerate(zip(IDS, NAMES, strict=True))
    ],
    "plan": [
        {
            "days": "daily",
            "slots": [
                _slot("早班", "00:00", "09:00", "ABCDE", "FGH"),
                _slot("白班", "09:00", "12:00", "ABCDE", "FGH"),
                _slot("午班", "12:00", "18:00", "CDEAB", "GHF"),
                _slot("晚班", "18:00", "24:00", "EABCD", "HFG"),
            ],
        }
    ],
    "presence": {"initial": "present"},
}

# What the phones do, ring by ring, when Asterisk plays them: answer, decline, or ring on (three rings, then everyone)
HABITS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("101", ("answers-2", "declines-2", "answers-3")),
    ("102", ("answers-3", "misses-0")),
    ("103", ("declines-1", "answers-2")),
    ("104", ("misses-0", "answers-2", "answers-2")),
    ("105", ("answers-1", "answers-3", "declines-2")),
    ("106", ("answers-5", "misses-0")),
    ("107", ("misses-0", "answers-4")),
    ("108", ("answers-6",)),
)
CALLERS_ADDRESS = "127.0.0.2"  # the trunk takes calls from it
PHONES_ADDRESS = "127.0.0.3"
OWN_FILE = "demonstration.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A made-up caller: how long after the one before, and how patient; who becomes what at that moment."""

    number: str
    after_seconds: float
    patience_seconds: float = 75
    presence: tuple[tuple[str, str], ...] = ()


# One after another, then from the start. Numbers of nobody: 000 is given to no subscriber.
STORY: tuple[Visit, ...] = (
    Visit(number="13800000001", after_seconds=1),
    Visit(number="13800000002", after_seconds=7),
    Visit(number="13800000003", after_seconds=8, presence=(("D", "receiving"),)),
    Visit(number="13800000004", after_seconds=1),
    Visit(number="13800000001", after_seconds=9),
    Visit(number="13800000005", after_seconds=6, patience_seconds=1.5, presence=(("D", "present"),)),
    Visit(number="13800000006", after_seconds=7),
    Visit(number="13800000002", after_seconds=5),
)


class DemonstrationFileError(ConfigurationError):
    """The data folder's own settings of the demonstration can't be used."""

    id = "demonstration-file"


def demonstration(folder: Path) -> tuple[Site, DemoStage | None]:
    """The demonstration as this data folder has it, and its stage if Asterisk plays it; raises `ConfigurationError`."""
    path = folder / OWN_FILE
    if not path.exists():
        return Site.model_validate(DEMO), None
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
        addresses = own.pop("stage", None)
        stage = DemoStage(**addresses, habits=HABITS) if addresses else None
        return Site.model_validate({**DEMO, **own}), stage
    except (OSError, ValueError, TypeError, ValidationError) as error:
        raise DemonstrationFileError(
            _("%(path)s can't be used: %(part)s", path=path, part=str(error).splitlines()[0]),
            cure=_("mend it, or delete it"),
        ) from error

"""Reading a site file: every mistake at once, with file, line, what and cure. May live here: reading and places."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import toml_rs
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from router.config.checks import check
from router.config.model import Site
from router.config.settings import SECTIONS
from router.errors import ConfigurationError

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing wrong with the file."""

    file: Path
    line: int
    path: str
    what: str
    cure: str

    def __str__(self) -> str:
        where = f" {self.path}:" if self.path else ""
        return f"{self.file}:{self.line}:{where} {self.what}; {self.cure}"


class SiteFileError(ConfigurationError):
    """The site file can't be used; `mistakes` are all that are wrong with it."""

    id = "site-file"

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


def load_site(path: Path) -> Site:
    """The site that the file describes; raises `SiteFileError` with every mistake."""
    raw, lines = _parse(path)
    try:
        site = Site.model_validate(raw)
    except ValidationError as error:
        raise SiteFileError(_sorted(_mistake(path, lines, details) for details in error.errors())) from error
    found = [
        Mistake(file=path, line=_line(lines, place), path=_dotted(place), what=what, cure=cure)
        for place, what, cure in check(site)
    ]
    if found:
        raise SiteFileError(_sorted(found))
    return site


def _sorted(mistakes: Any) -> list[Mistake]:
    return sorted(mistakes, key=lambda mistake: (mistake.line, mistake.path))


def _parse(path: Path) -> tuple[Mapping[str, Any], Mapping[Place, int]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _unreadable(path, 0, error.strerror or str(error), "name a file that can be read") from error
    except UnicodeDecodeError as error:
        raise _unreadable(path, 1, "the file is not UTF-8", "save it as UTF-8") from error
    try:
        document = toml_rs.load_with_metadata(text)
    except toml_rs.TOMLDecodeError as error:
        what = str(error).strip().splitlines()[-1]
        raise _unreadable(
            path, error.lineno, f"not TOML: {what}", "mend the line; later mistakes are found then"
        ) from error
    lines: dict[Place, int] = {}
    _walk(document.meta["nodes"], (), lines)
    return document.value, lines


def _unreadable(path: Path, line: int, what: str, cure: str) -> SiteFileError:
    return SiteFileError([Mistake(file=path, line=line, path="", what=what, cure=cure)])


def _walk(node: Any, place: Place, lines: dict[Place, int]) -> None:
    """Note the line of every key and element below `node`."""
    if isinstance(node, Mapping):
        line = node.get("key_line", node.get("value_line"))
        if isinstance(line, int):
            lines[place] = line
            _walk(node.get("value"), place, lines)
            return
        for key, child in node.items():
            _walk(child, (*place, key), lines)
    elif isinstance(node, list):
        for index, child in enumerate(node):
            _walk(child, (*place, index), lines)


def _line(lines: Mapping[Place, int], place: Place) -> int:
    """The line of a place: its own, else that of the nearest thing around it, else of the first thing in it."""
    for end in range(len(place), 0, -1):
        known = lines.get(place[:end])
        if known is None:
            below = [line for other, line in lines.items() if other[:end] == place[:end]]
            known = min(below, default=None)
        if known is not None:
            return known
    return 1


def _dotted(place: Place) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


def _mistake(path: Path, lines: Mapping[Place, int], details: ErrorDetails) -> Mistake:
    place: Place = details["loc"]
    what, cure = _words(details)
    return Mistake(file=path, line=_line(lines, place), path=_dotted(place), what=what, cure=cure)


def _words(details: ErrorDetails) -> tuple[str, str]:
    """Pydantic's finding in words of a person who mends it."""
    key = str(details["loc"][-1]) if details["loc"] else ""
    kind = details["type"]
    if kind == "extra_forbidden":
        return f"unknown key {key!r}", _did_you_mean(details["loc"])
    if kind == "missing":
        return f"{key} is missing", f"add {key} = ..."
    if kind == "value_error":
        return details["msg"].removeprefix("Value error, "), "see config/hotline.toml for the form"
    return f"{details['input']!r:.60} won't do: {details['msg'].lower()}", "see config/hotline.toml for the form"


def _did_you_mean(place: Place) -> str:
    names = [part for part in place[:-1] if isinstance(part, str)]
    known = [s.key for section in SECTIONS if section.name == ".".join(names) for s in section.settings]
    if not names:
        known = [section.name for section in SECTIONS]
    close = difflib.get_close_matches(str(place[-1]), known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}" if known else "leave it out"

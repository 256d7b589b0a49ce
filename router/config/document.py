"""A TOML file as values with their lines: the one place that knows `toml_rs`. May live here: reading text, no meaning.

`tomllib` has no positions; the tests hold what is read here against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import toml_rs

from router.errors import ConfigurationError

Place = tuple[str | int, ...]

_HEADER = re.compile(r"\s*\[\s*([A-Za-z0-9_-]+(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*\]\s*(?:#.*)?")


class TomlSyntaxError(ConfigurationError):
    """The text is not TOML; `line` counts from 1."""

    id = "toml-syntax"

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(detail)
        self.line = line
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the text says, and where."""

    value: Mapping[str, Any]
    lines: Mapping[Place, int]

    def line_of(self, place: Place) -> int:
        """The line of a place: its own, else that of the nearest thing around it; 1 when there is none."""
        return next((self.lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in self.lines), 1)


def read_document(text: str) -> Document:
    """The values of a TOML text with their lines; raises `TomlSyntaxError` at its first mistake."""
    try:
        read = toml_rs.load_with_metadata(text)
    except toml_rs.TOMLDecodeError as error:
        detail = str(error).strip().splitlines()[-1]
        raise TomlSyntaxError(min(error.lineno, text.count("\n") + 1), detail) from error
    lines = dict(_headers(text))
    for place, line in _nodes(read.meta["nodes"], ()):
        lines[place] = line
        for end in range(1, len(place)):
            lines.setdefault(place[:end], line)  # a table without a line of its own stands where its first key stands
    return Document(value=read.value, lines=lines)


def _headers(text: str) -> Iterator[tuple[Place, int]]:
    """Lines of `[table]`, which the metadata leaves out; what looks like one inside a longer text does no harm."""
    for number, line in enumerate(text.splitlines(), 1):
        match = _HEADER.fullmatch(line)
        if match:
            yield tuple(re.split(r"\s*\.\s*", match[1])), number


def _nodes(table: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, int]]:
    """Places and lines below a table; a node with `key_line` is a key, any other a table of its own."""
    for key, node in table.items():
        here = (*place, key)
        if isinstance(node.get("key_line"), int):
            yield here, node["key_line"]
            yield from _values(node["value"], here)
        else:
            yield from _nodes(node, here)


def _values(value: Any, place: Place) -> Iterator[tuple[Place, int]]:
    if isinstance(value, Mapping):
        yield from _nodes(value, place)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _element(element, (*place, index))


def _element(element: Any, place: Place) -> Iterator[tuple[Place, int]]:
    """A list's element; tables in a list in a list have no line of their own."""
    line = element.get("value_line") if isinstance(element, Mapping) else None
    if isinstance(line, (int, tuple)):
        yield place, line if isinstance(line, int) else line[0]
        yield from _values(element["value"], place)
    else:
        yield from _values(element, place)

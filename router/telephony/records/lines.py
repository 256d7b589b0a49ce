"""From bytes to rows of fields, whatever a crash, a full disk or a caller left in a CSV file.

May live here: that reading, without files. A record ends at a line's end outside quotes. A line that is no record is
bad: it is counted, never guessed at, except that a whole record glued to the end of a torn one is taken (a crash tears
a line, and the next record is appended to it).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MOST_LINES = 8
"""A record with line ends in quotes (a caller may send some) is no longer than this; else its first line is torn."""

MOST_BYTES = 1 << 16

MARK = b"\xef\xbb\xbf"
"""What some programs begin a file with, and what then stands in its middle when files are joined."""

TRIES = 64
"""How many places in a torn line are tried for the beginning of a whole record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The fields of one record and where the next one begins, in bytes; no fields: it could not be read."""

    fields: tuple[str, ...]
    end: int
    why: str = ""
    raw: bytes = b""  # of one that could not be read


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordShape:
    """What records look like: `fits` says whether fields can be one."""

    fits: Callable[[tuple[str, ...]], bool]
    delimiter: str = ","

    def record_in(self, raw: bytes) -> tuple[str, ...] | None:
        """The fields of a line that is a record."""
        fields = self.fields(raw)
        return fields if fields and self.fits(fields) else None

    def fields(self, raw: bytes) -> tuple[str, ...] | None:
        """The fields of a line, whatever they say."""
        raw = raw.removeprefix(MARK).replace(b"\0", b"")
        text = io.StringIO(raw.decode("utf-8", "replace").rstrip("\r\n"), newline="")
        try:
            rows = list(csv.reader(text, strict=True, delimiter=self.delimiter))
        except csv.Error:
            return None
        return tuple(rows[0]) if len(rows) == 1 else None


def split(data: bytes, shape: RecordShape, *, at_end: bool = False) -> Iterator[Record]:
    """The complete records of `data`; what is left over is incomplete yet, unless the file ends for good (`at_end`).

    The shape finds whole records in torn lines. Empty lines and blocks of NULs
    (what a file system leaves after a crash) are nothing.
    """
    position = 0
    while position < len(data):
        end = _end_of_record(data, position, shape)
        if end is None:
            if not at_end:
                return
            end = len(data)
        yield from _record(data[position:end], end, shape)
        position = end


def _end_of_record(data: bytes, start: int, shape: RecordShape) -> int | None:
    """Where the record that begins at `start` ends; None: not in this data yet.

    A first line with an open quote is torn where a whole record follows: a caller's line ends can't look like one,
    since the quotes that they come with are doubled.
    """
    first = None
    position = start
    for _ in range(MOST_LINES):
        found = data.find(b"\n", position)
        if found < 0:
            return None
        line, position = data[position : found + 1], found + 1
        if data.count(b'"', start, position) % 2 == 0:
            return position
        if first is not None and line.startswith(b'"') and shape.record_in(line):
            break
        first = first or position
        if position - start > MOST_BYTES:
            break
    return first


def _record(raw: bytes, end: int, shape: RecordShape) -> Iterator[Record]:
    bare = raw.replace(b"\0", b"")
    if not bare.strip() or not bare.removeprefix(MARK).strip():
        return
    fields = shape.record_in(bare)
    if fields:
        yield Record(fields=fields, end=end)
        return
    shown = bare.decode("utf-8", "replace").strip()[:60]
    yield Record(fields=(), end=end, why=f"no record: {shown!r}", raw=bare)
    glued = _glued(bare, shape)
    if glued:
        yield Record(fields=glued, end=end)


def _glued(raw: bytes, shape: RecordShape) -> tuple[str, ...] | None:
    position = 0
    for _ in range(TRIES):
        position = raw.find(b'"', position + 1)
        if position < 0:
            return None
        fields = shape.record_in(raw[position:])
        if fields:
            return fields
    return None

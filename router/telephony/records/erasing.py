"""Taking a number out of the private Asterisk's own files. May live here: that, and keeping the book-marks true.

A plain file is overwritten in place, letter for letter: Asterisk may append to it at the same moment, and offsets stay.
An existing PBX's files are not ours to change.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import mmap
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.reading.numbering import digits
from router.store.pbx.changes import source_named
from router.store.scope import SITE_ID
from router.telephony.private.instance import CDR_FILE, CEL_FILE
from router.telephony.records.tail import OPENERS, Mark, mark_of, print_at, rotated

_PACKERS: Final[Mapping[str, Callable[[Path, str], Any]]] = {".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open}
FILES: Final = (("cdr", CDR_FILE), ("cel", CEL_FILE))


def erase_in_files(database: Engine, asterisk: Path, numbers: Sequence[str], *, site_id: int = SITE_ID) -> int:
    """Overwrite these numbers (E.164) in the files of legs and events, rotated ones, too; returns how often they stood.

    Raises `OSError` for a file that can't be written.
    """
    written = _as_written(numbers)
    count = 0
    with Session(database) as session:
        source = source_named(session, "private", site_id=site_id)
        for key, name in FILES:
            path = asterisk / name
            files = [one for one in (path, *(rotated(path) if path.parent.exists() else ())) if one.is_file()]
            mark = mark_of(source.position.get(key))
            read_in = next((one for one in files if mark and print_at(one, mark) == mark.print), None)
            count += sum(_erase_in(file, written) for file in files)
            if mark is not None and read_in is not None:
                source.position = {**source.position, key: _moved(read_in, mark)}
        session.commit()
    return count


def _as_written(numbers: Iterable[str]) -> re.Pattern[bytes]:
    """How Asterisk's files may have these numbers: with and without country and trunk prefix."""
    ways = []
    for number in numbers:
        bare = digits(number)
        national = bare.removeprefix("86") if number.startswith("+86") else bare
        country = "(?:(?:00)?86)?0?" if number.startswith("+86") else "(?:00)?"
        ways.append(f"{country}{national}")
    return re.compile(rf"(?<![0-9])(?:{'|'.join(ways)})(?![0-9])".encode())


def _erase_in(file: Path, written: re.Pattern[bytes]) -> int:
    stat = file.stat()
    if not stat.st_size:
        return 0
    count = _in_packed(file, written) if file.suffix in OPENERS else _in_place(file, written)
    if count:
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # when it was rotated tells which file comes next
    return count


def _in_place(file: Path, written: re.Pattern[bytes]) -> int:
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), 0) as content:
        found = [match.span() for match in written.finditer(content)]
        for begin, end in found:
            content[begin:end] = b"x" * (end - begin)
    return len(found)


def _in_packed(file: Path, written: re.Pattern[bytes]) -> int:
    opener = OPENERS[file.suffix]
    with opener(file) as packed:
        content, count = written.subn(lambda match: b"x" * len(match[0]), packed.read())
    if count:
        draft = file.with_name(f"{file.name}.new")
        with _PACKERS[file.suffix](draft, "wb") as made:
            made.write(content)
        draft.chmod(0o600)
        draft.replace(file)
    return count


def _moved(file: Path, mark: Mark) -> dict[str, Any]:
    """The same book-mark in a file whose letters are others now."""
    return {**mark.as_data(), "print": print_at(file, mark)}

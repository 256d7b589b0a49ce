"""Going on with a file that grows, is rotated, cut or replaced. May live here: finding what has not been read yet.

A book-mark knows the file's inode, the offset, and a fingerprint of what stood before it. Where inode, size or
fingerprint don't fit any more, the file was rotated: its rest is looked for among the files beside it (renamed or
copied, packed too), then the new file is read from its beginning. Rows read twice do no harm: they have keys.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Final, cast

from router.telephony.records.errors import RecordsMissingError, RecordsUnreadableError
from router.telephony.records.lines import Record, RecordShape, split
from router.texts import Listing, _

PRINT_BYTES = 512
OPENERS: Final[Mapping[str, Callable[[Path], Any]]] = {".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open}
UNKNOWN_PACKINGS: Final = frozenset({".zst", ".lz4", ".zip", ".Z", ".lzma", ".7z"})
BLOCK_BYTES = 1 << 20
LONGEST_LINE = 1 << 16


class UnreadablePackingError(RecordsUnreadableError, ValueError):
    """A file is packed in a way that we don't unpack."""

    id = "records-packing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a file has been read. `seen_ns`: its time of change then."""

    inode: int
    offset: int
    print: str
    seen_ns: int

    def as_data(self) -> dict[str, Any]:
        """As `pbx_source.position` keeps it."""
        return {"inode": self.inode, "offset": self.offset, "print": self.print, "seen_ns": self.seen_ns}


def mark_of(data: Any) -> Mark | None:
    """The mark in `pbx_source.position`; None where nothing was read yet."""
    return Mark(**data) if data else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A file to read from an offset on; `over`: nothing will be written to it any more."""

    path: Path
    offset: int
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What is to be read, in order. `lost`: a file was cut or taken away, and its rest is nowhere.

    `strays`: what may be a part of it and can't be opened, and why.
    """

    pieces: tuple[Piece, ...]
    lost: bool = False
    strays: tuple[str, ...] = ()


def way_from(path: Path, mark: Mark | None) -> Way:
    """What is to be read after `mark`. Raises `RecordsMissingError`, `RecordsUnreadableError`."""
    try:
        here = path.stat() if path.exists() else None
        if here is None and mark is None:
            raise _missing(path)
        if mark is None:
            return Way(pieces=(Piece(path=path, offset=0, over=False),))
        if here and here.st_ino == mark.inode and here.st_size >= mark.offset and print_at(path, mark) == mark.print:
            return Way(pieces=(Piece(path=path, offset=mark.offset, over=False),))
        return _after_rotation(path, mark, is_there=here is not None)
    except OSError as error:
        raise unreadable(path, error) from error


def _after_rotation(path: Path, mark: Mark, *, is_there: bool) -> Way:
    newer: list[tuple[int, Path]] = []
    strays: list[str] = []
    rest = None
    for one in rotated(path):
        try:
            changed = one.stat().st_mtime_ns
            if changed < mark.seen_ns or not one.is_file():
                continue
            is_rest = print_at(one, mark) == mark.print
            rest = rest or (one if is_rest else None)
            newer.append((changed, one))
        except (OSError, UnreadablePackingError) as error:
            strays.append(f"{one.name}: {getattr(error, 'strerror', None) or error}")
    pieces = [Piece(path=one, offset=mark.offset if one == rest else 0, over=True) for _changed, one in sorted(newer)]
    if is_there:
        pieces.append(Piece(path=path, offset=0, over=False))
    if not pieces:
        raise _missing(path)
    return Way(pieces=tuple(pieces), lost=rest is None and mark.offset > 0, strays=tuple(strays))


def rotated(path: Path) -> list[Path]:
    """The files beside it called as rotated ones are: `Master.csv.1.xz`, `Master.csv-2026`, `Master-1.csv`."""
    stem, suffix = re.escape(path.stem), re.escape(path.suffix)
    number = r"[-._]?(?:\d[\dT:_-]*|old|bak)"
    packed = "|".join(map(re.escape, (*OPENERS, *UNKNOWN_PACKINGS)))
    called = re.compile(rf"(?:{stem}{suffix}{number}|{stem}{number}{suffix}|{stem}{suffix})(?:{packed})?")
    return [one for one in path.parent.iterdir() if one.name != path.name and called.fullmatch(one.name)]


def records(piece: Piece, shape: RecordShape) -> Iterator[Record]:
    """The records of a file's rest; their ends are offsets in the file. Raises `RecordsUnreadableError`."""
    rest, offset = b"", piece.offset
    for block, is_last in _blocks(piece):
        data, used = rest + block, 0
        for record in split(data, shape, at_end=is_last and piece.over):
            used = record.end
            yield replace(record, end=offset + used)
        rest, offset = data[used:], offset + used


def first_record(path: Path, delimiter: str = ",") -> tuple[str, ...]:
    """The fields of a file's first line that can be read, which may be a header; empty where there is none."""
    piece = Piece(path=path, offset=0, over=False)
    shape = RecordShape(fits=lambda _fields: True, delimiter=delimiter)
    return next((record.fields for record in records(piece, shape) if record.fields), ())


def last_record(path: Path, fits: Callable[[tuple[str, ...]], bool]) -> tuple[str, ...]:
    """The fields of a file's newest line; of the last one that can be read."""
    offset = max(0, path.stat().st_size - LONGEST_LINE)
    found: tuple[str, ...] = ()
    for record in records(Piece(path=path, offset=offset, over=False), RecordShape(fits=fits)):
        found = record.fields or found
    return found


def _blocks(piece: Piece) -> Iterator[tuple[bytes, bool]]:
    """The rest of a file, a block at a time, and whether the file ends with it."""
    try:
        with _open(piece.path) as file:
            file.seek(piece.offset)
            block = file.read(BLOCK_BYTES)
            while block:
                following = file.read(BLOCK_BYTES)
                yield block, not following
                block = following
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise unreadable(piece.path, error) from error


def mark_at(path: Path, offset: int) -> Mark:
    """The mark for having read a file up to an offset."""
    stat = path.stat()
    return Mark(inode=stat.st_ino, offset=offset, print=_print(path, offset), seen_ns=stat.st_mtime_ns)


def print_at(path: Path, mark: Mark) -> str:
    """The fingerprint of what stands before a mark's place in this file."""
    return _print(path, mark.offset)


def _print(path: Path, offset: int) -> str:
    begin = max(0, offset - PRINT_BYTES)
    try:
        with _open(path) as file:
            file.seek(begin)
            seen = file.read(offset - begin)
    except (EOFError, zlib.error, lzma.LZMAError):
        return ""
    return hashlib.sha256(seen).hexdigest() if len(seen) == offset - begin else ""


def _open(path: Path) -> IO[bytes]:
    if path.suffix in UNKNOWN_PACKINGS:
        raise UnreadablePackingError(
            _("packed in a way that is not read; unpack it, or use %(names)s", names=Listing(OPENERS))
        )
    opener = OPENERS.get(path.suffix)
    return cast(IO[bytes], opener(path)) if opener else path.open("rb")


def _missing(path: Path) -> RecordsMissingError:
    return RecordsMissingError(
        _("the PBX's records are not there: %(path)s", path=path),
        cure=_("name the file that Asterisk writes in [reconcile] pbx, and let this program's user read it"),
    )


def unreadable(path: Path, error: Exception) -> RecordsUnreadableError:
    """The error for a file that can't be read."""
    why = getattr(error, "strerror", None) or str(error)
    return RecordsUnreadableError(
        _("the PBX's records can't be read: %(path)s: %(why)s", path=path, why=why),
        cure=_("let this program's user read file and folder"),
    )

"""The journal as it is read, by whoever has the file. May live here: its rows as entries, and finding them.

Numbers stand in a row by key, and are put back in when it is read; an erased one reads `erased-KEY`.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from router.texts import _
from router.wire.errors import JournalError

COLUMNS = "seq, at_ms, kind, source, key, body, facts, answer, standing"
REPLAYED = ("input", "refused", "policy")  # what makes the state; a refused input lets time pass
RECORDED = ("input", "refused", "erasure", "fact")  # what the database is told of


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One row of the journal; `answer` is what the desk said of it. Numbers are shown, erased ones as `erased-KEY`."""

    seq: int
    at_ms: int
    kind: str
    source: str
    body: Mapping[str, Any]
    key: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    answer: list[Mapping[str, Any]] = field(default_factory=list)
    standing: list[Mapping[str, Any]] = field(default_factory=list)


class JournalReader:
    """A reader's view of the file, for the thread that made it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
            self.id: str = self._db.execute("SELECT value FROM meta WHERE name = 'id'").fetchone()[0]
        except (sqlite3.Error, TypeError) as error:
            raise JournalError(
                _("%(path)s: %(why)s", path=path, why=str(error)),
                cure=_("has the engine ever run on this data folder?"),
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def tidy_up(self) -> None:
        """Move what the WAL holds into the file, as far as it goes without holding anybody up.

        By a reader, since the writer would do it inside a commit, and a caller waits for that.
        """
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def have_on_disk(self) -> None:
        """Have the disk keep what can be read now: what is put into the database must never be lost here."""
        with contextlib.suppress(FileNotFoundError), wal_of(self._path).open("rb") as wal:  # else it is in the file
            os.fdatasync(wal.fileno())

    @contextlib.contextmanager
    def as_of_now(self) -> Iterator[None]:
        """All that is read inside is of one moment, whatever is written meanwhile."""
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("COMMIT")

    def read(self, after: int = 0, kinds: tuple[str, ...] = REPLAYED, limit: int = -1) -> Iterator[JournalEntry]:
        """Rows after a sequence number, in order; at most `limit`, if that is not negative."""
        marks = ",".join("?" * len(kinds))
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM event WHERE seq > ? AND kind IN ({marks}) ORDER BY seq LIMIT ?",  # noqa: S608  (only names of ours and question marks)
            (after, *kinds, limit),
        )
        for row in rows:
            yield self._entry(row)

    def last_snapshot(self, version: str, before: int = 1 << 62) -> JournalEntry | None:
        """The newest snapshot that this version of the code wrote, before a sequence number."""
        row = self._db.execute(
            f"SELECT {COLUMNS} FROM event WHERE kind = 'snapshot' AND source = ? AND seq < ? ORDER BY seq DESC LIMIT 1",  # noqa: S608  (names of ours)
            (version, before),
        ).fetchone()
        return self._entry(row) if row else None

    def rules_at(self, seq: int) -> int:
        """By which rules (`snapshot.RULES`) an event was decided, as the newest policy before it says; else 1."""
        row = self._db.execute(
            "SELECT json_extract(facts, '$.rules') FROM event WHERE kind = 'policy' AND seq <= ? "
            "ORDER BY seq DESC LIMIT 1",
            (seq,),
        ).fetchone()
        return int(row[0]) if row and row[0] else 1

    def first_seq_at(self, at_ms: int) -> int:
        """The first sequence number at or after a moment, one past the last if there is none.

        The desk's time never goes back, so numbers are in order of time, and halving finds it without reading all.
        """
        low, high = 1, self._db.execute("SELECT coalesce(max(seq), 0) + 1 FROM event").fetchone()[0]
        while low < high:
            middle = (low + high) // 2
            row = self._db.execute(
                "SELECT seq, at_ms FROM event WHERE seq >= ? ORDER BY seq LIMIT 1", (middle,)
            ).fetchone()
            if row is None or row[1] >= at_ms:
                high = middle
            else:
                low = row[0] + 1
        return int(low)

    @property
    def begins(self) -> int:
        """After which sequence number it goes on alone (`go_on_restored`); 0 for a journal that was never restored."""
        row = self._db.execute("SELECT value FROM meta WHERE name = 'begins'").fetchone()
        return int(row[0]) if row else 0

    def newest(self, kinds: tuple[str, ...] = ()) -> int:
        """The newest event's sequence number, 0 for none; of any of these kinds, if some are named."""
        if kinds:
            return max(self._newest_of(kind) for kind in kinds)
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])

    def _newest_of(self, kind: str) -> int:
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM event WHERE kind = ?", (kind,)).fetchone()[0])

    def at_of(self, seq: int) -> int | None:
        """When an event happened (ms); None where there is none of that number."""
        row = self._db.execute("SELECT at_ms FROM event WHERE seq = ?", (seq,)).fetchone()
        return row[0] if row else None

    def newest_key(self) -> int:
        """The newest key of a number, 0 for none."""
        return int(self._db.execute("SELECT coalesce(max(key), 0) FROM number").fetchone()[0])

    def key_of(self, number: str) -> int | None:
        """A number's key, if it has one."""
        row = self._db.execute("SELECT key FROM number WHERE number = ?", (number,)).fetchone()
        return row[0] if row else None

    def _entry(self, row: tuple[Any, ...]) -> JournalEntry:
        seq, at_ms, kind, source, key, *written = row
        body, facts, answer, standing = (self._shown(json.loads(text)) for text in written)
        return JournalEntry(
            seq=seq,
            at_ms=at_ms,
            kind=kind,
            source=source,
            key=key,
            body=body,
            facts=facts,
            answer=answer,
            standing=standing,
        )

    def _shown(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self._number_of(value["number"]) if _is_key(value) else {k: self._shown(v) for k, v in value.items()}
        return [self._shown(item) for item in value] if isinstance(value, list) else value

    def _number_of(self, key: int) -> str:
        row = self._db.execute("SELECT number FROM number WHERE key = ?", (key,)).fetchone()
        return row[0] if row and row[0] else erased(key)


def erased(key: int) -> str:
    """What stands in place of an erased number."""
    return f"erased-{key}"


def wal_of(path: Path) -> Path:
    """SQLite's file of what was written last."""
    return path.with_name(path.name + "-wal")


def _is_key(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and isinstance(value.get("number"), int)

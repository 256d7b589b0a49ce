"""The journal: what happened, in order, before anything else is done with it. May live here: `journal.db` and its rows.

SQLite of its own (WAL, synchronous FULL: what is committed survives a power cut). One row an event; a snapshot is a
row with the code's version. Customers stand in it by key: the numbers are in one table, which can be emptied for a
person (erasure). One writer, the engine's thread; readers open the file for themselves.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from router.errors import StoreError

SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,          -- input, refused, snapshot
    source TEXT NOT NULL,
    key TEXT UNIQUE,             -- of a request, so that it counts once
    body TEXT NOT NULL,          -- JSON: the input, or the snapshot
    facts TEXT NOT NULL,         -- JSON: what else was known
    answer TEXT NOT NULL         -- JSON: what the desk said
);
CREATE INDEX IF NOT EXISTS event_kind ON event (kind, seq);
CREATE TABLE IF NOT EXISTS number (key INTEGER PRIMARY KEY, number TEXT UNIQUE);
"""


class JournalError(StoreError):
    """The journal can't be written or read: the engine must not go on without it."""

    id = "journal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the journal; `answer` is what the desk said of it."""

    seq: int
    at_ms: int
    kind: str
    source: str
    key: str | None
    body: Mapping[str, Any]
    facts: Mapping[str, str]
    answer: list[Mapping[str, Any]]


class Journal:
    """The open journal. Made, written and closed by one thread."""

    def __init__(self, path: Path) -> None:
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            path.chmod(0o600)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise JournalError(
                f"{path}: {error}", cure="see that the data folder is writable and the disk not full"
            ) from error
        row = self._db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
        self.last_seq: int = row[0]
        self._keys: dict[str, int] = {}

    def close(self) -> None:
        """Close the file; committed rows stay."""
        self._db.close()

    def write(self, entries: Iterable[Entry]) -> None:
        """Write a batch in one transaction; raises `JournalError`, and then nothing of the batch is kept."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for entry in entries:
                self._insert(entry)
                self.last_seq = max(self.last_seq, entry.seq)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise JournalError(f"the journal can't be written: {error}", cure="is the disk full?") from error

    def _insert(self, entry: Entry) -> None:
        self._db.execute(
            "INSERT INTO event (seq, at_ms, kind, source, key, body, facts, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.seq,
                entry.at_ms,
                entry.kind,
                entry.source,
                entry.key,
                json.dumps(self._hidden(entry.body), ensure_ascii=False),
                json.dumps(self._hidden(entry.facts), ensure_ascii=False),
                json.dumps(self._hidden(entry.answer), ensure_ascii=False),
            ),
        )

    def has_key(self, key: str) -> bool:
        """Whether a request with this key was recorded."""
        return self._db.execute("SELECT 1 FROM event WHERE key = ?", (key,)).fetchone() is not None

    def read(self, after: int = 0, kinds: tuple[str, ...] = ("input", "refused")) -> Iterator[Entry]:
        """Rows after a sequence number, in order."""
        marks = ",".join("?" * len(kinds))
        rows = self._db.execute(
            "SELECT seq, at_ms, kind, source, key, body, facts, answer FROM event "  # noqa: S608  (only question marks)
            f"WHERE seq > ? AND kind IN ({marks}) ORDER BY seq",
            (after, *kinds),
        )
        for row in rows:
            yield self._entry(row)

    def last_snapshot(self, version: str) -> Entry | None:
        """The newest snapshot that this version of the code wrote."""
        row = self._db.execute(
            "SELECT seq, at_ms, kind, source, key, body, facts, answer FROM event "
            "WHERE kind = 'snapshot' AND source = ? ORDER BY seq DESC LIMIT 1",
            (version,),
        ).fetchone()
        return self._entry(row) if row else None

    def _entry(self, row: tuple[Any, ...]) -> Entry:
        seq, at_ms, kind, source, key, body, facts, answer = row
        return Entry(
            seq=seq,
            at_ms=at_ms,
            kind=kind,
            source=source,
            key=key,
            body=self._shown(json.loads(body)),
            facts=self._shown(json.loads(facts)),
            answer=self._shown(json.loads(answer)),
        )

    # --- numbers by key --------------------------------------------------------------------------------------------

    def forget_number(self, number: str) -> bool:
        """Erase a number: every row that names it shows an unknown one from now on. Returns whether it was known."""
        done = self._db.execute("UPDATE number SET number = NULL WHERE number = ?", (number,))
        self._keys.pop(number, None)
        return done.rowcount > 0

    def _hidden(self, value: Any, *, is_number: bool = False) -> Any:
        if isinstance(value, Mapping):
            return {name: self._hidden(item, is_number=name in NUMBER_FIELDS) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._hidden(item, is_number=is_number) for item in value]
        if is_number and isinstance(value, str) and value:
            return {"number": self._key_of(value)}
        return value

    def _shown(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self._number_of(value["number"]) if _is_key(value) else {k: self._shown(v) for k, v in value.items()}
        return [self._shown(item) for item in value] if isinstance(value, list) else value

    def _key_of(self, number: str) -> int:
        if number not in self._keys:
            self._db.execute("INSERT OR IGNORE INTO number (number) VALUES (?)", (number,))
            row = self._db.execute("SELECT key FROM number WHERE number = ?", (number,)).fetchone()
            self._keys[number] = row[0]
        return self._keys[number]

    def _number_of(self, key: int) -> str:
        row = self._db.execute("SELECT number FROM number WHERE key = ?", (key,)).fetchone()
        return row[0] if row and row[0] else f"erased-{key}"


NUMBER_FIELDS = frozenset({"number", "numbers", "caller"})  # the fields of inputs, answers and facts that are numbers


def _is_key(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and isinstance(value.get("number"), int)

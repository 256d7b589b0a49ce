"""The journal: what happened, in order, before anything else is done with it. May live here: `journal.db` and its rows.

SQLite of its own (WAL). What is committed survives a killed process; `journal_sync` has it on the disk within 20 ms,
for a power cut. One row an event; a snapshot is a row with the code's version. Customers stand in it by key: the
numbers are in one table, which can be emptied for a person (erasure). One writer, the engine's thread; readers open the
file for themselves.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from router.engine.journal_reader import COLUMNS, JournalEntry, JournalReader, erased, wal_of
from router.engine.journal_sync import JournalSync
from router.store.follow.events import NUMBER_FIELDS
from router.texts import _
from router.wire.errors import JournalError

FORMAT = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,          -- input, refused, failed, stale, fact, policy, erasure, snapshot
    source TEXT NOT NULL,
    key TEXT UNIQUE,             -- of a request, so that it counts once
    body TEXT NOT NULL,          -- JSON: the input, the policy, or the snapshot
    facts TEXT NOT NULL,         -- JSON: what else was known
    answer TEXT NOT NULL,        -- JSON: what the desk said
    standing TEXT NOT NULL       -- JSON: how the numbers concerned stand afterwards
);
CREATE INDEX IF NOT EXISTS event_kind ON event (kind, seq);
CREATE TABLE IF NOT EXISTS number (key INTEGER PRIMARY KEY, number TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
SNAPSHOTS_KEPT = 3
KEYS_AT_HAND = 1_000_000  # all of them: a forked copy of the engine can not look one up (`snapshot_aside`)
NAMES_OF_NUMBERS = tuple(f'"{name}"' for name in NUMBER_FIELDS)
WAL_PAGES = 20_000  # a reader tidies the WAL up long before; this is for when there is none


class JournalInUseError(JournalError):
    """Another engine has this journal open."""

    id = "journal-in-use"


class Journal(JournalReader):
    """The open journal. Made, written and closed by one thread; no second one can be open on the same file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = _lock(path.with_name(path.name + ".lock"))
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            path.chmod(0o600)
            self.id = _prepare(self._db)
        except (sqlite3.Error, OSError) as error:
            self._lock.close()
            raise JournalError(_("%(path)s: %(why)s", path=path, why=str(error)), cure=_cure(error)) from error
        self.last_seq = self.newest()
        self._keys: dict[str, int] = {}
        self._is_copy = False
        self._sync = JournalSync(wal_of(path))

    def close(self) -> None:
        """Close the file; committed rows stay."""
        self._sync.close()
        self._db.close()
        self._lock.close()

    def write(self, entries: Iterable[JournalEntry]) -> None:
        """Write a batch in one transaction; raises `JournalError`, and then nothing of the batch is kept.

        The disk has it only after `sync_soon`, and the next `write` raises what went wrong there.
        """
        last = self.last_seq
        if self._sync.failure is not None:
            raise _unwritable(self._sync.failure)
        with self._transaction():
            for entry in entries:
                self._insert(entry)
                last = entry.seq
                if entry.kind == "snapshot":
                    self._drop_old_snapshots(entry.source)
        self.last_seq = last

    def text_in_a_copy(self, *values: Any) -> str:
        """In a forked copy of this process alone: these as they are written, for `write_made`.

        Numbers go by the keys at hand, since SQLite's handles must not be used in a fork.
        """
        self._is_copy = True
        return json.dumps([self._text(value) for value in values])

    def write_made(self, seq: int, at_ms: int, version: str, text: str) -> None:
        """Write a snapshot that a copy has made; its number was kept for it, so that what came since comes after it."""
        body, facts = json.loads(text)
        with self._transaction():
            self._db.execute(
                f"INSERT INTO event ({COLUMNS}) VALUES (?, ?, 'snapshot', ?, NULL, ?, ?, '[]', '[]')",  # noqa: S608  (names of ours)
                (seq, at_ms, version, body, facts),
            )
            self._drop_old_snapshots(version)
        self.last_seq = max(self.last_seq, seq)

    def sync_soon(self) -> None:
        """Have the disk keep what was written, without waiting for it."""
        self._sync.ask()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._keys.clear()  # keys given in it are gone with it
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise _unwritable(error) from error

    def _insert(self, entry: JournalEntry) -> None:
        written = (entry.body, entry.facts, entry.answer, entry.standing)
        self._db.execute(
            f"INSERT INTO event ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  (names of ours)
            (
                entry.seq,
                entry.at_ms,
                entry.kind,
                entry.source,
                entry.key,
                *(self._text(value) for value in written),
            ),
        )

    def _text(self, value: Any) -> str:
        """As it is written: with keys in place of numbers. Most have none, and a caller waits for the looking."""
        text = _as_json(value)
        return _as_json(self._hidden(value)) if any(name in text for name in NAMES_OF_NUMBERS) else text

    def _drop_old_snapshots(self, version: str) -> None:
        self._db.execute(
            "DELETE FROM event WHERE kind = 'snapshot' AND source = ?1 AND seq NOT IN "
            "(SELECT seq FROM event WHERE kind = 'snapshot' AND source = ?1 ORDER BY seq DESC LIMIT ?2)",
            (version, SNAPSHOTS_KEPT),
        )

    def request(self, key: str) -> tuple[int, str] | None:
        """What became of the request with this key: its sequence number, and why it was refused if it was."""
        row = self._db.execute(
            "SELECT seq, coalesce(json_extract(facts, '$.refused'), '') FROM event WHERE key = ?", (key,)
        ).fetchone()
        return (row[0], row[1]) if row else None

    def go_on_restored(self, begins: int, erased_keys: Iterable[int]) -> str:
        """It was restored from a backup, and goes on as a journal of its own after `begins`; returns its new id.

        Sequence numbers from there on mean other things than those of the journal that was lost. Numbers that were
        erased since the backup are erased again.
        """
        made = secrets.token_hex(8)
        with self._transaction():
            self._db.executemany("UPDATE number SET number = NULL WHERE key = ?", [(key,) for key in erased_keys])
            for name, value in (("id", made), ("begins", str(begins))):
                self._db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the WAL still has the old pages
        self.id = made
        return made

    # --- numbers by key --------------------------------------------------------------------------------------------

    def erase(self, number: str, entry: JournalEntry) -> dict[str, str]:
        """Erase a number and how the carrier wrote it, with `entry` as the record of it; every row shows an unknown
        one from now on. Returns what stands in place of each; snapshots that name it stay readable, by key.
        """
        key = self.key_of(number)
        keys = {number: key, **self._as_sent(key, number)} if key is not None else {}
        with self._transaction():
            for written in keys.values():
                self._db.execute("UPDATE number SET number = NULL WHERE key = ?", (written,))
            self._insert(_with_keys(entry, list(keys.values())))
        self.last_seq = entry.seq
        for written_as in keys:
            self._keys.pop(written_as, None)
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the WAL still has the old pages
        return {was: erased(written) for was, written in keys.items()}

    def _as_sent(self, key: int, number: str) -> dict[str, int]:
        """The forms in which a number came (facts of its calls) and their keys."""
        rows = self._db.execute(
            "SELECT DISTINCT number.number, number.key FROM event "
            "JOIN number ON number.key = json_extract(event.facts, '$.number.number') "
            "WHERE ?1 IN (json_extract(event.body, '$.number.number'), json_extract(event.facts, '$.caller.number')) "
            "AND number.number IS NOT NULL",
            (key,),
        )
        tail = number[-7:]  # without it a text like "anonymous" would be erased for all who sent it
        return {sent: written for sent, written in rows if sent.endswith(tail)}

    def _hidden(self, value: Any, *, is_number: bool = False) -> Any:
        if isinstance(value, str):  # most are: asked first, since a caller waits
            return {"number": self._new_key(value)} if is_number and value else value
        if isinstance(value, dict | Mapping):
            return {name: self._hidden(item, is_number=name in NUMBER_FIELDS) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._hidden(item, is_number=is_number) for item in value]
        return value

    def _new_key(self, number: str) -> int:
        """The key to write in place of a number; an erased one keeps its own."""
        if number not in self._keys:
            if len(self._keys) >= KEYS_AT_HAND:
                self._keys.clear()
            self._keys[number] = _erased_key(number) or self._insert_number(number)
        return self._keys[number]

    def _insert_number(self, number: str) -> int:
        if self._is_copy:
            raise JournalError(_("a number's key is not at hand"))
        self._db.execute("INSERT OR IGNORE INTO number (number) VALUES (?)", (number,))
        key: int = self._db.execute("SELECT key FROM number WHERE number = ?", (number,)).fetchone()[0]
        return key


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=dict)


def _unwritable(error: Exception) -> JournalError:
    return JournalError(_("the journal can't be written: %(why)s", why=str(error)), cure=_("is the disk full?"))


def _erased_key(number: str) -> int | None:
    head, _, key = number.partition("erased-")
    return int(key) if not head and key.isdigit() else None


def _with_keys(entry: JournalEntry, keys: list[int]) -> JournalEntry:
    return JournalEntry(
        seq=entry.seq, at_ms=entry.at_ms, kind=entry.kind, source=entry.source, key=entry.key, body={"keys": keys}
    )


def _lock(path: Path) -> Any:
    """Hold a lock file of its own: closing a second handle of `journal.db` would drop SQLite's locks."""
    try:
        file = path.open("w")
    except OSError as error:
        raise JournalError(
            _("%(path)s: %(why)s", path=path, why=error.strerror), cure=_("see that the data folder is writable")
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise JournalInUseError(
            _("another engine runs on %(parent)s", parent=path.parent), cure=_("end it first")
        ) from error
    return file


def _prepare(db: sqlite3.Connection) -> str:
    """Set the file up and return its id."""
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON", f"wal_autocheckpoint={WAL_PAGES}"):
        db.execute(f"PRAGMA {pragma}")
    written: int = db.execute("PRAGMA user_version").fetchone()[0]
    if written > FORMAT:
        raise sqlite3.NotSupportedError(f"format {written} was written by a newer version")
    db.executescript(SCHEMA)
    db.execute(f"PRAGMA user_version={FORMAT}")
    db.execute("INSERT OR IGNORE INTO meta (name, value) VALUES ('id', ?)", (secrets.token_hex(8),))
    made: str = db.execute("SELECT value FROM meta WHERE name = 'id'").fetchone()[0]
    return made


def _cure(error: Exception) -> str:
    if type(error) is sqlite3.DatabaseError:  # its subclasses are about locks, space and rights, not the content
        return (
            "it is damaged: move it and its -wal and -shm away and start again; the database knows whose customers are"
        )
    return "see that the data folder is writable and the disk not full"

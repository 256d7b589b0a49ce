"""The journal as the database's writer wants it: typed events with keys of numbers. May live here: that reading."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from router.engine.journal_reader import RECORDED, JournalEntry, JournalReader
from router.logs import logger
from router.store.follow.events import NUMBER_FIELDS, Erasure, Fact, JournalEvent, JournalItem, Standing, Unreadable
from router.texts import _
from router.wire.codec import ANSWERS, CodecError, answer_from_json, from_json, input_from_json, putting_aside
from router.wire.errors import JournalError

log = logger(__name__)

TIDY_UP_AFTER = 500  # events read


class JournalFeed:
    """Reads the journal from the thread that first asks; opens the file then, and again after `close`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader: JournalReader | None = None
        self._read = 0  # since the last tidying up

    @property
    def journal(self) -> str:
        """Which journal it is."""
        return self._open().id

    def read(self, after: int, limit: int) -> Sequence[JournalItem]:
        """At most `limit` events after a sequence number, in order; raises `JournalError`."""
        reader = self._open()
        try:
            with reader.as_of_now():  # no number is erased between its event and its key
                items = [_item(reader, entry) for entry in reader.read(after, RECORDED, limit)]
            if items:
                reader.have_on_disk()  # else a power cut could leave the database ahead of the journal
            self._read += len(items)
            if self._read >= TIDY_UP_AFTER:
                self._read = 0
                reader.tidy_up()
        except sqlite3.Error as error:
            raise JournalError(_("%(path)s can't be read: %(why)s", path=self._path, why=str(error))) from error
        return items

    @property
    def begins(self) -> int:
        """After which sequence number it goes on alone: what stands before came with the backup it is from."""
        return self._open().begins

    def at_of(self, seq: int) -> int | None:
        """When an event happened (ms); None where there is none of that number. Raises `JournalError`."""
        return self._open().at_of(seq)

    def newest(self) -> int:
        """The newest event's sequence number, 0 for none."""
        return self._open().newest()

    def close(self) -> None:
        """Let go of the file."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _open(self) -> JournalReader:
        if self._reader is None:
            self._reader = JournalReader(self._path)
        return self._reader


def _item(reader: JournalReader, entry: JournalEntry) -> JournalItem:
    if entry.kind == "erasure":
        return Erasure(seq=entry.seq, at_ms=entry.at_ms, keys=tuple(entry.body["keys"]), by=entry.source)
    try:
        with putting_aside() as aside:
            item = _fact(reader, entry) if entry.kind == "fact" else _event(reader, entry, aside)
    except CodecError as error:
        return Unreadable(seq=entry.seq, at_ms=entry.at_ms, why=str(error))
    if aside:
        log.warning("put aside for the database", seq=entry.seq, what=", ".join(sorted(aside)))
    return item


def _fact(reader: JournalReader, entry: JournalEntry) -> Fact:
    fact: Fact = from_json(Fact, {**entry.body, "seq": entry.seq, "at_ms": entry.at_ms, "source": entry.source})
    return replace(fact, facts=_facts(entry), keys=_keys(reader, entry.facts))


def _facts(entry: JournalEntry) -> dict[str, str]:
    return {str(name): str(value) for name, value in entry.facts.items()}


def _keys(reader: JournalReader, *named: Any) -> dict[str, int]:
    """The key of every number that is named."""
    keys = {number: _key(reader, number) for number in set(_numbers(list(named)))}
    return {number: key for number, key in keys.items() if key is not None}


def _event(reader: JournalReader, entry: JournalEntry, aside: set[str]) -> JournalEvent:
    facts = _facts(entry)
    known = [item for item in entry.answer if item.get("is") in ANSWERS]
    aside.update(str(item.get("is")) for item in entry.answer if item.get("is") not in ANSWERS)
    return JournalEvent(
        seq=entry.seq,
        at_ms=entry.at_ms,
        source=entry.source,
        key=entry.key,
        input=input_from_json(entry.body),
        answer=[answer_from_json(item) for item in known],
        facts={name: value for name, value in facts.items() if name != "refused"},
        standing=[from_json(Standing, item) for item in entry.standing],
        keys=_keys(reader, entry.body, entry.facts, entry.answer, entry.standing),
        refused=facts.get("refused", ""),
    )


def _key(reader: JournalReader, number: str) -> int | None:
    tail = number.removeprefix("erased-")
    return int(tail) if tail != number and tail.isdigit() else reader.key_of(number)


def _numbers(value: Any, *, is_number: bool = False) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _numbers(item, is_number=name in NUMBER_FIELDS)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item, is_number=is_number)
    elif is_number and isinstance(value, str) and value:
        yield value

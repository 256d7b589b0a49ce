"""A recorded day once more (R17): the desk is told what it was told, and must say what it said.

May live here: reading a day from the journal, the desk as it stood before it, and naming what differs. Nothing here
writes: it reads a journal that an engine may be writing at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from router.core.desk import Desk
from router.core.errors import DeskError, Refusal
from router.core.policy import Policy
from router.engine.customer_standing import standing_after
from router.engine.journal_reader import REPLAYED, JournalEntry, JournalReader
from router.engine.snapshot import RULES, VERSION, office_from, state_of
from router.refusals import refusal_text
from router.wire.codec import CodecError, answer_to_json, from_json, input_from_json, to_json

WITH_SNAPSHOTS = (*REPLAYED, "snapshot")
EVERY = 1000  # entries between two signs of progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a replayed day differs from the recorded one: which event, the part of it, and both sides."""

    seq: int
    at_ms: int
    event: str
    part: str
    expected: Any
    got: Any


@dataclass(slots=True)
class Replayed:
    """What came of replaying a day."""

    inputs: int = 0
    items: int = 0
    snapshots: int = 0
    policies: int = 0
    earlier: int = 0  # events that an earlier version decided by its own rules, and that would be decided otherwise now
    differences: list[Difference] = field(default_factory=list)


def desk_before(
    reader: JournalReader, seq: int, progress: Callable[[int, int], None] | None = None, *, base: Policy | None = None
) -> Desk:
    """The desk as it stood before entry `seq`: the newest snapshot before it that we can read, and what came after.

    Only the last few snapshots are kept, so an older day is reached by replaying from the journal's beginning;
    `progress` is told how far (done, of all).
    """
    desk = Desk(base or Policy())
    snapshot = reader.last_snapshot(VERSION, before=seq)
    try:
        if snapshot is not None:
            desk.office = office_from(snapshot.body)
    except CodecError:
        snapshot = None  # of a version that we can't read: the whole journal says the same
    first = snapshot.seq if snapshot else 0
    for entry in reader.read(after=first):
        if entry.seq >= seq:
            break
        if progress and entry.seq % EVERY == 0:
            progress(entry.seq - first, seq - first)
        tell(desk, entry)
    return desk


def tell(desk: Desk, entry: JournalEntry) -> list[Mapping[str, Any]] | None:
    """Tell the desk one entry again: what it says, as the journal writes it; None when it refuses."""
    if entry.kind == "policy":
        desk.office.policy = from_json(Policy, entry.body)
        return []
    try:
        answer = desk.handle(input_from_json(entry.body), entry.at_ms)
    except DeskError:
        return None
    return [answer_to_json(item) for item in answer]


def entries_between(
    reader: JournalReader, first: int, end: int, kinds: tuple[str, ...] = REPLAYED
) -> Iterator[JournalEntry]:
    """Entries from `first` to before `end`."""
    for entry in reader.read(after=first - 1, kinds=kinds):
        if entry.seq >= end:
            return
        yield entry


def replay_day(
    reader: JournalReader, start_ms: int, end_ms: int, progress: Callable[[int, int], None] | None = None
) -> Replayed:
    """Replay what was recorded from `start_ms` to before `end_ms` and compare each answer with the recorded one.

    Snapshots within the day must equal the state at that point, whoever wrote them (a restart, an upgrade of equal
    format); after a difference the replay goes on, with what the desk says now. What an earlier version decided by its
    rules is only counted; with the first snapshot of this one the desk stands as it stood then.
    """
    first, end = reader.first_seq_at(start_ms), reader.first_seq_at(end_ms)
    desk = desk_before(reader, first, progress)
    day = Replayed()
    rules = reader.rules_at(first - 1)
    for entry in entries_between(reader, first, end, WITH_SNAPSHOTS):
        if progress and entry.seq % EVERY == 0:
            progress(entry.seq - first, end - first)
        was, count = rules, len(day.differences)
        if entry.kind == "policy":
            rules = int(entry.facts.get("rules", 1))
        if entry.kind == "snapshot" and day.earlier and rules == RULES:
            _take_over(day, desk, entry)
        elif entry.kind == "snapshot":
            _compare_snapshot(day, desk, entry)
        else:
            _compare(day, desk, entry)
        if was != RULES and len(day.differences) > count:
            day.earlier += 1
            del day.differences[count:]
    return day


def _take_over(day: Replayed, desk: Desk, entry: JournalEntry) -> None:
    """The desk as the new version found it: what it would have been by the new rules is nobody's question."""
    if entry.source == VERSION:
        day.snapshots += 1
        desk.office = office_from(entry.body)


def _compare(day: Replayed, desk: Desk, entry: JournalEntry) -> None:
    if entry.kind == "policy":
        day.policies += 1
        tell(desk, entry)
        return
    day.inputs += 1
    try:
        told = input_from_json(entry.body)
    except CodecError as error:
        day.differences.append(_difference(entry, "input", entry.body, str(error)))
        return
    try:
        answer = desk.handle(told, entry.at_ms)
    except DeskError as error:
        if entry.kind != "refused":
            day.differences.append(_difference(entry, "refused", "accepted", str(refusal_text(error.refusal))))
        return
    if entry.kind == "refused":
        said = str(refusal_text(Refusal.read(entry.facts.get("refused", ""))))
        day.differences.append(_difference(entry, "refused", said, "accepted"))
        return
    got = [answer_to_json(item) for item in answer]
    day.items += len(got)
    standing = [to_json(item) for item in standing_after(desk.office, told, answer)]
    for part, expected, now in (("answer", entry.answer, got), ("standing", entry.standing, standing)):
        day.differences += [_difference(entry, *found) for found in _first_difference(part, expected, now)]


def _compare_snapshot(day: Replayed, desk: Desk, entry: JournalEntry) -> None:
    if entry.source != VERSION:
        return  # another version's format says nothing to us
    day.snapshots += 1
    day.differences += [
        _difference(entry, *found) for found in _first_difference("state", entry.body, state_of(desk.office))
    ]


def _difference(entry: JournalEntry, part: str, expected: Any, got: Any) -> Difference:
    event = str(entry.body.get("is", entry.kind)) if entry.kind != "snapshot" else "snapshot"
    return Difference(seq=entry.seq, at_ms=entry.at_ms, event=event, part=part, expected=expected, got=got)


def _first_difference(part: str, expected: Any, got: Any) -> list[tuple[str, Any, Any]]:
    """The innermost place where two JSON values first differ, as `part.key[2]`; none when they are equal."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping) and set(expected) == set(got):
        pairs = [(f"{part}.{key}", expected[key], got[key]) for key in expected]
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        pairs = [(f"{part}[{place}]", *both) for place, both in enumerate(zip(expected, got, strict=True))]
    else:
        return [] if expected == got else [(part, expected, got)]
    return next((found for where, one, other in pairs if (found := _first_difference(where, one, other))), [])

"""The desk's state written down and read back. May live here: that translation, and replaying what came after it.

Recovery is: the newest snapshot that this code can read, then every input after it at its own time. The desk is
deterministic, so the state is the one before the crash, whenever that was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from router.core.desk import Desk
from router.core.errors import DeskError
from router.core.model import Office
from router.core.policy import Policy
from router.core.words import Number
from router.engine.day_state import DayState
from router.engine.journal_reader import REPLAYED, JournalEntry, JournalReader
from router.logs import logger
from router.store.follow.events import Fact
from router.wire.codec import JSON_VERSION, CodecError, from_json, input_from_json, putting_aside, to_json

log = logger(__name__)

VERSION = f"state/{JSON_VERSION}"
RULES = (
    2  # counts up where the same input is answered otherwise than before: 2 has the fairness ledger (R27) and R5 anew
)
BY_NUMBER = ("customers", "callbacks")  # written so that the journal finds the numbers and keeps their keys instead


def state_of(office: Office) -> dict[str, Any]:
    """The office as plain JSON data."""
    whole: dict[str, Any] = to_json(office)
    del whole["out"]  # nothing is being said between inputs
    del whole["pending"]  # the unanswered of `calls`
    for name in BY_NUMBER:
        whole[name] = [{"number": number, "value": value} for number, value in whole[name]]
    return whole


def office_from(raw: Mapping[str, Any]) -> Office:
    """The office that was written; raises `CodecError`."""
    whole = dict(raw)
    try:
        for name in BY_NUMBER:
            whole[name] = [[entry["number"], entry["value"]] for entry in whole[name]]
    except (KeyError, TypeError) as error:
        raise CodecError(f"no state of an office: {error!r}") from error
    office: Office = from_json(Office, {**whole, "pending": [], "out": []})
    office.pending = {call.id: call for call in office.calls.values() if call.unanswered}
    return office


def rename_number(office: Office, number: Number, instead: Number) -> None:
    """Have the office know a number by another name: it was erased."""
    office.customers = {(instead if known == number else known): kept for known, kept in office.customers.items()}
    office.callbacks = {(instead if known == number else known): who for known, who in office.callbacks.items()}
    for call in office.calls.values():
        if call.number == number:
            call.number = instead


def recover(journal: JournalReader, policy: Policy) -> Desk:
    """The desk as it was when the journal's last entry was written; `policy` is a new journal's.

    The past is replayed under the policy that it was decided under: a changed one is set afterwards (`Engine.start`).
    """
    return recover_all(journal, policy)[0]


def recover_all(journal: JournalReader, policy: Policy) -> tuple[Desk, DayState]:
    """The desk, and what the engine had noted beside it."""
    desk, day = Desk(policy), DayState()
    snapshot = journal.last_snapshot(VERSION)
    try:
        with _telling_of_the_unknown(snapshot):
            if snapshot is not None:
                desk.office = office_from(snapshot.body)
                day = from_json(DayState, snapshot.facts["notes"]) if "notes" in snapshot.facts else day
    except CodecError:
        log.exception("snapshot unreadable", seq=snapshot.seq if snapshot else 0, instead="the whole journal")
        snapshot, day = None, DayState()
    replay(desk, journal.read(snapshot.seq if snapshot else 0, (*REPLAYED, "fact")), day)
    return desk, day


def replay(desk: Desk, entries: Iterable[JournalEntry], day: DayState | None = None) -> int:
    """Tell the desk again what it was told; what it refused then, it refuses now. `day` follows, if it is given.

    Returns how many inputs it refuses now and did not then, or can't read: after an upgrade that changed a rule, or a
    step back to an older version. Each is logged as an error; the desk goes on without them, since an office without
    a desk is worse.
    """
    changed = 0
    day = day or DayState()
    for entry in entries:
        try:
            with _telling_of_the_unknown(entry):
                changed += not _again(desk, entry, day)
        except CodecError as error:  # of another version: an office without it is better than none
            told = entry.body.get("is")
            log.error("entry put aside", seq=entry.seq, kind=entry.kind, input=told, why=str(error))  # noqa: TRY400  (no slip of ours)
            changed += 1
    return changed


@contextmanager
def _telling_of_the_unknown(entry: JournalEntry | None) -> Iterator[None]:
    """Read what another version wrote as far as this one knows it, and say what was left out."""
    with putting_aside() as aside:
        yield
    if aside and entry is not None:
        log.warning("fields put aside", seq=entry.seq, kind=entry.kind, fields=", ".join(sorted(aside)))


def _again(desk: Desk, entry: JournalEntry, day: DayState) -> bool:
    """One entry again; False if it is refused now and was not then. Raises `CodecError`."""
    if entry.kind == "policy":
        desk.office.policy = from_json(Policy, entry.body)
        return True
    if entry.kind == "fact":
        fact: Fact = from_json(Fact, {**entry.body, "seq": entry.seq, "at_ms": entry.at_ms})
        day.observe(fact.what, fact.call, fact.at_ms)
        return True
    told = input_from_json(entry.body)
    try:
        answer = desk.handle(told, entry.at_ms)
    except DeskError:
        if entry.kind == "input":
            log.exception("replay differs", seq=entry.seq, input=entry.body.get("is"))
        return entry.kind != "input"
    except Exception:  # a mistake of ours, which would end every start
        log.exception("replay failed", seq=entry.seq, input=entry.body.get("is"))
        return False
    if entry.kind == "input":
        day.after(desk.office, told, entry.at_ms, entry.source, entry.facts, answer)
    return True

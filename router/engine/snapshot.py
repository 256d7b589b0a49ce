"""The desk's state written down and read back. May live here: that translation, and replaying what came after it.

Recovery is: the newest snapshot that this code can read, then every input after it at its own time. The desk is
deterministic, so the state is the one before the crash, whenever that was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from router.core.desk import Desk
from router.core.errors import DeskError
from router.core.model import Office
from router.core.policy import Policy
from router.engine.codec import JSON_VERSION, from_json, input_from_json, to_json
from router.engine.journal import Entry, Journal

VERSION = f"state/{JSON_VERSION}"
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
    for name in BY_NUMBER:
        whole[name] = [[entry["number"], entry["value"]] for entry in whole[name]]
    office: Office = from_json(Office, {**whole, "pending": [], "out": []})
    office.pending = {call.id: call for call in office.calls.values() if call.unanswered}
    return office


def recover(journal: Journal, policy: Policy) -> Desk:
    """The desk as it was when the journal's last entry was written; `policy` is a new journal's.

    The past is replayed under the policy that it was decided under: a changed one is set afterwards (`Engine.start`).
    """
    desk = Desk(policy)
    snapshot = journal.last_snapshot(VERSION)
    if snapshot is not None:
        desk.office = office_from(snapshot.body)
    replay(desk, journal.read(after=snapshot.seq if snapshot else 0))
    return desk


def replay(desk: Desk, entries: Iterable[Entry]) -> None:
    """Tell the desk again what it was told; what it refused then, it refuses now."""
    for entry in entries:
        try:
            desk.handle(input_from_json(entry.body), entry.at_ms)
        except DeskError:
            if entry.kind == "input":
                raise  # the code has changed its mind about the past: that must not pass unseen

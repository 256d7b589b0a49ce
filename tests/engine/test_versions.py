"""What another version of the router wrote into the journal: put aside and told, and never the end of a start."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from router.core import inputs
from router.core.words import CallId, CallState
from router.engine.feed import JournalFeed
from router.store.follow.events import JournalEvent, Unreadable
from tests.engine.office import CHEN, LI, office

Change = Callable[[dict[str, Any]], None]


def _a_call_for_chen(folder: Path) -> None:
    """A slot, a call that Chen answers, and Li on a break; the last of it not in any snapshot."""
    with office(folder, now=1_000) as made:
        made.open_slot(CHEN, LI)
        call = made.call_comes("c1")
        made.tell(inputs.PhoneRang(call=call, person=CHEN), at=2_000)
        made.tell(inputs.Answered(call=call, person=CHEN), at=3_000)
        made.tell(inputs.PresenceChanged(person=LI, presence="break"), at=4_000)


def _written_otherwise(folder: Path, where: str, column: str, change: Change) -> int:
    """Change what the journal says of the newest such event; returns its number."""
    with closing(sqlite3.connect(folder / "journal.db")) as db, db:
        seq, text = db.execute(f"SELECT seq, {column} FROM event WHERE {where} ORDER BY seq DESC LIMIT 1").fetchone()  # noqa: S608  (ours)
        value = json.loads(text)
        change(value)
        db.execute(f"UPDATE event SET {column} = ? WHERE seq = ?", (json.dumps(value), seq))  # noqa: S608  (ours)
    return int(seq)


def _presence(value: dict[str, Any]) -> None:
    value["mood"] = "good"


def _newer_kind(value: dict[str, Any]) -> None:
    value["is"] = "CoffeeBrought"


def test_an_unknown_field_of_an_input_is_put_aside_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _a_call_for_chen(tmp_path)
    seq = _written_otherwise(tmp_path, "body LIKE '%PresenceChanged%'", "body", _presence)
    with office(tmp_path, now=5_000) as again:
        assert again.desk.office.people[LI].presence == "break"
        assert again.desk.office.calls[CallId("c1")].state is CallState.TALKING
    told = "\n".join(str(record.msg) for record in caplog.records if "put aside" in str(record.msg))
    assert "PresenceChanged.mood" in told
    assert str(seq) in told


@pytest.mark.parametrize("kind", ["input", "fact", "policy"])
def test_an_entry_that_this_version_cannot_read_ends_no_start(tmp_path: Path, kind: str) -> None:
    _a_call_for_chen(tmp_path)
    with closing(sqlite3.connect(tmp_path / "journal.db")) as db, db:
        db.execute(
            "INSERT INTO event (seq, at_ms, kind, source, body, facts, answer, standing) "
            "SELECT max(seq) + 1, 4500, ?, 'newer', ?, '{}', '[]', '[]' FROM event",
            (kind, json.dumps({"is": "CoffeeBrought", "what": "coffee"})),
        )
    with office(tmp_path, now=5_000) as again:
        assert again.desk.office.people[LI].presence == "break"
        again.tell(inputs.HungUp(call=CallId("c1")), at=6_000)
        assert again.desk.office.calls[CallId("c1")].state is CallState.ENDED


def test_a_snapshot_with_unknown_fields_is_read_without_them(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _a_call_for_chen(tmp_path)
    with office(tmp_path, now=5_000) as made:
        made.engine.close()  # writes a snapshot

    def newer(state: dict[str, Any]) -> None:
        state["mood"] = "good"
        state["people"][0][1]["shoes"] = 43

    _written_otherwise(tmp_path, "kind = 'snapshot'", "body", newer)
    with closing(sqlite3.connect(tmp_path / "journal.db")) as db, db:
        db.execute("DELETE FROM event WHERE kind NOT IN ('snapshot', 'policy')")  # nothing else could tell it
    with office(tmp_path, now=6_000) as again:
        assert again.desk.office.people[LI].presence == "break"
    told = "\n".join(str(record.msg) for record in caplog.records)
    assert "Office.mood" in told
    assert "Person.shoes" in told


def test_the_database_gets_what_this_version_knows_of_an_answer(tmp_path: Path) -> None:
    _a_call_for_chen(tmp_path)

    def newer(answer: list[dict[str, Any]]) -> None:
        answer.insert(0, {"is": "CoffeeBrought"})
        answer[1]["shoes"] = 43

    seq = _written_otherwise(tmp_path, "answer LIKE '%Connected%'", "answer", newer)  # type: ignore[arg-type]  # a list
    feed = JournalFeed(tmp_path / "journal.db")
    items = {item.seq: item for item in feed.read(0, 100)}
    feed.close()
    item = items[seq]
    assert isinstance(item, JournalEvent)
    assert "Connected" in [type(said).__name__ for said in item.answer]
    assert not any(isinstance(item, Unreadable) for item in items.values())

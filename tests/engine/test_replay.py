"""A recorded day again: no difference after restarts, snapshots, policies and erasures; what was altered is named."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
from pathlib import Path

import pytest

from router.core import inputs
from router.core.policy import Policy
from router.core.words import PersonId
from router.engine import journal_keeper
from router.engine.journal_reader import JournalReader
from router.engine.replay import Replayed, replay_day
from router.wire.errors import RefusedError
from tests.core.random_office import RandomOffice
from tests.engine.office import CALLER, CHEN, LI, office

DAY = 24 * 3600 * 1000


def _replay(folder: Path, start: int = 0, end: int = DAY) -> Replayed:
    with JournalReader(folder / "journal.db") as reader:
        return replay_day(reader, start, end)


def test_a_day_with_a_restart_a_new_policy_and_an_erasure_replays_without_difference(tmp_path: Path) -> None:
    with office(tmp_path) as morning:
        morning.open_slot()
        morning.call_comes("c1")
        morning.tell(inputs.PhoneRang(call=inputs.CallId("c1"), person=CHEN), at=500)
        morning.tell(inputs.Answered(call=inputs.CallId("c1"), person=CHEN), at=2_000)
        with contextlib.suppress(RefusedError):
            morning.ask(inputs.Declined(call=inputs.CallId("c1"), person=LI), "k1")
        morning.tell(inputs.HungUp(call=inputs.CallId("c1")), at=30_000)
    with office(tmp_path, Policy(rings=2, makeup_carry=True), now=60_000) as noon:
        noon.call_comes("c2")
        noon.tell(inputs.PhoneRang(call=inputs.CallId("c2"), person=CHEN), at=61_000)
        noon.tell(inputs.Tick(), at=90_000)
        noon.mailbox.erase(CALLER, "supervisor")
        noon.work()
        noon.tell(inputs.HungUp(call=inputs.CallId("c2")), at=95_000)
        noon.engine.close()
    replayed = _replay(tmp_path)
    assert replayed.differences == []
    assert replayed.policies == 2
    assert replayed.snapshots >= 2
    assert replayed.inputs > 8


def test_the_second_day_is_reached_from_the_beginning_and_from_a_snapshot(tmp_path: Path) -> None:
    for day in range(6):  # more starts than snapshots are kept
        with office(tmp_path, now=day * DAY) as made:
            if day == 0:
                made.open_slot()
            made.call_comes(f"c{day}")
            made.tell(inputs.HungUp(call=inputs.CallId(f"c{day}")), at=day * DAY + 20_000)
    for day in range(6):
        replayed = _replay(tmp_path, day * DAY, (day + 1) * DAY)
        assert replayed.differences == [], day
        assert replayed.inputs >= 2


@pytest.mark.parametrize("seed", range(6))
def test_any_random_day_replays_without_difference(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_keeper, "SNAPSHOT_WHEN_QUIET", 5)
    day = RandomOffice(random.Random(seed).choice)
    for _ in range(60):
        day.step()
    half = len(day.script) // 2
    with office(tmp_path, day.policy) as morning:
        morning.live(day.script[:half])
    with office(tmp_path, day.policy, now=day.script[half][0]) as later:
        later.live(day.script[half:])
    assert _replay(tmp_path, 0, 10 * DAY).differences == []


def test_an_answer_that_was_altered_is_named_with_both_sides(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        made.call_comes("c1")
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.db")) as journal:
        rows = journal.execute("SELECT seq, answer FROM event WHERE answer LIKE '%Rang%'").fetchall()
        seq, answer = rows[0]
        altered = json.dumps(json.loads(answer.replace('["chen"]', '["li"]', 1)))
        journal.execute("UPDATE event SET answer = ? WHERE seq = ?", (altered, seq))
        journal.commit()
    (difference,) = _replay(tmp_path).differences
    assert (difference.seq, difference.event) == (seq, "CallArrived")
    assert difference.part.endswith("who[0]")
    assert (difference.expected, difference.got) == ("li", PersonId("chen"))


def test_an_input_that_was_altered_is_refused_now_and_named(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        made.call_comes("c1")
        made.tell(inputs.Answered(call=inputs.CallId("c1"), person=CHEN), at=4_000)
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.db")) as journal:
        journal.execute("UPDATE event SET body = replace(body, 'chen', 'li') WHERE body LIKE '%Answered%'")
        journal.commit()
    first = _replay(tmp_path).differences[0]
    assert (first.event, first.part, first.expected) == ("Answered", "refused", "accepted")
    assert "does not ring" in first.got

"""replay, whatif, fairness and explain on a recorded morning, as the supervisor types them."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from router.cli.main import cli
from router.engine.feed import JournalFeed
from router.store.database import open_database
from router.store.follow.restored import JournalRestoredError, note_trouble
from tests.databases import with_a_site
from tests.store.day import DAY, record_the_morning


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the morning's journal and database."""
    database = open_database(f"sqlite:///{tmp_path / 'hotline.db'}")
    with_a_site(database)
    record_the_morning(tmp_path, database)
    database.dispose()
    return tmp_path


def _run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, [*words, "--data", str(data)])


def test_the_recorded_day_replays_without_difference(data: Path) -> None:
    result = _run(data, "replay", str(DAY))
    assert result.exit_code == 0, result.output
    assert "no difference" in result.output


def test_an_altered_day_ends_with_status_1_and_names_event_expected_and_got(data: Path) -> None:
    with contextlib.closing(sqlite3.connect(data / "journal.db")) as journal:
        journal.execute("UPDATE event SET answer = replace(answer, 'no_answer', 'declined') WHERE answer LIKE '%Forf%'")
        journal.commit()
    result = _run(data, "replay", str(DAY))
    assert result.exit_code == 1
    assert "Tick: answer[0].why" in result.output
    assert 'expected "declined"' in result.output
    assert 'got      "no_answer"' in result.output
    assert "differ" in result.output


def test_what_an_earlier_version_decided_by_its_rules_is_no_difference(data: Path) -> None:
    with contextlib.closing(sqlite3.connect(data / "journal.db")) as journal:
        journal.execute("UPDATE event SET facts = '{}' WHERE kind = 'policy'")  # as such a version wrote it
        without_ledger = """UPDATE event SET answer = (SELECT json_group_array(json(value)) FROM json_each(answer)
            WHERE json_extract(value, '$.is') <> 'LedgerEntry') WHERE answer LIKE '%LedgerEntry%'"""
        changed = journal.execute(without_ledger).rowcount
        journal.commit()
    assert changed > 2
    result = _run(data, "replay", str(DAY))
    assert result.exit_code == 0, result.output
    assert "no difference" in result.output
    assert f"{changed} of them were recorded by an earlier version, under its rules" in result.output


def test_an_event_that_is_not_on_record_is_seen_by_doctor_and_put_there_by_rebuild(data: Path) -> None:
    with contextlib.closing(sqlite3.connect(data / "hotline.db")) as database, database:
        wrong = "SELECT site_id, journal, 3, '2026-11-24 01:00:00', 'ValueError: a slip' FROM event_applied"
        database.execute(f"INSERT INTO event_failed (site_id, journal, seq, at, why) {wrong}")
    doctor = _run(data, "doctor", "--only", "record")
    assert doctor.exit_code == 1
    assert "1 events could not be put on record, the newest at 2026-11-24 01:00: ValueError: a slip" in doctor.output
    assert "hotline rebuild" in doctor.output
    assert "4 calls are on record, 0 events could not be put there" in _run(data, "rebuild").output
    assert _run(data, "doctor", "--only", "record").exit_code == 0


def test_a_journal_of_a_backup_is_seen_by_doctor_and_gone_on_from_by_rebuild_restored(data: Path) -> None:
    with contextlib.closing(sqlite3.connect(data / "journal.db")) as journal, journal:
        journal.execute("DELETE FROM event WHERE seq > 12")
    refused = _run(data, "rebuild")
    assert isinstance(refused.exception, JournalRestoredError), "it would forget what only the database has"
    with open_database(f"sqlite:///{data / 'hotline.db'}").connect() as connection, Session(connection) as session:
        note_trouble(session, JournalFeed(data / "journal.db").journal, refused.exception.message, 0, 1)
        session.commit()
    doctor = _run(data, "doctor", "--only", "record")
    assert doctor.exit_code == 1
    assert "hotline rebuild --restored" in doctor.output
    assert "what comes after event 12 of the restored journal is added" in _run(data, "rebuild", "--restored").output
    assert _run(data, "doctor", "--only", "record").exit_code == 0
    assert "4 calls are on record" in _run(data, "rebuild").output


def test_numbers_in_a_difference_are_masked(data: Path) -> None:
    with contextlib.closing(sqlite3.connect(data / "journal.db")) as journal:
        journal.execute("""UPDATE event SET answer = '[{"number":"+8613800000001"}]' WHERE body LIKE '%HungUp%'""")
        journal.commit()
    output = _run(data, "replay", str(DAY)).output
    assert "138****0001" in output
    assert "13800000001" not in output


def test_a_day_without_record_is_an_error_with_a_cure(data: Path) -> None:
    for command in (["replay"], ["whatif", "--policy", "rings=4"]):
        result = _run(data, *command, "2020-01-01")
        assert "nothing was recorded on 2020-01-01" in str(result.exception)


def test_what_if_the_office_rang_four_times(data: Path) -> None:
    result = _run(data, "whatif", str(DAY), "--policy", "rings=4", "--json")
    days = json.loads(result.output)
    assert days["recorded"]["calls"]["c1"]["person"] == "wang"
    assert days["modelled"] == days["recorded"]
    assert days["other"]["people"]["chen"]["forfeits"] == 1, "she let it ring for twenty seconds: four rings, too"
    table = _run(data, "whatif", str(DAY), "--policy", "rings=4", "--all")
    assert "4 of 4 calls to whom they went" in table.output
    assert "c4" in table.output


def test_what_if_li_had_stood_in_front(data: Path) -> None:
    result = _run(data, "whatif", str(DAY), "--order", "白班:call:li,chen")
    assert "change hands" in result.output
    by_time = _run(data, "whatif", str(DAY), "--order", "09:00:call:li,chen")
    assert by_time.output == result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--policy", "rings"], "KEY=VALUE is needed"),
        (["--policy", "volume=3"], "unknown key 'volume'"),
        (["--policy", "form_minutes=3"], "decides nothing"),
        (["--order", "白班:door:li"], "SLOT:GROUP:A,B,C"),
        (["--order", "夜班:call:li"], "slots of the day: 白班"),
        (["--order", "白班:call:li,wang"], "named twice"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(data: Path, words: list[str], said: str) -> None:
    result = _run(data, "whatif", str(DAY), *words)
    assert result.exit_code != 0
    assert said in str(result.exception)


def test_without_a_change_there_is_nothing_to_compare(data: Path) -> None:
    assert _run(data, "whatif", str(DAY)).exit_code == 2


def test_fairness_as_tables_json_and_picture(data: Path) -> None:
    where = ["--from", str(DAY), "--to", str(DAY)]
    tables = _run(data, "fairness", *where, "--language", "en")
    assert tables.exit_code == 0, tables.output
    assert tables.output.startswith("0 turns unexplained · 5 due, 0 used\n")
    assert "li Own doing: declined 1" in tables.output
    picture = data / "rounds.svg"
    counted = json.loads(_run(data, "fairness", *where, "--json", "--svg", str(picture)).output)
    assert next(iter(counted)) == "unexplained"
    assert counted["people"][0]["turns"]["due"] == 2
    ET.parse(picture)  # noqa: S314  (our own picture)
    assert _run(data, "fairness", "--from", "2026-11-25", "--to", str(DAY)).exit_code != 0


def test_explain_tells_caller_and_phones_apart_and_shows_everybodys_state(data: Path) -> None:
    output = _run(data, "explain", "c1", "--language", "en").output
    assert "answered by wang. Rang out: chen" in output
    assert "Let ring, then took: chen let the call ring out, later filed its form" in output
    assert "call group 2 li due · available" in output
    assert "+00:15.0" in output
    assert "138****0001" in output
    assert "13800000001" not in output

"""`hotline reconcile` and `hotline backfill` on a data folder: what is printed, what is on record, what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from router.cli import backfill, reconcile
from router.cli.night import NoDatabaseError
from router.config.load import load_site
from router.errors import HotlineError, RequestError
from router.store.database import open_database
from router.store.office.seed import seed
from router.store.tables.findings import FindingRow, ReconcileRunRow
from tests.databases import with_tables
from tests.reconcile.record import Record

SITE = """
[site]
name = "测试售楼处"
[pbx]
mode = "existing"
ami = { host = "127.0.0.1", port = 5038, username = "hotline", secret_file = "secret" }
[[consultant]]
id = "A"
name = "陈晨"
phone = { dial = "PJSIP/101" }
[[plan]]
days = "daily"
slots = [
  { name = "morning", from = "09:00", to = "12:00", call = ["A"] },
  { from = "12:00", to = "14:00", call = ["A"] },
]
"""


def secret(folder: Path) -> None:
    """The manager's secret, for nobody else to read."""
    (folder / "secret").touch(mode=0o600)
    (folder / "secret").write_text("s", encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a site whose PBX keeps no records that it names."""
    secret(tmp_path)
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    database = open_database(f"sqlite:///{tmp_path / 'hotline.db'}")
    with_tables(database)
    with Session(database) as session:
        seed(session, load_site(tmp_path / "site.toml"))
        session.commit()
    database.dispose()
    return tmp_path


@pytest.fixture
def record(folder: Path) -> Iterator[Record]:
    database = open_database(f"sqlite:///{folder / 'hotline.db'}")
    yield Record(database)
    database.dispose()


def hotline(command: object, folder: Path, *arguments: str) -> Result:
    """The command as the shell would run it; errors of ours are raised."""
    where = ("--config", str(folder / "site.toml"), "--data", str(folder))
    done = CliRunner().invoke(getattr(command, "command"), [*arguments, *where])  # noqa: B009  (a module)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def rows(folder: Path, table: type[FindingRow] | type[ReconcileRunRow]) -> list[FindingRow | ReconcileRunRow]:
    engine = create_engine(f"sqlite:///{folder / 'hotline.db'}")
    with Session(engine) as session:
        found = list(session.scalars(select(table)))
    engine.dispose()
    return found


def test_a_date_is_reconciled_printed_and_put_on_record(folder: Path, record: Record) -> None:
    record.call("c1", "10:00:00", answer="10:00:05", end="10:02:00", by="A")
    record.call("c2", "13:00:00", "13800000002", end="13:00:20")
    done = hotline(reconcile, folder, "--date", "2026-05-14", "--json")
    assert "no PBX records are configured" in done.stderr
    said = json.loads(done.stdout)
    assert said["findings"] == [
        {"kind": "missing_form", "slot": "morning", "person": "A", "call": "c1", "form": ""},
        {"kind": "missed_call", "slot": "12:00-14:00", "person": "", "call": "c2", "form": ""},
    ]
    assert list(said) == ["date", "slots", "findings", "bad_rows"]
    assert len(rows(folder, FindingRow)) == 2
    shown = hotline(reconcile, folder, "--date", "2026-05-14", "--slot", "morning").stdout
    assert "漏填" in shown
    assert "未接" not in shown.split("共")[1]
    assert len(rows(folder, FindingRow)) == 2


def test_a_slot_that_the_date_has_not_is_refused_with_those_it_has(folder: Path) -> None:
    with pytest.raises(RequestError, match="its slots: morning, 12:00-14:00"):
        hotline(reconcile, folder, "--date", "2026-05-14", "--slot", "evening")


def test_without_a_database_nothing_is_made_and_the_cure_is_named(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    secret(tmp_path)
    with pytest.raises(NoDatabaseError, match="hotline up"):
        hotline(reconcile, tmp_path, "--date", "2026-05-14")
    assert not (tmp_path / "hotline.db").exists()
    (tmp_path / "hotline.db").touch()
    with pytest.raises(NoDatabaseError):
        hotline(reconcile, tmp_path, "--date", "2026-05-14")


def test_the_time_of_judgement_is_a_matter_of_files_alone(folder: Path) -> None:
    with pytest.raises(RequestError, match="--files"):
        hotline(reconcile, folder, "--date", "2026-05-14", "--now", "2026-05-20")


def test_a_backfill_does_every_date_and_goes_on_where_it_was_stopped(folder: Path, record: Record) -> None:
    for day in range(4):
        record.call(f"c{day}", f"+{day} 10:00:00", answer=f"+{day} 10:00:05", end=f"+{day} 10:02:00", by="A")
    done = hotline(backfill, folder, "--from", "2026-05-14", "--to", "2026-05-15")
    assert done.stdout == "2 dates reconciled, 2 findings\n"
    done = hotline(backfill, folder, "--from", "2026-05-13", "--to", "2026-05-17")
    assert done.stdout == "3 dates reconciled, 2 findings\n"
    assert "2 of 5 dates were done before" in done.stderr
    assert hotline(backfill, folder, "--from", "2026-05-13", "--to", "2026-05-17").stdout.startswith("0 dates")
    assert hotline(backfill, folder, "--from", "2026-05-13", "--to", "2026-05-17", "--again").stdout.startswith("5 ")
    assert len(rows(folder, FindingRow)) == 4
    with pytest.raises(HotlineError, match="earlier date first"):
        hotline(backfill, folder, "--from", "2026-05-17", "--to", "2026-05-13")


def test_findings_of_a_backfill_wait_for_the_supervisor_like_any_others(folder: Path, record: Record) -> None:
    record.call("c1", "10:00:00", answer="10:00:05", end="10:02:00", by="A")
    hotline(backfill, folder, "--from", "2026-05-14", "--to", "2026-05-14")
    (finding,) = record.findings()
    assert (finding.state, finding.person) == ("open", "A")
    assert replace(record).runs()[0].asked_by == "backfill"

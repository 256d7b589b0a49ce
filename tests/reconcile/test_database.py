"""核对 on the database: the same result as on files, found once, kept for good, whatever happens to the run."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.errors import PbxError
from router.reconcile.night import LOCK
from router.reconcile.report import as_data
from router.store.findings.changes import FindingError, decide
from router.store.findings.runs import CUT_SHORT
from router.store.locks import BusyError, hold_lock
from tests.reconcile.office import DAY as DAY_TEXT
from tests.reconcile.office import NUMBER, OTHER, run
from tests.reconcile.record import DAY, MORNING_AFTER, Record, random_days


class RecordsGoneError(PbxError):
    """The records were moved away."""

    id = "records-gone"


@pytest.mark.parametrize("seed", range(6))
def test_a_date_in_the_database_gives_the_same_as_the_same_date_in_files(
    record: Record, tmp_path: Path, seed: int
) -> None:
    random_days(record, seed)
    record.export(tmp_path)
    said = run("--files", str(tmp_path), "--date", DAY_TEXT, "--json", "--now", MORNING_AFTER.isoformat())
    report = record.night().run_day(DAY, by="test")
    assert as_data(report, (), "en") == said.result
    assert len(report.findings) > 20
    on_record = sorted((f.kind, f.slot, f.person, f.call, f.form) for f in record.findings())
    assert on_record == sorted((f.kind, f.slot, f.person, f.call, f.form) for f in report.findings)


def test_every_kind_of_mistake_is_found_with_its_person_and_slot_and_nothing_else(record: Record) -> None:
    record.answered("good", "09:01:00", "A", end="09:03:00")
    record.form("our-good", "09:01:00", "09:10:00")
    record.answered("missing", "09:10:00", "B", "13900000002", end="09:12:00")
    record.answered("late", "09:20:00", "A", "13900000003", end="09:21:00")
    late = record.form("our-late", "09:20:00", "10:01:00", number="13900000003")
    padded = record.form("", "13:30:00", "13:31:00", by="C", number="13900009999")
    record.answered("twice", "12:10:00", "B", "13900000005", end="12:12:00")
    record.form("our-twice", "12:10:00", "12:13:00", by="B", number="13900000005")
    second = record.form("our-twice", "12:10:00", "12:14:00", by="B", number="13900000005")
    record.answered("lacking", "12:20:00", "A", "13900000006", end="12:21:00")
    lacking = record.form("our-lacking", "12:20:00", "12:25:00", number="13900000006", media="", intent="")
    record.answered("number", "12:30:00", "A", "13900000007", end="12:31:00")
    number = record.form("our-number", "12:30:00", "12:35:00", number="13900000070")
    record.answered("person", "12:40:00", "A", "13900000008", end="12:41:00")
    person = record.form("our-person", "12:40:00", "12:45:00", by="D", number="13900000008")
    record.answered("slot", "12:50:00", "B", "13900000010", end="12:51:00")
    slot = record.form("our-slot", "12:50:00", "12:55:00", by="B", number="13900000010", slot="morning")
    record.pbx("unlogged", "13:00:00", "13900000011", "13:00:05", "13:01:00", "C")
    record.form("unlogged", "13:00:00", "13:05:00", by="C", number="13900000011")
    record.call("ghost", "13:10:00", "13900000012", end="13:10:30")
    record.pbx("rang", "11:00:00", "13900000013", end="11:01:00").call(
        "rang", "11:00:00", "13900000013", end="11:01:00"
    )
    record.display("morning", 4).display("noon", 9)
    assert sorted(record.reconcile()) == sorted(
        [
            "missing_form morning B missing",
            f"late_form morning A late {late}",
            f"padded_form noon C {padded}",
            f"duplicate_form noon B twice {second}",
            f"incomplete_form noon A lacking {lacking}",
            f"wrong_number noon A number {number}",
            f"wrong_consultant noon D person {person}",
            f"wrong_slot noon B slot {slot}",
            "unlogged_call noon C unlogged",
            "ghost_call noon ghost",
            "missed_call noon ghost",
            "missed_call morning rang",
            "display_mismatch noon",
        ]
    )


def test_running_it_again_adds_nothing_and_writes_no_history(record: Record) -> None:
    random_days(record, 1)
    found = record.reconcile()
    before = [(row.id, row.state, row.changed_at) for row in record.findings()]
    assert record.reconcile() == found
    assert [(row.id, row.state, row.changed_at) for row in record.findings()] == before
    assert not any(row.acts for row in record.findings())
    assert [(run.failure, run.asked_by) for run in record.runs()] == [("", "nightly")] * 2


def test_a_later_form_settles_its_finding_and_stays_on_record_as_late(record: Record) -> None:
    record.answered("c1")
    assert record.reconcile() == ["missing_form morning A c1"]
    form = record.form("our-c1", "10:00:00", "+1 09:00:00")
    assert record.reconcile() == [f"late_form morning A c1 {form}"]
    assert record.states() == ["late_form open", "missing_form settled_late"]
    settled = record.findings()[0]
    assert [(act.state, act.by) for act in settled.acts] == [("settled_late", "nightly")]


def test_a_form_filed_for_a_call_of_long_ago_settles_it_and_pads_no_other_day(record: Record) -> None:
    record.answered("c1")
    record.reconcile()
    record.now = MORNING_AFTER + timedelta(days=9)
    record.form("our-c1", "+4 10:00:00", "+4 10:00:00")
    record.pbx("p", "+4 11:00:00", OTHER)
    assert record.reconcile() == ["late_form morning A c1 1"]
    assert record.reconcile(DAY.replace(day=18)) == ["missed_call morning p", "unlogged_call morning p"]


def test_what_is_not_found_any_more_is_gone_unless_somebody_has_decided(record: Record) -> None:
    record.pbx("c1", "10:00:00", NUMBER, "10:00:05", "10:01:00", "A").pbx("c2", "11:00:00", OTHER, end="11:00:10")
    assert len(record.reconcile()) == 4
    first = next(row for row in record.findings() if row.kind == "unlogged_call" and row.call == "c1")
    with Session(record.database) as session:
        decide(session, first.id, "confirm", by="张主管", now=MORNING_AFTER, reason="断线")
        session.commit()
    record.call("c1", "10:00:00", NUMBER, "10:00:05", "10:01:00", "A").call("c2", "11:00:00", OTHER, end="11:00:10")
    record.reconcile()
    assert record.states() == ["missed_call open", "missing_form open", "unlogged_call confirmed", "unlogged_call gone"]
    with Session(record.database) as session:
        for call in ("our-c1", "our-c2"):
            session.connection().exec_driver_sql(f"DELETE FROM call WHERE id = '{call}'")  # noqa: S608  (our own ids)
        session.commit()
    record.reconcile()
    assert record.states() == ["missed_call open", "missing_form open", "unlogged_call confirmed", "unlogged_call open"]


def test_a_call_that_was_recovered_from_the_records_is_one_that_the_router_missed(record: Record) -> None:
    record.pbx("c1", "10:00:00", NUMBER, "10:00:05", "10:01:00", "A")
    record.call("c1", "10:00:00", NUMBER, "10:00:05", "10:01:00", "A", recovered=True)
    record.form("our-c1", "10:00:00", "10:05:00")
    assert record.reconcile() == ["unlogged_call morning A c1"]


def test_a_call_that_rings_while_somebody_looks_is_not_missed_yet(record: Record) -> None:
    record.now = MORNING_AFTER.replace(day=14, hour=2, minute=1)
    record.call("c1", "10:00:30", missed="")
    assert record.reconcile() == []


def test_without_pbx_records_nothing_is_a_ghost_and_the_count_is_unknown(record: Record) -> None:
    record.call("c1", "10:00:00", NUMBER, "10:00:05", "10:02:00", "A")
    record.form("our-c1", "10:00:00")
    assert record.reconcile(pbx=False) == []
    assert [slot["pbx"] for slot in record.runs()[0].slots] == [None, None]
    assert record.runs()[0].has_pbx is False


def test_records_that_cannot_be_read_make_a_failed_run_and_leave_the_findings(record: Record) -> None:
    record.answered("c1")
    record.reconcile()

    def gone() -> None:
        raise RecordsGoneError("Master.csv is gone", cure="see [reconcile] pbx")

    record.form("our-c1", "10:00:00")
    with pytest.raises(RecordsGoneError):
        record.night(read_records=gone).run_day(DAY, by="nightly")
    assert record.states() == ["missing_form open"]
    assert record.runs()[-1].failure == "Master.csv is gone (see [reconcile] pbx)"


def test_a_plan_edited_afterwards_moves_findings_and_doubles_none(record: Record) -> None:
    record.answered("c1")
    record.reconcile()
    later = record.night().site().model_dump(mode="json", by_alias=True, exclude_unset=True)
    later["plan"][0]["slots"] = [{"name": "forenoon", "from": "08:00", "to": "12:00", "call": ["A"]}]
    renamed = type(record.night().site()).model_validate(later)
    assert record.reconcile(site=renamed) == ["missing_form forenoon A c1"]
    assert [(row.slot, row.state) for row in record.findings()] == [("forenoon", "open")]


def test_a_decision_needs_a_reason_where_it_takes_something_away_and_is_made_once(record: Record) -> None:
    record.answered("c1")
    record.reconcile()
    (finding,) = record.findings()

    def take(step: str, reason: str = "") -> str:
        with Session(record.database) as session:
            state = decide(session, finding.id, step, by="张主管", now=MORNING_AFTER, reason=reason)
            session.commit()
        return state

    assert take("ask") == "asked"
    with pytest.raises(FindingError, match="reason"):
        take("dismiss", "  ")
    assert take("dismiss", "客户打错") == "dismissed"
    with pytest.raises(FindingError, match="Dismissed"):
        take("confirm")
    assert take("reopen", "听了录音") == "open"
    acts = record.findings()[0].acts
    assert [(act.state, act.reason) for act in acts] == [("asked", ""), ("dismissed", "客户打错"), ("open", "听了录音")]


def test_of_two_runs_at_once_one_waits(record: Record) -> None:
    random_days(record, 2, calls=20)
    results: list[object] = []

    def go() -> None:
        try:
            results.append(record.reconcile())
        except Exception as error:
            results.append(error)

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(results) == 3
    assert results[0] == results[1] == results[2]
    runs = record.runs()
    assert [run.failure for run in runs] == ["", "", ""]
    assert len({(f.kind, f.call, f.form, f.slot) for f in record.findings()}) == len(record.findings())


def test_a_run_that_waits_in_vain_refuses_and_says_so(database: Engine, record: Record) -> None:
    with (
        hold_lock(database, LOCK),
        pytest.raises(BusyError, match="another run"),
        hold_lock(database, LOCK, wait_seconds=0.2),
    ):
        pass
    record.answered("c1")
    assert record.reconcile() == ["missing_form morning A c1"]


KILLED = """
import os, signal, sys
from sqlalchemy import event
from router.store.database import open_database
from tests.reconcile.record import Record

def run(killed_at):
    record = Record(open_database(sys.argv[1]))
    seen = 0
    @event.listens_for(record.database, "before_cursor_execute")
    def count(*_):
        nonlocal seen
        seen += 1
        if seen == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
    record.reconcile()

killed_at, status = 2, signal.SIGKILL
while status == signal.SIGKILL:  # a process of its own each time, which need not load everything anew
    child = os.fork()
    if not child:
        run(killed_at)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    killed_at += 3
print(killed_at)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_killed_at_any_moment_and_started_again_it_finds_the_same(record: Record, empty_url: str) -> None:
    random_days(record, 3, calls=12)
    command = [sys.executable, "-c", KILLED, empty_url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 11  # it was killed while it read, while it wrote, and in between
    found = record.reconcile()
    on_record = [" ".join(filter(None, (f.kind, f.slot, f.person, f.call, f.form))) for f in record.findings()]
    assert sorted(on_record) == sorted(found)
    assert not any(f.acts for f in record.findings())
    assert {run.failure for run in record.runs()} <= {"", CUT_SHORT}

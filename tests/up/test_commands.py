"""The commands beside a running service: doctor and explain, as the technician and the supervisor use them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from click.testing import CliRunner, Result

from router.cli.main import cli
from router.errors import HotlineError
from router.wire.board import BoardCall
from tests.telephony.phones.people import until
from tests.up.service import HOTLINE, Service


def _run(service: Service, command: str, *arguments: str) -> Result:
    where = ["--config", str(service.config), "--data", str(service.data)]
    return CliRunner().invoke(cli, [command, *where, *arguments])


def test_doctor_finds_every_part_well(service: Service) -> None:
    result = _run(service, "doctor")
    assert result.exit_code == 0, result.output
    for check in ("disk", "asterisk", "ami", "engine", "database", "office", "records", "pages"):
        assert f"✓ {check}" in result.output


def test_explain_tells_why_it_rang_there(service: Service) -> None:
    first = service.engine.board().next
    caller = service.caller("13900003001")
    caller.dials(HOTLINE)
    service.phone[first].rings()
    board = service.until(lambda b: bool(b.calls))
    call = board.calls[0].id
    service.phone[first].declines()
    service.until(lambda b: any(c.ringing and c.ringing != (first,) for c in b.calls))  # else they cross
    caller.hangs_up()
    service.until(lambda b: not b.calls)
    until("the call is in the database", lambda: "未接" in _run(service, "explain", call).output, 10)
    output = _run(service, "explain", call).output
    assert "139****3001" in output
    assert "轮到的下一位" in output
    assert "拒接" in output
    assert "R2 R10" in output


def test_explain_of_an_unknown_call_says_where_ids_stand(service: Service) -> None:
    result = _run(service, "explain", "nonsense")
    assert "no call 'nonsense'" in str(result.exception)


def _records(service: Service, *arguments: str) -> Result:
    where = ["--config", str(service.config), "--data", str(service.data)]
    return CliRunner().invoke(cli, ["records", *arguments, *where], env={"COLUMNS": "200"})


def test_records_shows_the_calls_as_asterisk_counted_them(service: Service) -> None:
    caller, first = service.talks_with_next("13900003007")
    caller.hangs_up()
    service.phone[first].is_let_go()

    def shown() -> str:
        read = _records(service, "read")
        assert read.exit_code == 0, read.output
        return next((line for line in _records(service, "show").output.splitlines() if "139****3007" in line), "")

    until("the call is on record", lambda: first in shown() and "caller" in shown(), 15)
    uniqueid = next(word for word in shown().split() if word.startswith("hotline-"))
    rows = _records(service, "show", uniqueid).output
    assert f"{uniqueid}|" in rows
    assert "13900003007" not in rows


def test_records_that_are_not_there_are_no_clean_report(service: Service, tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    text = service.config.read_text(encoding="utf-8")
    config.write_text(f'{text}[reconcile]\npbx = "csv:{tmp_path}/Master.csv"\n', encoding="utf-8")
    result = CliRunner().invoke(cli, ["records", "read", "--config", str(config), "--data", str(service.data)])
    assert isinstance(result.exception, HotlineError)
    assert result.exception.id == "records-missing"
    doctor = CliRunner().invoke(cli, ["doctor", "--config", str(config), "--data", str(service.data)])
    assert "✕ records" in doctor.output
    assert doctor.exit_code == 1


def _day_of(call: BoardCall) -> str:
    """The site's date on which a call of the board arrived, also at midnight."""
    return datetime.fromtimestamp(call.arrived / 1000, ZoneInfo("Asia/Shanghai")).date().isoformat()


def test_the_recorded_live_day_replays_without_difference(service: Service) -> None:
    first = service.engine.board().next
    caller = service.caller("13900003101")
    caller.dials(HOTLINE)
    service.phone[first].rings()
    service.phone[first].declines()
    board = service.until(lambda b: any(c.ringing and c.ringing != (first,) for c in b.calls))
    service.phone[board.calls[0].ringing[0]].answers()
    service.until(lambda b: any(c.on_it for c in b.calls))
    caller.hangs_up()
    service.settle()
    result = _run(service, "replay", _day_of(board.calls[0]))
    assert result.exit_code == 0, result.output
    assert "no difference" in result.output


def test_the_live_day_repeats_itself_under_its_own_rules_and_changes_under_others(service: Service) -> None:
    first = service.engine.board().next
    caller = service.caller("13900003201")
    caller.dials(HOTLINE)
    service.phone[first].answers()
    call = service.until(lambda b: any(c.on_it for c in b.calls)).calls[0]
    caller.hangs_up()
    service.settle()
    result = _run(service, "whatif", _day_of(call), "--policy", "wrap_up_seconds=1", "--json")
    assert result.exit_code == 0, result.output
    days = json.loads(result.output)
    assert days["recorded"]["calls"][call.id]["answerer"] == first
    assert set(days["modelled"]["calls"]) == set(days["other"]["calls"]) == set(days["recorded"]["calls"])

"""What must not matter: a killed engine, a cut link, a restart, Ctrl-C, an orphan (issue A3, A4)."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.telephony.phones.people import until
from tests.up.service import HOTLINE, ROOT, Service


def test_the_engine_is_killed_while_a_phone_rings_and_the_call_is_answered_all_the_same(service: Service) -> None:
    before = service.turns()
    first = service.engine.board().next
    caller = service.caller("13900002001")
    caller.dials(HOTLINE)
    service.phone[first].rings()
    pid = service.pid_of("main engine")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    service.phone[first].answers()
    caller.hears(service.phone[first])
    until("another engine runs", lambda: service.pid_of("main engine") not in (None, pid), 15)
    service.until(lambda b: b.pbx, within=15)
    caller.hangs_up()
    service.phone[first].is_let_go()
    service.settle()
    assert set(service.turns()) == set(before)
    assert service.engine.board().next != first


def test_the_database_catches_up_when_the_process_that_writes_it_is_killed(service: Service) -> None:
    pid = service.pid_of("main follow")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    caller, _ = service.talks_with_next("13900002201")
    until("another one runs", lambda: service.pid_of("main follow") not in (None, pid), 15)
    until("the call is in the database", lambda: "13900002201" in _callers(service), 15)
    caller.hangs_up()


def _callers(service: Service) -> set[str]:
    with contextlib.closing(sqlite3.connect(service.data / "hotline.db")) as database:
        return {
            row[0].removeprefix("+86")
            for row in database.execute("SELECT number FROM customer_number WHERE number IS NOT NULL")
        }


def test_a_restart_goes_on_with_the_same_round_and_turns(tmp_path: Path) -> None:
    service = Service(tmp_path)
    try:
        said = service.start()
        assert "试验售楼处" in said
        assert "无人在岗" in said
        service.phones_sign_in()
        caller = service.caller("13900002101")
        caller.dials(HOTLINE)
        service.phone["A"].answers()
        caller.hears(service.phone["A"])
        caller.hangs_up()
        service.settle()
        turns = service.turns()
        assert turns["A"] == "done"
        assert service.stop() == 0
        assert service.pid_of("asterisk") is None
        assert "ready" in service.start()
        assert service.turns() == turns
        assert service.engine.board().people["B"].presence == "present"
    finally:
        service.end()


def test_after_a_kill_the_next_start_finds_no_orphan_in_its_way(tmp_path: Path) -> None:
    service = Service(tmp_path)
    try:
        service.start()
        service.stop(signal.SIGKILL)
        assert service.pid_of("supervisord") is not None
        assert "ended what an earlier start left running" in service.start()
        with urllib.request.urlopen(f"http://127.0.0.1:{service.web}/healthz", timeout=5) as answer:
            assert answer.status == 200
    finally:
        service.end()
    for part in ("supervisord", "main engine", "main web", "asterisk"):
        assert service.pid_of(part) is None


def test_a_second_start_on_the_same_folder_is_refused_and_the_first_goes_on(running: Service) -> None:
    parts = {part: running.pid_of(part) for part in ("supervisord", "main engine", "asterisk")}
    command = [sys.executable, "-m", "router.cli.main", "up", "--config", str(running.config), "--data"]
    second = subprocess.run([*command, str(running.data)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert f"already running on {running.data}" in second.stderr
    assert {part: running.pid_of(part) for part in parts} == parts


def test_tests_that_are_killed_outright_leave_no_service_behind(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from tests.up.service import Service\n"
    program += "service = Service(Path(sys.argv[1])); service.start(); print('ready', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        assert tests.stdout.readline() == "ready\n"
        parts = [f"{tmp_path}/data/{name}" for name in ("run/supervisord.conf", "asterisk/etc/asterisk.conf")]
        assert all(_is_running(part) for part in parts)
        tests.kill()
    until("nothing of it runs", lambda: not _is_running(str(tmp_path)), 60)


def _is_running(word: str) -> bool:
    """Whether a process, whatever it is, names this in its command line."""
    return any(word.encode() in _command_line(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _command_line(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b""  # it has just ended


def test_a_port_in_use_is_named_with_the_setting_that_moves_it(running: Service, tmp_path: Path) -> None:
    second = Service(tmp_path)
    second.config.write_text(running.config.read_text(encoding="utf-8"), encoding="utf-8")
    try:
        with pytest.raises(AssertionError, match=r"(?s)ended with 2.*\[pbx\] sip_bind"):
            second.start()
    finally:
        if second.process and second.process.stdout:
            second.process.stdout.close()
        second.process = None
        second.end()

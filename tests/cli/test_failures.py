"""A command that can't go on ends with one line and exit status 2, whoever is at fault; never with a trace."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.cli.place import Office


def hotline(site: Office, *words: str) -> subprocess.CompletedProcess[str]:
    """The command as its user runs it."""
    where = ("--config", str(site.config), "--data", str(site.data))
    command = [sys.executable, "-m", "router.cli.main", *words, *where]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL)


def in_one_line(done: subprocess.CompletedProcess[str]) -> str:
    """What it said on standard error."""
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("hotline: ")
    return done.stderr


def test_a_database_that_stays_locked_is_told_after_its_patience(site: Office) -> None:
    holder = sqlite3.connect(site.data / "hotline.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        said = in_one_line(hotline(site, "block", "13900000001", "--reason", "spam"))
    finally:
        holder.close()
    assert "数据库用不了：database is locked" in said
    assert "13900000001" not in said


def test_a_file_that_is_no_database_is_told(site: Office) -> None:
    for path in site.data.glob("hotline.db*"):
        path.unlink()
    (site.data / "hotline.db").write_bytes(b"no database at all" * 1000)
    assert "file is not a database" in in_one_line(hotline(site, "block", "list"))


def test_a_database_without_tables_is_told(site: Office) -> None:
    for path in site.data.glob("hotline.db*"):
        path.unlink()
    sqlite3.connect(site.data / "hotline.db").close()
    assert "hotline: " in in_one_line(hotline(site, "token", "list"))


def test_a_file_that_cannot_be_read_or_written_is_told_with_its_name(site: Office) -> None:
    for path in site.data.glob("hotline.db*"):
        path.unlink()
    (site.data / "hotline.db").mkdir()
    assert "unable to open database file" in in_one_line(hotline(site, "block", "list"))
    site.config.unlink()
    site.config.mkdir()
    said = in_one_line(hotline(site, "block", "list"))
    assert str(site.config) in said


def test_a_place_that_takes_no_file_is_told(site: Office, tmp_path: Path) -> None:
    wanted = tmp_path / "nowhere" / "calls.csv"
    assert str(wanted.parent) in in_one_line(hotline(site, "export", "calls", "--output", str(wanted)))


def test_a_port_that_somebody_else_has_is_told_with_the_setting_that_moves_it(site: Office) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        site.in_the_file("127.0.0.1:8080", f"127.0.0.1:{taken.getsockname()[1]}")
        done = hotline(site, "web")
    assert done.returncode == 2, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if "event=ended" in line]
    assert "id=port-in-use" in line
    assert "[web] bind" in line
    assert "Traceback" not in done.stderr

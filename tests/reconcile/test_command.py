"""`hotline reconcile` as people and programs start it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from router.errors import ConfigurationError, RequestError
from tests.reconcile.office import DAY, NUMBER, Office, Said, run


def table(office: Office, *arguments: str) -> Said:
    """The same day as tables."""
    office.reconcile()
    return run("--files", str(office.folder), "--date", DAY, *arguments)


def test_findings_are_read_as_tables_in_chinese_unless_asked_otherwise(office: Office) -> None:
    office.answered("c1", end="10:01:00", by="陈晨").call("c2", "08:00:00")
    said = table(office)
    assert said.exit_code == 0
    assert all(text in said.stdout for text in ("核对", "漏填", "陈晨", "c1", "时段外", "未接"))
    english = table(office, "--language", "en").stdout
    assert all(text in english for text in ("Reconciliation of 2026-05-14", "Missing", "Outside slots", "Findings: 3"))


def test_a_day_without_findings_says_so(office: Office) -> None:
    assert "Nothing to confirm" in table(office, "--language", "en").stdout


def test_rows_left_out_are_listed_under_the_tables(office: Office) -> None:
    office.form("f1", "soon")
    said = table(office, "--skip-bad-rows", "--language", "en")
    assert 'forms.csv:2: taken_at is "soon"' in said.stdout


def test_names_can_not_colour_or_break_the_tables(office: Office) -> None:
    office.answered("[red]c1", end="10:01:00", by="\x1b[31mA")
    said = table(office)
    assert "[red]c1" in said.stdout
    assert "\x1b[31m" not in said.stdout


@pytest.mark.parametrize("now", ["2026-05-14T10:40:01+08:00", "2026-05-14T02:40:01Z", "2026-05-14T10:40:01"])
def test_now_may_have_any_offset_or_none_for_the_sites_zone(office: Office, now: str) -> None:
    office.answered("c1", end="10:10:00")
    assert office.reconcile("--now", now).found == ["missing_form morning A c1"]
    assert office.reconcile("--now", now.replace("40:01", "40:00")).found == []


@pytest.mark.parametrize("now", ["soon", "10:40", ""])
def test_a_now_that_is_no_time_is_refused(office: Office, now: str) -> None:
    with pytest.raises(RequestError, match="--now"):
        office.reconcile("--now", now)


@pytest.mark.parametrize("day", ["14.05.2026", "2026-02-30", "today", ""])
def test_a_date_that_is_none_is_refused(office: Office, day: str) -> None:
    said = office.reconcile(day=day)
    assert (said.exit_code, said.stdout) == (2, "")
    assert "--date" in said.stderr


def test_a_date_at_the_end_of_the_calendar_is_refused(office: Office) -> None:
    with pytest.raises(RequestError, match="9999-12-31"):
        office.reconcile(day="9999-12-31")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    said = run("--files", str(tmp_path / "nowhere"), "--date", DAY)
    assert (said.exit_code, said.stdout) == (2, "")


def test_a_site_gives_zone_form_minutes_area_code_and_language(office: Office, tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text(
        '[site]\nzone = "Asia/Tokyo"\nlanguage = "en"\narea_code = "025"\n[policy]\nform_minutes = 5\n',
        encoding="utf-8",
    )
    office.answered("c1", "08:00:00", number="025 8866 5544", end="08:01:00")  # 09:00 in Tokyo: the morning slot
    office.form("f1", "08:01:00", "08:06:01", number="88665544").form("f2", "08:00:00", "soon")
    said = office.reconcile("--config", str(site), "--skip-bad-rows")
    assert said.found == ["late_form morning A c1 f1"]
    assert "no time with an offset" in said.result["bad_rows"][0]["why"]


@pytest.mark.parametrize(
    "text", ["[site\n", '[site]\nzone = "Mars/Base"\n', "[policy]\nform_minutes = 'soon'\n", "site = 1\n"]
)
def test_a_site_file_that_can_not_be_used_is_refused(office: Office, tmp_path: Path, text: str) -> None:
    site = tmp_path / "site.toml"
    site.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"site\.toml"):
        office.reconcile("--config", str(site))


def test_as_a_program_of_its_own_it_ends_with_one_line_and_two(office: Office) -> None:
    office.call("c1", "10:00:00", NUMBER).reconcile()
    program = [sys.executable, "-m", "router.cli.reconcile", "--files", str(office.folder), "--date", DAY]
    done = subprocess.run([*program, "--now", "soon"], capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    # JSON is UTF-8 whatever the terminal is
    done = subprocess.run(
        [*program, "--json"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
        env={"PYTHONIOENCODING": "ascii"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert '"missed_call"' in done.stdout

"""Files as other programs and people leave them, by the command: what is taken, what is said, how it ends.

The inputs that are shared with others are played, too, where they stand beside the checkout.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from router.cli.main import cli
from router.errors import HotlineError
from router.store.tables.customers import CustomerRow
from router.store.tables.findings import DisplayCountRow
from router.store.tables.forms import FormRow
from tests.cli.place import Office

SHARED = Path(__file__).parents[3] / "shared" / "world" / "import"
FORMS = (
    "置业顾问,来电时间,客户姓名,电话,媒体,意向,约访,备注\n陈晨,2026/9/5 9:05,王,13900000001/13900000002,报纸,A,是,好\n"
)
DISPLAY = "日期,时段,电话显示数\n2026年11月24日,白班,14.0\n"

REFUSED = {"scientific.csv", "d_twice.csv"}
WHAT = {"f": "forms", "d": "display"}


def hotline(site: Office, *arguments: str) -> Result:
    where = ["--config", str(site.config), "--data", str(site.data)]
    return CliRunner().invoke(cli, [*arguments, *where])


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8-sig")
    return str(path)


@pytest.mark.parametrize("file", sorted(SHARED.glob("*")) if SHARED.exists() else [], ids=lambda file: file.name)
def test_each_shared_file_is_taken_or_refused_as_it_should_be_and_once(site: Office, file: Path) -> None:
    what = WHAT.get(file.name[0] if file.name[1] == "_" else "", "customers")
    result = hotline(site, "import", what, str(file))
    if file.name in REFUSED:
        assert isinstance(result.exception, HotlineError)
        assert f"{file.name}:{3 if what == 'display' else 2}: " in result.stderr
        return
    assert result.exit_code == 0, result.output
    again = hotline(site, "import", what, str(file))
    assert f"{file.name}: 0 {what}" in again.output
    assert "there already: line " in again.output
    assert again.stderr == ""


def test_forms_are_filed_once_and_the_second_time_is_said(site: Office, tmp_path: Path) -> None:
    file = written(tmp_path, "forms.csv", FORMS)
    shown = hotline(site, "import", "forms", file, "--preview")
    assert "forms.csv:2: 2026-09-05 09:05:00 · 陈晨 · 王 · 139****0001 139****0002" in shown.output
    code = shown.output.rsplit("--as-shown ", 1)[1].strip()
    assert hotline(site, "import", "forms", file, "--as-shown", code).exit_code == 0
    again = hotline(site, "import", "forms", file)
    assert "there already: line 2" in again.output
    assert "0 forms, 1 there already, 0 wrong" in again.output
    with site.session() as session:
        assert len(session.scalars(select(FormRow)).all()) == 1


def test_what_has_changed_since_its_preview_is_not_taken(site: Office, tmp_path: Path) -> None:
    file = written(tmp_path, "forms.csv", FORMS)
    code = hotline(site, "import", "forms", file, "--preview").output.rsplit("--as-shown ", 1)[1].strip()
    written(tmp_path, "forms.csv", FORMS.replace("王", "李"))
    result = hotline(site, "import", "forms", file, "--as-shown", code)
    assert isinstance(result.exception, HotlineError)
    assert "changed since that preview" in str(result.exception)
    with site.session() as session:
        assert session.scalars(select(FormRow)).all() == []


def test_a_slot_twice_is_refused_with_its_line_and_nothing_is_written(site: Office, tmp_path: Path) -> None:
    file = written(tmp_path, "display.csv", DISPLAY + "2026/11/24,白班,15\n")
    result = hotline(site, "import", "display", file)
    assert isinstance(result.exception, HotlineError)
    assert "display.csv:3: slot: twice" in result.stderr
    with site.session() as session:
        assert session.scalars(select(DisplayCountRow)).all() == []


def test_display_counts_are_taken_once(site: Office, tmp_path: Path) -> None:
    file = written(tmp_path, "display.csv", DISPLAY)
    assert "1 counts, 0 there already" in hotline(site, "import", "display", file).output
    assert "0 counts, 1 there already" in hotline(site, "import", "display", file).output
    with site.session() as session:
        assert [row.count for row in session.scalars(select(DisplayCountRow))] == [14]


def test_unknown_columns_are_named(site: Office, tmp_path: Path) -> None:
    file = written(tmp_path, "c.csv", "姓名,电话,置业顾问,末次联系,楼盘\n王,13900000001,A,2026-11-01,一期\n")
    result = hotline(site, "import", "customers", file)
    assert "not understood, and left out: 楼盘" in result.stderr
    assert result.exit_code == 0


@pytest.mark.parametrize("text", ["", "\n\n", "一些,文字\n没有,标题\n", FORMS.splitlines()[0]])
def test_a_file_in_which_no_table_is_found_is_an_error(site: Office, tmp_path: Path, text: str) -> None:
    result = hotline(site, "import", "forms", written(tmp_path, "x.csv", text))
    assert isinstance(result.exception, HotlineError)
    assert result.exception.cure


def test_the_cure_of_a_rounded_number_is_said_in_both_languages(site: Office, tmp_path: Path) -> None:
    file = written(tmp_path, "c.csv", "姓名,电话,置业顾问,末次联系\n王,1.38E+10,A,2026-11-01\n")
    result = hotline(site, "import", "customers", file)
    assert "c.csv:2: numbers: rounded: " in result.stderr
    assert "设为文本格式" in result.stderr
    assert "as text" in result.stderr
    with site.session() as session:
        assert session.scalars(select(CustomerRow)).all() == []


def test_a_locked_database_ends_in_one_line_with_the_cure(site: Office, tmp_path: Path) -> None:
    file = written(tmp_path, "forms.csv", FORMS)
    holder = sqlite3.connect(site.data / "hotline.db", isolation_level=None)
    holder.execute("begin immediate")
    try:
        where = ["--config", str(site.config), "--data", str(site.data)]
        command = [sys.executable, "-m", "router.cli.main", "import", "forms", file, *where]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        holder.execute("rollback")
        holder.close()
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    why = f"database is locked ({site.data / 'hotline.db'})"
    assert line.startswith(f"hotline: 数据库用不了：{why} · the database can't be used: {why} (")
    assert "另一个程序写它已超过 5 秒：请稍后再试" in line
    assert "try again in a moment; if it stays so, end the program that keeps it open" in line

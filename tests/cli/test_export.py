"""`hotline export` and `hotline import`, as the secretary uses them: what goes out comes in again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from router.cli.accounts import prepare_database
from router.cli.main import cli
from router.cli.settings import database_url, open_place
from router.errors import HotlineError
from router.store.database import open_database
from router.store.findings.queries import display_counts_of_day
from router.store.tables.forms import FormRow
from tests.reading.grid import rows_of

FORMS = "置业顾问,来电时间,类别,客户姓名,电话\n{who},2026-11-20 09:30,购房,王女士,13812345678\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A demonstration's data folder with its database; nothing runs."""
    place = open_place(None, tmp_path / "data")
    place.folder.make()
    prepare_database(place, tmp_path)
    return tmp_path


def _hotline(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--data", str(folder / "data")])


def _file(folder: Path, text: str) -> str:
    path = folder / "forms.csv"
    path.write_text(text, encoding="utf-8-sig")
    return str(path)


def test_forms_are_imported_once_and_exported_as_they_were(folder: Path) -> None:
    who = open_place(None, folder / "data").site.consultants[0].name
    file = _file(folder, FORMS.format(who=who))
    assert "1 forms" in _hotline(folder, "import", "forms", file, "--preview").output
    assert _hotline(folder, "import", "forms", file, "--by", "li").exit_code == 0
    output = folder / "out.xlsx"
    assert _hotline(folder, "export", "forms", "--from", "2026-11-20", "-o", str(output)).exit_code == 0
    cells = rows_of(output.read_bytes())[0]
    assert (cells["置业顾问"], cells["来电时间"], cells["电话"]) == (who, "2026-11-20 09:30:00", "13812345678")


def test_a_wrong_row_is_named_and_nothing_is_filed(folder: Path) -> None:
    result = _hotline(folder, "import", "forms", _file(folder, FORMS.format(who="无此人")))
    assert isinstance(result.exception, HotlineError)
    assert "forms.csv:2: consultant" in result.output
    database = open_database(database_url(open_place(None, folder / "data")))
    with Session(database) as session:
        assert session.scalars(select(FormRow)).all() == []
    database.dispose()


def test_display_counts_are_taken_all_together_or_not_at_all(folder: Path) -> None:
    slot = open_place(None, folder / "data").site.plans[0].slots[0].name
    wrong = _file(
        folder, f"日期,时段,电话显示数\n2026-11-20,{slot},14\n2026-11-20,没有的时段,9\n2026-11-20,{slot},-1\n"
    )
    result = _hotline(folder, "import", "display", wrong)
    assert isinstance(result.exception, HotlineError)
    assert "forms.csv:3: slot" in result.output
    assert "forms.csv:4: count" in result.output
    assert _display(folder) == {}
    right = _file(folder, f"slot,count\n{slot},14\n")
    assert isinstance(_hotline(folder, "import", "display", right).exception, HotlineError)  # of which day?
    assert _hotline(folder, "import", "display", right, "--date", "2026-11-20").exit_code == 0
    assert _display(folder) == {slot: 14}


def _display(folder: Path) -> dict[str, int | None]:
    database = open_database(database_url(open_place(None, folder / "data")))
    with Session(database) as session:
        counts = display_counts_of_day(session, date(2026, 11, 20))
        found = {slot: row.count for slot, row in counts.items()}
    database.dispose()
    return found


def test_a_file_that_is_there_is_not_replaced_unasked(folder: Path) -> None:
    output = folder / "calls.csv"
    output.write_text("mine")
    assert isinstance(_hotline(folder, "export", "calls", "-o", str(output)).exception, HotlineError)
    assert output.read_text() == "mine"
    assert _hotline(folder, "export", "calls", "-o", str(output), "--force").exit_code == 0
    assert output.read_bytes().startswith("\ufeff到达".encode())


@pytest.mark.parametrize("arguments", [("-o", "x.pdf"), ("-o", "x.csv", "--from", "2026-11-02", "--to", "2026-11-01")])
def test_what_makes_no_sense_is_refused_with_a_cure(folder: Path, arguments: tuple[str, ...]) -> None:
    error = _hotline(folder, "export", "forms", *arguments).exception
    assert isinstance(error, HotlineError)
    assert error.cure

"""Forms out of the database and into it again, and the day's sheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from router.config.form import FormTable
from router.exchange.forms_in import FormsPreview, file_all, heads, look_through
from router.exchange.forms_out import TableTerms, day_sheet, forms_table
from router.exchange.table import as_csv, as_xlsx
from router.reading.errors import TableFileError
from router.reading.tables import read_table
from router.store.database import open_database
from router.store.forms.changes import Filing, FormError, FormWriting, correct_form, file_form
from router.store.forms.queries import forms_of_days
from router.store.tables.forms import FormRow
from tests.databases import with_a_site

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TABLE = FormTable(media=("报纸", "网络"))
NAMES = {"A": "陈晨", "B": "李丽"}
WRITING = FormWriting(table=TABLE, people=NAMES, zone=ZONE, by="li", now=NOW)
FULL = Filing(
    call_id="c1",
    consultant="A",
    kind="purchase",
    asked_for="B",
    taken_at=datetime(2026, 11, 24, 1, 30, 5, tzinfo=UTC),
    slot_name="白班",
    fields={
        "name": "王女士",
        "number": "13812345678;02587654321",
        "media": "报纸",
        "intent": "A",
        "appointment": "yes",
        "appointment_at": "2026-11-28T10:00",
        "remarks": "=1+1",
    },
)


def _office(language: str = "zh") -> TableTerms:
    return TableTerms(language=language, zone=ZONE, names=NAMES, form=TABLE)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = open_database(f"sqlite:///{tmp_path / 'hotline.db'}")
    with_a_site(database)
    with Session(database) as made:
        yield made
    database.dispose()


def _of_the_day(session: Session) -> list[FormRow]:
    return list(forms_of_days(session, date(2026, 11, 24), date(2026, 11, 25), ZONE))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", [as_csv, as_xlsx])
def test_a_form_that_is_exported_and_imported_is_the_same_form(session: Session, language: str, kind: object) -> None:
    form = file_form(session, FULL, WRITING)
    content = kind(forms_table([form], _office(language)))  # type: ignore[operator]  # either writer
    session.rollback()
    seen = look_through(session, read_table(content, heads()), _office(language), WRITING)
    assert seen.bad == ()
    assert file_all(session, seen, WRITING) == 1
    back = forms_of_days(session, date(2026, 11, 24), date(2026, 11, 25), ZONE)[0]
    assert back.entered == "import"
    for name in ("call_id", "consultant", "kind", "asked_for", "taken_at", "slot_name"):
        assert getattr(back, name) == getattr(FULL, name)
    assert back.fields == FULL.fields


def test_the_same_file_twice_files_nothing_new(session: Session) -> None:
    form = file_form(session, FULL, WRITING)
    lines = read_table(as_csv(forms_table([form], _office())), heads())
    assert look_through(session, lines, _office(), WRITING).known == (2,)
    correct_form(session, form, FULL, WRITING, why="x")
    assert file_all(session, look_through(session, lines, _office(), WRITING), WRITING) == 0


def test_a_row_that_is_wrong_is_named_and_nothing_is_half_imported(session: Session) -> None:
    text = """置业顾问,来电时间,类别,媒体,约访
陈晨,2026-11-24 09:30,购房,报纸,是
周凯,soon,购房,电视,也许
李丽,2026-11-24,Sale,,
"""
    seen = look_through(session, read_table(text.encode(), heads()), _office(), WRITING)
    assert len(seen.filings) == 1
    assert {(row.line, row.column) for row in seen.bad} >= {(3, "taken_at"), (4, "kind")}
    with pytest.raises(TableFileError, match="rows can't be taken"):
        file_all(session, seen, WRITING)
    assert _of_the_day(session) == []


def test_a_file_without_the_consultant_says_which_column_is_missing(session: Session) -> None:
    with pytest.raises(TableFileError, match="consultant"):
        look_through(session, read_table("姓名,电话\n王女士,13900000001\n".encode(), heads()), _office(), WRITING)


def test_the_days_sheet_is_the_one_that_the_office_knows(session: Session) -> None:
    late = Filing(call_id=None, consultant="B", kind="other", taken_at=NOW, fields={"matter": "推销"})
    forms = [file_form(session, late, WRITING), file_form(session, FULL, WRITING)]
    sheet = day_sheet(forms, _office(), show_numbers=False)
    assert "".join(sheet.head) == "序号时间客户姓名电话新/老媒体关注产品面积价格区域意向约访置业顾问备注"
    first, second = sheet.rows
    assert list(first)[:4] == ["1", "09:30", "王女士", "138****5678; 025****4321"]
    assert first[11] == "是 2026-11-28 10:00"
    assert list(second)[:2] == ["2", "10:00"]
    assert second[13] == "其他；推销"
    assert day_sheet(forms, _office(), show_numbers=True).rows[0][3] == "13812345678; 02587654321"


HEAD = "置业顾问,来电时间,客户姓名,电话,媒体,意向,约访,约访时间,备注\n"


def _look(session: Session, text: str) -> FormsPreview:
    return look_through(session, read_table((HEAD + text).encode(), heads()), _office(), WRITING)


def _take(session: Session, text: str) -> int:
    return file_all(session, _look(session, text), WRITING)


def test_the_same_forms_filed_again_from_the_same_file_are_there_already(session: Session) -> None:
    row = "陈晨,2026/11/24 9:05,王,13900000001/13900000002,报纸,A,是,2026年11月26日 上午10:00,好\n"
    assert _take(session, row + row) == 1
    again = _look(session, row + row)
    assert (again.filings, again.known) == ((), (2, 3))
    (form,) = _of_the_day(session)
    assert form.fields["number"] == "13900000001;13900000002"
    assert form.fields["appointment_at"] == "2026-11-26T10:00"


def test_a_form_that_was_corrected_since_is_not_filed_again_by_the_old_file(session: Session) -> None:
    row = "陈晨,2026/11/24 9:05,王,13900000001,报纸,A,是,,好\n"
    _take(session, row)
    (form,) = _of_the_day(session)
    filing = Filing(call_id=None, consultant="A", kind="purchase", taken_at=form.taken_at, fields={"name": "王总"})
    correct_form(session, form, filing, WRITING, why="错名")
    assert _look(session, row).known == (2,)


def test_two_forms_of_one_call_that_differ_are_not_both_filed(session: Session) -> None:
    text = "通话编号,置业顾问,备注\nc9,陈晨,一\nc9,陈晨,二\nc9,陈晨,一\n"
    seen = look_through(session, read_table(text.encode(), heads()), _office(), WRITING)
    assert ([(row.line, row.fault) for row in seen.bad], seen.known) == ([(3, "other-form-there")], (4,))


def test_what_stands_beside_a_number_goes_into_the_remarks(session: Session) -> None:
    assert _take(session, "陈晨,2026-11-24 09:05,王,021-61234567转801 、13900000001（太太）,,,,,要三房\n") == 1
    (form,) = _of_the_day(session)
    assert form.fields["number"] == "021-61234567;13900000001"
    assert form.fields["remarks"] == "要三房；尾号4567转801；太太"


@pytest.mark.parametrize(
    ("number", "fault"), [("1.38E+10", "rounded"), ("12", "not-a-number"), ("微信", "not-a-number")]
)
def test_a_number_is_checked_when_a_form_is_filed(session: Session, number: str, fault: str) -> None:
    filing = Filing(call_id=None, consultant="A", kind="other", fields={"number": number})
    with pytest.raises(FormError) as refused:
        file_form(session, filing, WRITING)
    assert refused.value.faults == {"number": fault}


def test_the_calls_own_number_is_never_wrong_however_short(session: Session) -> None:
    filing = Filing(
        call_id="c5", consultant="A", kind="other", fields={"number": "801;１３９０００００００１"}, own_number="801"
    )
    assert file_form(session, filing, WRITING).fields["number"] == "801;13900000001"


def test_a_preview_has_a_code_that_changes_with_what_would_be_filed(session: Session) -> None:
    row = "陈晨,2026/11/24 9:05,王,13900000001,报纸,A,是,,好\n"
    first = _look(session, row)
    assert (first.lines, first.code) == ((2,), _look(session, row).code)
    _take(session, row)
    assert _look(session, row).code != first.code

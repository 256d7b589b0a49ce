"""日清: whether a day can be closed, what closing means, and its sheet on paper and in files."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from router.config.model import SlotEntry
from router.store.office.plans import publish
from router.store.office.queries import site_in
from router.store.tables.audit import AuditRow
from router.store.tables.days import DayClosingRow
from router.store.tables.forms import FormRow
from router.store.tables.office import ConsultantRow, PhoneRow
from router.web import shared
from router.web.day import routes
from tests.reading.grid import rows_of
from tests.store.day import DAY
from tests.web.recorded import NOW, app_on_the_morning
from tests.web.test_board import _sign_in
from tests.web.test_forms import PURCHASE, record

__all__ = ["record"]  # the fixture
TODAY = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()


def _post(client: FlaskClient, path: str, values: dict[str, object]) -> TestResponse:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/day").get_data(as_text=True))
    assert token is not None
    return client.post(
        path, data={**values, "csrf_token": token[1]}, follow_redirects=True, content_type="multipart/form-data"
    )


def _export(client: FlaskClient, what: str, *, first: str = TODAY, reason: str = "月报", **more: str) -> TestResponse:
    return _post(client, f"/export/{what}", {"from": first, "to": first, "reason": reason, **more})


@pytest.mark.usefixtures("record")
def test_a_day_with_a_form_owed_is_closed_only_with_a_reason(client: FlaskClient, record: Session) -> None:
    _sign_in(client, "secretary")
    assert "还不能关" in client.get("/day").get_data(as_text=True)
    assert "请写明为何关日清" in _post(client, f"/day/{TODAY}/close", {}).get_data(as_text=True)
    assert "已关日清" in _post(client, f"/day/{TODAY}/close", {"remark": "李丽请假"}).get_data(as_text=True)
    closing = record.scalars(select(DayClosingRow)).one()
    assert (closing.closed_by, closing.remark, closing.archive["open"]["forms"]) == ("secretary", "李丽请假", 1)
    assert "当天已关日清" in _post(client, f"/day/{TODAY}/close", {"remark": "x"}).get_data(as_text=True)


def test_what_is_closed_changes_only_with_a_reason(client: FlaskClient, record: Session) -> None:
    _sign_in(client, "secretary")
    _post(client, f"/day/{TODAY}/close", {"remark": "x"})
    late = {**PURCHASE, "call": "c1", "consultant": "B"}
    assert _post(client, "/forms/new", late).status_code == 422
    assert record.scalars(select(FormRow)).all() == []
    assert _post(client, "/forms/new", {**late, "why": "晚交"}).status_code == 200
    assert record.scalars(select(FormRow)).one().revisions[0].why == "晚交"


@pytest.mark.usefixtures("record")
def test_the_sheet_is_printed_masked_and_exported_in_full_to_whom_it_concerns(client: FlaskClient) -> None:
    _sign_in(client, "secretary")
    _post(client, "/forms/new", {**PURCHASE, "call": "c1", "consultant": "B"})
    paper = client.get(f"/day/{TODAY}/sheet").get_data(as_text=True)
    assert "138****5678" in paper
    assert "13812345678" not in paper
    line = rows_of(_export(client, "day.xlsx").data)[0]
    assert line["电话"] == "13812345678"
    assert line["置业顾问"] == "李丽"


@pytest.mark.usefixtures("record")
def test_a_manager_gets_files_with_numbers_masked_and_a_consultant_none(client: FlaskClient) -> None:
    _sign_in(client, "manager")
    lines = rows_of(_export(client, "calls.csv").data)
    assert lines[0]["号码"] == "138****5678"
    other = client.application.test_client()
    _sign_in(other, "consultant")
    assert other.post("/export/calls.csv").status_code == 403
    assert other.get("/day").status_code == 403


@pytest.mark.usefixtures("record")
def test_the_pdf_has_the_sheet(client: FlaskClient) -> None:
    pytest.importorskip("weasyprint", exc_type=OSError)
    _sign_in(client, "secretary")
    assert client.get(f"/day/{TODAY}/sheet.pdf").data.startswith(b"%PDF")


@pytest.mark.usefixtures("record")
def test_the_picture_has_words_in_the_readers_fonts(client: FlaskClient) -> None:
    _sign_in(client, "secretary")
    picture = client.get(f"/day/{TODAY}/picture.svg")
    assert picture.mimetype == "image/svg+xml"
    assert "每小时来电" in picture.get_data(as_text=True)


@pytest.mark.usefixtures("record")
def test_a_file_of_forms_is_looked_through_before_anything_is_filed(client: FlaskClient, record: Session) -> None:
    _sign_in(client, "secretary")

    def send(text: str, do: str) -> str:
        file = (BytesIO(text.encode()), "表.csv")
        return _post(client, "/import/forms", {"file": file, "do": do}).get_data(as_text=True)

    good = "置业顾问,来电时间,类别\n李丽,2026-11-20 09:30,其他\n"
    assert "尚未录入" in send(good, "look")
    assert record.scalars(select(FormRow)).all() == []
    assert "没有这位在职顾问" in send(good + "周凯,,其他\n", "file")
    assert record.scalars(select(FormRow)).all() == []
    assert "已录入 1 份" in send(good, "file")
    assert record.scalars(select(FormRow)).one().entered == "import"
    assert "已有 <b>1</b>" in send(good, "look")


@pytest.mark.usefixtures("record")
def test_what_is_filed_is_what_the_preview_showed(client: FlaskClient, record: Session) -> None:
    _sign_in(client, "secretary")
    text = "置业顾问,来电时间,类别,楼盘\n李丽,2026/11/20 下午9:30,其他,一期\n"

    def send(text: str, **more: str) -> str:
        file = (BytesIO(text.encode()), "表.csv")
        return _post(client, "/import/forms", {"file": file, **more}).get_data(as_text=True)

    shown = send(text, do="look")
    assert "看不懂而略去的列" in shown
    assert "楼盘" in shown
    code = re.search('name="as_shown" value="([0-9a-f]+)"', shown)
    assert code is not None
    changed = send(text.replace("下午9", "上午9"), do="file", as_shown=code[1])
    assert "在预览之后有变化" in changed
    assert record.scalars(select(FormRow)).all() == []
    assert "已录入 1 份" in send(text, do="file", as_shown=code[1])


@pytest.mark.usefixtures("record")
def test_a_day_that_has_not_ended_is_not_closed(client: FlaskClient, record: Session) -> None:
    _sign_in(client, "secretary")
    tomorrow = date.fromisoformat(TODAY) + timedelta(days=1)
    assert "才能关日清" in _post(client, f"/day/{tomorrow}/close", {"remark": "x"}).get_data(as_text=True)
    assert record.scalars(select(DayClosingRow)).all() == []


def test_a_day_runs_until_its_last_slot_ends(tmp_path: Path) -> None:
    app = app_on_the_morning(tmp_path)
    evening = NOW.replace(hour=13)  # 21:00 there
    sessions = app.extensions["hotline"]["sessions"]
    with sessions.session_factory() as session:
        for row in session.scalars(select(ConsultantRow)):
            session.add(PhoneRow(site_id=1, consultant_id=row.id, position=0, account=f"10{row.id}"))
        session.flush()
        slot = SlotEntry.model_validate({"from": "09:00", "to": "20:00", "call": ["li"], "reception": []})
        publish(session, site_in(session), DAY, [slot], by="test")
        session.commit()
    client = app.test_client()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared, "now", lambda: NOW)
        _sign_in(client, "secretary")
        assert "20:00" in _post(client, f"/day/{DAY}/close", {"remark": "x"}).get_data(as_text=True)
        patch.setattr(shared, "now", lambda: evening)
        assert "已关日清" in _post(client, f"/day/{DAY}/close", {"remark": "x"}).get_data(as_text=True)
    app.extensions["hotline"]["engine"].over.set()
    sessions.get_bind().dispose()


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "x"])
def test_a_date_that_no_office_has_is_not_here_and_breaks_nothing(client: FlaskClient, day: str) -> None:
    _sign_in(client, "secretary")
    for page in (f"/day/{day}/sheet", f"/day/{day}/picture.svg"):
        assert client.get(page).status_code == 404
    for page in (f"/day?date={day}", f"/calls?date={day}", f"/forms?date={day}", f"/check?date={day}"):
        assert client.get(page).status_code == 200
    assert _export(client, "calls.csv", first=day).status_code == 200


@pytest.mark.usefixtures("record")
def test_a_file_needs_a_reason_and_is_on_record(client: FlaskClient, record: Session) -> None:
    _sign_in(client, "secretary")
    assert "请写明文件的用途" in _export(client, "calls.csv", reason=" ").get_data(as_text=True)
    assert _export(client, "calls.csv", reason="给财务").mimetype == "text/csv"
    assert client.get("/export/calls.csv").status_code == 405, "no address gives a file"
    assert client.post("/export/calls.csv", data={"reason": "x"}).status_code == 400, "nor does another site's form"
    lines = record.scalars(select(AuditRow).where(AuditRow.what == "export").order_by(AuditRow.id)).all()
    told = [(line.who, line.about, line.result, line.why) for line in lines]
    assert told == [
        ("secretary", f"calls.csv {TODAY}..{TODAY}", "refused", ""),
        ("secretary", f"calls.csv {TODAY}..{TODAY} whole numbers", "done", "给财务"),
    ]
    assert lines[1].rows == 1


@pytest.mark.usefixtures("record")
def test_files_are_bounded_in_days_rows_and_number(client: FlaskClient) -> None:
    _sign_in(client, "secretary")
    long = _export(client, "calls.csv", first="2024-01-01", to=TODAY).get_data(as_text=True)
    assert "请少选几天" in long
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routes, "MOST_EXPORTED_ROWS", 0)
        assert "请少选几天" in _export(client, "calls.csv").get_data(as_text=True)
        patch.undo()
        patch.setattr(routes, "EXPORTS_AN_HOUR", 2)
        kinds = [_export(client, "calls.csv").mimetype for _ in range(3)]
        assert kinds == ["text/csv", "text/csv", "text/html"]

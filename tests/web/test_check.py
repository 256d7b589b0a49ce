"""漏登核对 and 回拨: what the supervisor sees and decides, what a consultant sees, and what nobody may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from router.core import inputs
from router.core.desk import Desk
from router.core.words import CallId, Number
from router.errors import PbxError
from router.store.database import open_database
from router.store.pbx.changes import note_blind
from router.store.tables.customers import CallbackRow, NumberRow
from router.store.tables.office import SiteRow
from router.store.tables.users import User
from tests.reconcile.record import DAY, Record
from tests.web.conftest import PASSWORD

PAGE = f"/check?date={DAY}"


class GoneError(PbxError):
    id = "gone"


@pytest.fixture
def record(app: Flask, tmp_path: Path) -> Iterator[Record]:
    """The day of the pages' database: a missing form of A's, an incomplete one of B's, a call that nobody took."""
    database = open_database(f"sqlite:///{tmp_path / 'hotline.db'}")
    with Session(database) as session:
        session.add(SiteRow(id=1, name="测试", zone="Asia/Shanghai", language="zh", region="CN"))
        users = {user.username: user for user in session.scalars(select(User)).unique()}
        users["consultant"].person, users["secretary"].name = "A", "刘芳"
        session.commit()
    record = Record(database, now=datetime(2026, 5, 14, 15, tzinfo=UTC))
    record.answered("u1", "10:31:00", "A", "13812345678", end="10:33:10")
    record.answered("u2", "10:52:00", "B", "13500007780", end="10:55:00")
    record.form("our-u2", "10:52:00", "11:00:00", by="B", number="13500007780", media="", intent="")
    record.pbx("u3", "12:10:00", "15900003302", end="12:12:00").call("u3", "12:10:00", "15900003302", end="12:12:00")
    record.pbx("u4", "12:20:00", "13700009911", "12:20:05", "12:21:00", "C")
    with Session(database) as session:
        note_blind(session, datetime(2026, 5, 14, 4, 18, tzinfo=UTC), datetime(2026, 5, 14, 4, 25, tzinfo=UTC))
        session.commit()
    record.form("u4", "12:20:00", "12:30:00", by="C", number="13700009911")
    app.extensions["hotline"]["recheck"] = lambda day, by: record.night().run_day(day, by=by)
    record.reconcile()
    yield record
    database.dispose()


def sign_in(client: FlaskClient, name: str) -> None:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").get_data(as_text=True))
    assert token is not None
    data = {"username": name, "password": PASSWORD, "csrf_token": token[1]}
    assert client.post("/login", data=data).status_code == 302


def text_of(client: FlaskClient, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def post(client: FlaskClient, address: str, **data: str) -> int:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PAGE).get_data(as_text=True))
    assert token is not None
    return client.post(address, data={"csrf_token": token[1], **data}).status_code


def finding(record: Record, kind: str) -> int:
    return next(row.id for row in record.findings() if row.kind == kind)


@pytest.mark.usefixtures("record")
def test_the_day_is_shown_by_slot_with_what_does_not_add_up_and_why(client: FlaskClient) -> None:
    sign_in(client, "supervisor")
    text = text_of(client)
    assert "2026-05-14 周四" in text
    assert re.search(r"morning 09–12 2 填写 .*? 2 2 0 — 1≠ 0 2", text)
    assert re.search(r"noon 12–14 2 填写 .*? 1≠ 1 1 0 1 1 2", text)
    assert "核对 (4)" in text or "核对(4)" in text
    assert "10:31 138****5678 陈晨接 02:10，应11:03前交" in text
    assert re.search(r"10:52 135\*\*\*\*7780 李丽 表1 缺：媒体、意向", text)
    assert "客户先挂，未回拨" in text
    assert "王伟接，总机有路由无（断线12:18–12:25）" in text
    assert "12:18–12:25 断线，补录0通" in text
    assert "13812345678" not in text


@pytest.mark.usefixtures("record")
def test_a_difference_is_a_link_to_the_findings_behind_it(client: FlaskClient) -> None:
    sign_in(client, "manager")
    page = client.get(PAGE).get_data(as_text=True)
    link = re.search(r'class="differs" href="([^"]+)"[^>]*>1≠', page)
    assert link is not None
    text = text_of(client, link[1].replace("&amp;", "&"))
    assert "漏填" in text
    assert "缺：" not in text


def test_the_supervisor_asks_confirms_and_dismisses_and_goes_on_to_the_next(
    client: FlaskClient, record: Record
) -> None:
    sign_in(client, "supervisor")
    missing, lacking = finding(record, "missing_form"), finding(record, "incomplete_form")
    assert post(client, f"/check/{missing}/ask", next=f"finding-{lacking}", query=f"date={DAY}&tab=open") == 302
    assert "✉已催填" in text_of(client).replace(" ", "")
    assert post(client, f"/check/{missing}/confirm") == 302
    assert post(client, f"/check/{lacking}/dismiss") == 302
    assert "须写明理由" in text_of(client)
    assert post(client, f"/check/{lacking}/dismiss", reason="device", note="纸表上有") == 302
    done = text_of(client, f"{PAGE}&tab=done")
    assert "属实" in done
    assert "设备故障：纸表上有" in done
    assert [row.state for row in record.findings()].count("open") == 2
    record.reconcile()
    assert {row.state for row in record.findings()} == {"confirmed", "dismissed", "open"}


def test_what_a_browser_sends_back_is_only_ever_a_query_and_a_row(client: FlaskClient, record: Record) -> None:
    sign_in(client, "supervisor")
    missing = finding(record, "missing_form")
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PAGE).get_data(as_text=True))
    assert token is not None
    sent = {"csrf_token": token[1], "query": "tab=open\r\nX-Evil: 1&a=//evil", "next": "//evil.example"}
    answer = client.post(f"/check/{missing}/ask", data=sent)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/check?tab=open%0D%0AX-Evil")
    assert "#" not in answer.headers["Location"]
    assert "X-Evil" not in answer.headers


def test_a_decision_made_twice_is_told_and_changes_nothing(client: FlaskClient, record: Record) -> None:
    sign_in(client, "supervisor")
    missing = finding(record, "missing_form")
    for _ in range(2):
        assert post(client, f"/check/{missing}/confirm") == 302
    assert "未办成" in text_of(client)
    assert len(next(row for row in record.findings() if row.id == missing).acts) == 1


@pytest.mark.usefixtures("record")
def test_the_display_count_is_typed_in_compared_and_said_by_whom(client: FlaskClient) -> None:
    sign_in(client, "secretary")
    assert post(client, "/check/display", date=str(DAY), slot="morning", count="3") == 302
    text = text_of(client)
    assert "总机2 电话显示3（刘芳填）" in text
    assert "电话显示1/2时段" in text
    assert post(client, "/check/display", date=str(DAY), slot="morning", count="-1") == 302
    assert "请填写 0 或正整数" in text_of(client)
    assert post(client, "/check/display", date=str(DAY), slot="morning", count="") == 302
    assert "来显不符" not in text_of(client)


def test_a_failed_run_is_a_red_block_over_the_last_good_result(client: FlaskClient, record: Record, app: Flask) -> None:
    def fails(day: date, by: str) -> None:
        def gone() -> None:
            raise GoneError("Master.csv <b>is gone", cure="see [reconcile] pbx")

        record.night(read_records=gone).run_day(day, by=by)

    app.extensions["hotline"]["recheck"] = fails
    sign_in(client, "supervisor")
    assert post(client, "/check/run", date=str(DAY)) == 302
    page = client.get(PAGE).get_data(as_text=True)
    assert 'class="alarm" role="alert"' in page
    assert "Master.csv &lt;b&gt;is gone (see [reconcile] pbx)" in page
    assert "漏填" in page
    assert post(client, "/check/run", date="2026-05-10") == 302
    never = client.get("/check?date=2026-05-10").get_data(as_text=True)
    assert 'class="alarm" role="alert"' in never
    assert "没有需要核对的事项" not in never


@pytest.mark.usefixtures("record")
def test_a_date_that_was_never_reconciled_says_so_and_can_be_done_now(client: FlaskClient) -> None:
    sign_in(client, "supervisor")
    assert "还没有核对" in text_of(client, "/check?date=2026-05-10")
    assert post(client, "/check/run", date="2026-05-10") == 302
    assert "没有需要核对的事项" in text_of(client, "/check?date=2026-05-10")
    assert post(client, "/check/run", date="2026-05-30") == 302
    assert "核对失败：2026-05-30 还没有到" in text_of(client)
    for odd in ("0001-01-01", "9999-12-31", "nonsense"):
        assert client.get(f"/check?date={odd}").status_code == 200


def test_without_pbx_records_the_count_is_a_dash_and_the_page_says_why(client: FlaskClient, record: Record) -> None:
    record.reconcile(pbx=False)
    sign_in(client, "manager")
    text = text_of(client)
    assert "未配置总机话单" in text
    assert re.search(r"morning 09–12 — ", text)


def test_a_consultant_sees_what_is_recorded_of_them_and_can_change_nothing(client: FlaskClient, record: Record) -> None:
    sign_in(client, "consultant")
    text = text_of(client)
    assert "关于我的记录 1" in text
    assert "李丽" not in text
    page = client.get(PAGE).get_data(as_text=True)
    assert "不成立" not in page
    assert 'href="/forms/new?call=our-u1">填表' in page
    assert post(client, f"/check/{finding(record, 'missing_form')}/confirm") == 403
    assert post(client, "/check/run", date=str(DAY)) == 403
    assert post(client, "/check/display", date=str(DAY), slot="morning", count="3") == 403


def test_manager_reads_and_decides_nothing_and_nothing_goes_without_a_token(
    client: FlaskClient, record: Record, app: Flask
) -> None:
    sign_in(client, "manager")
    assert "不成立" not in client.get(PAGE).get_data(as_text=True)
    assert post(client, f"/check/{finding(record, 'missing_form')}/confirm") == 403
    other = app.test_client()
    assert other.get(PAGE).status_code == 302
    sign_in(other, "supervisor")
    assert other.post(f"/check/{finding(record, 'missing_form')}/confirm").status_code == 400
    assert {row.state for row in record.findings()} == {"open"}


# --- call backs ------------------------------------------------------------------------------------------------------


@pytest.fixture
def owed(record: Record, desk: Desk) -> int:
    """A call back owed by A since the missed call: the desk knows it, and it is on record."""
    desk.handle(inputs.CallArrived(call=CallId("our-u3"), number=Number("+8615900003302")), 3000)
    desk.handle(inputs.HungUp(call=CallId("our-u3")), 4000)
    with Session(record.database) as session:
        number = session.scalars(select(NumberRow).where(NumberRow.number == "+8615900003302")).one()
        row = CallbackRow(
            site_id=1, number_id=number.id, owed_since=datetime(2026, 5, 14, 4, 12, tzinfo=UTC), person="A"
        )
        session.add(row)
        session.commit()
        return row.id


@pytest.mark.usefixtures("owed")
def test_call_backs_owed_are_listed_with_who_and_for_how_long(client: FlaskClient) -> None:
    sign_in(client, "supervisor")
    text = text_of(client, "/callbacks")
    assert "Call backs owed" not in text
    assert re.search(r"待回拨 超时 159\*\*\*\*3302", text)
    assert "陈晨" in text


@pytest.mark.usefixtures("owed")
def test_one_that_the_pbx_saw_is_shown_as_seen_also_with_its_finding(client: FlaskClient, record: Record) -> None:
    record.pbx("out1", "16:55:00", "15900003302", "16:55:10", "16:58:00", "A", direction="out")
    sign_in(client, "supervisor")
    assert "话单可见：05-14 16:55 已拨通 陈晨" in text_of(client, "/callbacks")
    assert "客户先挂，05-14 16:55 陈晨已回拨" in text_of(client)
    assert re.search(r"noon 12–14 2 填写 .*? 1≠ 1 1 1 1 1 2", text_of(client))


def test_the_supervisor_assigns_and_a_consultant_notes_their_own_call_back(
    client: FlaskClient, app: Flask, owed: int
) -> None:
    sign_in(client, "supervisor")
    assert post(client, f"/callbacks/{owed}/assign", person="B") == 302
    source = app.extensions["hotline"]["engine"]
    assert source.told[-1][1] == inputs.CallbackAssigned(number="+8615900003302", person="B", by="supervisor")
    assert post(client, f"/callbacks/{owed}/assign", person="nobody") == 302
    assert "请选择由谁回拨" in text_of(client, "/callbacks")
    consultant = app.test_client()
    sign_in(consultant, "consultant")
    assert "15900003302" in text_of(consultant, "/callbacks")
    token = re.search(r'name="csrf_token" value="([^"]+)"', consultant.get("/callbacks").get_data(as_text=True))
    assert token is not None
    assert consultant.post(f"/callbacks/{owed}/done", data={"csrf_token": token[1]}).status_code == 302
    assert source.told[-1] == (f"called-back:{owed}", inputs.Contacted(number="+8615900003302", person="A"))
    assert consultant.post(f"/callbacks/{owed}/assign", data={"csrf_token": token[1]}).status_code == 403

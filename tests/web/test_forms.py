"""来电表: what is owed, filing it, correcting it, looking at it a second time; and who may do what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from router.core import inputs
from router.core.desk import Desk
from router.core.words import CallId, PersonId
from router.store.tables.calls import CallRow
from router.store.tables.customers import CustomerRow, NumberRow
from router.store.tables.forms import FormDraftRow, FormRow
from router.store.tables.office import SiteRow
from router.store.tables.users import User
from tests.web.test_board import _sign_in

NUMBER = "+8613812345678"
PURCHASE = {
    "kind": "purchase",
    "name": "王女士",
    "media": "报纸",
    "intent": "A",
    "appointment": "yes",
    "inquiry": "新客户",
}


@pytest.fixture
def record(app: Flask, desk: Desk) -> Iterator[Session]:
    """B answered the call c1 half an hour ago; B and the signed-in consultant are the same person."""
    desk.handle(inputs.Answered(call=CallId("c1"), person=PersonId("B")), 3000)
    desk.handle(inputs.HungUp(call=CallId("c1")), 30_000)
    with Session(app.extensions["hotline"]["sessions"]().get_bind()) as session:
        midnight = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=0, minute=0, second=0)
        answered = max(
            datetime.now(UTC) - timedelta(minutes=5), midnight.astimezone(UTC)
        )  # of today, whatever the hour
        session.add(SiteRow(id=1, name="x", zone="Asia/Shanghai", language="zh", region="CN"))
        session.flush()
        customer = CustomerRow(site_id=1, known_since=answered)
        session.add(customer)
        session.flush()
        number = NumberRow(site_id=1, customer_id=customer.id, journal="j", key=1, number=NUMBER)
        session.add(number)
        session.flush()
        session.add(
            CallRow(
                site_id=1,
                id="c1",
                hotline="4008001234",
                number_id=number.id,
                arrived_at=answered,
                answered_at=answered,
                ended_at=answered + timedelta(minutes=2),
                answerer="B",
                person="B",
                stage="rotation",
            )
        )
        session.scalars(select(User).where(User.username == "consultant")).unique().one().person = "B"
        session.commit()
        yield session


def _post(client: FlaskClient, path: str, values: dict[str, str]) -> TestResponse:
    page = client.get("/forms").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    return client.post(path, data={**values, "csrf_token": token[1]}, follow_redirects=True)


def _file(client: FlaskClient, **values: str) -> TestResponse:
    return _post(client, "/forms/new", {"call": "c1", **PURCHASE, **values})


def _form(record: Session) -> FormRow:
    record.expire_all()
    return record.scalars(select(FormRow)).one()


@pytest.mark.usefixtures("record")
def test_a_form_is_owed_by_who_was_last_on_the_call_until_it_is_filed(client: FlaskClient) -> None:
    _sign_in(client, "consultant")
    owed = client.get("/forms").get_data(as_text=True)
    assert "138****5678" in owed
    assert NUMBER[3:] not in owed
    assert _file(client).status_code == 200
    assert "没有欠表" in client.get("/forms").get_data(as_text=True)


@pytest.mark.usefixtures("record")
def test_the_form_opens_with_what_is_known_of_the_call(client: FlaskClient) -> None:
    _sign_in(client, "consultant")
    page = client.get("/forms/new?call=c1").get_data(as_text=True)
    assert re.search(r"<option selected>\s*报纸", page)  # the medium of the number that was dialled
    assert re.search(r"<option selected>\s*新客户", page)
    assert 'value="purchase" checked' in page


def test_the_number_and_time_are_the_calls_whatever_the_browser_sends(client: FlaskClient, record: Session) -> None:
    _sign_in(client, "consultant")
    _file(client, number="13900000000", taken_at="2020-01-01T00:00", consultant="A")
    form = _form(record)
    assert form.fields["number"] == "13812345678;13900000000"
    assert form.consultant == "B"
    assert form.taken_at == record.get_one(CallRow, (1, "c1")).answered_at


def test_other_business_gives_the_turn_back_at_once(client: FlaskClient, record: Session, desk: Desk) -> None:
    _sign_in(client, "consultant")
    assert desk.office.sheets["call"].turns[PersonId("B")].state == "done"
    _file(client, kind="other")
    assert desk.office.sheets["call"].turns[PersonId("B")].state == "due"
    assert _form(record).revisions[0].told_at is not None


def test_sent_twice_it_is_one_form(client: FlaskClient, record: Session) -> None:
    _sign_in(client, "consultant")
    _file(client)
    assert _file(client).status_code == 200
    assert len(_form(record).revisions) == 1


def test_with_the_router_away_the_form_is_safe_and_told_later(
    app: Flask, client: FlaskClient, record: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from router.wire.errors import EngineUnreachableError

    def away(*_args: object, **_words: object) -> int:
        raise EngineUnreachableError("gone")

    _sign_in(client, "consultant")
    with monkeypatch.context() as patch:
        patch.setattr(app.extensions["hotline"]["engine"], "tell", away)
        assert "恢复后会通知它" in _file(client).get_data(as_text=True)
    assert _form(record).revisions[0].told_at is None
    _post(client, f"/forms/{_form(record).id}/correct", {**PURCHASE, "why": "改名", "name": "李先生"})
    assert [revision.told_at is not None for revision in _form(record).revisions] == [True, True]


def test_a_correction_needs_a_reason_and_keeps_what_was_said_before(client: FlaskClient, record: Session) -> None:
    _sign_in(client, "consultant")
    _file(client)
    path = f"/forms/{_form(record).id}/correct"
    assert _post(client, path, {**PURCHASE, "name": "李先生"}).status_code == 422
    page = _post(client, path, {**PURCHASE, "name": "李先生", "why": "听错了"}).get_data(as_text=True)
    assert "听错了" in page
    assert "王女士 → 李先生" in page
    assert [revision.values["name"] for revision in _form(record).revisions] == ["王女士", "李先生"]


@pytest.mark.usefixtures("record")
def test_wrong_values_are_named_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    _sign_in(client, "consultant")
    answer = _file(client, media="电视", number="没有", remarks="记得回电")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请从列表中选" in page
    assert "须有数字" in page
    assert "记得回电" in page


def test_a_purchase_form_that_lacks_something_is_taken_and_marked(client: FlaskClient, record: Session) -> None:
    _sign_in(client, "consultant")
    page = _file(client, media="", intent="").get_data(as_text=True)
    assert "媒体、意向" in page
    assert _form(record).kind == "purchase"


def test_what_is_typed_is_kept_as_a_draft(client: FlaskClient, record: Session) -> None:
    _sign_in(client, "consultant")
    assert "草稿已存" in _post(client, "/forms/draft", {"call": "c1", "name": "张先生"}).get_data(as_text=True)
    assert "张先生" in client.get("/forms/new?call=c1").get_data(as_text=True)
    _file(client)
    assert record.scalars(select(FormDraftRow)).all() == []


def test_a_second_person_reviews_and_a_rejection_says_why(client: FlaskClient, app: Flask, record: Session) -> None:
    _sign_in(client, "consultant")
    _file(client)
    path = f"/forms/{_form(record).id}/review"
    assert _post(client, path, {"verdict": "approved"}).status_code == 403
    manager = app.test_client()
    _sign_in(manager, "manager")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', manager.get(path.removesuffix("/review")).text)
    assert token is not None
    manager.post(path, data={"verdict": "rejected", "csrf_token": token[1]})
    assert _form(record).reviews == []
    manager.post(path, data={"verdict": "rejected", "remark": "没有问预算", "csrf_token": token[1]})
    assert [(review.by, review.verdict) for review in _form(record).reviews] == [("manager", "rejected")]


def test_a_consultant_sees_no_form_of_another(app: Flask, client: FlaskClient, record: Session) -> None:
    _sign_in(client, "secretary")
    _post(client, "/forms/new", {**PURCHASE, "consultant": "A", "number": "13900000001"})
    assert _form(record).entered == "paper"
    other = app.test_client()
    _sign_in(other, "consultant")
    assert other.get(f"/forms/{_form(record).id}").status_code == 404
    assert other.get("/forms/new").status_code == 403


@pytest.mark.usefixtures("record")
def test_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    _sign_in(client, "consultant")
    assert client.post("/forms/new", data={"call": "c1", **PURCHASE}).status_code == 400


@pytest.mark.usefixtures("record")
def test_what_customers_are_called_stays_text(client: FlaskClient) -> None:
    _sign_in(client, "consultant")
    page = _file(client, name="<script>alert(1)</script>").get_data(as_text=True)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page

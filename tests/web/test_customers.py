"""客户: who sees whom, follow-ups in one tap, full numbers with a record, blocks, merges, an imported list."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from router.core import inputs
from router.store.customers.numbers import add_number, known_numbers
from router.store.database import open_database
from router.store.tables.audit import AuditRow
from router.store.tables.calls import CallRow
from router.store.tables.customers import CustomerRow, MergeRow
from router.store.tables.forms import FormRow
from router.store.tables.office import SiteRow
from router.store.tables.users import User
from tests.web.conftest import PASSWORD, DeskSource

NUMBERS = {"王女士": "+8613812345678", "李总": "+8613900000002", "赵先生": "+8613900000003", "钱女士": "+8613900000004"}


@pytest.fixture
def database(app: Flask, tmp_path: Path) -> Iterator[Engine]:
    """王女士 is A's for a day, 李总 B's for six, 赵先生 has lapsed, 钱女士 is nobody's; user `consultant` is A."""
    assert app
    made = open_database(f"sqlite:///{tmp_path / 'hotline.db'}")
    now = datetime.now(UTC)
    owners = {
        "王女士": ("A", timedelta(days=5, hours=23)),
        "李总": ("B", timedelta(hours=12)),
        "赵先生": ("B", timedelta(days=9)),
    }
    with Session(made) as session:
        session.add(SiteRow(id=1, name="测试", zone="Asia/Shanghai", language="zh", region="CN"))
        session.flush()
        for name, number in NUMBERS.items():
            owner, ago = owners.get(name, (None, timedelta()))
            contact = now - ago if owner else None
            row = CustomerRow(site_id=1, known_since=now, owner=owner, last_contact_at=contact, name=name)
            session.add(row)
            add_number(session, number, row)
        users = {user.username: user for user in session.scalars(select(User)).unique()}
        users["consultant"].person = "A"
        session.commit()
    yield made
    made.dispose()


def sign_in(client: FlaskClient, name: str) -> None:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").get_data(as_text=True))
    assert token is not None
    data = {"username": name, "password": PASSWORD, "csrf_token": token[1]}
    assert client.post("/login", data=data).status_code == 302


def words(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return words(answer)


def post(client: FlaskClient, address: str, **data: object) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/customers").get_data(as_text=True))
    assert token is not None
    return client.post(address, data={"csrf_token": token[1], **data})


def found(client: FlaskClient, text: str) -> str:
    answer = post(client, "/customers/find", find=text)
    assert answer.status_code == 200
    return words(answer)


def id_of(database: Engine, name: str) -> int:
    with Session(database) as session:
        return session.scalars(select(CustomerRow.id).where(CustomerRow.name == name)).one()


def test_the_supervisor_sees_first_who_lapses_soonest(client: FlaskClient, database: Engine) -> None:
    assert database
    sign_in(client, "supervisor")
    text = text_of(client, "/customers")
    assert "两天内过期 ▲1" in text
    assert text.index("王女士") < text.index("李总")
    assert "剩1天" in text
    assert "赵先生" not in text
    assert "138****5678" in text
    assert "13812345678" not in text
    assert "赵先生" in text_of(client, "/customers?view=lapsed")
    assert "钱女士" in text_of(client, "/customers?view=all")


def test_nobody_spells_a_number_by_searching(client: FlaskClient, database: Engine) -> None:
    assert database
    sign_in(client, "manager")
    for whole in ("13812345678", "+8613812345678", "138 1234 5678", "5678"):
        assert "王女士" in found(client, whole), whole
    for part in ("138", "1381", "13812", "1234567", "3812345678", "45678", "345"):
        assert "没有找到" in found(client, part), part


def test_customers_are_found_by_name_and_by_part_of_a_number(client: FlaskClient, database: Engine) -> None:
    assert database
    sign_in(client, "supervisor")
    assert "李总" not in found(client, "王女")
    assert "王女士" in found(client, "王女")
    assert "赵先生" in found(client, "0003")
    assert "没有找到" in found(client, "100%_")


def test_a_forms_name_goes_before_the_lists(client: FlaskClient, database: Engine) -> None:
    with Session(database) as session:
        row = session.scalars(select(CustomerRow).where(CustomerRow.name == "李总")).one()
        now = datetime.now(UTC)
        session.add(CallRow(site_id=1, id="c7", number=row.numbers[0], arrived_at=now, answered_at=now, person="B"))
        form = {"consultant": "B", "kind": "purchase", "filed_at": now, "fields": {"name": "李先生"}}
        session.add(FormRow(site_id=1, call_id="c7", **form))
        session.commit()
    sign_in(client, "supervisor")
    assert "李先生" in found(client, "李先")


def test_a_consultant_sees_their_own_customers_alone(client: FlaskClient, database: Engine) -> None:
    sign_in(client, "consultant")
    text = text_of(client, "/customers?view=all&owner=B")
    assert "王女士" in text
    assert "李总" not in text
    assert client.get(f"/customers/{id_of(database, '李总')}").status_code == 404
    assert post(client, f"/customers/{id_of(database, '李总')}/contact", how="visit").status_code == 404
    assert client.get("/customers/blocked").status_code == 403
    assert client.get(f"/customers/{id_of(database, '王女士')}/merge?other=1").status_code == 403
    assert "快过期 1" in text_of(client, "/me")


@pytest.mark.parametrize("role", ["secretary", "administrator"])
def test_customers_are_the_business_of_consultants_and_who_leads_them(
    client: FlaskClient, database: Engine, role: str
) -> None:
    assert database
    sign_in(client, role)
    assert client.get("/customers").status_code == 403


def test_a_follow_up_and_a_visit_are_contacts_of_the_owner_in_one_tap(
    client: FlaskClient, database: Engine, source: DeskSource
) -> None:
    sign_in(client, "consultant")
    customer = id_of(database, "王女士")
    assert post(client, f"/customers/{customer}/contact", how="follow_up", once="x", to="me").location == "/me"
    assert post(client, f"/customers/{customer}/contact", how="visit", once="y").status_code == 302
    assert post(client, f"/customers/{customer}/contact", how="nonsense").status_code == 400
    contact = inputs.Contacted(number=NUMBERS["王女士"], person="A")  # type: ignore[arg-type]  # ids are text
    assert source.told == [(f"contact:{customer}:follow_up:x", contact), (f"contact:{customer}:visit:y", contact)]


def test_nobodys_customer_can_not_be_followed_up(client: FlaskClient, database: Engine, source: DeskSource) -> None:
    sign_in(client, "supervisor")
    address = f"/customers/{id_of(database, '钱女士')}"
    assert post(client, f"{address}/contact", how="visit").status_code == 302
    assert "无法追踪" in text_of(client, address)
    assert source.told == []


def test_a_full_number_is_shown_once_and_who_looked_stands_in_the_record(client: FlaskClient, database: Engine) -> None:
    sign_in(client, "supervisor")
    address = f"/customers/{id_of(database, '王女士')}"
    assert "13812345678" not in text_of(client, address)
    shown = post(client, f"{address}/number")
    assert "13812345678" in words(shown)
    assert shown.headers["Cache-Control"] == "no-store"
    again = text_of(client, address)
    assert "13812345678" not in again
    assert "看全号： supervisor" in again
    with Session(database) as session:
        seen = session.scalars(select(AuditRow).where(AuditRow.what == "number")).one()
    assert (seen.who, seen.about, seen.address) == ("supervisor", f"customer {id_of(database, '王女士')}", "127.0.0.1")
    client.post("/logout")


def test_a_manager_reads_and_changes_nothing(client: FlaskClient, database: Engine, source: DeskSource) -> None:
    sign_in(client, "manager")
    customer = id_of(database, "王女士")
    assert "王女士" in text_of(client, f"/customers/{customer}")
    for address in ("contact", "number", "merge"):
        assert post(client, f"/customers/{customer}/{address}", how="visit").status_code == 403
    assert source.told == []


def test_the_supervisor_blocks_a_number_and_takes_it_back(
    client: FlaskClient, database: Engine, source: DeskSource
) -> None:
    sign_in(client, "supervisor")
    assert post(client, "/customers/blocked", number="139 0000 0009", reason="").status_code == 302
    assert "须写明理由" in text_of(client, "/customers/blocked")
    post(client, "/customers/blocked", number="139 0000 0009", reason="<b>推销</b>")
    page = client.get("/customers/blocked").get_data(as_text=True)
    assert "&lt;b&gt;推销" in page
    assert "139****0009" in page
    with Session(database) as session:
        assert known_numbers(session).blocked == {"+8613900000009"}
    block = re.search(r"/customers/blocked/(\d+)/remove", page)
    assert block is not None
    post(client, block[0])
    with Session(database) as session:
        assert known_numbers(session).blocked == set()
    assert source.rereads == 2


def test_two_customers_are_merged_with_a_chosen_owner_and_a_reason(
    client: FlaskClient, database: Engine, source: DeskSource
) -> None:
    sign_in(client, "supervisor")
    kept, other = id_of(database, "王女士"), id_of(database, "李总")
    preview = words(post(client, f"/customers/{kept}/merge", number="13900000002"))
    assert "陈晨" in preview
    assert "李丽" in preview
    post(client, f"/customers/{kept}/merge", other=str(other), reason="同一人")
    assert source.told == [], "both have an owner: one must be chosen"
    post(client, f"/customers/{kept}/merge", other=str(other), reason="同一人", owner="B")
    assert [type(told) for _key, told in source.told] == [inputs.CustomerKnown]
    text = text_of(client, f"/customers/{kept}")
    assert "139****0002 另一号码" in text
    assert "同一人 · supervisor" in text
    assert client.get(f"/customers/{other}").status_code == 404
    with Session(database) as session:
        assert session.get_one(CustomerRow, kept).owner == "B"
        assert session.scalars(select(MergeRow.merged_id)).all() == [other]
    assert source.rereads == 1


LIST = "客户姓名,电话,置业顾问,末次联系\n{}"


def upload(client: FlaskClient, text: str, do: str) -> TestResponse:
    return post(client, "/customers/import", file=(io.BytesIO(LIST.format(text).encode()), "客户.csv"), do=do)


def test_a_list_is_looked_at_and_then_taken_whole_or_not_at_all(
    client: FlaskClient, database: Engine, source: DeskSource
) -> None:
    sign_in(client, "supervisor")
    row = "孙小姐,13700000001,陈晨,2020-01-01\n"
    wrong = words(upload(client, row + "周,13700000002,无此人,2020-01-01\n", "take"))
    assert "有误" in wrong
    assert "没有这位在职顾问" in wrong
    assert source.told == []
    assert "孙小姐" in words(upload(client, row, "look"))
    assert source.told == []
    assert upload(client, row, "take").status_code == 302
    assert [type(told) for _key, told in source.told] == [inputs.CustomerKnown]
    upload(client, row, "take")
    assert len(source.told) == 1, "the same list again changes nothing"
    assert id_of(database, "孙小姐")

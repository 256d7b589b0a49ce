"""The first password, which others have seen: nothing works until it is changed, and other sessions end with it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from router.store.tables.users import User
from tests.web.conftest import PASSWORD

OWN = "a long one of my own"


@pytest.fixture
def newcomer(app: Flask) -> str:
    """The manager, who has never signed in."""
    with app.app_context():
        session = app.extensions["hotline"]["sessions"]
        user = session.scalars(select(User).where(User.username == "manager")).unique().one()
        user.must_change_password = True
        session.commit()
    return "manager"


def _post(client: FlaskClient, page: str, **data: str) -> tuple[int, str]:
    """Fill in a page's form; returns the status and where it leads, or what it says."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).get_data(as_text=True))
    assert token is not None
    answer = client.post(page, data={**data, "csrf_token": token[1]})
    return answer.status_code, answer.headers.get("Location", answer.get_data(as_text=True))


def _signs_in(client: FlaskClient, name: str, password: str = PASSWORD) -> None:
    assert _post(client, "/login", username=name, password=password)[0] == 302


def _changes(client: FlaskClient, old: str, new: str) -> tuple[int, str]:
    return _post(client, "/change", password=old, new_password=new, new_password_confirm=new)


@pytest.mark.parametrize("page", ["/", "/board", "/board/stream", "/calls"])
def test_no_page_works_before_the_first_password_is_changed(client: FlaskClient, newcomer: str, page: str) -> None:
    _signs_in(client, newcomer)
    answer = client.get(page)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/change")
    assert "初始密码别人也看得到" in client.get("/change").get_data(as_text=True)


def test_the_page_is_in_english_where_the_site_is(client: FlaskClient, newcomer: str) -> None:
    _signs_in(client, newcomer)
    with client.session_transaction() as session:
        session["language"] = "en"
    assert "choose one of your own" in client.get("/change").get_data(as_text=True)


def test_after_the_change_everything_works_and_other_sessions_have_ended(app: Flask, newcomer: str) -> None:
    here, elsewhere = app.test_client(), app.test_client()
    _signs_in(here, newcomer)
    _signs_in(elsewhere, newcomer)
    assert _changes(here, PASSWORD, OWN) == (302, "/")
    assert here.get("/board").status_code == 200
    assert "/login" in elsewhere.get("/board").headers["Location"]
    fresh = app.test_client()
    _signs_in(fresh, newcomer, OWN)
    assert fresh.get("/board").status_code == 200


def test_a_change_that_is_refused_says_why_and_opens_nothing(client: FlaskClient, newcomer: str) -> None:
    _signs_in(client, newcomer)
    assert "密码不正确" in _changes(client, "wrong", OWN)[1]
    assert "至少包含12个字符" in _changes(client, PASSWORD, "short")[1]
    assert "不能与当前密码相同" in _changes(client, PASSWORD, PASSWORD)[1]
    assert client.get("/board").status_code == 303


def test_signing_out_works_before_the_change(client: FlaskClient, newcomer: str) -> None:
    _signs_in(client, newcomer)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/change").get_data(as_text=True))
    assert token is not None
    client.post("/logout", data={"csrf_token": token[1]})
    assert "/login" in client.get("/board").headers["Location"]


def test_a_wrong_password_is_told_in_the_page_s_language(client: FlaskClient) -> None:
    assert "用户名或密码不正确" in _post(client, "/login", username="manager", password="wrong")[1]


def test_who_is_not_signed_in_is_told_so_in_the_page_s_language(client: FlaskClient) -> None:
    text = client.get("/board", follow_redirects=True).get_data(as_text=True)
    assert "请先登录" in text
    assert "You must sign in" not in text


def test_an_office_s_pages_are_not_marked_as_a_demonstration(client: FlaskClient) -> None:
    assert "演示数据" not in client.get("/login").get_data(as_text=True)


def test_no_page_is_kept_by_a_browser_but_what_holds_nobody_s_data(client: FlaskClient) -> None:
    _signs_in(client, "manager")
    for page in ("/board", "/calls", "/customers", "/login", "/notices"):
        assert client.get(page).headers["Cache-Control"] == "no-store", page
    with client.get("/static/hotline.css") as style:
        assert "no-store" not in style.headers["Cache-Control"]

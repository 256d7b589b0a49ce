"""The way about: who is led where, what waits there, and in which language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from router.web import shared
from router.web.today import Today
from tests.web.recorded import NOW, app_on_the_morning
from tests.web.test_board import _sign_in


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A busy morning's pages."""
    app = app_on_the_morning(tmp_path_factory.mktemp("navigation"), busy=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared, "now", lambda: NOW)
        yield app
    app.extensions["hotline"]["engine"].over.set()
    app.extensions["hotline"]["sessions"].get_bind().dispose()


def _links(client: FlaskClient, page: str) -> list[tuple[str, bool]]:
    """The navigation's words with their counts, and whether it is the page at hand."""
    text = client.get(page).get_data(as_text=True)
    [nav] = re.findall(r'(?s)<nav class="pages".*?</nav>', text)
    links = re.findall(r"(?s)<a ([^>]*)>(.*?)</a>", nav)
    return [(re.sub(r"<[^>]+>", "", word), 'aria-current="page"' in rest) for rest, word in links]


def _signed_in(app: Flask, role: str) -> FlaskClient:
    client = app.test_client()
    assert _sign_in(client, role) == 302
    return client


@pytest.mark.parametrize(
    ("role", "home"),
    [
        ("supervisor", "/board"),
        ("manager", "/board"),
        ("administrator", "/board"),
        ("secretary", "/day"),
        ("consultant", "/me"),
    ],
)
def test_everybody_starts_on_the_page_of_their_work(office: Flask, role: str, home: str) -> None:
    assert _signed_in(office, role).get("/").headers["Location"] == home


def test_the_navigation_has_each_role_s_pages_in_the_order_of_the_site_map(office: Flask) -> None:
    def words(role: str, page: str) -> list[str]:
        return [word.partition("(")[0] for word, _is in _links(_signed_in(office, role), page)]

    expected = ["看板", "核对", "来电", "客户", "来电表", "回拨", "日清", "报表", "退轮与操作", "通知"]
    assert [word for word in words("supervisor", "/calls") if word != "客户"] == [w for w in expected if w != "客户"]
    consultant = [word for word in words("consultant", "/calls") if word != "客户"]
    assert consultant == ["核对", "来电", "我的", "来电表", "回拨", "通知"]
    assert "看板" not in words("secretary", "/day")


def test_counts_say_what_waits_and_the_page_at_hand_is_marked(office: Flask) -> None:
    supervisor = _links(_signed_in(office, "supervisor"), "/check")
    assert ("核对(5)", True) in supervisor
    assert ("通知(1)", False) in supervisor
    assert [is_current for _word, is_current in supervisor].count(True) == 1
    consultant = _signed_in(office, "consultant")
    assert ("我的", True) in _links(consultant, "/me")
    assert ("核对", False) in _links(consultant, "/me"), "how many wait for a decision is the office's business"


def test_a_page_below_another_marks_that_one(office: Flask) -> None:
    client = _signed_in(office, "supervisor")
    assert ("看板", True) in _links(client, "/acts/person/li")
    assert ("来电", True) in _links(client, "/calls/c1")
    assert ("退轮与操作", True) in _links(client, "/acts/day")


def _switch(client: FlaskClient, back: str, *, token: bool = True) -> tuple[int, str]:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").get_data(as_text=True))
    assert found is not None
    data = {"language": "en", "back": back, **({"csrf_token": found[1]} if token else {})}
    answer = client.post("/language", data=data)
    return answer.status_code, answer.headers.get("Location", "")


def test_the_language_is_switched_where_one_is_and_kept(office: Flask) -> None:
    client = office.test_client()
    assert _switch(client, "/login?next=/calls") == (302, "/login?next=/calls")
    assert "Sign in" in client.get("/login").get_data(as_text=True)
    _sign_in(client, "supervisor")
    page = client.get("/calls").get_data(as_text=True)
    assert '<html lang="en">' in page
    assert "中文" in page


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "", "/a\r\nX-Evil: 1"])
def test_the_switch_leads_nowhere_else(office: Flask, back: str) -> None:
    assert _switch(office.test_client(), back) == (302, "/")


def test_the_switch_needs_its_token(office: Flask) -> None:
    assert _switch(office.test_client(), "/", token=False)[0] == 400


def test_the_board_s_figures_open_their_rows(office: Flask) -> None:
    page = _signed_in(office, "supervisor").get("/board").get_data(as_text=True)
    assert re.search(r'href="/calls\?show=missed">未接 <b>1</b>', page)
    assert re.search(r'href="/check">待核 <b>5</b>', page)
    assert "10:08–10:15 断线，补录0通" in page


def test_with_the_database_away_the_board_s_figures_are_unknown_and_not_nought() -> None:
    nowhere = Today(sessionmaker(create_engine("sqlite:////nonexistent/hotline.db")))
    assert nowhere.figures(NOW.date(), shared.ZoneInfo("Asia/Shanghai")) is None

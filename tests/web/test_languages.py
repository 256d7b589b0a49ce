"""Both languages, whole: nothing English on a Chinese page, nothing Chinese on an English one but data."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from router.store.tables.users import ROLES
from router.web import shared
from tests.store.day import DAY, NAMES
from tests.texts.catalogue import chinese
from tests.web.recorded import NOW, app_on_the_morning
from tests.web.test_board import _sign_in

BELOW = (
    "/calls/c1",
    "/forms/1",
    "/forms/1/correct",
    "/forms/new?call=c2",
    "/acts/person/li",
    "/acts/order/call",
    "/acts/suspend?person=li",
    f"/day/{DAY}/sheet",
    "/check?tab=all",
    "/calls?show=missed",
    "/customers?view=all",
    "/audit",
    "/customers/1",
    "/customers/1/merge?other=2",
)
CHINESE = re.compile(r"[\u3400-\u9fff]+")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A busy morning's pages."""
    app = app_on_the_morning(tmp_path_factory.mktemp("languages"), busy=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared, "now", lambda: NOW)
        yield app
    app.extensions["hotline"]["engine"].over.set()
    app.extensions["hotline"]["sessions"].get_bind().dispose()


def pages(app: Flask) -> list[str]:
    """Every page that needs no parameter, and some below them; streams never end, and files are no pages."""
    plain = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.arguments
        and not re.search(r"stream|\.svg|\.json|^/api|metrics|healthz|logout|verify|^/$", rule.rule)
    ]
    return sorted({*plain, *BELOW})


def texts(client: FlaskClient, address: str) -> list[str]:
    """What a page says: its text nodes, and what its attributes tell."""
    answer = client.get(address, follow_redirects=True)
    if answer.status_code in (403, 404):
        return []
    assert answer.status_code == 200, address
    if answer.mimetype != "text/html":
        return []
    body = answer.get_data(as_text=True)
    told = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', body)
    lines = re.split(r"<[^>]+>", re.sub(r"(?s)<script.*?</script>", "", body))
    return [html.unescape(text).strip() for text in (*lines, *told) if text.strip()]


def _choices(app: Flask) -> set[str]:
    """What the office's own form offers to choose from, piece by piece."""
    with app.app_context():
        table = shared.settings().form
    return {part for field in table.asked for choice in table.choices(field.key) for part in CHINESE.findall(choice)}


@pytest.mark.parametrize("role", ROLES)
def test_no_page_in_chinese_shows_an_english_text(office: Flask, role: str) -> None:
    client = office.test_client()
    _sign_in(client, role)
    english = {text for text, translated in chinese().items() if text != translated and re.search("[a-z]{2}", text)}
    plain = {re.sub(r"%\(\w+\)s", "", text).strip() for text in english} - {role}  # who signs in is called so
    found = [(page, text) for page in pages(office) for text in texts(client, page) if text.strip("✓✕◔●▲■ ›‹") in plain]
    assert found == []


@pytest.mark.parametrize("role", ROLES)
def test_no_page_in_english_shows_chinese_but_data(office: Flask, role: str) -> None:
    client = office.test_client()
    _sign_in(client, role)
    with client.session_transaction() as session:
        session["language"] = "en"
    data = {*NAMES.values(), "锦绣江南售楼处", "白班", "晚班", "中文", *_choices(office)}
    shown = {(page, part) for page in pages(office) for text in texts(client, page) for part in CHINESE.findall(text)}
    assert {(page, part) for page, part in shown if part not in data and set(part) != {"长"}} == set()

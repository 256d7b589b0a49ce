"""Made-up data are marked as such on each page, so that nobody takes them for an office's."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import PASSWORD

MARK = "演示数据：人员和来电均为虚构"


@pytest.fixture
def is_demo() -> bool:
    """A demonstration."""
    return True


def test_every_page_of_a_demonstration_says_so(client: FlaskClient) -> None:
    page = client.get("/login").get_data(as_text=True)
    assert MARK in page
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    client.post("/login", data={"username": "supervisor", "password": PASSWORD, "csrf_token": token[1]})
    skipped = re.compile(r"stream|assets|static|healthz|<|logout")
    rules = client.application.url_map.iter_rules()
    pages = [str(rule) for rule in rules if "GET" in (rule.methods or ()) and not skipped.search(str(rule))]
    assert "/board" in pages
    for page in pages:
        answer = client.get(page, follow_redirects=True)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            assert MARK in answer.get_data(as_text=True), page

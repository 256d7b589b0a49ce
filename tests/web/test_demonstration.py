"""Made-up data are marked as such on each page, so that nobody takes them for an office's."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from router.core.desk import Desk
from router.web.app import create_app
from tests.web.conftest import PASSWORD, DeskSource

MARK = "演示数据：人员和来电均为虚构"


@pytest.fixture
def demonstration(app: Flask, desk: Desk) -> Iterator[FlaskClient]:
    """The supervisor of a demonstration, signed in."""
    settings = dataclasses.replace(app.extensions["hotline"]["settings"], is_demo=True)
    source = DeskSource(desk)
    made = create_app(settings, source)
    client = made.test_client()
    page = client.get("/login").get_data(as_text=True)
    assert MARK in page
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    client.post("/login", data={"username": "supervisor", "password": PASSWORD, "csrf_token": token[1]})
    yield client
    source.over.set()


def test_every_page_of_a_demonstration_says_so(demonstration: FlaskClient) -> None:
    skipped = re.compile(r"stream|assets|static|healthz|<|logout")
    rules = demonstration.application.url_map.iter_rules()
    pages = [str(rule) for rule in rules if "GET" in (rule.methods or ()) and not skipped.search(str(rule))]
    assert "/board" in pages
    for page in pages:
        answer = demonstration.get(page, follow_redirects=True)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            assert MARK in answer.get_data(as_text=True), page


def test_an_office_s_pages_have_no_such_mark(client: FlaskClient) -> None:
    assert MARK not in client.get("/login").get_data(as_text=True)

"""A name that is changed in the office is shown without a restart; with the database away the known one stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from router.store.follow.writer import DatabaseAwayError
from router.web.live_settings import LiveSettings
from tests.web.test_board import _board, _sign_in


def _replaced(app: Flask, read: Any) -> LiveSettings:
    """The application's settings, read by `read` when the test says so."""
    known = app.extensions["hotline"]["settings"]
    live = LiveSettings(known.now(), lambda: read(known.now()))
    live._thread = known  # type: ignore[assignment]  # no thread looks by itself here
    app.extensions["hotline"]["settings"] = live
    return live


def test_a_changed_name_is_on_the_next_page(app: Flask, client: FlaskClient) -> None:
    live = _replaced(app, lambda known: replace(known, site_name="新名字", names={**known.names, "A": "陈辰"}))
    _sign_in(client, "supervisor")
    assert "陈晨" in _board(client)
    live.look()
    page = _board(client)
    assert "陈辰" in page
    assert "新名字" in page
    assert "陈晨" not in page


def test_what_can_not_be_read_stays_as_it_was(app: Flask) -> None:
    def away(_known: Any) -> Any:
        raise DatabaseAwayError("away")

    live = _replaced(app, away)
    live.look()
    assert live.now().names["A"] == "陈晨"

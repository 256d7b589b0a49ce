"""Live streams: so many a person, ended with the account; a database that hangs freezes no board."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from router.store.tables.users import User
from router.web import live, reading_on, shared
from router.web.streams import OF_ONE, Streams
from router.web.today import Today
from tests.web.recorded import NOW
from tests.web.test_board import _sign_in


@pytest.fixture
def quick() -> Iterator[None]:
    """Beats and readings without the waits between them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "BEAT_SECONDS", 0.05)
        patch.setattr(reading_on, "EVERY_SECONDS", 0.05)
        yield


def _stream(client: FlaskClient) -> TestResponse:
    return client.get("/board/stream", buffered=False)


def test_a_person_has_six_streams_and_no_seventh_until_one_ends(app: Flask, client: FlaskClient) -> None:
    _sign_in(client, "supervisor")
    streams: Streams = app.extensions["hotline"]["streams"]
    assert [streams.opened("supervisor") for _ in range(OF_ONE)] == [True] * OF_ONE
    refused = client.get("/board/stream")
    assert refused.status_code == 429
    assert "操作太频繁" in refused.get_data(as_text=True)
    assert streams.opened("manager"), "somebody else's are their own"
    streams.closed("supervisor")
    stream = _stream(client)
    assert stream.status_code == 200
    next(cast("Iterator[bytes]", stream.response))
    stream.close()
    assert streams.opened("supervisor"), "the one that ended is not counted any more"


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("change", [{"active": False}, {"fs_uniquifier": "another-password"}])
def test_a_stream_ends_with_the_account_and_with_its_sessions(
    app: Flask, client: FlaskClient, change: dict[str, Any]
) -> None:
    _sign_in(client, "supervisor")
    stream = _stream(client)
    messages = cast("Iterator[bytes]", stream.response)
    assert b"data:" in next(messages)
    with app.app_context():
        session: Session = app.extensions["hotline"]["sessions"]()
        session.execute(update(User).where(User.username == "supervisor").values(**change))
        session.commit()
    deadline = time.monotonic() + 10
    for _message in messages:
        assert time.monotonic() < deadline, "the stream goes on"
    stream.close()


def test_a_database_that_hangs_freezes_no_board() -> None:
    hangs = threading.Event()
    today = Today(cast("sessionmaker[Session]", hangs.wait))
    begun = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading_on, "FIRST_SECONDS", 0.1)
        assert [today.figures(NOW.date(), shared.ZoneInfo("Asia/Shanghai")) for _ in range(20)] == [None] * 20
    assert time.monotonic() - begun < 2

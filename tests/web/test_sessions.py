"""Sessions end on the server: at once, everywhere, whatever cookie a browser or a thief still has."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login.utils import encode_cookie
from sqlalchemy import select
from sqlalchemy.orm import Session

from router.store.people.sessions import end_sessions
from router.store.tables.sessions import SessionRow
from router.store.tables.users import Role, User
from router.web import live, reading_on, streams
from tests.web.conftest import PASSWORD
from tests.web.test_board import _sign_in
from tests.web.test_password import OWN, _changes, _post


@pytest.fixture
def database(app: Flask) -> Iterator[Session]:
    """What the application's database says."""
    with app.extensions["hotline"]["sessions"].session_factory() as session:
        yield session


def is_in(client: FlaskClient) -> bool:
    return client.get("/board").status_code == 200


def stolen(app: Flask, client: FlaskClient) -> FlaskClient:
    """Another browser with a copy of the cookie."""
    cookie = client.get_cookie("session")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("session", cookie.value)
    return thief


def shift(database: Session, **back: timedelta) -> None:
    """Let times of the one session lie further back."""
    row = database.scalars(select(SessionRow)).unique().one()
    for column, by in back.items():
        setattr(row, column, getattr(row, column) - by)
    database.commit()


@pytest.mark.parametrize(
    ("seen", "began", "ended"), [(11, 20, False), (12, 20, False), (13, 20, True), (1, 31 * 24, True)]
)
def test_a_session_ends_when_nobody_uses_it_or_when_it_is_too_old(
    client: FlaskClient, database: Session, seen: int, began: int, ended: bool
) -> None:
    _sign_in(client, "manager")
    with client.session_transaction() as session:
        session["language"] = "en"
    shift(database, seen_at=timedelta(hours=seen), began_at=timedelta(hours=began))
    assert ("/login" in client.get("/board").headers.get("Location", "")) is ended
    assert "Sign in" in client.get("/login", follow_redirects=True).get_data(as_text=True) or not ended


def test_a_session_that_is_used_lives_on(client: FlaskClient, database: Session) -> None:
    _sign_in(client, "manager")
    shift(database, seen_at=timedelta(hours=6))
    assert is_in(client)
    database.expire_all()
    row = database.scalars(select(SessionRow)).unique().one()
    assert time.time() - row.seen_at.timestamp() < 60


def test_a_clock_that_is_set_back_and_forth_ends_nobodys_session(client: FlaskClient, database: Session) -> None:
    _sign_in(client, "manager")
    for hours in (-8, 8, -1):
        shift(database, seen_at=timedelta(hours=hours), began_at=timedelta(hours=hours))
        assert is_in(client)
    database.expire_all()
    row = database.scalars(select(SessionRow)).unique().one()
    assert abs(time.time() - row.seen_at.timestamp()) < 60, "a use that lay ahead is noted anew"


def test_a_copied_cookie_is_of_no_use_after_signing_out(app: Flask, client: FlaskClient) -> None:
    _sign_in(client, "manager")
    thief = stolen(app, client)
    assert is_in(thief)
    client.post("/logout", data={"csrf_token": _token_of(client)})
    assert not is_in(client)
    assert not is_in(thief)


def _token_of(client: FlaskClient) -> str:
    page = client.get("/change").get_data(as_text=True)
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def test_a_copied_cookie_is_of_no_use_after_a_new_password(app: Flask, client: FlaskClient) -> None:
    _sign_in(client, "manager")
    thief = stolen(app, client)
    assert _changes(client, PASSWORD, OWN)[0] == 302
    assert is_in(client)
    assert not is_in(thief)


def test_what_a_browser_had_before_signing_in_is_not_carried_on(app: Flask, client: FlaskClient) -> None:
    _sign_in(client, "manager")
    mine = stolen(app, client)  # a session that somebody put into a victim's browser
    victim = stolen(app, client)
    victim.post("/logout", data={"csrf_token": _token_of(victim)})
    _sign_in(victim, "supervisor")
    assert is_in(victim)
    assert not is_in(mine)


@pytest.mark.parametrize("change", ["role", "person", "off", "reset"])
def test_another_role_and_a_closed_account_end_every_session_at_once(
    app: Flask, database: Session, change: str
) -> None:
    browsers = [app.test_client(), app.test_client()]
    for browser in browsers:
        _sign_in(browser, "manager")
    user = database.scalars(select(User).where(User.username == "manager")).unique().one()
    if change == "role":
        user.roles = [database.scalars(select(Role).where(Role.name == "supervisor")).one()]
    elif change == "person":
        user.person = "A"
    elif change == "off":
        user.active = False
    else:
        assert end_sessions(database, user, why="reset", now=datetime.now(UTC)) == 2
    database.commit()
    assert [is_in(browser) for browser in browsers] == [False, False]


def test_staying_signed_in_outlives_a_night_and_ends_with_signing_out(app: Flask, database: Session) -> None:
    client = app.test_client()
    _post(client, "/login", username="manager", password=PASSWORD, remember="y")
    cookie = client.get_cookie("session")
    assert cookie is not None
    assert cookie.expires is not None
    assert client.get_cookie("remember_token") is None
    shift(database, seen_at=timedelta(hours=40), began_at=timedelta(hours=50))
    assert is_in(client)
    thief = stolen(app, client)
    assert _changes(client, PASSWORD, OWN)[0] == 302
    database.expire_all()
    assert [
        row.stays for row in database.scalars(select(SessionRow).where(SessionRow.ended_at.is_(None))).unique()
    ] == [True]
    client.post("/logout", data={"csrf_token": _token_of(client)})
    assert not is_in(client)
    assert not is_in(thief)


def test_a_cookie_of_an_earlier_version_that_nobody_could_end_signs_nobody_in(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        client.set_cookie("remember_token", encode_cookie("manager"))
    assert not is_in(client)


def test_a_page_whose_stream_is_open_is_in_use(app: Flask, client: FlaskClient, database: Session) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "BEAT_SECONDS", 0.02)
        patch.setattr(reading_on, "EVERY_SECONDS", 0.02)
        patch.setattr(streams, "NOTED_EVERY_SECONDS", 0.0)
        _sign_in(client, "manager")
        shift(database, seen_at=timedelta(hours=12, minutes=59))
        row = database.scalars(select(SessionRow)).unique().one()
        digest = row.digest
        kept: streams.Streams = app.extensions["hotline"]["streams"]
        assert kept.opened("manager", digest)
        deadline = time.monotonic() + 5
        while time.time() - row.seen_at.timestamp() > 60 and time.monotonic() < deadline:
            kept.may_go_on("manager", digest)
            database.rollback()
            database.refresh(row)
        assert time.time() - row.seen_at.timestamp() < 60
        kept.closed("manager", digest)


def test_a_stream_ends_when_its_browser_signs_out_and_another_one_s_goes_on(
    app: Flask, client: FlaskClient, database: Session
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "BEAT_SECONDS", 0.05)
        patch.setattr(reading_on, "EVERY_SECONDS", 0.05)
        _sign_in(app.test_client(), "manager")
        other = database.scalars(select(SessionRow.digest)).one()
        _sign_in(client, "manager")
        stream = stolen(app, client).get("/board/stream", buffered=False)
        messages = cast("Iterator[bytes]", stream.response)
        assert next(messages)
        row = database.scalars(select(SessionRow).where(SessionRow.digest != other)).unique().one()
        row.ended_at = datetime.now(UTC)
        database.commit()
        deadline = time.monotonic() + 5
        for _message in messages:
            assert time.monotonic() < deadline, "the stream goes on"
        stream.close()
        assert app.extensions["hotline"]["streams"].may_go_on("manager", other)


def test_passwords_of_any_script_and_length_work_and_may_be_pasted(app: Flask, client: FlaskClient) -> None:
    long = "热线 — ｐａｓｓ 🏠 \u00e9 " * 5
    _sign_in(client, "manager")
    assert "onpaste" not in client.get("/change").get_data(as_text=True)
    assert _changes(client, PASSWORD, long.strip())[0] == 302
    again = app.test_client()
    assert _sign_in(again, "MANAGER", long.strip().replace("\u00e9", "e\u0301")) == 302, (
        "however a keyboard composes it"
    )
    assert is_in(again)

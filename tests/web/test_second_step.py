"""The second step: set up by oneself, asked for at sign-in, no code twice; needed where the office says so."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session

from router.store.people.accounts import account_of, set_password
from router.store.people.second_step import take_step
from router.store.tables.audit import AuditRow
from router.store.tables.sessions import TriedRow
from router.store.tables.users import User
from router.web.live_settings import LiveSettings
from tests.web.conftest import PASSWORD
from tests.web.test_password import _post
from tests.web.test_sessions import is_in


@contextmanager
def database(app: Flask) -> Iterator[Session]:
    with app.extensions["hotline"]["sessions"].session_factory() as session:
        yield session


def signs_in(client: FlaskClient, code: str = "", name: str = "manager") -> bool:
    return _post(client, "/login", username=name, password=PASSWORD, code=code)[0] == 302


def set_up(client: FlaskClient, password: str = PASSWORD, wrong: str = "") -> tuple[TOTP, list[str]]:
    """Set an app up by the page, as a person does; the app and the codes for paper."""
    _post_account(client, "/account/second-step")
    key = re.search(r"<code>([A-Z2-7-]{32,})</code>", client.get("/account").get_data(as_text=True))
    assert key is not None
    phone = TOTP(key=key[1].replace("-", ""), format="base32")
    page = _post_account(
        client, "/account/second-step/confirm", password=password, code=wrong or phone.generate().token
    )
    return phone, re.findall(r"<code>([0-9a-f]{4}(?:-[0-9a-f]{4}){3})</code>", page)


def _post_account(client: FlaskClient, path: str, **data: str) -> str:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/account").get_data(as_text=True))
    assert token is not None
    answer = client.post(path, data={**data, "csrf_token": token[1]}, follow_redirects=True)
    return str(answer.get_data(as_text=True))


def later(phone: TOTP, steps: int) -> str:
    """The code of a later time step: each is good once."""
    return str(phone.generate(time=int(time.time()) + 30 * steps).token)


def test_a_code_is_asked_for_once_an_app_is_set_up_and_none_is_good_twice(app: Flask, client: FlaskClient) -> None:
    assert signs_in(client)
    assert "<svg" in _post_account(client, "/account/second-step")
    phone, paper = set_up(client)
    assert len(paper) == 10
    used = later(phone, 0)
    for code, good in (
        ("", False),
        ("123456", False),
        (used, False),
        (later(phone, 1), True),
        (later(phone, 1), False),
    ):
        assert signs_in(app.test_client(), code) is good, code
    assert signs_in(app.test_client(), paper[0].upper())
    assert not signs_in(app.test_client(), paper[0])
    assert "剩余" in client.get("/account").get_data(as_text=True)
    with database(app) as session:
        user = account_of(session, "manager")
        assert len(user.mf_recovery_codes or ()) == 9
        kept = f"{user.tf_totp_secret} {user.mf_recovery_codes}"
        assert not any(code in kept or code.replace("-", "") in kept for code in paper)
        assert phone.pretty_key().replace("-", "") not in kept, "the database alone gives nobody codes"
        told = session.scalars(select(AuditRow.what).where(AuditRow.result == "done")).all()
    assert "second-step" in told


def test_setting_up_needs_the_password_and_the_app_s_code(client: FlaskClient) -> None:
    assert signs_in(client)
    assert set_up(client, password="not mine, a found browser")[1] == []
    assert set_up(client, wrong="000000")[1] == []
    assert "每次登录都要" not in client.get("/account").get_data(as_text=True)
    assert signs_in(client.application.test_client())


def test_setting_up_signs_out_everywhere_else(app: Flask, client: FlaskClient) -> None:
    elsewhere = app.test_client()
    assert signs_in(elsewhere)
    assert signs_in(client)
    assert set_up(client)[1]
    assert is_in(client)
    assert not is_in(elsewhere)


def test_guessing_codes_is_slowed_down_like_passwords(app: Flask, client: FlaskClient) -> None:
    assert signs_in(client)
    phone, _paper = set_up(client)
    guesser = app.test_client()
    for number in range(8):
        assert not signs_in(guesser, f"{number:06}")
    assert not signs_in(guesser, later(phone, 1)), "the right one waits, too"
    with database(app) as session:
        assert max(session.scalars(select(TriedRow.failures))) >= 8


def test_two_who_send_one_code_at_once_are_one(app: Flask) -> None:
    now, let = datetime.now(UTC), []

    def one() -> None:
        with database(app) as session:
            let.append(take_step(session, account_of(session, "manager"), 59_868_079, now))
            session.commit()

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(let) == [False] * 5 + [True]


def test_a_clock_that_was_set_back_locks_nobody_out(app: Flask) -> None:
    now = datetime.now(UTC)
    with database(app) as session:
        user = account_of(session, "manager")
        assert take_step(session, user, int((now + timedelta(hours=8)).timestamp()) // 30, now)
        assert take_step(session, user, int(now.timestamp()) // 30, now)
        assert not take_step(session, user, int(now.timestamp()) // 30, now)


def test_stopping_needs_password_and_code_and_a_reset_takes_it_off(app: Flask, client: FlaskClient) -> None:
    assert signs_in(client)
    phone, paper = set_up(client)
    _post_account(client, "/account/second-step/stop", password=PASSWORD, code="000000")
    assert not signs_in(app.test_client())
    _post_account(client, "/account/second-step/stop", password=PASSWORD, code=paper[1])
    assert signs_in(app.test_client())
    phone, _paper = set_up(client)
    assert phone
    with database(app) as session:
        user = account_of(session, "manager")
        set_password(session, user, user.password or "", now=datetime.now(UTC))
        session.commit()
        assert user.tf_totp_secret is None
    assert signs_in(app.test_client())


@pytest.fixture
def needed(app: Flask) -> None:
    """The office asks it of its administrators."""
    live: LiveSettings = app.extensions["hotline"]["settings"]
    live._newest = replace(live.now(), second_step=("administrator",))


@pytest.mark.usefixtures("needed")
def test_who_must_have_one_can_do_nothing_before(app: Flask, client: FlaskClient) -> None:
    assert signs_in(client, name="administrator")
    answer = client.get("/board")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert "您的角色" in client.get("/account").get_data(as_text=True)
    assert set_up(client)[1]
    assert is_in(client)
    assert signs_in(app.test_client(), name="manager"), "others need none"


def test_every_account_is_on_record_with_a_counter(app: Flask) -> None:
    with database(app) as session:
        assert {user.totp_counter for user in session.scalars(select(User)).unique()} == {0}

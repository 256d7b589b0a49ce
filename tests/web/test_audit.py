"""审计: who did what is on record, failed tries too, without what must not be written down."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from router.store.tables.audit import AuditRow
from tests.web.conftest import PASSWORD
from tests.web.test_board import _sign_in
from tests.web.test_password import OWN, _changes
from tests.web.test_sessions import _token_of


def lines(app: Flask) -> list[AuditRow]:
    with app.extensions["hotline"]["sessions"].session_factory() as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.id)))


def test_signing_in_and_out_and_a_new_password_are_on_record(app: Flask, client: FlaskClient) -> None:
    client.environ_base["REMOTE_ADDR"] = "192.0.2.9"
    _sign_in(client, "manager", "wrong")
    _sign_in(client, "manager")
    _changes(client, PASSWORD, OWN)
    client.post("/logout", data={"csrf_token": _token_of(client)})
    told = [(line.what, line.who, line.about, line.result, line.address) for line in lines(app)]
    assert told == [
        ("sign-in", "", "manager", "refused", "192.0.2.9"),
        ("sign-in", "manager", "manager", "done", "192.0.2.9"),
        ("password", "manager", "manager", "done", "192.0.2.9"),
        ("sign-out", "manager", "manager", "done", "192.0.2.9"),
    ]


def test_what_was_typed_in_vain_is_not_written_down(app: Flask, client: FlaskClient) -> None:
    _sign_in(client, "a secret typed into the wrong field", "another secret")
    [line] = lines(app)
    assert (line.what, line.about, line.result) == ("sign-in", "", "refused")
    columns = [str(getattr(line, column.key)) for column in AuditRow.__table__.columns]
    assert not re.search("secret", " ".join(columns))


@pytest.mark.parametrize(("who", "status"), [("administrator", 200), ("supervisor", 200), ("manager", 403)])
def test_the_page_shows_who_did_what(client: FlaskClient, who: str, status: int) -> None:
    _sign_in(client, "<b>nobody", "wrong")
    _sign_in(client, who)
    answer = client.get("/audit")
    assert answer.status_code == status
    if status == 200:
        page = answer.get_data(as_text=True)
        assert page.count("<td>登录") == 2
        assert page.count('<span class="tone-bad">✕') == 1
        assert "没有这样的记录" in client.get("/audit?what=erasure").get_data(as_text=True)
        assert "没有这样的记录" in client.get("/audit?who=chen").get_data(as_text=True)
        assert client.get("/audit?date=9999-12-31&what=%27&before=-5&who=%00").status_code == 200

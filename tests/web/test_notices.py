"""通知 Notices: what is not on record is seen by those who lead, with what to do."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from router.store.follow.restored import note_trouble
from router.store.notices.changes import Notice, add_notice
from router.store.tables.applied import EventFailedRow
from router.store.tables.office import SiteRow
from tests.web.test_customers import sign_in


def _on_record(app: Flask, *, restored: bool) -> None:
    with app.extensions["hotline"]["sessions"]() as session:
        assert isinstance(session, Session)
        if session.get(SiteRow, 1) is None:
            session.add(SiteRow(id=1, name="x", zone="Asia/Shanghai", language="zh", region="CN"))
        session.flush()
        for seq in (7, 9):
            at = datetime(2026, 11, 24, 1, seq, tzinfo=UTC)
            session.add(EventFailedRow(site_id=1, journal="j", seq=seq, at=at, why="ValueError: a slip"))
        if restored:
            note_trouble(session, "j", "journal.db was put back from a backup", 0, 1)
        session.commit()


@pytest.mark.parametrize("role", ["supervisor", "administrator"])
def test_what_is_not_on_record_is_counted_with_what_to_do(app: Flask, client: FlaskClient, role: str) -> None:
    _on_record(app, restored=True)
    sign_in(client, role)
    page = client.get("/notices").get_data(as_text=True)
    assert "有 2 件事未能入库" in page
    assert "11-24 09:09" in page
    assert "hotline rebuild --restored" in page


def test_who_leads_nobody_is_not_told_of_the_machine(app: Flask, client: FlaskClient) -> None:
    _on_record(app, restored=True)
    sign_in(client, "consultant")
    page = client.get("/notices").get_data(as_text=True)
    assert "未能入库" not in page
    assert "rebuild" not in page


def test_what_came_while_the_page_was_read_stays_unseen(app: Flask, client: FlaskClient) -> None:
    sessions = app.extensions["hotline"]["sessions"]
    at = datetime(2026, 11, 24, 1, tzinfo=UTC)
    with sessions() as session:
        session.add(SiteRow(id=1, name="x", zone="Asia/Shanghai", language="zh", region="CN"))
        session.commit()
        add_notice(session, Notice(key="first", what="missed", at=at))
        session.commit()
    sign_in(client, "supervisor")
    page = client.get("/notices").get_data(as_text=True)
    with sessions() as session:
        add_notice(session, Notice(key="later", what="long_wait", at=at))
        session.commit()
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', page.partition("/notices/seen")[2]))
    assert client.post("/notices/seen", data=sent).status_code == 302
    assert "通知 1" in re.sub(r"<[^>]+>|\s+", " ", client.get("/notices").get_data(as_text=True))
    other = app.test_client()
    sign_in(other, "manager")
    assert "通知 2" in re.sub(r"<[^>]+>|\s+", " ", other.get("/notices").get_data(as_text=True))

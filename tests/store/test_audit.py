"""The audit: added to and never changed, whoever asks the database; read newest first, one site's alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import Engine, delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from router.store.migrate import configuration, migrate_database
from router.store.people.audit import What, audited, count_since, note
from router.store.tables.audit import AuditRow

NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
BEFORE = (
    "INSERT INTO site (id, name, zone, language, region, is_demo) VALUES (1, 'x', 'UTC', 'zh', 'CN', false)",
    "INSERT INTO customer (id, site_id, known_since, name, remarks) VALUES (7, 1, '2026-11-01', '', '')",
    "INSERT INTO customer_number (id, site_id, customer_id, journal, key, further) VALUES (3, 1, 7, 'j', 1, false)",
    "INSERT INTO number_seen (id, site_id, number_id, at, \"by\") VALUES (1, 1, 3, '2026-11-02 03:04:05', 'li')",
)


def test_no_line_is_changed_or_taken_out(database: Engine) -> None:
    with Session(database) as session:
        note(session, What.EXPORT, who="li", about="calls", now=NOW, why="月报")
        session.commit()
    for change in (update(AuditRow).values(who="nobody"), delete(AuditRow), text("DELETE FROM audit")):
        with Session(database) as session, pytest.raises(DBAPIError, match="never changed"):
            session.execute(change)
    with Session(database) as session:
        assert [(line.who, line.about) for line in audited(session)] == [("li", "calls")]


def test_lines_are_found_by_time_kind_and_person(database: Engine) -> None:
    with Session(database) as session:
        for minutes, who, what in ((0, "li", What.EXPORT), (10, "li", What.SIGN_IN), (20, "chen", What.EXPORT)):
            note(session, what, who=who, now=NOW + timedelta(minutes=minutes))
        session.add(AuditRow(site_id=2, at=NOW, who="li", what="export", about="", address="", result="done", why=""))
        session.commit()
        assert [line.who for line in audited(session)] == ["chen", "li", "li"]
        assert [line.who for line in audited(session, what="export")] == ["chen", "li"]
        assert [line.what for line in audited(session, who="li")] == ["sign-in", "export"]
        assert len(audited(session, since=NOW + timedelta(minutes=10), until=NOW + timedelta(minutes=20))) == 1
        newest = audited(session, most=1)
        assert len(audited(session, before=newest[0].id)) == 2
        assert count_since(session, What.EXPORT, "li", NOW) == 1


def test_who_had_seen_a_number_before_stands_in_the_audit(empty: Engine) -> None:
    migrate_database(empty)
    with empty.connect() as connection:
        command.downgrade(configuration(connection), "0014")
        for statement in BEFORE:
            connection.execute(text(statement))
        connection.commit()
    migrate_database(empty)
    with Session(empty) as session:
        [line] = audited(session)
        assert (line.who, line.what, line.about) == ("li", "number", "customer 7")
        assert line.at == datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)

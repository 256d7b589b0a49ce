"""What people and programs are told at once (B4), and the outbox by which it leaves the house.

May live here: those tables, writing and reading them. A notice is known by its key, so that looking twice at the same
event tells it once; the outbox has a row for each target, which is tried again until it is sent or given up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from router.store.database import insert_once
from router.store.scope import SITE_ID
from router.store.tables.notices import NoticeMarkRow, NoticeRow, NoticeSeenRow, OutboxRow

RETRY_AFTER = tuple(timedelta(seconds=s) for s in (10, 60, 300, 900, 3600, 3600, 7200, 14400, 28800))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell; `person` None: the supervisors."""

    key: str
    what: str
    at: datetime
    person: str | None = None
    call_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def add_notice(session: Session, notice: Notice) -> bool:
    """Put a notice on the page; False when it is there already, whoever put it there. The caller commits."""
    new = {
        "site_id": SITE_ID,
        "key": notice.key,
        "what": notice.what,
        "person": notice.person,
        "call_id": notice.call_id,
        "at": notice.at,
        "details": dict(notice.details),
    }
    made = insert_once(session, NoticeRow).values(new).on_conflict_do_nothing().returning(NoticeRow.id)
    return session.execute(made).scalar_one_or_none() is not None


def add_message(session: Session, target: str, key: str, body: Mapping[str, Any], now: datetime) -> None:
    """Put a message for a target into the outbox, once per key; the caller commits."""
    new = {"site_id": SITE_ID, "target": target, "key": key, "body": dict(body), "made_at": now, "next_at": now}
    new |= {"tries": 0, "failure": ""}
    session.execute(insert_once(session, OutboxRow).values(new).on_conflict_do_nothing())


def claim_message(session: Session, row: OutboxRow, until: datetime) -> bool:
    """Take a message as it was read, so that nobody else sends it before `until`; False: somebody else has it.

    Compare and set: whoever read it at the same moment finds it changed. Commits.
    """
    as_read = (OutboxRow.id == row.id, OutboxRow.next_at == row.next_at, OutboxRow.tries == row.tries)
    taken = session.execute(
        update(OutboxRow).where(*as_read).values(next_at=until).execution_options(synchronize_session=False)
    )
    session.commit()
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]  # a cursor's result


def message_tried(row: OutboxRow, now: datetime, failure: str) -> None:
    """Note how a message went: sent, to be tried again, or given up after the last time."""
    row.tries += 1
    row.failure = failure
    if not failure:
        row.sent_at, row.next_at = now, None
    else:
        row.next_at = now + RETRY_AFTER[row.tries - 1] if row.tries <= len(RETRY_AFTER) else None


def see_notices(session: Session, rows: Iterable[NoticeRow], by: str, now: datetime) -> None:
    """Note that somebody has seen just these; the caller commits."""
    new = [{"site_id": SITE_ID, "notice_id": row.id, "username": by, "at": now} for row in rows]
    if new:
        session.execute(insert_once(session, NoticeSeenRow).values(new).on_conflict_do_nothing())


def mark_of(session: Session, source: str, newest: int) -> NoticeMarkRow:
    """How far `source` has been looked through; one never looked at begins at `newest`: old news is not told."""
    mark = session.get(NoticeMarkRow, (SITE_ID, source))
    if mark is None:
        new = {"site_id": SITE_ID, "source": source, "last_id": newest}
        session.execute(insert_once(session, NoticeMarkRow).values(new).on_conflict_do_nothing())
        mark = session.get_one(NoticeMarkRow, (SITE_ID, source))
    return mark

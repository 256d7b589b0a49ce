"""Requests that may come twice (a double tap, Back and send, a line that broke). May live here: claiming their keys.

A key is claimed before anything is done and committed at once, so that of two at the same moment one alone acts; the
other waits for its answer. Each of these opens a session of its own: what the request itself does may roll back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from router.store.scope import SITE_ID
from router.store.tables.answers import AnswerRow

KEPT = timedelta(days=30)
GIVEN_UP = timedelta(seconds=40)  # longer than the server lets a request work: whoever claimed it is no more

Open = Callable[[], Session]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: whose, its key, a digest of what it says."""

    whose: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a key: whether what came with it was the same, and the answer, if there is one yet."""

    is_same: bool
    answer: dict[str, Any] | None


def claim_request(open_session: Open, asked: Asked, now: datetime) -> Known | None:
    """Claim a key, for acting on it: None. Whoever comes second gets what is known of it instead."""
    with open_session() as session:
        session.execute(delete(AnswerRow).where(AnswerRow.site_id == SITE_ID, AnswerRow.begun_at < now - KEPT))
        session.add(AnswerRow(site_id=SITE_ID, **_of(asked), digest=asked.digest, begun_at=now))
        try:
            session.commit()
        except IntegrityError:
            session.rollback()
        else:
            return None
        row = session.scalars(select(AnswerRow).where(*_wanted(asked))).one_or_none()
        if row is None:  # let go meanwhile: nothing was done
            return Known(is_same=True, answer=None)
        if row.digest == asked.digest and row.answer is None and row.begun_at < now - GIVEN_UP:
            return None if _taken_over(session, row, now) else Known(is_same=True, answer=None)
        return Known(is_same=row.digest == asked.digest, answer=row.answer)


def keep_answer(open_session: Open, asked: Asked, answer: dict[str, Any]) -> None:
    """Keep how a claimed request was answered."""
    with open_session() as session:
        session.execute(update(AnswerRow).where(*_wanted(asked)).values(answer=answer))
        session.commit()


def answer_with(session: Session, asked: Asked, answer: dict[str, Any]) -> None:
    """Keep how a claimed request was answered with what it does: both or neither; the caller commits."""
    session.execute(update(AnswerRow).where(*_wanted(asked)).values(answer=answer))


def let_go(open_session: Open, asked: Asked) -> None:
    """Nothing was done: the same may be sent again, changed or not."""
    with open_session() as session:
        session.execute(delete(AnswerRow).where(*_wanted(asked), AnswerRow.answer.is_(None)))
        session.commit()


def _taken_over(session: Session, row: AnswerRow, now: datetime) -> bool:
    """Compare and set: one alone goes on with what a process that died had claimed."""
    as_read = (AnswerRow.id == row.id, AnswerRow.begun_at == row.begun_at, AnswerRow.answer.is_(None))
    taken = session.execute(
        update(AnswerRow).where(*as_read).values(begun_at=now).execution_options(synchronize_session=False)
    )
    session.commit()
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]  # a cursor's result


def _of(asked: Asked) -> dict[str, str]:
    return {"whose": asked.whose, "key": asked.key}


def _wanted(asked: Asked) -> tuple[Any, ...]:
    return AnswerRow.site_id == SITE_ID, AnswerRow.whose == asked.whose, AnswerRow.key == asked.key

"""The people of the site. May live here: who they are, and their presence of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.store.scope import SITE_ID, day_bounds
from router.store.tables.office import ConsultantRow
from router.store.tables.presence import PresenceRow
from router.store.tables.users import User


def everyone(session: Session, *, site_id: int = SITE_ID) -> Sequence[ConsultantRow]:
    """All consultants, also those who left, by place in the file."""
    wanted = select(ConsultantRow).where(ConsultantRow.site_id == site_id)
    return session.scalars(wanted.order_by(ConsultantRow.position, ConsultantRow.id)).all()


def presence_of_day(session: Session, day: date, zone: ZoneInfo, *, site_id: int = SITE_ID) -> Sequence[PresenceRow]:
    """Every change of presence on a day, newest first."""
    first, end = day_bounds(day, zone)
    wanted = (PresenceRow.site_id == site_id, PresenceRow.at >= first, PresenceRow.at < end)
    return session.scalars(select(PresenceRow).where(*wanted).order_by(PresenceRow.id.desc())).all()


def names_of_users(session: Session) -> Mapping[str, str]:
    """What those who sign in are called, by the name they sign in with."""
    return {row[0]: row[1] or row[0] for row in session.execute(select(User.username, User.name))}

"""The first users of a site: those of the file, else one for each role. May live here: making them, once."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask_security.utils import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from router.cli.settings import Place, database_url, web_settings
from router.config.model import UserEntry
from router.store.base import Base, open_database
from router.store.users import ROLES, Role, User
from router.web.app import create_app

ROLE_NAMES = {
    "supervisor": "销售主管",
    "manager": "销售经理",
    "secretary": "销售秘书",
    "consultant": "置业顾问",
    "administrator": "管理员",
}


class NoBoard:
    """No engine is needed to make users."""

    def subscribe(self) -> Iterator[dict[str, Any]]:
        """Nothing to show."""
        return iter(())


def first_accounts(place: Place, assets: Path) -> dict[str, str]:
    """Make the tables and, in an empty database, the users; returns their passwords, to be shown once, never kept."""
    engine = open_database(database_url(place))
    Base.metadata.create_all(engine)
    try:
        with Session(engine) as session:
            known = set(session.scalars(select(User.username)))
            wanted = place.site.users or (() if known else _one_for_each_role(place))
            missing = [user for user in wanted if user.username not in known]
            if not missing:
                return {}
            app = create_app(web_settings(place, assets), NoBoard())
            with app.app_context():
                passwords = {user.username: _add(session, user) for user in missing}
            session.commit()
            return passwords
    finally:
        engine.dispose()


def _one_for_each_role(place: Place) -> tuple[UserEntry, ...]:
    first = place.site.consultants[0].id if place.site.consultants else None
    return tuple(
        UserEntry.model_validate(
            {
                "username": role,
                "name": ROLE_NAMES[role],
                "role": role,
                "consultant": first if role == "consultant" else None,
            }
        )
        for role in ROLES
    )


def _add(session: Session, entry: UserEntry) -> str:
    password = secrets.token_urlsafe(9)
    role = session.scalar(select(Role).where(Role.name == entry.role)) or Role(name=entry.role)
    user = User(
        username=entry.username,
        name=entry.name or entry.username,
        person=entry.consultant,
        password=hash_password(password),
        fs_uniquifier=uuid.uuid4().hex,
        active=True,
        must_change_password=True,
    )
    user.roles = [role]
    session.add(user)
    session.flush()
    return password

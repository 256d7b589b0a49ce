"""The database of a site, ready: tables, the site in it, its first users. May live here: preparing it, once a start."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask_security.utils import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from router.cli.settings import Place, database_url, web_settings
from router.config.model import Site, UserEntry
from router.core.inputs import Input
from router.engine.socket import EngineUnreachableError
from router.store.base import open_database
from router.store.migrate import migrate_database
from router.store.seed import has_site, seed
from router.store.users import ROLES, User
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

    def board(self) -> dict[str, Any]:
        """Nothing to show."""
        return {}

    def tell(self, told: Input, *, source: str, key: str = "", facts: dict[str, str] | None = None) -> int:  # noqa: ARG002  (the port's signature)
        """Nothing to tell."""
        raise EngineUnreachableError("no engine runs while accounts are made")


def prepare_database(place: Place, assets: Path) -> dict[str, str]:
    """Bring the tables up to date and seed an empty database from the site.

    Returns the passwords of users that have none yet: to be shown once, and never kept. Raises `MigrationError`.
    """
    database = open_database(database_url(place))
    try:
        migrate_database(database)
        with Session(database) as session:
            if not has_site(session):
                seed(session, _with_users(place.site), is_demo=place.demo)
            new = session.scalars(select(User).where(User.password.is_(None))).unique().all()
            passwords = {user.username: secrets.token_urlsafe(9) for user in new}
            if new:
                with create_app(web_settings(place, assets), NoBoard()).app_context():
                    for user in new:
                        user.password = hash_password(passwords[user.username])
            session.commit()
            return passwords
    finally:
        database.dispose()


def _with_users(site: Site) -> Site:
    """The site with its users, or with one for each role where the file names none."""
    if site.users:
        return site
    first = site.consultants[0].id if site.consultants else None
    users = tuple(
        UserEntry.model_validate({"username": role, "name": ROLE_NAMES[role], "role": role, "consultant": consultant})
        for role in ROLES
        for consultant in (first if role == "consultant" else None,)
    )
    return site.model_copy(update={"users": users})

"""The database of a site, ready: tables, the site in it, its first users. May live here: preparing it, once a start."""

from __future__ import annotations

import getpass
import os
import secrets
from pathlib import Path

from flask_security.utils import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from router.cli.database import database_of
from router.cli.settings import Place, web_settings
from router.desk_client.client import EngineClient
from router.store.migrate import migrate_database
from router.store.office.queries import has_site
from router.store.office.seed import seed
from router.store.tables.users import User
from router.web.app import create_app


def prepare_database(place: Place, assets: Path) -> dict[str, str]:
    """Bring the tables up to date and seed an empty database from the site file.

    Returns the passwords of users that have none yet: to be shown once, and never kept. Raises `MigrationError`, or
    `DatabaseUnreachableError`.
    """
    with database_of(place) as database:
        migrate_database(database)
        with Session(database) as session:
            if not has_site(session):
                seed(session, place.file, is_demo=place.demo, by=who())
            passwords = give_passwords(session, place, assets)
            session.commit()
            return passwords


def give_passwords(session: Session, place: Place, assets: Path) -> dict[str, str]:
    """Give each user who has none a password and return it: to be shown once, changed at once; the caller commits."""
    new = session.scalars(select(User).where(User.password.is_(None), User.active)).unique().all()
    passwords = {user.username: secrets.token_urlsafe(9) for user in new}
    if new:
        with create_app(web_settings(place, assets), EngineClient(place.folder.socket)).app_context():
            for user in new:
                user.password = hash_password(passwords[user.username])
                user.must_change_password = not place.demo  # made-up people have nothing to protect
    return passwords


def hashed_password(place: Place, password: str) -> str:
    """A password as the pages check it."""
    with create_app(web_settings(place, place.folder.path), EngineClient(place.folder.socket)).app_context():
        made: str = hash_password(password)
        return made


def who() -> str:
    """Who works at this terminal, for the record of changes."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())  # a user without a name, as in a container

"""The pages on a recorded morning (tests/store/day.py). May live here: the application around it."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from router.config.model import FormTable
from router.core.desk import Desk
from router.store.base import open_database
from router.store.migrate import migrate_database
from router.store.site import SiteRow
from router.store.users import ROLES, Role, User
from router.web.app import WebSettings, create_app
from tests.store.day import NAMES, record_the_morning
from tests.web.conftest import PASSWORD, DeskSource


def app_on_the_morning(folder: Path, *, language: str = "zh", assets: Path | None = None) -> Flask:
    """An application with one user for each role, whose database followed the morning."""
    url = f"sqlite:///{folder / 'hotline.db'}"
    database = open_database(url)
    migrate_database(database)
    with Session(database) as session:
        session.add(SiteRow(id=1, name="锦绣江南售楼处", zone="Asia/Shanghai", language="zh", region="CN"))
        session.commit()
    record_the_morning(folder, database)
    settings = WebSettings(
        site_name="锦绣江南售楼处",
        zone="Asia/Shanghai",
        language=language,
        database_url=url,
        secret_key="test",
        password_salt="test",
        names=NAMES,
        scratch=folder,
        assets=assets or folder,
        form=FormTable(media=("报纸", "网络")),
        form_minutes=30,
        media={},
    )
    app = create_app(settings, DeskSource(Desk()))
    with app.app_context(), Session(database) as session:
        for role in ROLES:
            user = User(username=role, name=role, password=hash_password(PASSWORD), fs_uniquifier=role, active=True)
            user.roles = [Role(name=role)]
            user.person = "wang" if role == "consultant" else None
            session.add(user)
        session.commit()
    database.dispose()
    return app

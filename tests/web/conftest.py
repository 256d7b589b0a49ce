"""The web application on a database of its own, with people whose rights are known and a board to show."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from router.config.form import FormTable
from router.core import inputs
from router.core.desk import Desk
from router.core.words import CallId, Number, PersonId
from router.engine.board import board
from router.engine.daily import DayRules
from router.engine.day_state import DayState
from router.engine.preview import preview
from router.store.tables.base import Base
from router.store.tables.users import Role, User
from router.web.app import create_app
from router.web.live import BoardSource
from router.web.settings import WebSettings
from router.wire.board import OfficeBoard
from router.wire.observation import Observation

PEOPLE = {"A": "陈晨", "B": "李丽", "C": "王伟", "D": "赵敏"}
PASSWORD = "correct horse battery"


class DeskSource:
    """A real desk's board, given once; the stream then stays silent until the test is over."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.beside: dict[str, Any] = {}
        self.over = threading.Event()
        self.rereads = 0
        self.told: list[tuple[str, inputs.Input]] = []
        self.seen: list[Observation] = []
        self.erased: list[tuple[str, str]] = []

    def subscribe(self) -> Iterator[OfficeBoard]:
        yield self.board()
        self.over.wait()

    def board(self) -> OfficeBoard:
        """The board now."""
        return replace(board(self.desk.office, DayState(), DayRules()), **self.beside)

    def preview(self, told: inputs.Input) -> dict[str, Any]:
        """What an input would bring."""
        return preview(self.desk.office, told)

    def observe(self, seen: Observation) -> int:
        """A fact: it changes nothing here."""
        self.seen.append(seen)
        return len(self.seen)

    def tell(self, told: inputs.Input, *, source: str, key: str = "", facts: dict[str, str] | None = None) -> int:  # noqa: ARG002  (the port's signature)
        """The desk's own answer, a moment after the last input."""
        self.told.append((key, told))
        self.desk.handle(told, 60_000 + len(self.told))
        return len(self.told)

    def erase(self, number: Number, *, by: str) -> int:
        """Noted alone."""
        self.erased.append((number, by))
        return len(self.erased)

    def reread(self) -> list[str]:
        """The office: it is read anew when somebody changed it."""
        self.rereads += 1
        return []


@pytest.fixture
def desk() -> Desk:
    """A morning: A is with a visitor, B is being rung for a new customer."""
    desk = Desk(rings_at_once=True)
    slot = inputs.Slot(
        start=0, end=None, name="白班", call=(PersonId("A"), PersonId("B")), reception=(PersonId("C"), PersonId("D"))
    )
    desk.handle(inputs.PlanSet(slots=(slot,)), 0)
    desk.handle(inputs.Tick(), 0)
    desk.handle(inputs.PresenceChanged(person=PersonId("A"), presence="receiving"), 1000)
    desk.handle(inputs.CallArrived(call=CallId("c1"), number=Number("+8613812345678")), 2000)
    return desk


@functools.cache
def hashed() -> str:
    """The password, hashed once: that is meant to be slow."""
    made: str = hash_password(PASSWORD)
    return made


@pytest.fixture
def source(desk: Desk) -> DeskSource:
    """The engine, as far as the pages hear of it."""
    return DeskSource(desk)


@pytest.fixture
def is_demo() -> bool:
    """Whether the site is a made-up one; a test of a demonstration says so."""
    return False


@pytest.fixture
def app(source: DeskSource, tmp_path: Path, is_demo: bool) -> Iterator[Flask]:
    """The application, with one user for each role, named after it."""
    made = make_app(source, tmp_path, is_demo=is_demo)
    yield made
    source.over.set()
    made.extensions["hotline"]["sessions"].bind = None


def make_app(source: BoardSource, tmp_path: Path, *, is_demo: bool = False, url: str = "") -> Flask:
    """An application on a new database, with one user for each role, named after it."""
    url = url or f"sqlite:///{tmp_path / 'hotline.db'}"
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    settings = WebSettings(
        site_name="锦绣江南售楼处",
        zone="Asia/Shanghai",
        language="zh",
        database_url=url,
        secret_key="test",
        password_salt="test",
        names=PEOPLE,
        assets=tmp_path,
        form=FormTable(media=("报纸", "网络")),
        form_minutes=30,
        media={"4008001234": "报纸"},
        is_demo=is_demo,
        working=tuple(PEOPLE),
    )
    made = create_app(settings, source)
    with made.app_context(), Session(engine) as session:
        password = hashed()
        for role in ("supervisor", "manager", "secretary", "consultant", "administrator"):
            user = User(username=role, name=role, password=password, fs_uniquifier=role, active=True)
            user.roles = [Role(name=role)]
            session.add(user)
        session.commit()
    engine.dispose()
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that has not signed in."""
    return app.test_client()

"""The pages on a recorded morning (tests/store/day.py). May live here: the application around it, and what waits there.

The plain morning is what the engine recorded. `busy=True` adds what people would find at 10:48: a live desk, findings,
a call back owed, notices, a time without a link, a day without a plan of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.config.model import FormTable
from router.core import inputs
from router.core.desk import Desk
from router.core.words import CallId, Number
from router.store.database import open_database
from router.store.notices.changes import Notice, add_message, add_notice, message_tried
from router.store.notices.queries import message_due
from router.store.pbx.changes import note_blind
from router.store.tables.calls import CallRow
from router.store.tables.customers import CallbackRow, NumberRow
from router.store.tables.findings import DisplayCountRow, FindingRow, ReconcileRunRow
from router.store.tables.forms import FormRow
from router.store.tables.users import ROLES, Role, User
from router.web.app import create_app
from router.web.settings import WebSettings
from router.wire.board import BoardItem, BoardPlan
from tests.databases import with_a_site
from tests.engine.office import CHEN, LI, WANG
from tests.store.day import DAY, NAMES, NINE, record_the_morning
from tests.web.conftest import DeskSource, hashed

NOW = datetime.fromtimestamp(NINE / 1000, UTC) + timedelta(hours=1, minutes=48)
NOW_MS = NINE + 108 * 60_000
HOSTILE = "<script>alert(1)</script>\u202e" + "长" * 3_000  # 10 kB, with a mark that turns the writing round


def app_on_the_morning(
    folder: Path, *, language: str = "zh", assets: Path | None = None, busy: bool = False, wang: str = NAMES["wang"]
) -> Flask:
    """An application with one user for each role, whose database followed the morning."""
    url = f"sqlite:///{folder / 'hotline.db'}"
    database = open_database(url)
    with_a_site(database, "锦绣江南售楼处")
    record_the_morning(folder, database)
    if busy:
        _what_waits(database)
    settings = WebSettings(
        site_name="锦绣江南售楼处",
        zone="Asia/Shanghai",
        language=language,
        database_url=url,
        secret_key="test",
        password_salt="test",
        names={**NAMES, "wang": wang},
        assets=assets or folder,
        form=FormTable(media=("报纸", "网络")),
        form_minutes=30,
        media={},
    )
    app = create_app(settings, live_desk() if busy else DeskSource(Desk()))
    with app.app_context(), Session(database) as session:
        for role in ROLES:
            user = User(username=role, name=role, password=hashed(), fs_uniquifier=role, active=True)
            user.roles = [Role(name=role)]
            user.person = "wang" if role == "consultant" else None
            session.add(user)
        session.commit()
    database.dispose()
    return app


def live_desk() -> DeskSource:
    """10:48: Chen is with a visitor, a customer rings at Li's, Wang talks."""
    desk = Desk(rings_at_once=True)
    slot = inputs.Slot(start=NINE, end=NINE + 3 * 3600_000, name="白班", call=(CHEN, LI), reception=(WANG,))
    told: tuple[tuple[int, inputs.Input], ...] = (
        (-600_000, inputs.PlanSet(slots=(slot,))),
        (-500_000, inputs.Tick()),
        (-400_000, inputs.PresenceChanged(person=CHEN, presence="receiving")),
        (-300_000, inputs.PresenceChanged(person=LI, presence="break")),
        (-120_000, inputs.CallArrived(call=CallId("c8"), number=Number("+8613800000001"))),
        (-110_000, inputs.Answered(call=CallId("c8"), person=WANG)),
        (-60_000, inputs.PresenceChanged(person=LI, presence="present")),
        (-7_000, inputs.CallArrived(call=CallId("c9"), number=Number("+8613812345678"))),
        (0, inputs.Tick()),
    )
    for offset, one in told:
        desk.handle(one, NOW_MS + offset)
    source = DeskSource(desk)
    source.beside = {
        "plan": BoardPlan(day=str(DAY), origin="earlier", of=str(DAY - timedelta(days=1))),
        "recent": (
            BoardItem(at=NOW_MS - 90_000, what="Forfeit", details={"person": "li", "sheet": "call", "why": "break"}),
        ),
    }
    return source


def _what_waits(database: Engine) -> None:
    with Session(database) as session:
        _findings(session)
        c4 = session.scalars(select(CallRow).where(CallRow.id == "c4")).one()
        number = session.scalars(select(NumberRow).where(NumberRow.id == c4.number_id)).one()
        session.add(CallbackRow(site_id=1, number=number, call_id="c4", owed_since=c4.arrived_at, person="wang"))
        note_blind(session, NOW - timedelta(minutes=40), NOW - timedelta(minutes=33))
        for what, person in (("missed", None), ("substituted", "wang")):
            details = {"number": "138****0004", "substitute": "李丽", "why": "abandoned"}
            add_notice(session, Notice(key=what, what=what, at=NOW, person=person, call_id="c4", details=details))
        add_message(session, "crm", "c4", {"title": "未接来电"}, NOW)
        session.flush()
        for row in session.query(FormRow):
            row.fields = {"name": HOSTILE[:200], "media": "报纸"}
        session.commit()
    with Session(database) as session:
        due = message_due(session, "crm", NOW)
        assert due is not None
        message_tried(due, NOW, "503 Service Unavailable")
        session.commit()


def _findings(session: Session) -> None:
    counts = {"pbx": 4, "router": 4, "answered": 3, "missed": 1, "forms": 1, "valid_forms": 1, "display": None}
    slots = [{"slot": "白班", "minutes": [540, 720], **counts}, {"slot": "晚班", **dict.fromkeys(counts, 0)}]
    session.add(ReconcileRunRow(site_id=1, day=DAY, started_at=NOW, ended_at=NOW, asked_by="nightly", slots=slots))
    session.add(DisplayCountRow(site_id=1, day=DAY, slot="晚班", count=8, at=NOW, by="secretary"))
    form = session.query(FormRow).one()
    for kind, person, call, of_form in (
        ("missing_form", "wang", "170.c2", ""),
        ("incomplete_form", "chen", "", str(form.id)),
        ("missed_call", "", "170.c4", ""),
        ("display_mismatch", "", "", ""),  # of the evening
        ("unlogged_call", "li", "170.none", ""),
    ):
        slot = "晚班" if kind == "display_mismatch" else "白班"
        row = FindingRow(site_id=1, day=DAY, kind=kind, slot=slot, person=person, call=call, form=of_form)
        row.found_at = row.changed_at = NOW
        session.add(row)

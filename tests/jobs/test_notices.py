"""Told at once: who is told what, once; targets that fail, hang or come back; webhooks that can be checked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook

from router.config.notify import EVENTS, WHAT
from router.core.words import CallId, CallState, PersonId
from router.jobs.outbox import Outbox
from router.jobs.targets import AppriseTarget, HookTarget, Target
from router.jobs.telling import Telling
from router.jobs.watch import Watch
from router.store.database import open_database
from router.store.migrate import migrate_database
from router.store.notices.changes import RETRY_AFTER, see_notices
from router.store.notices.queries import notices_for
from router.store.notices.words import WORDS, notice_words
from router.store.tables.calls import CallRow, TrailRow
from router.store.tables.customers import CustomerRow, NumberRow
from router.store.tables.notices import NoticeMarkRow, NoticeRow, OutboxRow
from router.store.tables.office import SiteRow
from router.texts import Language
from router.wire.board import BoardCall, BoardPerson, BoardSlot, OfficeBoard
from router.wire.errors import EngineUnreachableError

NAMES = {"A": "陈晨", "B": "李丽"}
SECRET = "whsec_bm90LWEtcmVhbC1zZWNyZXQ="
LIMIT_SECONDS = 20.0


class Server:
    """A real HTTP server that remembers what it got, and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.held = threading.Event()
        self.held.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.held.wait(LIMIT_SECONDS)
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(({key.lower(): value for key, value in self.headers.items()}, body))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.held.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(LIMIT_SECONDS)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path / 'hotline.db'}")
    migrate_database(made)
    with Session(made) as session:
        session.add(SiteRow(id=1, name="x", zone="Asia/Shanghai", language="zh", region="CN"))
        session.flush()
        session.add(CustomerRow(id=1, site_id=1, known_since=Clock().now))
        session.flush()
        session.add(NumberRow(id=1, site_id=1, customer_id=1, journal="j", key=1, number="+8613812345678"))
        session.flush()
        session.add(CallRow(site_id=1, id="c1", number_id=1, arrived_at=Clock().now))
        session.commit()
    yield made
    made.dispose()


class Office:
    """The record, the jobs, and targets that can be changed."""

    def __init__(self, database: Engine) -> None:
        self.database, self.clock = database, Clock()
        self.targets: list[Target] = []
        self.telling = Telling(database=database, targets=lambda: self.targets, names=lambda: NAMES, clock=self.clock)
        self.outbox = Outbox(database=database, targets=lambda: self.targets, clock=self.clock)
        self.telling.look()  # from here on everything is news

    def happens(self, kind: str, **body: object) -> None:
        """A step of the call c1, as the writer puts it into the trail."""
        with Session(self.database) as session:
            count = len(session.scalars(select(TrailRow.id)).all())
            session.add(
                TrailRow(
                    site_id=1, journal="j", seq=count, position=0, at=self.clock.now, call_id="c1", kind=kind, body=body
                )
            )
            session.commit()

    def notices(self) -> list[tuple[str, str | None]]:
        with Session(self.database) as session:
            return [(row.what, row.person) for row in session.scalars(select(NoticeRow).order_by(NoticeRow.id))]

    def message(self) -> OutboxRow:
        with Session(self.database) as session:
            return session.scalars(select(OutboxRow)).one()

    def send(self) -> None:
        """Look once, and wait for the threads."""
        self.outbox.look()
        for thread in list(self.outbox._busy.values()):
            thread.join(LIMIT_SECONDS)

    def robot(self, server: Server, *, person: str | None = None, name: str = "群") -> None:
        self.targets.append(
            AppriseTarget(
                name=name,
                url=f"json://127.0.0.1:{server.port}/",
                what=frozenset(WHAT),
                person=person,
                words=lambda notice: notice_words(notice.what, notice.details, "zh"),
            )
        )

    def hook(self, server: Server, *, allow_private: bool = True) -> None:
        self.targets.append(
            HookTarget(
                name="crm",
                url=f"http://127.0.0.1:{server.port}/",
                secret=SECRET,
                events=frozenset(EVENTS),
                allow_private=allow_private,
            )
        )


@pytest.fixture
def office(database: Engine) -> Office:
    return Office(database)


def test_the_owner_is_told_who_has_their_customer_and_the_supervisor_of_a_missed_call(office: Office) -> None:
    office.happens("TellOwner", owner="A", substitute="B")
    office.happens("Missed", why="abandoned", callback="B")
    office.telling.look()
    assert office.notices() == [("substituted", "A"), ("missed", None)]
    office.telling.look()
    assert len(office.notices()) == 2


def test_old_news_is_not_told_on_a_first_start(office: Office, database: Engine) -> None:
    office.happens("Missed", why="closed", callback=None)
    with Session(database) as session:
        session.execute(delete(NoticeMarkRow))  # as on a machine that had no such job yet
        session.commit()
    office.telling.look()
    assert office.notices() == []


@pytest.mark.filterwarnings("ignore:'imghdr'")  # one of apprise's many plug-ins
def test_a_notice_goes_to_the_persons_own_target_and_the_supervisors_to_theirs(office: Office, server: Server) -> None:
    office.robot(server, person="A", name="陈晨")
    office.robot(server, name="主管群")
    office.happens("TellOwner", owner="A", substitute="B")
    office.telling.look()
    assert office.message().target == "陈晨"
    office.send()
    (_, body), *more = server.got
    assert more == []
    said = json.loads(body)
    assert said["title"] == "您的客户由他人代接"
    assert "李丽" in said["message"]
    assert "138****5678" in said["message"]
    assert "13812345678" not in said["message"]


def test_a_target_that_fails_is_tried_again_with_growing_pauses_then_given_up(office: Office, server: Server) -> None:
    office.hook(server)
    server.status = 503
    office.happens("HungUp")
    office.telling.look()
    for tries, pause in enumerate(RETRY_AFTER, 1):
        office.send()
        assert (office.message().tries, office.message().failure) == (tries, "HTTP 503")
        assert office.message().next_at == office.clock.now + pause
        office.send()
        assert len(server.got) == tries  # not before its time
        office.clock.now += pause
    office.send()
    assert office.message().next_at is None
    assert office.message().sent_at is None


def test_a_target_that_is_back_gets_what_it_missed(office: Office, server: Server) -> None:
    office.hook(server)
    server.status = 500
    office.happens("HungUp")
    office.telling.look()
    office.send()
    server.status = 204
    office.clock.now += RETRY_AFTER[0]
    office.send()
    assert office.message().sent_at == office.clock.now
    assert len({headers["webhook-id"] for headers, _ in server.got}) == 1  # the same message, to be told as such


def test_a_target_that_hangs_holds_up_no_other(office: Office, server: Server) -> None:
    slow = Server()
    try:
        slow.held.clear()
        office.targets.append(
            HookTarget(
                name="slow",
                url=f"http://127.0.0.1:{slow.port}/",
                secret=SECRET,
                events=frozenset(EVENTS),
                allow_private=True,
            )
        )
        office.hook(server)
        office.happens("HungUp")
        office.telling.look()
        office.outbox.look()
        office.outbox._busy["crm"].join(LIMIT_SECONDS)
        assert len(server.got) == 1
        assert slow.got == []
        assert office.outbox._busy["slow"].is_alive()
        office.outbox.look()  # goes on beside it
    finally:
        slow.held.set()
        office.outbox._busy["slow"].join(LIMIT_SECONDS)
        slow.close()
    assert len(slow.got) == 1


def test_a_webhook_is_signed_so_that_its_receiver_can_check_it(office: Office, server: Server) -> None:
    office.hook(server)
    office.happens("Missed", why="no_answer", callback=None)
    office.telling.look()
    office.send()
    headers, body = server.got[0]
    told: Any = Webhook(SECRET).verify(body, headers)
    assert told["type"] == "call.missed"
    assert told["data"]["number"] == "138****5678"


def test_nobody_reaches_our_own_network_through_a_webhook(office: Office, server: Server) -> None:
    office.hook(server, allow_private=False)
    office.happens("HungUp")
    office.telling.look()
    office.send()
    assert server.got == []
    assert "private" in office.message().failure


def test_an_address_that_apprise_does_not_know_is_a_failure_with_a_reason(office: Office) -> None:
    office.targets.append(
        AppriseTarget(name="x", url="nonsense", what=frozenset(WHAT), person=None, words=lambda _: ("t", "x"))
    )
    office.happens("Missed", why="closed", callback=None)
    office.telling.look()
    office.send()
    assert "does not understand" in office.message().failure


def _free(why_not: str | None) -> dict[PersonId, BoardPerson]:
    return {PersonId("A"): BoardPerson(presence="present", phone="idle", why_not=why_not)}


class Board:
    """A board that is set by hand; None: the engine is away."""

    def __init__(self) -> None:
        self.shown: OfficeBoard | None = OfficeBoard(slot=BoardSlot(name="白班", start=0), people=_free(None))

    def board(self) -> OfficeBoard:
        if self.shown is None:
            raise EngineUnreachableError("gone")
        return self.shown


def test_each_trouble_is_told_when_it_begins_and_again_only_after_it_was_over(office: Office) -> None:
    board = Board()
    watch = Watch(desk=board, telling=office.telling, clock=office.clock)
    working = board.shown
    for _ in range(2):
        board.shown = None
        for _ in range(3):
            watch.look()
            office.clock.now += timedelta(seconds=20)
        board.shown = working
        watch.look()
    assert office.notices() == [("router_blind", None)] * 2


def test_nobody_who_can_be_rung_is_told_unless_everybody_talks(office: Office) -> None:
    board = Board()
    assert board.shown is not None
    watch = Watch(desk=board, telling=office.telling, clock=office.clock)
    talks = BoardCall(id=CallId("c1"), state=CallState.TALKING, arrived=0, number="")
    board.shown = replace(board.shown, people=_free("busy"), calls=(talks,))
    for _ in range(3):
        watch.look()
        office.clock.now += timedelta(seconds=20)
    assert office.notices() == []
    board.shown = replace(board.shown, people=_free("off"), calls=())
    for _ in range(3):
        watch.look()
        office.clock.now += timedelta(seconds=20)
    assert office.notices() == [("nobody_on_duty", None)]


def test_a_caller_who_waits_long_is_told_once(office: Office) -> None:
    board = Board()
    assert board.shown is not None
    watch = Watch(desk=board, telling=office.telling, clock=office.clock)
    arrived = round(office.clock.now.timestamp() * 1000)
    waits = BoardCall(id=CallId("c1"), state=CallState.WAITING, arrived=arrived, number="138****5678")
    board.shown = replace(board.shown, calls=(waits,))
    for _ in range(4):
        watch.look()
        office.clock.now += timedelta(seconds=20)
    assert office.notices() == [("long_wait", None)]


def test_a_pbx_that_is_away_is_told(office: Office) -> None:
    board = Board()
    assert board.shown is not None
    board.shown = replace(board.shown, pbx=False)
    watch = Watch(desk=board, telling=office.telling, clock=office.clock)
    for _ in range(2):
        watch.look()
        office.clock.now += timedelta(seconds=20)
    assert office.notices() == [("router_blind", None)]


def test_what_was_seen_stays_with_who_saw_it(office: Office, database: Engine) -> None:
    office.happens("Missed", why="closed", callback=None)
    office.telling.look()
    with Session(database) as session:
        assert notices_for(session, "A", supervises=False) == []
        rows = notices_for(session, "A", supervises=True)
        see_notices(rows, "zhang", office.clock.now)
        see_notices(rows, "other", office.clock.now)
        assert [row.seen_by for row in rows] == ["zhang"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("what", WHAT)
def test_every_notice_has_words_in_both_languages(language: Language, what: str) -> None:
    assert set(WORDS) == set(WHAT)
    title, text = notice_words(what, {}, language)
    assert title
    assert "%(" not in text

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

import apprise
import pytest
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook

from router.config.notify import EVENTS, WHAT
from router.core import inputs
from router.core.desk import Desk
from router.core.words import CallId, CallState, Group, PersonId, TurnState
from router.engine.board import board
from router.engine.daily import DayRules
from router.engine.day_state import DayState
from router.jobs.machine import Machine
from router.jobs.outbox import Outbox
from router.jobs.targets import AppriseTarget, HookTarget, Target
from router.jobs.telling import Telling
from router.jobs.watch import Watch
from router.store.database import open_database
from router.store.notices.changes import RETRY_AFTER, Notice, add_message, add_notice, claim_message, see_notices
from router.store.notices.queries import message_due, notices_for, notices_seen, notices_unseen
from router.store.notices.words import WORDS, notice_words
from router.store.tables.calls import CallRow, TrailRow
from router.store.tables.customers import CustomerRow, NumberRow
from router.store.tables.notices import NoticeMarkRow, NoticeRow, OutboxRow
from router.texts import Language
from router.wire.board import BoardCall, BoardPerson, BoardSheet, BoardSlot, BoardTurn, OfficeBoard
from router.wire.errors import EngineUnreachableError
from tests.databases import with_a_site

NAMES = {"A": "陈晨", "B": "李丽"}
SECRET = "whsec_bm90LWEtcmVhbC1zZWNyZXQ="
LIMIT_SECONDS = 20.0


class Server:
    """A real HTTP server that remembers what it got, and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.says = b""
        self.held = threading.Event()
        self.held.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.held.wait(LIMIT_SECONDS)
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(({key.lower(): value for key, value in self.headers.items()}, body))
                self.send_response(outer.status)
                self.send_header("content-length", str(len(outer.says)))
                self.end_headers()
                self.wfile.write(outer.says)

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
    with_a_site(made)
    with Session(made) as session:
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


@pytest.mark.parametrize(
    ("plugin", "url", "address", "says"),
    [
        (
            "NotifyDingTalk",
            "dingtalk",
            "/send?access_token={token}",
            b'{"errcode":310000,"errmsg":"no keyword"}',
        ),
        ("NotifyWeComBot", "wecombot", "/send?key={key}", b'{"errcode":93000,"errmsg":"invalid webhook url"}'),
    ],
)
def test_a_robot_that_refuses_with_http_200_has_refused(
    server: Server, monkeypatch: pytest.MonkeyPatch, plugin: str, url: str, address: str, says: bytes
) -> None:
    kind = next(one for one in apprise.NotificationManager().plugins() if one.__name__ == plugin)
    monkeypatch.setattr(kind, "notify_url", f"http://127.0.0.1:{server.port}{address}")
    target = AppriseTarget(
        name="群", url=f"{url}://abcdefgh/", what=frozenset(WHAT), person=None, words=lambda _notice: ("", "")
    )
    server.says = says
    assert target.send("k", {"title": "漏接", "text": "138****5678"}) == (
        f"refused with code {json.loads(says)['errcode']}: {json.loads(says)['errmsg']}"
    )
    server.says = b'{"errcode":0,"errmsg":"ok"}'
    assert target.send("k", {"title": "漏接", "text": "138****5678"}) == ""
    assert len(server.got) == 2


def test_two_processes_send_a_message_once(office: Office, server: Server) -> None:
    office.hook(server)
    office.happens("HungUp")
    office.telling.look()
    with Session(office.database) as one, Session(office.database) as other:
        mine, theirs = message_due(one, "crm", office.clock.now), message_due(other, "crm", office.clock.now)
        assert mine is not None
        assert theirs is not None
        until = office.clock.now + timedelta(minutes=5)
        assert claim_message(one, mine, until)
        assert not claim_message(other, theirs, until)


def test_a_target_that_hangs_with_a_hundred_messages_delays_only_itself(office: Office, server: Server) -> None:
    slow = Server()
    try:
        slow.held.clear()
        events, slow_url = frozenset(EVENTS), f"http://127.0.0.1:{slow.port}/"
        office.targets.append(HookTarget(name="slow", url=slow_url, secret=SECRET, events=events, allow_private=True))
        with Session(office.database) as session:
            for count in range(100):
                add_message(session, "slow", f"ended:{count}", {"type": "call.ended"}, office.clock.now)
            session.commit()
        office.outbox.look()
        office.hook(server)
        with Session(office.database) as session:
            add_message(session, "crm", "ended:1", {"type": "call.ended"}, office.clock.now)
            session.commit()
        office.outbox.look()
        office.outbox._busy["crm"].join(LIMIT_SECONDS)
        assert len(server.got) == 1
        with Session(office.database) as session:
            set_aside = session.scalars(select(OutboxRow).where(OutboxRow.next_at > office.clock.now)).all()
            assert [row.target for row in set_aside] == ["slow"]  # the one that is being sent; the others are free
    finally:
        office.targets.clear()
        slow.held.set()
        office.outbox._busy["slow"].join(LIMIT_SECONDS)
        slow.close()


def test_what_comes_to_be_seen_after_something_newer_is_told_all_the_same(office: Office) -> None:
    office.happens("Missed", why="closed", callback=None)
    with Session(office.database) as session:
        newest = session.scalars(select(func.max(TrailRow.id))).one()
    for row_id in (newest + 2, newest + 1):  # written by two processes, the older one slow
        with Session(office.database) as session:
            body = {"why": "closed", "callback": None}
            what = {"call_id": "c1", "kind": "Missed", "body": body, "at": office.clock.now}
            session.add(TrailRow(id=row_id, site_id=1, journal="j", seq=1000 + row_id, position=0, **what))
            session.commit()
        office.telling.look()
    assert len(office.notices()) == 3
    office.clock.now += timedelta(minutes=11)
    office.telling.look()
    again = replace(office.telling, _sources={})  # another process, or a new start
    again.look()
    assert len(office.notices()) == 3


def _free(why_not: str | None) -> dict[PersonId, BoardPerson]:
    return {PersonId("A"): BoardPerson(presence="present", phone="idle", why_not=why_not)}


SHEET = BoardSheet(
    group=Group.CALL, round=1, running=True, turns=(BoardTurn(person=PersonId("A"), state=TurnState.DUE),)
)


class Board:
    """A board that is set by hand; None: the engine is away."""

    def __init__(self) -> None:
        self.shown: OfficeBoard | None = OfficeBoard(
            slot=BoardSlot(name="白班", start=0), people=_free(None), sheets=(SHEET,)
        )

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
    talks = BoardCall(id=CallId("c1"), state=CallState.TALKING, arrived=0, number="", on_it=PersonId("A"))
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


def test_who_stands_on_no_sheet_is_not_on_duty(office: Office) -> None:
    desk = Desk(rings_at_once=True)
    desk.handle(inputs.PersonKnown(person=PersonId("X")), 0)
    slot = inputs.Slot(start=0, end=None, call=(PersonId("A"), PersonId("B")), reception=())
    desk.handle(inputs.PlanSet(slots=(slot,)), 0)
    desk.handle(inputs.Tick(), 0)
    for person in ("A", "B"):
        desk.handle(inputs.PresenceChanged(person=PersonId(person), presence="off"), 1)
    shown = board(desk.office, DayState(), DayRules())
    assert shown.people[PersonId("X")].why_not is None
    real = Board()
    real.shown = shown
    watch = Watch(desk=real, telling=office.telling, clock=office.clock)
    for _ in range(2):
        watch.look()
        office.clock.now += timedelta(seconds=20)
    assert office.notices() == [("nobody_on_duty", None)]


def test_a_disk_that_fills_is_told_once_while_it_lasts(office: Office, tmp_path: Path) -> None:
    machine = Machine(folder=tmp_path, least_free_mb=10**9)
    watch = Watch(desk=Board(), telling=office.telling, clock=office.clock, machine=machine.troubles)
    for _ in range(3):
        watch.look()
        office.clock.now += timedelta(seconds=2)
    assert office.notices() == [("disk_low", None)]


def test_each_jump_of_the_clock_is_told(office: Office, tmp_path: Path) -> None:
    wall, steady = [0.0], [0.0]
    machine = Machine(folder=tmp_path, least_free_mb=0, wall=lambda: wall[0], steady=lambda: steady[0])
    watch = Watch(desk=Board(), telling=office.telling, clock=office.clock, machine=machine.troubles)
    for jump in (0.0, 0.4, 3600.0, 0.0, -28_800.0, 0.0):
        wall[0], steady[0] = wall[0] + 2 + jump, steady[0] + 2
        office.clock.now += timedelta(seconds=2)
        watch.look()
    with Session(office.database) as session:
        told = [row.details["seconds"] for row in session.scalars(select(NoticeRow).order_by(NoticeRow.id))]
    assert told == ["+3600", "-28800"]


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


def test_each_sees_for_themselves_and_what_came_meanwhile_stays_unseen(office: Office, database: Engine) -> None:
    office.happens("Missed", why="closed", callback=None)
    office.telling.look()
    with Session(database) as session:
        assert notices_for(session, "A", supervises=False) == []
        rows = notices_for(session, "A", supervises=True)
        add_notice(session, Notice(key="later", what="long_wait", at=office.clock.now))
        for _twice in range(2):
            see_notices(session, rows, "zhang", office.clock.now)
        assert notices_unseen(session, "A", "zhang", supervises=True) == 1
        assert notices_unseen(session, "A", "other", supervises=True) == 2
        assert notices_seen(session, notices_for(session, "A", supervises=True), "zhang") == {rows[0].id}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("what", WHAT)
def test_every_notice_has_words_in_both_languages(language: Language, what: str) -> None:
    assert set(WORDS) == set(WHAT)
    title, text = notice_words(what, {}, language)
    assert title
    assert "%(" not in text

"""The office's day on the whole service: acts from page and command line, talk times, change of slot, closed hours."""

from __future__ import annotations

import http.cookiejar
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from router.cli.main import cli
from router.core.inputs import PlanSet, Slot
from router.core.words import PersonId
from router.store.calls.queries import call_with
from router.store.tables.calls import CallRow
from router.wire.board import BoardCallback
from tests.telephony.phones.people import until
from tests.telephony.phones.rtp import SOUND
from tests.up.service import HOTLINE, Service

TALKS = "ring_seconds = 5\nmax_talk_seconds = 18\nmax_other_talk_seconds = 17"  # warned after 3 and 2 seconds


class Office:
    """A service with short talks, and who may sign in to its pages."""

    def __init__(self, folder: Path) -> None:
        self.service = Service(folder)
        written = self.service.config.read_text(encoding="utf-8")
        self.service.config.write_text(re.sub(r"ring_seconds = 1\b", TALKS, written), encoding="utf-8")
        try:
            said = self.service.start()
            self.passwords = dict(re.findall(r"Sign in\s+(\w+) / (\S+)", said))
            self.service.phones_sign_in()
        except BaseException:
            self.service.end()  # nobody else will
            raise

    def browser(self, user: str) -> Browser:
        """Somebody signed in."""
        made = Browser(f"http://127.0.0.1:{self.service.web}")
        made.posts("/login", made.opens("/login"), username=user, password=self.passwords[user])
        page = made.opens("/change")
        own = f"{user}'s very own words"
        made.posts("/change", page, password=self.passwords[user], new_password=own, new_password_confirm=own)
        self.passwords[user] = own
        return made

    def says(self, command: str, *arguments: str) -> Result:
        """What the command line says."""
        where = ["--config", str(self.service.config), "--data", str(self.service.data)]
        return CliRunner().invoke(cli, [command, *where, *arguments])

    def recorded(self, call: str) -> CallRow:
        """The call in the database, once it has ended there."""
        database = create_engine(f"sqlite:///{self.service.data / 'hotline.db'}")
        try:
            with Session(database) as session:

                def ended() -> bool:
                    session.expire_all()
                    row = call_with(session, call)
                    return row is not None and row.ended_at is not None

                until("the call is on record", ended, 20)
                row = call_with(session, call)
                assert row is not None
                return row
        finally:
            database.dispose()


class Browser:
    """A browser that keeps its cookies and knows no script."""

    def __init__(self, address: str) -> None:
        self._address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def opens(self, path: str) -> str:
        """A page."""
        with self._opener.open(self._address + path, timeout=20) as answer:
            return str(answer.read().decode())

    def posts(self, path: str, page: str, **typed: str) -> str:
        """The page's last form, with what was typed."""
        form = page[page.rindex('<form method="post"') :] if path.startswith(("/acts", "/me")) else page
        hidden = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*type="hidden"[^>]*value="([^"]*)"', form))
        hidden |= dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
        body = urllib.parse.urlencode({**hidden, **typed}).encode()
        request = urllib.request.Request(  # noqa: S310  (our own pages)
            self._address + path, data=body, headers={"Referer": self._address + path}
        )
        with self._opener.open(request, timeout=20) as answer:
            return str(answer.read().decode())


@pytest.fixture(scope="module")
def open_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Everybody checked in."""
    made = Office(Path(tmp_path_factory.mktemp("day")))
    yield made
    made.service.end()


@pytest.fixture
def office(open_office: Office) -> Iterator[Office]:
    """At rest before and after."""
    service = open_office.service
    service.settle()
    yield open_office
    for agent in (*service.callers, *service.phone.values()):
        for leg in agent.legs:
            if leg.state != "ended":
                agent.hang_up(leg)
    service.settle()


def _rings_next(service: Service, number: str) -> tuple[str, str]:
    """A call comes; who is rung, and the call's id."""
    service.caller(number).dials(HOTLINE)
    board = service.until(lambda b: any(c.ringing for c in b.calls), within=15)
    return board.calls[0].ringing[0], board.calls[0].id


def test_the_talker_alone_is_warned_and_the_call_is_marked(office: Office) -> None:
    service = office.service
    first, call = _rings_next(service, "13900005001")
    phone, caller = service.phone[first], service.callers[-1]
    phone.answers()
    caller.hears(phone)
    heard = caller.leg.voice.heard[SOUND]
    until("the warning is heard", lambda: phone.leg.voice.heard[SOUND] > 0, 20)
    board = service.until(lambda b: b.calls[0].warned)
    assert board.calls[0].other is False
    phone.presses("*7")
    service.until(lambda b: b.calls[0].other, within=10)
    until("the call is warned as other business", lambda: "warned" in _facts(office, call)[2:], 20)
    assert caller.leg.voice.heard[SOUND] == heard
    phone.hangs_up()
    caller.is_let_go()
    row = office.recorded(call)
    assert {mark["kind"] for mark in row.marks} >= {"warned", "other", "hung_up_first"}
    assert row.ended_by == "consultant"


def _facts(office: Office, call: str) -> list[str]:
    """The call's facts so far, from the command that explains it."""
    words = {"被提醒": "warned", "其他事务": "other", "通话超时": "overtime"}
    lines = office.says("explain", call).output.splitlines()
    return [fact for line in lines for word, fact in words.items() if word in line]


def test_presence_by_the_page_counts_for_the_next_call(office: Office) -> None:
    service = office.service
    first = service.engine.board().next
    boss = office.browser("supervisor")
    path = f"/acts/presence?person={first}&presence=receiving"
    page = boss.opens(path)
    assert "生效后下一位" in page
    boss.posts("/acts/presence", page, reason="other", note="带客户看房")
    shown = service.until(lambda b: b.people[first].presence == "receiving").people[first]
    assert (shown.changed.by, shown.changed.why) == ("supervisor", "带客户看房")
    rung, _ = _rings_next(service, "13900005101")
    assert rung != first
    service.callers[-1].hangs_up()
    mine = office.browser("consultant")  # A's
    page = mine.opens("/me")
    assert "陈晨" in page
    mine.posts("/me/presence", page, presence="present")
    assert service.engine.board().people["A"].presence == "present"
    service.phone[first].dials("*1")
    service.until(lambda b: b.people[first].presence == "present", within=10)


def test_suspended_by_the_command_line_is_passed_in_silence_and_a_ringing_call_goes_on(office: Office) -> None:
    service = office.service
    first, _ = _rings_next(service, "13900005201")
    service.phone[first].rings()
    done = office.says("suspend", first, "--reason", "培训", "--yes")
    assert done.exit_code == 0, done.output
    assert "next in line" in done.output
    assert service.phone[first].is_ringing()
    service.phone[first].answers()
    service.callers[-1].hears(service.phone[first])
    service.callers[-1].hangs_up()
    service.until(lambda b: not b.calls)
    rung, _ = _rings_next(service, "13900005202")
    assert rung != first
    service.callers[-1].hangs_up()
    assert office.says("resume", first, "--reason", "培训结束", "--yes").exit_code == 0
    assert service.engine.board().people[first].suspended is False


def test_the_command_line_says_what_is_wrong_and_how_to_cure_it(office: Office) -> None:
    missing = office.says("suspend", "A", "--yes")
    assert "a reason is needed" in str(missing.exception)
    unknown = office.says("turn", "give", "Z", "--reason", "x", "--yes")
    assert "on no sheet" in str(unknown.exception) or "nobody has the id" in str(unknown.exception)
    twice = office.says("roster", "call", "A,B,C", "--reason", "x", "--yes")
    assert "named twice" in str(twice.exception)


def test_an_order_and_a_turn_by_the_command_line(office: Office) -> None:
    service = office.service
    order = [turn.person for turn in service.engine.board().sheets[0].turns]
    turned = ",".join(reversed(order))
    assert office.says("roster", "call", turned, "--reason", "客户点名", "--yes").exit_code == 0
    [sheet, _] = service.engine.board().sheets
    assert [turn.person for turn in sheet.turns] == order[::-1]
    assert sheet.edited.why == "客户点名"
    assert office.says("turn", "give", order[0], "--reason", "漏派", "--yes").exit_code == 0
    assert office.says("turn", "take", order[0], "--reason", "撤回", "--yes").exit_code == 0
    assert office.says("roster", "call", ",".join(order), "--reason", "撤回", "--yes").exit_code == 0


def _slot(service: Service, begin_ms: int, end_ms: int | None, *call: str, name: str) -> Slot:
    running = service.engine.board().slot
    start = running.start if begin_ms == 0 else begin_ms
    return Slot(start=start, end=end_ms, call=tuple(PersonId(person) for person in call), reception=(), name=name)


def test_a_slot_changes_under_a_ringing_call_then_the_hotline_closes(tmp_path: Path) -> None:
    office = Office(tmp_path)
    service = office.service
    try:
        first, call = _rings_next(service, "13900005301")
        service.phone[first].rings()
        change = round(time.time() * 1000) + 1500
        slots = (
            _slot(service, 0, change, "A", "B", name="全天"),
            _slot(service, change, change + 3600_000, "D", name="下一段"),
        )
        service.engine.tell(PlanSet(slots=slots), source="test")
        service.until(lambda b: (b.slot.name if b.slot else "") == "下一段", within=15)
        assert service.phone[first].is_ringing()  # R1: what is ringing goes on
        service.phone[first].answers()
        service.callers[-1].hears(service.phone[first])
        board = service.engine.board()
        assert board.next == "D"
        assert board.people[first].presence == "off"  # the last slot of the day is over
        assert board.people[first].changed.source == "plan"
        service.callers[-1].hangs_up()
        assert office.recorded(call).turn == "none"  # the slot that the turn was of is over

        closing = round(time.time() * 1000) + 1000
        service.engine.tell(PlanSet(slots=(_slot(service, 0, closing, "D", name="下一段"),)), source="test")
        service.until(lambda b: b.slot is None, within=15)
        late = service.caller("13900005302").dials(HOTLINE)
        late.hears_something()
        late.is_let_go(within=30)
        board = service.until(lambda b: any(c.number == "139****5302" for c in b.callbacks))
        assert BoardCallback(number="139****5302") in board.callbacks
    finally:
        service.end()

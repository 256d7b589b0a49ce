"""主管操作: who may do what, the consequence before, the reason, two supervisors at once; on a real engine's socket."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from router.core import inputs
from router.core.words import CallId, Number, PersonId
from router.desk_client.client import EngineClient
from router.engine.daily import DayRules
from router.engine.journal_reader import JournalEntry, JournalReader
from router.engine.ports import Letter
from router.store.tables.calls import CallRow, TurnRow
from router.store.tables.office import SiteRow
from router.store.tables.users import User
from router.web import shared
from tests.engine.office import TestOffice, office
from tests.web.conftest import make_app
from tests.web.test_board import _sign_in

A, B, C, D = (PersonId(name) for name in "ABCD")
TEN = round(datetime(2026, 11, 24, 2, 0, tzinfo=UTC).timestamp() * 1000)  # ten in the morning in Shanghai


@pytest.fixture
def made(tmp_path: Path) -> Iterator[TestOffice]:
    """An office at ten in the morning: A and B on calls, C and D at the reception, everybody present."""
    with office(tmp_path, now=TEN, rules=DayRules(initial="off")) as one:
        slot = inputs.Slot(start=TEN, end=None, call=(A, B), reception=(C, D), name="白班")
        one.tell(inputs.PlanSet(slots=(slot,)))
        for person in (A, B, C, D):
            one.tell(inputs.PresenceChanged(person=person, presence="present", by=person))
        yield one


@pytest.fixture
def engine(made: TestOffice, tmp_path: Path) -> Iterator[EngineClient]:
    """The engine runs and listens."""
    served = made.serve(tmp_path / "engine.sock")
    over = threading.Event()
    thread = threading.Thread(target=made.engine.run, args=(over,))
    thread.start()
    yield EngineClient(tmp_path / "engine.sock")
    served.close()  # ends the page's subscription, too
    over.set()
    made.mailbox.put(Letter(input=inputs.Tick(), source="test"))  # wakes it
    thread.join()


@pytest.fixture
def app(engine: EngineClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The pages of that office; the consultant who signs in is B."""
    (tmp_path / "web").mkdir()
    made = make_app(engine, tmp_path / "web")
    monkeypatch.setattr(shared, "now", lambda: datetime.fromtimestamp(TEN / 1000, UTC))
    with made.app_context():
        session: Session = made.extensions["hotline"]["sessions"]()
        session.add(SiteRow(id=1, name="锦绣江南", zone="Asia/Shanghai", language="zh", region="CN"))
        consultant = session.query(User).filter_by(username="consultant").one()
        consultant.person = "B"
        session.commit()
    yield made
    made.extensions["hotline"]["sessions"].bind = None


@pytest.fixture
def boss(client: FlaskClient) -> FlaskClient:
    """The supervisor's browser."""
    _sign_in(client, "supervisor")
    return client


def _text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def _fields(page: str) -> dict[str, str]:
    """The hidden fields of the form that is posted."""
    form = page[page.rindex('<form method="post" action="/acts/') :]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


def _do(client: FlaskClient, path: str, page: str, **typed: str) -> TestResponse:
    return client.post(path, data={**_fields(page), **typed})


def _soon(condition: Callable[[], Any], within: float = 10) -> Any:
    deadline = time.monotonic() + within
    while not (value := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return value


def _written(folder: Path, kind: str) -> list[JournalEntry]:
    """What the journal has of a kind of input."""
    with JournalReader(folder / "journal.db") as reader:
        return [entry for entry in reader.read() if entry.body.get("is") == kind]


def _order(engine: EngineClient) -> list[str]:
    return [turn.person for turn in engine.board().sheets[0].turns]


def test_the_dialog_tells_the_consequence_first_and_asks_a_reason(boss: FlaskClient, engine: EngineClient) -> None:
    page = _text(boss.get("/acts/suspend?person=A"))
    assert re.search(r"生效后下一位: <b><bdi>李丽</bdi></b> \(现在 <bdi>陈晨</bdi>\)", page)
    refused = _do(boss, "/acts/suspend", page)
    assert refused.status_code == 422
    assert "请写明理由" in _text(refused)
    assert engine.board().people["A"].suspended is False
    done = _do(boss, "/acts/suspend", _text(refused), reason="training", note="新人", until="14:00")
    assert done.status_code == 302
    person = engine.board().people["A"]
    assert person.suspended is True
    assert person.until == TEN + 4 * 3600_000
    assert (person.suspension.by, person.suspension.why) == ("supervisor", "培训：新人")
    page = _text(boss.get("/acts/person/A"))
    assert "■停接</span> 至14:00" in page
    assert "恢复接电" in page


def test_a_time_that_is_over_is_told_with_what_was_typed(boss: FlaskClient, engine: EngineClient) -> None:
    page = _text(boss.get("/acts/suspend?person=A"))
    answer = _do(boss, "/acts/suspend", page, reason="late", note="迟到", until="08:00")
    assert answer.status_code == 422
    assert "这个时间已过" in _text(answer)
    assert 'value="迟到"' in _text(answer)
    assert engine.board().people["A"].suspended is False


def test_an_act_that_is_sent_twice_counts_once(boss: FlaskClient, engine: EngineClient, tmp_path: Path) -> None:
    page = _text(boss.get("/acts/give?person=A&group=call"))
    for _ in range(2):
        assert _do(boss, "/acts/give", page, reason="customer").status_code == 302
    [sheet, _] = engine.board().sheets
    assert sheet.turns[0].owed is True
    assert len(_written(tmp_path, "TurnHandedOut")) == 1


def test_an_order_is_edited_by_buttons_and_told_as_places(boss: FlaskClient, engine: EngineClient) -> None:
    page = _text(boss.get("/acts/order/call"))
    assert "还没有改动" in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    page = _text(boss.get(f"/acts/order/call?order=A,B&version={version[1]}&move=B:up"))
    assert re.search(r"李丽</bdi> 2→1", page)
    assert re.search(r"生效后下一位: <b><bdi>李丽</bdi></b>", page)
    assert _do(boss, "/acts/order", page, reason="customer").status_code == 302
    assert _order(engine) == ["B", "A"]


def test_two_supervisors_see_both_orders_and_lose_nothing(boss: FlaskClient, app: Flask, engine: EngineClient) -> None:
    mine = _text(boss.get("/acts/order/call?order=A,B&move=A:out"))
    other = app.test_client()
    _sign_in(other, "administrator")
    theirs = _text(other.get("/acts/order/call?order=A,B&move=B:up"))
    assert _do(other, "/acts/order", theirs, reason="late").status_code == 302
    stale = _do(boss, "/acts/order", mine, reason="training", note="请假")
    assert stale.status_code == 409
    text = _text(stale)
    assert "轮次表已被改动" in text
    assert "administrator" in text
    assert re.search(r"现在的顺序.*李丽.*陈晨.*您的改动.*李丽.*培训：请假", text, re.DOTALL)
    assert _order(engine) == ["B", "A"]
    again = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text[text.index('<form method="get"') :])
    )
    page = _text(boss.get("/acts/order/call", query_string=again))
    assert 'value="请假"' in page
    assert _do(boss, "/acts/order", page, reason="training", note="请假").status_code == 302
    assert _order(engine) == ["B"]


def test_what_the_desk_would_refuse_is_said_before(boss: FlaskClient, engine: EngineClient) -> None:
    page = _text(boss.get("/acts/order/call?order=A,B,C"))
    assert "每人只能在一张轮次表上" in page
    assert _do(boss, "/acts/order", page, reason="customer").status_code == 422
    assert _order(engine) == ["A", "B"]


@pytest.mark.parametrize("who", ["consultant", "secretary", "manager"])
def test_only_supervisors_and_administrators_act(client: FlaskClient, who: str) -> None:
    _sign_in(client, who)
    assert client.get("/acts/suspend?person=A").status_code == 403
    assert client.get("/acts/order/call").status_code == 403
    page = client.get("/forms").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    data = {"csrf_token": token[1], "person": "A", "reason": "late", "key": "k"}
    assert client.post("/acts/suspend", data=data).status_code == 403
    readable = 200 if who == "manager" else 403
    assert client.get("/acts/day").status_code == readable
    assert client.get("/acts/person/A").status_code == readable
    assert "调序" not in client.get("/board").get_data(as_text=True)


def test_without_a_token_or_a_sign_in_nothing_is_done(client: FlaskClient, engine: EngineClient) -> None:
    assert client.post("/acts/suspend", data={"person": "A", "reason": "late"}).status_code == 401
    _sign_in(client, "supervisor")
    assert client.post("/acts/suspend", data={"person": "A", "reason": "late"}).status_code == 400
    assert engine.board().people["A"].suspended is False


def test_unknown_people_and_acts_are_not_found(boss: FlaskClient) -> None:
    assert boss.get("/acts/person/Z").status_code == 404
    assert boss.get("/acts/nonsense?person=A").status_code == 404
    assert "没有这个人" in _text(boss.get("/acts/suspend?person=Z"))


def test_the_board_offers_the_acts_and_says_who_changed_a_presence(boss: FlaskClient) -> None:
    page = _text(boss.get("/acts/presence?person=A&presence=break"))
    assert "▲小休" in page
    assert _do(boss, "/acts/presence", page, reason="other", note="代改").status_code == 302
    text = _soon(lambda: (board := _text(boss.get("/board"))) and "▲小休" in board and board)
    assert re.search(r'▲小休</span> <small[^>]*>10:00 <bdi class="person">supervisor</bdi>', text)
    assert 'href="/acts/person/A"' in text
    assert 'href="/acts/order/call"' in text
    assert re.search(r"版本\d", text)


class TestMe:
    """我的: B's own page."""

    @pytest.fixture
    def mine(self, client: FlaskClient) -> FlaskClient:
        _sign_in(client, "consultant")
        return client

    def page(self, mine: FlaskClient, *words: str) -> str:
        """My page once it says all this."""

        def shown() -> str:
            text = _text(mine.get("/me"))
            return text if all(word in text for word in words) else ""

        return str(_soon(shown))

    def press(self, mine: FlaskClient, path: str, **values: str) -> None:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', _text(mine.get("/me")))
        assert token is not None
        assert mine.post(path, data={"csrf_token": token[1], **values}).status_code == 302

    def test_it_is_the_consultants_home_and_tells_who_is_before(self, mine: FlaskClient) -> None:
        assert mine.get("/").headers["Location"] == "/me"
        text = self.page(mine, "前面1人", "陈晨", "●在岗")
        assert "没有欠表" in text
        assert "没有待回拨" in text

    def test_i_change_my_presence_and_only_mine(self, mine: FlaskClient, engine: EngineClient) -> None:
        self.press(mine, "/me/presence", presence="receiving", person="A")
        people = engine.board().people
        assert (people["B"].presence, people["A"].presence) == ("receiving", "present")
        assert people["B"].changed.by == "consultant"
        self.page(mine, "◆接待中")

    def test_a_presence_that_there_is_not_is_refused_in_words(self, mine: FlaskClient, engine: EngineClient) -> None:
        self.press(mine, "/me/presence", presence="asleep")
        assert engine.board().people["B"].presence == "present"
        assert "没有这种状态" in _text(mine.get("/me"))

    def test_my_call_rings_without_a_button_to_answer_and_can_be_marked(
        self, mine: FlaskClient, engine: EngineClient
    ) -> None:
        engine.tell(inputs.PresenceChanged(person=A, presence="break"), source="test")
        self.page(mine, "下一位就是我")
        call = CallId("c1")
        engine.tell(inputs.CallArrived(call=call, number=Number("+8613812345678")), source="test")
        engine.tell(inputs.PhoneRang(call=call, person=B), source="test")
        text = self.page(mine, "◔响铃", "138****5678", "请拿起话机接听")
        assert "13812345678" not in text
        assert "/me/other" not in text
        engine.tell(inputs.Answered(call=call, person=B), source="test")
        self.page(mine, "☎通话", "/03:00", "/me/other")
        self.press(mine, "/me/other", call="c1")
        assert engine.board().calls[0].other is True
        self.page(mine, "/02:00")
        self.press(mine, "/me/other", call="another")
        assert "您不在那通电话里" in _text(mine.get("/me"))

    def test_who_is_no_consultant_has_no_such_page(self, boss: FlaskClient) -> None:
        assert boss.get("/me").status_code == 403
        assert boss.get("/").headers["Location"] == "/board"


def test_a_returned_turn_is_listed_and_undone_with_a_reason(
    boss: FlaskClient, app: Flask, engine: EngineClient, tmp_path: Path
) -> None:
    with app.app_context():
        session: Session = app.extensions["hotline"]["sessions"]()
        now = shared.now()
        session.add(CallRow(site_id=1, id="c1", arrived_at=now, answered_at=now, person="A", marks=[]))
        turn = TurnRow(site_id=1, journal="j", seq=1, position=1, at=now, group="call", round=1, person="A")
        turn.what, turn.why, turn.call_id = "restored", "other", "c1"
        session.add(turn)
        session.commit()
        turn_id = turn.id
    text = _text(boss.get("/acts/day"))
    assert re.search(r"陈晨.*来电表为其他事务", text, re.DOTALL)
    undo = re.search(r'href="(/acts/take\?[^"]+)"', text)
    assert undo is not None
    page = _text(boss.get(undo[1].replace("&amp;", "&")))
    assert re.search(r"陈晨</bdi> 接电组: .*待接.* → .*轮空", page)
    done = _do(boss, "/acts/take", page, reason="other", note="录音是购房")
    assert done.headers["Location"] == "/acts/day"
    assert engine.board().sheets[0].turns[0].state == "forfeited"
    [entry] = _written(tmp_path, "TurnTakenAway")
    assert entry.facts["undoes"] == str(turn_id)
    assert entry.body["why"] == "录音是购房"


def test_marks_of_a_call_stand_in_the_offices_words(boss: FlaskClient, app: Flask) -> None:
    with app.app_context():
        session: Session = app.extensions["hotline"]["sessions"]()
        now = shared.now()
        noted = [{"kind": kind, "person": "A", "at": ""} for kind in ("warned", "overtime", "hung_up_first")]
        row = CallRow(site_id=1, id="c1", arrived_at=now, answered_at=now, ended_at=now, person="A", marks=noted)
        row.stage, row.late, row.ended_by = "everyone", True, ""
        session.add(row)
        session.commit()
    text = _text(boss.get("/calls"))
    for word in ("接替", "迟接", "超时", "先挂机"):
        assert word in text
    assert "先挂机: 未知" in _text(boss.get("/calls/c1"))

"""Whose customer calls (R12, R13, R16), on real phones; and programs and people are told of it at once.

Owners who cannot be had, seven days, forms and hand-overs that give turns back, signed webhooks, the page 通知.
"""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from router.core.inputs import CustomerKnown
from router.core.words import Number, PersonId
from router.store.database import open_database
from router.store.people.tokens import make_token
from tests.telephony.phones.people import Caller, until
from tests.up.crm import Crm
from tests.up.evidence import Evidence, at_rest, evidence_of
from tests.up.service import HOTLINE, Service
from tests.up.test_day import Browser
from tests.up.test_turns import are, head_is_a, is_answered, is_answered_away, rings_first

WEEK = timedelta(days=7)
A_MINUTE = timedelta(minutes=1)
TO_PROGRAMS = """
[[webhook]]
name = "crm"
url = "http://127.0.0.1:{port}/hotline"
secret_file = "webhook.secret"
allow_private = true
[policy]"""


@pytest.fixture(scope="module")
def crm() -> Iterator[Crm]:
    """A program that is told of everything."""
    made = Crm()
    yield made
    made.close()


@pytest.fixture(scope="module")
def unhurried(crm: Crm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Three rings are fifteen seconds: nothing here is about their end."""
    folder = Path(tmp_path_factory.mktemp("unhurried"))
    service = Service(folder, policy="ring_seconds = 5")
    secret = folder / "webhook.secret"
    secret.write_text(crm.secret, encoding="utf-8")
    secret.chmod(0o600)
    text = service.config.read_text(encoding="utf-8")
    service.config.write_text(text.replace("\n[policy]", TO_PROGRAMS.format(port=crm.port), 1), encoding="utf-8")
    with service.at_work():
        yield service


@pytest.fixture(scope="module")
def evidence(unhurried: Service) -> Iterator[Evidence]:
    """What it has left behind."""
    made = evidence_of(unhurried)
    yield made
    made.close()


@pytest.fixture
def service(unhurried: Service, evidence: Evidence) -> Iterator[Service]:
    """At rest before and after."""
    with at_rest(unhurried, evidence):
        yield unhurried


def belongs_to(service: Service, number: str, owner: str, *, since: timedelta = timedelta(hours=1)) -> None:
    """A customer on record, who last spoke with the owner so long ago."""
    last = round((time.time() - since.total_seconds()) * 1000)
    known = CustomerKnown(number=Number(f"+86{number}"), owner=PersonId(owner), last_contact=last)
    service.engine.tell(known, source="test")


def calls(service: Service, number: str) -> tuple[Caller, str]:
    """A customer calls; who is rung alone."""
    caller = service.caller(number).dials(HOTLINE)
    return caller, is_rung(service)


def is_rung(service: Service, *, but: str = "") -> str:
    """Who is rung for the only call; `but`: once that person's phone is left alone."""
    board = service.until(lambda b: bool(b.calls) and b.calls[0].ringing not in ((), (but,)), within=15)
    person: str = next(one for one in board.calls[0].ringing if one != but)
    return person


def answers(service: Service, caller: Caller, person: str) -> None:
    """They talk, and say goodbye."""
    service.phone[person].rings(within=15)
    service.phone[person].answers()
    caller.hears(service.phone[person], within=15)
    caller.hangs_up()
    service.until(lambda b: not b.calls, within=15)


def test_an_owner_who_declines_is_stood_in_for_and_the_turn_is_kept(service: Service, evidence: Evidence) -> None:
    belongs_to(service, "13900007001", "D")
    next_one = service.engine.board().next
    caller, rung = calls(service, "13900007001")
    assert rung == "D"
    service.phone["D"].declines()
    assert is_rung(service, but="D") == next_one
    answers(service, caller, next_one)
    call = evidence.logged("13900007001")
    assert (call["answerer"], call["stage"], call["turn"]) == (next_one, "substitute", "kept")
    assert evidence.turns(call["id"])[-1] == (next_one, "restored", "substitute")
    service.settle()
    assert service.engine.board().next == next_one, "still first (R13)"
    again, rung = calls(service, "13900007001")
    assert rung == "D", "the customer stays with the owner"
    answers(service, again, "D")


def test_an_owner_who_is_away_is_stood_in_for(service: Service, evidence: Evidence) -> None:
    belongs_to(service, "13900007101", "D")
    are(service, "D", "*5", "break")
    next_one = service.engine.board().next
    caller, rung = calls(service, "13900007101")
    assert rung == next_one
    answers(service, caller, next_one)
    call = evidence.logged("13900007101")
    assert (call["answerer"], call["stage"], call["turn"]) == (next_one, "substitute", "kept")


def test_an_owner_whose_phone_is_gone_is_stood_in_for(service: Service, evidence: Evidence) -> None:
    belongs_to(service, "13900007201", "D")
    service.phone["D"].signs_out()
    service.until(lambda b: b.people["D"].why_not is not None, within=15)
    caller, rung = calls(service, "13900007201")
    assert rung != "D"
    answers(service, caller, rung)
    assert evidence.logged("13900007201")["stage"] == "substitute"
    service.phone["D"].signs_in()
    service.until(lambda b: b.people["D"].why_not is None, within=30)


def test_a_customer_is_the_owners_for_seven_days_and_then_whoevers_answers(
    service: Service, evidence: Evidence
) -> None:
    belongs_to(service, "13900007301", "D", since=WEEK - A_MINUTE)
    caller, rung = calls(service, "13900007301")
    assert rung == "D"
    answers(service, caller, "D")
    service.settle()
    belongs_to(service, "13900007302", "D", since=WEEK + A_MINUTE)
    next_one = service.engine.board().next
    caller, rung = calls(service, "13900007302")
    assert rung == next_one
    answers(service, caller, next_one)
    call = evidence.logged("13900007302")
    assert (call["stage"], call["turn"]) == ("rotation", "used")
    service.settle()
    again, rung = calls(service, "13900007302")
    assert rung == next_one, "whoever answered owns the customer (R16.3)"
    answers(service, again, next_one)


def test_the_reception_group_steps_in_by_its_own_order(service: Service, evidence: Evidence) -> None:
    are(service, "AB", "*2", "receiving")
    before = service.turns()
    caller, rung = calls(service, "13900007401")
    assert rung in "CD"
    is_answered_away(service, caller, rung)
    call = evidence.logged("13900007401")
    assert (call["answerer"], call["stage"], call["turn"]) == (rung, "rotation", "used")
    after = service.turns()
    assert after[rung] == "done"
    assert {person: after[person] for person in "AB"} == {person: before[person] for person in "AB"}, "R4"


def test_with_everybody_on_a_call_the_next_caller_waits_for_whoever_is_free_first(
    service: Service, evidence: Evidence
) -> None:
    talks: dict[str, Caller] = {}
    for number in range(4):
        caller, rung = calls_beside(service, f"1390000750{number}")
        service.phone[rung].answers()
        caller.hears(service.phone[rung], within=15)
        talks[rung] = caller
    assert sorted(talks) == list("ABCD")
    waiting = service.caller("13900007509").dials(HOTLINE)
    waiting.hears_something(within=15)
    service.until(lambda b: any(c.state == "waiting" for c in b.calls), within=15)
    talks.pop("C").hangs_up()
    service.phone["C"].rings(within=15)
    service.phone["C"].answers()
    waiting.hears(service.phone["C"], within=15)
    for caller in (waiting, *talks.values()):
        caller.hangs_up()
    call = evidence.logged("13900007509")
    assert (call["answerer"], call["missed_why"]) == ("C", None)


def calls_beside(service: Service, number: str) -> tuple[Caller, str]:
    """A customer calls while others talk; who is rung."""
    caller = service.caller(number).dials(HOTLINE)
    board = service.until(lambda b: any(c.ringing for c in b.calls), within=15)
    rung: str = next(c.ringing[0] for c in board.calls if c.ringing)
    service.phone[rung].rings(within=15)
    return caller, rung


def test_a_form_that_says_other_gives_the_turn_back(service: Service, evidence: Evidence) -> None:
    head_is_a(service, "1390000761")
    caller, first = rings_first(service, "13900007601")
    is_answered(service, caller, first)
    assert service.turns()[first] == "done"
    call = evidence.logged("13900007601")
    said = files_by_the_api(service, call["id"], first, "other")
    assert said["kind"] == "other"
    service.until(lambda _board: service.turns()[first] == "due", within=15)
    assert service.engine.board().next == first
    until("it is on record", lambda: evidence.turns(call["id"])[-1] == (first, "restored", "other"), 20)
    again, rung = calls(service, "13900007601")
    assert rung == first, "a new call of nobody's customer, at whoever is next"
    answers(service, again, rung)


def files_by_the_api(service: Service, call: str, consultant: str, kind: str) -> dict[str, Any]:
    """A program files a call's form; what it is answered."""
    database = open_database(f"sqlite:///{service.data / 'hotline.db'}")
    with Session(database) as session:
        token = make_token(session, name="表单", scopes=("forms:write",), by="test", now=datetime.now(UTC))
        session.commit()
    database.dispose()
    body = json.dumps({"call_id": call, "consultant": consultant, "kind": kind, "fields": {"name": "王女士"}})
    request = urllib.request.Request(
        f"http://127.0.0.1:{service.web}/api/v1/forms",
        data=body.encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  (our own service)
        said: dict[str, Any] = json.load(answer)
    return said


def test_a_call_handed_to_the_earlier_owner_gives_the_turn_back_and_the_customer_is_theirs(
    service: Service, evidence: Evidence
) -> None:
    belongs_to(service, "13900007701", "D", since=WEEK + A_MINUTE)
    caller, first = calls(service, "13900007701")
    assert first != "D"
    service.phone[first].answers()
    caller.hears(service.phone[first], within=15)
    service.until(lambda b: any(c.on_it == first for c in b.calls), within=15)
    service.phone[first].transfers_to("104")
    service.phone["D"].rings(within=15)
    service.phone["D"].answers()
    caller.hears(service.phone["D"], within=15)
    service.until(lambda b: any(c.on_it == "D" for c in b.calls), within=15)
    caller.hangs_up()
    call = evidence.logged("13900007701")
    assert (call["answerer"], call["person"]) == (first, "D")
    assert evidence.turns(call["id"])[-1] == (first, "restored", "asked_for")
    service.settle()
    assert service.turns()[first] == "due"
    again, rung = calls(service, "13900007701")
    assert rung == "D", "the customer is the earlier owner's again"
    answers(service, again, "D")


def test_a_program_is_told_of_calls_and_forms_and_the_supervisor_of_the_missed_one(service: Service, crm: Crm) -> None:
    caller, first = calls(service, "13900009001")
    answers(service, caller, first)
    ended = crm.is_told("call.ended", number="139****9001")
    assert (ended["consultant"], ended["missed"], ended["hotline"]) == (first, None, HOTLINE)
    assert ended["answered_at"] < ended["ended_at"]

    files_by_the_api(service, ended["call"], first, "other")
    filed = crm.is_told("form.filed", call=ended["call"])
    assert (filed["consultant"], filed["kind"], filed["revision"]) == (first, "other", 1)

    service.settle()
    caller, first = calls(service, "13900009002")
    caller.hangs_up()
    missed = crm.is_told("call.missed", number="139****9002")
    assert (missed["consultant"], missed["answered_at"]) == (None, None)
    assert missed["missed"] == "abandoned"
    assert crm.forged == 0
    assert not re.search(r"1390000[79]\d{3}", json.dumps(crm.got)), "numbers are masked"

    assert "139****9002" in _notices(service)


def _notices(service: Service) -> str:
    """The page 通知 of the supervisor, who has to choose a password of their own first."""
    password = dict(re.findall(r"Sign in\s+(\w+) / (\S+)", service.said))["supervisor"]
    browser = Browser(f"http://127.0.0.1:{service.web}")
    browser.posts("/login", browser.opens("/login"), username="supervisor", password=password)
    own = "the supervisor's very own words"
    page = browser.opens("/change")
    browser.posts("/change", page, password=password, new_password=own, new_password_confirm=own)
    return browser.opens("/notices")

"""The API: who may use it, what it gives, and that its document says so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from router.core.desk import Desk
from router.core.words import PersonId
from router.store.people.tokens import SCOPES, TokenError, all_tokens, find_token, make_token, revoke_token
from router.store.tables.answers import AnswerRow
from router.store.tables.calls import CallRow
from router.store.tables.customers import CallbackRow, NumberRow
from router.store.tables.forms import FormRow
from tests.web.test_forms import record

__all__ = ["record"]  # the fixture
TODAY = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
NOW = datetime(2026, 11, 24, tzinfo=UTC)
FORM = {"call_id": "c1", "consultant": "B", "kind": "other", "fields": {"name": "王女士", "number": "13812345678"}}


class Program:
    """A program with a token."""

    def __init__(self, client: FlaskClient, record: Session, *scopes: str) -> None:
        self._client = client
        token = make_token(record, name="报表", scopes=scopes, by="test", now=NOW)
        record.commit()
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> tuple[int, Any]:
        answer = self._client.get(f"/api/v1{path}", headers=self._headers)
        return answer.status_code, answer.get_json()

    def send(self, method: str, path: str, body: object, **more: str) -> tuple[int, Any]:
        headers = {**self._headers, **{name.replace("_", "-"): value for name, value in more.items()}}
        answer = self._client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        return answer.status_code, answer.get_json()


PATHS = (
    "/calls?from=2026-11-24",
    "/calls/c1",
    "/forms?from=2026-11-24",
    "/forms/1",
    "/findings?from=2026-11-24",
    "/callbacks",
    "/sheets",
    "/presence",
)


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_nothing_is_told_signed_in_or_not(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert client.get(f"/api/v1{path}", headers={"Authorization": "Bearer hotline_wrong"}).status_code == 401
    assert client.get(f"/api/v1{path}", headers={"Authorization": "Basic eDp5"}).status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_a_token_without_the_scope_is_refused_by_name(client: FlaskClient, record: Session, path: str) -> None:
    status, refusal = Program(client, record, "numbers").get(path)
    assert status == 403
    assert ":read" in refusal["what"]


def test_calls_are_told_with_their_reasons_and_numbers_masked(client: FlaskClient, record: Session) -> None:
    program = Program(client, record, "calls:read")
    status, answer = program.get(f"/calls?from={TODAY}")
    assert status == 200
    (call,) = answer["calls"]
    assert (call["id"], call["number"], call["consultant"]) == ("c1", "138****5678", "B")
    assert program.get("/calls/c1")[1]["call"] == call
    assert program.get("/calls/none")[0] == 404


def test_whole_numbers_need_a_scope_of_their_own(client: FlaskClient, record: Session) -> None:
    _, answer = Program(client, record, "calls:read", "numbers").get(f"/calls?from={TODAY}")
    assert answer["calls"][0]["number"] == "13812345678"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?from=soon",
        "?from=2026-11-24&to=2026-11-23",
        "?from=2020-01-01&to=2026-01-01",
        "?from=0001-01-01",
        "?from=9999-12-31",
        "?from=2026-11-24&limit=0",
        "?from=2026-11-24&limit=1001",
        "?from=2026-11-24&cursor=x",
        "?from=2026-11-24&cursor=AAAA",
        "?from=2026-11-24&since=soon",
        "?from=2026-11-24&since=2026-11-24T09:30:00",
        "?from=2026-11-24&since=0001-01-01T00:00:00Z",
    ],
)
def test_days_that_are_none_are_refused(client: FlaskClient, record: Session, query: str) -> None:
    assert Program(client, record, "calls:read").get(f"/calls{query}")[0] == 422


def test_a_form_is_filed_once_and_the_desk_hears_of_it(client: FlaskClient, record: Session, desk: Desk) -> None:
    program = Program(client, record, "forms:write", "forms:read")
    status, form = program.send("POST", "/forms", FORM)
    assert status == 201
    assert form["fields"]["number"] == "138****5678"
    assert desk.office.sheets["call"].turns[PersonId("B")].state == "due"
    assert program.send("POST", "/forms", FORM)[0] == 409
    assert program.get(f"/forms?from={TODAY}")[1]["forms"] == [form]


@pytest.mark.parametrize(
    "change",
    [
        {"consultant": "X"},
        {"kind": "sale"},
        {"fields": {"media": "电视"}},
        {"fields": ["x"]},
        {"more": 1},
        {"taken_at": "2026-11-24T09:30:00"},
        {"consultant": 7},
    ],
)
def test_a_form_that_is_wrong_is_refused(client: FlaskClient, record: Session, change: dict[str, object]) -> None:
    assert Program(client, record, "forms:write").send("POST", "/forms", {**FORM, **change})[0] == 422


PAPER = {**FORM, "call_id": "", "taken_at": "2026-11-24T09:30:00+08:00"}


def test_a_form_that_is_sent_again_with_its_key_is_filed_once(client: FlaskClient, record: Session) -> None:
    program = Program(client, record, "forms:write", "forms:read")
    status, form = program.send("POST", "/forms", PAPER, Idempotency_Key="k1")
    assert status == 201
    again = dict(reversed(PAPER.items()))  # the same, written otherwise
    assert program.send("POST", "/forms", again, Idempotency_Key="k1") == (201, form)
    assert program.get("/forms?from=2026-11-24")[1]["forms"] == [form]
    status, refusal = program.send("POST", "/forms", {**PAPER, "consultant": "A"}, Idempotency_Key="k1")
    assert (status, refusal["id"]) == (422, "key-used")
    others = Program(client, record, "forms:write")  # another program's keys are its own
    assert others.send("POST", "/forms", PAPER, Idempotency_Key="k1")[1]["id"] != form["id"]
    assert program.send("POST", "/forms", PAPER, Idempotency_Key="k2")[1]["id"] != form["id"]
    assert program.send("POST", "/forms", PAPER)[1]["id"] != form["id"]


@pytest.mark.parametrize("key", ["", "x" * 256, "a b"])
def test_a_key_that_is_none_is_refused(client: FlaskClient, record: Session, key: str) -> None:
    status, refusal = Program(client, record, "forms:write").send("POST", "/forms", PAPER, Idempotency_Key=key)
    assert (status, set(refusal["faults"])) == (422, {"Idempotency-Key"})


def test_the_key_of_a_form_that_was_refused_is_free_again(client: FlaskClient, record: Session) -> None:
    program = Program(client, record, "forms:write")
    assert program.send("POST", "/forms", {**PAPER, "consultant": "X"}, Idempotency_Key="k")[0] == 422
    assert program.send("POST", "/forms", PAPER, Idempotency_Key="k")[0] == 201


def test_no_number_is_kept_with_a_key(client: FlaskClient, record: Session) -> None:
    program = Program(client, record, "forms:write", "numbers")
    _, form = program.send("POST", "/forms", PAPER, Idempotency_Key="k")
    assert form["fields"]["number"] == "13812345678"
    assert record.scalars(select(AnswerRow.answer)).all() == [{"made": form["id"]}]


def test_of_a_form_that_is_sent_many_times_at_once_one_is_filed(app: Flask, record: Session) -> None:
    text = make_token(record, name="x", scopes=["forms:write"], by="test", now=NOW)
    record.commit()
    headers = {"Authorization": f"Bearer {text}", "Idempotency-Key": "k"}

    def send(_turn: int) -> tuple[int, Any]:
        answer = app.test_client().post("/api/v1/forms", json=PAPER, headers=headers)
        return answer.status_code, answer.get_json()["id"]

    with ThreadPoolExecutor(4) as at_once:
        assert set(at_once.map(send, range(8))) == {(201, record.scalars(select(FormRow.id)).one())}


def test_a_list_comes_in_parts_that_stay_while_others_are_filed(client: FlaskClient, record: Session) -> None:
    program = Program(client, record, "forms:write", "forms:read", "calls:read", "findings:read")
    ids = [program.send("POST", "/forms", PAPER)[1]["id"] for _turn in range(5)]  # all of one moment
    days, seen, cursor = "/forms?from=2026-11-24&limit=2", list[int](), ""
    while True:
        status, part = program.get(f"{days}{cursor and f'&cursor={cursor}'}")
        assert status == 200
        seen += [form["id"] for form in part["forms"]]
        cursor = part["next"]
        if cursor is None:
            break
        assert len(part["forms"]) == 2
        program.send("POST", "/forms", {**PAPER, "taken_at": "2026-11-24T08:00:00+08:00"})  # before what was read
        assert program.get(f"/calls?from=2026-11-24&cursor={cursor}")[1]["id"] == "cursor"  # another list's
    assert seen == ids
    assert len(program.get("/forms?from=2026-11-24")[1]["forms"]) == 7
    assert program.get("/findings?from=2026-11-24")[1] == {"findings": [], "next": None}


def test_what_has_changed_since_is_told_alone(client: FlaskClient, record: Session) -> None:
    program = Program(client, record, "forms:write", "forms:read", "calls:read", "findings:read")
    form = program.send("POST", "/forms", PAPER)[1]
    filed = datetime.fromisoformat(form["filed_at"])
    before, after = (f"{filed + timedelta(seconds=s):%Y-%m-%dT%H:%M:%SZ}" for s in (-1, 2))
    assert program.get(f"/forms?from=2026-11-24&since={before}")[1]["forms"] == [form]
    assert program.get(f"/forms?from=2026-11-24&since={after}")[1]["forms"] == []
    ended = record.scalars(select(CallRow.ended_at)).one()
    assert ended is not None
    for seconds, count in ((0, 1), (1, 0)):
        since = f"{ended + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S.%fZ}"
        assert len(program.get(f"/calls?from={TODAY}&since={since}")[1]["calls"]) == count
    assert program.get(f"/findings?from={TODAY}&since={before}")[1]["findings"] == []


def test_call_backs_are_told_with_their_numbers_masked(client: FlaskClient, record: Session) -> None:
    number = record.scalars(select(NumberRow.id)).one()
    lately, long_ago = (datetime.now(UTC) - timedelta(days=days) for days in (6, 8))
    for settled_at in (lately, long_ago, None):
        row = CallbackRow(site_id=1, number_id=number, call_id="c1", owed_since=long_ago, settled_at=settled_at)
        record.add(row)
    record.commit()
    status, answer = Program(client, record, "callbacks:read").get("/callbacks")
    assert status == 200
    assert {(one["id"], one["number"], one["consultant"]) for one in answer["callbacks"]} == {
        (1, "138****5678", ""),
        (3, "138****5678", ""),
    }


def test_one_form_is_told_as_in_the_list(client: FlaskClient, record: Session) -> None:
    program = Program(client, record, "forms:write", "forms:read")
    form = program.send("POST", "/forms", PAPER)[1]
    assert program.get(f"/forms/{form['id']}") == (200, form)
    for none in ("0", "x", "9" * 30, "²"):
        assert program.get(f"/forms/{none}")[0] == 404


def test_presence_is_read_and_changed(client: FlaskClient, record: Session) -> None:
    program = Program(client, record, "presence:read", "presence:write")
    assert program.get("/presence")[1]["presence"]["A"] == "receiving"
    assert program.send("PUT", "/presence/A", {"presence": "present"})[0] == 200
    assert program.get("/presence")[1]["presence"]["A"] == "present"
    assert program.send("PUT", "/presence/X", {"presence": "present"})[0] == 404
    assert program.send("PUT", "/presence/A", {"presence": ""})[0] == 422


def test_a_revoked_token_is_of_no_use_and_stays_on_record(record: Session) -> None:
    text = make_token(record, name="x", scopes=["calls:read"], by="test", now=NOW)
    assert find_token(record, text, NOW) is not None
    revoke_token(record, all_tokens(record)[0].id, NOW)
    assert find_token(record, text, NOW) is None
    assert all_tokens(record)[0].revoked_at == NOW
    with pytest.raises(TokenError):
        make_token(record, name="x", scopes=["everything"], by="test", now=NOW)


def test_the_document_names_every_route_with_its_guard(app: Flask, client: FlaskClient) -> None:
    document = client.get("/api/v1/document/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")}
    assert {path.replace("{", "<").replace("}", ">") for path in document["paths"]} == routes
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert len(SCOPES) == len(set(SCOPES))


def _meant(route: str) -> str:
    return route.replace("{call_id}", "none").replace("{person}", "X")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/calls?from=soon", None, 422),
        ("GET", "/calls?from=2026-11-24&to=2026-11-23", None, 422),
        ("GET", "/calls/none", None, 404),
        ("GET", "/forms?from=2026-11-24", None, 403),
        ("POST", "/forms", {**FORM, "consultant": 7}, 422),
        ("POST", "/forms", {**FORM, "consultant": "X"}, 422),
        ("PUT", "/presence/X", {"presence": "present"}, 403),
    ],
)
def test_every_refusal_has_the_one_shape_that_the_document_says(
    client: FlaskClient, record: Session, method: str, path: str, body: object, status: int
) -> None:
    token = make_token(record, name="x", scopes=["calls:read", "forms:write"], by="test", now=NOW)
    record.commit()
    document = client.get("/api/v1/document/openapi.json").get_json()
    answer = client.open(f"/api/v1{path}", method=method, json=body, headers={"Authorization": f"Bearer {token}"})
    told = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert (told["status"], told["type"]) == (status, f"urn:hotline-router:{told['id']}")
    assert told["title"]
    [route] = [
        one
        for one, methods in document["paths"].items()
        if answer.request.path == _meant(one) and method.lower() in methods
    ]
    said = document["paths"][route][method.lower()]["responses"][str(status)]["content"]
    assert list(said) == ["application/problem+json"]
    assert "13812345678" not in answer.get_data(as_text=True)

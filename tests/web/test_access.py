"""Who may use which address: the table, the real application, and docs/pages.md say the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from router.store.people.tokens import SCOPES, make_token
from router.store.tables.devices import KINDS
from router.store.tables.users import ROLES
from router.web import shared
from router.web.access import EVERYONE, ROUTES, SCREENS, Open, Token
from tests.web.recorded import NOW, app_on_the_morning
from tests.web.test_board import _sign_in

PAGES = Path(__file__).resolve().parents[2] / "docs" / "pages.md"
COLUMNS = (*ROLES, *KINDS)
HEAD = "| address | " + " | ".join(COLUMNS) + " |"
THERE = {  # what stands on the morning, so that an answer of 404 means the address
    "person": "li",
    "group": "call",
    "kind": "xlsx",
    "what": "forms",
    "call_id": "c1",
    "finding_id": "1",
    "step": "ask",
    "callback_id": "1",
    "customer_id": "1",
    "block_id": "1",
    "day_text": "2026-11-23",
    "form_id": "1",
    "filename": "hotline.css",
    "device_id": "1",
}
OWN = {"acts.ask": {"kind": "forfeit"}, "acts.do": {"kind": "forfeit"}}
NOBODY = "signed out"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A busy morning's pages; streams end soon."""
    app = app_on_the_morning(tmp_path_factory.mktemp("access"), busy=True)

    @app.get("/forgotten")
    def forgotten() -> str:
        return "for nobody in particular"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared, "now", lambda: NOW)
        yield app
    app.extensions["hotline"]["engine"].over.set()
    app.extensions["hotline"]["sessions"].get_bind().dispose()


def _rules(app: Flask) -> list[tuple[Rule, str]]:
    """Every address with each of its methods."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "forgotten"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def _ask(app: Flask, client: FlaskClient, rule: Rule, method: str, **more: object) -> TestResponse:
    """One request without a form's token, so that whoever is let in changes nothing."""
    given = {**THERE, **OWN.get(rule.endpoint, {})}
    with app.test_request_context():
        path = app.url_map.bind("localhost").build(rule.endpoint, {name: given[name] for name in rule.arguments})
    answer = client.open(path, method=method, buffered=False, headers=more)
    answer.close()  # a stream would go on
    return answer


def _is_let_in(answer: TestResponse) -> bool:
    return answer.status_code not in (401, 403) and "/login" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("who", [NOBODY, *ROLES])
def test_each_address_lets_in_whom_the_table_says_and_nobody_else(office: Flask, who: str) -> None:
    client = office.test_client()
    if who != NOBODY:
        assert _sign_in(client, who) == 302
    said, done = {}, {}
    for rule, method in _rules(office):
        admitted = ROUTES[rule.endpoint]
        said[f"{method} {rule}"] = admitted is Open.ANYBODY or (isinstance(admitted, frozenset) and who in admitted)
        if rule.endpoint == "forms.new" and who == "consultant":
            continue  # theirs for a call of their own alone: test_forms
        done[f"{method} {rule}"] = _is_let_in(_ask(office, client, rule, method))
    assert {address: said[address] for address in done} == done


def test_a_program_is_let_in_by_the_scope_of_its_token_and_by_no_cookie(office: Flask) -> None:
    with office.app_context():
        session: Session = office.extensions["hotline"]["sessions"]()
        tokens = {scope: make_token(session, name=scope, scopes=[scope], by="test", now=NOW) for scope in SCOPES}
        session.commit()
    client = office.test_client()
    _sign_in(client, "administrator")
    for rule, method in _rules(office):
        who = ROUTES[rule.endpoint]
        if not isinstance(who, Token):
            continue
        for scope, text in tokens.items():
            answer = _ask(office, client, rule, method, Authorization=f"Bearer {text}")
            assert (answer.status_code == 403) == (scope != who.scope), (rule.endpoint, scope)
        assert _ask(office, client, rule, method).status_code == 401


def test_the_table_names_every_address_and_no_other(office: Flask) -> None:
    assert {rule.endpoint for rule, _method in _rules(office)} == set(ROUTES)
    named = {role for who in ROUTES.values() if isinstance(who, frozenset) for role in who}
    assert named == set(ROLES) | SCREENS
    assert set(ROLES) == EVERYONE
    assert set(KINDS) == SCREENS
    assert {who.scope for who in ROUTES.values() if isinstance(who, Token)} <= set(SCOPES)


def test_an_address_that_is_not_in_the_table_is_not_there(office: Flask) -> None:
    client = office.test_client()
    assert client.get("/forgotten").status_code == 404
    _sign_in(client, "administrator")
    assert client.get("/forgotten").status_code == 404


def drawn(app: Flask) -> str:
    """The table as docs/pages.md shows it."""
    lines = [HEAD, "|---|" + "---|" * len(COLUMNS)]
    for endpoint, who in ROUTES.items():
        rule = next(app.url_map.iter_rules(endpoint))
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        if isinstance(who, frozenset):
            cells = ["✓" if role in who else "" for role in COLUMNS]
        else:
            cells = [f"token `{who.scope}`" if isinstance(who, Token) else "anybody"] + [""] * (len(COLUMNS) - 1)
        lines.append(f"| {methods} `{rule.rule}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def test_the_docs_show_the_table_as_the_code_has_it(office: Flask) -> None:
    assert drawn(office) in PAGES.read_text("utf-8"), f"docs/pages.md should hold:\n\n{drawn(office)}"

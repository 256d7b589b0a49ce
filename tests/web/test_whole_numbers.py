"""A whole number is seen by one way only, which writes down who looked: pages, API and source are walked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

import router.web
from router.store.people.tokens import SCOPES, make_token
from router.store.tables.audit import AuditRow
from router.store.tables.customers import BlockRow, CustomerRow, NumberRow
from router.store.tables.forms import FormRow
from router.store.tables.users import ROLES
from router.web import shared
from tests.web.recorded import NOW, app_on_the_morning
from tests.web.test_access import OWN, THERE, _rules
from tests.web.test_board import _sign_in

WEB = Path(router.web.__file__).parent
# Who may call a number whole: the function that writes it down, and reading a form, which compares and shows nothing.
MAY_KNOW = {"recording.py", "forms/reading.py"}
SHOWS = {"callbacks.page", "forms.correct"}  # of those who are to dial it, or to correct it
TYPED = "13912340001"  # typed by people, where numbers don't belong


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A busy morning, with numbers wherever people can write."""
    app = app_on_the_morning(tmp_path_factory.mktemp("numbers"), busy=True)
    with app.extensions["hotline"]["sessions"].session_factory() as session:
        for form in session.scalars(select(FormRow)):
            form.fields = {**form.fields, "name": "王", "number": f"13800000001;{TYPED}", "remarks": f"太太 {TYPED}"}
            for revision in form.revisions:
                revision.values, revision.why = dict(form.fields), f"改 {TYPED}"
        for customer in session.scalars(select(CustomerRow)):
            customer.remarks = f"办公室 {TYPED}"
        number = session.scalars(select(NumberRow).where(NumberRow.number.is_not(None))).first()
        session.add(BlockRow(site_id=1, number=number, at=NOW, by="x", reason=f"骚扰 {TYPED}"))
        session.commit()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared, "now", lambda: NOW)
        yield app
    app.extensions["hotline"]["engine"].over.set()
    app.extensions["hotline"]["sessions"].get_bind().dispose()


def numbers(app: Flask) -> set[str]:
    """Every number of outside parties, as it may be written."""
    with app.extensions["hotline"]["sessions"].session_factory() as session:
        known = {number.removeprefix("+86") for number in session.scalars(select(NumberRow.number)) if number}
    assert len(known) > 3
    return known | {TYPED}


def audited(app: Flask) -> int:
    with app.extensions["hotline"]["sessions"].session_factory() as session:
        return len(session.scalars(select(AuditRow.id).where(AuditRow.what == "number")).all())


@pytest.mark.parametrize("who", ROLES)
def test_no_page_shows_a_whole_number_but_by_the_way_that_writes_it_down(office: Flask, who: str) -> None:
    client = office.test_client()
    _sign_in(client, who)
    known, shown = numbers(office), set()
    for rule, method in _rules(office):
        if method != "GET" or rule.endpoint.startswith(("api.", "openapi", "static", "security.static")):
            continue
        before = audited(office)
        page = _get(office, client, rule.endpoint)
        digits = re.sub(r"[ -]", "", page)
        if any(number in digits for number in known):
            shown.add(rule.endpoint)
            assert audited(office) > before or rule.endpoint in SHOWS, rule.endpoint
    assert shown <= SHOWS
    with office.extensions["hotline"]["sessions"].session_factory() as session:
        lines = session.scalars(select(AuditRow).where(AuditRow.what == "number", AuditRow.who == who)).all()
    assert bool(lines) == bool(shown)


def _get(app: Flask, client: FlaskClient, endpoint: str) -> str:
    rule = next(rule for rule, method in _rules(app) if rule.endpoint == endpoint and method == "GET")
    with app.test_request_context():
        given = {**THERE, **OWN.get(endpoint, {})}
        path = app.url_map.bind("localhost").build(endpoint, {name: given[name] for name in rule.arguments})
    if endpoint.endswith(".stream"):
        return ""
    answer = client.get(path)
    return str(answer.get_data(as_text=True)) if answer.mimetype in ("text/html", "text/csv", "image/svg+xml") else ""


def test_a_program_sees_whole_numbers_by_its_token_s_scope_alone_and_that_is_on_record(office: Flask) -> None:
    with office.app_context():
        session: Session = office.extensions["hotline"]["sessions"]()
        plain = make_token(session, name="plain", scopes=[one for one in SCOPES if one != "numbers"], by="x", now=NOW)
        full = make_token(session, name="full", scopes=SCOPES, by="x", now=NOW)
        session.commit()
    known, client = numbers(office), office.test_client()
    days = "?from=2026-11-23"
    for address in (f"calls{days}", "calls/c1", f"forms{days}", "forms/1", f"findings{days}", "callbacks", "sheets"):
        before = audited(office)
        masked = client.get(f"/api/v1/{address}", headers={"Authorization": f"Bearer {plain}"}).get_data(as_text=True)
        assert not any(number in masked for number in known), address
        assert audited(office) == before
        whole = client.get(f"/api/v1/{address}", headers={"Authorization": f"Bearer {full}"}).get_data(as_text=True)
        assert audited(office) == before + any(number in whole for number in known), address
    with office.extensions["hotline"]["sessions"].session_factory() as session:
        assert "api:full" in set(session.scalars(select(AuditRow.who)))


def test_only_the_function_that_writes_it_down_makes_a_number_whole() -> None:
    knows = set()
    for file in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "router.masking":
                knows |= {str(file.relative_to(WEB)) for name in node.names if name.name == "national"}
    assert knows == MAY_KNOW


def test_templates_are_handed_numbers_and_never_take_them_from_rows() -> None:
    for template in WEB.rglob("*.html"):
        for place in re.findall(r"\{\{[^}]*\.number\.number[^}]*\}\}", template.read_text("utf-8")):
            assert "mask(" in place, (template.name, place)

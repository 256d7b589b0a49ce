"""What docs/security.md says of pages and API, where no other test shows it."""

from __future__ import annotations

import ast
import re
import ssl
from io import BytesIO
from pathlib import Path

import pytest
import trustme
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.config import Config
from gunicorn.sock import ssl_context
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

import router.web
from router.store.tables.sessions import SessionRow
from router.web.passwords import is_common
from tests.web.conftest import PASSWORD
from tests.web.test_board import _sign_in
from tests.web.test_password import OWN, _changes, _post
from tests.web.test_sessions import is_in

WEB = Path(router.web.__file__).parent


def test_a_long_password_is_not_cut(app: Flask, client: FlaskClient) -> None:
    long = "Schnee auf dem Dach " * 5 + "und ein Hund davor"
    _sign_in(client, "manager")
    assert _changes(client, PASSWORD, long)[0] == 302
    other = app.test_client()
    assert _sign_in(other, "manager", long[:-1]) == 200
    assert _sign_in(other, "manager", long) == 302


@pytest.mark.parametrize(
    "password",
    [
        "Password1234",
        "P@ssw0rd2026!",
        "qwertyuiop123",
        "123456789012",
        "aaaaaaaaaaaab",
        "1qaz2wsx3edc",
        "Manager-manager1",
    ],
)
def test_what_is_easy_to_guess_is_refused(client: FlaskClient, password: str) -> None:
    assert is_common(password, "manager")
    _sign_in(client, "manager")
    assert "太容易猜到" in _changes(client, PASSWORD, password)[1]
    assert not any(is_common(good, "manager") for good in (PASSWORD, OWN, "我家的狗叫小黑今年三岁了", "kX9#mmQ2vLp7zz"))


def test_passwords_can_be_looked_at_and_measured(client: FlaskClient) -> None:
    assert "data-shows-passwords" in client.get("/login").get_data(as_text=True)
    _sign_in(client, "manager")
    page = client.get("/change").get_data(as_text=True)
    assert "data-shows-passwords" in page
    assert '<meter min="0" max="4"' in page
    assert 'autocomplete="new-password"' in page


def test_the_session_s_cookie_is_kept_well(app: Flask, client: FlaskClient) -> None:
    for form in ("/login", "/login?next=/calls"):
        assert "session=" not in client.get(form).headers.get("Location", "")
    _sign_in(client, "manager")
    cookie = client.get_cookie("session")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    with client.session_transaction() as session:
        secret = session["sid"]
    assert len(secret) >= 43, "256 bits"
    with app.extensions["hotline"]["sessions"].session_factory() as database:
        assert secret not in database.scalars(select(SessionRow.digest)).one()


def test_by_tls_the_cookie_is_this_host_s_alone(app: Flask) -> None:
    head = app.test_client().get("/login", base_url="https://localhost").headers["Set-Cookie"]
    assert head.startswith("__Host-session=")
    assert "Secure" in head
    assert "Path=/" in head
    assert "Domain" not in head


def test_a_cookie_that_somebody_wrote_is_nobody_s(app: Flask, client: FlaskClient) -> None:
    _sign_in(client, "manager")
    with client.session_transaction() as session:
        copied = dict(session)
    for key in ("", "secret", "test\0"):
        written = URLSafeTimedSerializer(key or "x", salt="cookie-session").dumps(copied)
        thief = app.test_client()
        thief.set_cookie("session", str(written))
        assert not is_in(thief)
    other = app.test_client()
    with other.session_transaction() as session:
        session.update(copied, sid="made-up")
    assert not is_in(other), "even the right signature opens nothing without a session on the server"


@pytest.mark.parametrize(
    "path",
    ["/static/", "/assets/", "/static/../app.py", "/static/%2e%2e/app.py", "/assets/..%2fhotline.db", "/.git/config"],
)
def test_no_file_of_ours_is_served_but_the_static_ones(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (302, 404)
    assert b"import" not in client.get(path).data


def test_pages_start_no_program_and_read_back_no_objects() -> None:
    forbidden = {"subprocess", "pickle", "marshal", "shelve", "xml", "os.system"}
    for file in sorted(set(WEB.rglob("*.py")) - {WEB / "assets" / "__init__.py"}):  # that one fetches, at install
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not forbidden & {name.partition(".")[0] for name in names}, file
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile"), file


def test_no_script_of_ours_stores_anything() -> None:
    """But whether letter keys are switched on."""
    for script in (WEB / "static").glob("*.js"):
        text = script.read_text("utf-8").replace('localStorage.setItem(STORED, keys.checked ? "on" : "off")', "")
        assert not re.search(r"localStorage\.setItem|sessionStorage|indexedDB|document\.cookie|\beval\b", text)


def test_no_form_puts_what_is_typed_into_an_address() -> None:
    """A form by GET asks for days, kinds and people of the office alone."""
    harmless = {"date", "day", "from", "to", "view", "show", "what", "who", "tab", "kind", "person", "slot", "owner"}
    harmless |= {"move", "order", "version", "reason", "note"}  # an order that is being edited
    for template in WEB.rglob("*.html"):
        for form in re.findall(r'(?s)<form method="get".*?</form>', template.read_text("utf-8")):
            assert set(re.findall(r'name="(\w+)"', form)) <= harmless, template.name


def test_only_new_versions_of_tls_are_spoken(tmp_path: Path) -> None:
    made, config = trustme.CA().issue_cert("localhost"), Config()
    for name, pem in (("certfile", made.cert_chain_pems[0]), ("keyfile", made.private_key_pem)):
        pem.write_to_path(tmp_path / name)
        config.set(name, str(tmp_path / name))
    context = ssl_context(config)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_file_s_name_is_only_ever_shown(client: FlaskClient, tmp_path: Path) -> None:
    _sign_in(client, "secretary")
    before = {path for path in tmp_path.rglob("*") if ".db" not in path.name}
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/day").get_data(as_text=True))
    assert token is not None
    for name in ("../../stolen.csv", "/etc/passwd", "http://127.0.0.1/x.csv", "$(touch x).csv"):
        file = (BytesIO("置业顾问,来电时间,类别\n李丽,2026-11-20 09:30,其他\n".encode()), name)
        answer = client.post("/import/forms", data={"csrf_token": token[1], "file": file, "do": "look"})
        assert answer.status_code in (200, 302)
    assert {path for path in tmp_path.rglob("*") if ".db" not in path.name} == before


def test_answers_say_what_they_are(client: FlaskClient) -> None:
    page, api = client.get("/login"), client.get("/api/v1/calls")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert api.headers["Content-Type"] == "application/problem+json"  # a refusal
    assert api.headers["Content-Disposition"] == 'attachment; filename="api.json"'
    for answer in (page, api):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        assert not re.search(r"\d", answer.headers["Server"])


def test_no_other_site_is_let_in_by_its_origin(client: FlaskClient) -> None:
    for origin in ("null", "https://evil.example", "http://localhost"):
        answer = client.get("/login", headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert client.get("/board", headers={"Origin": "http://localhost"}).status_code == 302
    assert _post(client, "/login", username="manager", password="wrong")[0] == 200

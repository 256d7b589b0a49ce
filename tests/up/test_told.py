"""Told at once, end to end: a real call, and programs get signed messages of it; the supervisor sees it on the page."""

from __future__ import annotations

import base64
import json
import re
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from tests.telephony.phones.people import until
from tests.up.service import HOTLINE, Service
from tests.up.test_day import Browser
from tests.up.test_whose_customer import answers, calls, files_by_the_api

PATIENCE = 60.0
TO_PROGRAMS = """
[[webhook]]
name = "crm"
url = "http://127.0.0.1:{port}/hotline"
secret_file = "webhook.secret"
allow_private = true
[policy]"""


class Crm:
    """A program's address: it keeps what it gets, and whether the signature is the right one."""

    def __init__(self) -> None:
        self.secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        self.got: list[dict[str, Any]] = []
        self.forged = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._keep(self.rfile.read(int(self.headers["content-length"])), dict(self.headers.items()))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _keep(self, body: bytes, headers: dict[str, str]) -> None:
        try:
            Webhook(self.secret).verify(body, {key.lower(): value for key, value in headers.items()})
        except Exception:  # whatever is wrong with it, the test says so
            self.forged += 1
        self.got.append(json.loads(body))

    def is_told(self, event: str, **wanted: object) -> dict[str, Any]:
        """Wait for the message of an event that says this; its data."""
        found: list[dict[str, Any]] = []

        def has_come() -> bool:
            of_event = [one["data"] for one in list(self.got) if one["type"] == event]
            found[:] = [data for data in of_event if all(data[key] == value for key, value in wanted.items())]
            return bool(found)

        until(f"{event} {wanted} has come", has_come, PATIENCE)
        return found[0]

    def close(self) -> None:
        """No more messages."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(PATIENCE)


@pytest.fixture
def crm() -> Iterator[Crm]:
    made = Crm()
    yield made
    made.close()


@pytest.fixture
def told(crm: Crm, tmp_path: Path) -> Iterator[Service]:
    """A service that tells the program of everything."""
    service = Service(tmp_path)
    secret = tmp_path / "webhook.secret"
    secret.write_text(crm.secret, encoding="utf-8")
    secret.chmod(0o600)
    text = service.config.read_text(encoding="utf-8")
    service.config.write_text(text.replace("\n[policy]", TO_PROGRAMS.format(port=crm.port), 1), encoding="utf-8")
    try:
        yield service
    finally:
        service.end()


def test_a_program_is_told_of_calls_and_forms_and_the_supervisor_of_the_missed_one(told: Service, crm: Crm) -> None:
    said = told.start()
    password = dict(re.findall(r"Sign in\s+(\w+) / (\S+)", said))["supervisor"]
    told.phones_sign_in()
    caller, first = calls(told, "13900009001")
    answers(told, caller, first)
    ended = crm.is_told("call.ended", number="139****9001")
    assert (ended["consultant"], ended["missed"], ended["hotline"]) == (first, None, HOTLINE)
    assert ended["answered_at"] < ended["ended_at"]

    files_by_the_api(told, ended["call"], first, "other")
    filed = crm.is_told("form.filed", call=ended["call"])
    assert (filed["consultant"], filed["kind"], filed["revision"]) == (first, "other", 1)

    told.settle()
    caller, first = calls(told, "13900009002")
    caller.hangs_up()
    missed = crm.is_told("call.missed", number="139****9002")
    assert (missed["consultant"], missed["answered_at"]) == (None, None)
    assert missed["missed"] == "abandoned"
    assert crm.forged == 0
    assert "3900" not in json.dumps(crm.got), "numbers are masked"

    assert "139****9002" in _notices(told, password)


def _notices(service: Service, password: str) -> str:
    """The page 通知 of the supervisor, who has to choose a password of their own first."""
    browser = Browser(f"http://127.0.0.1:{service.web}")
    browser.posts("/login", browser.opens("/login"), username="supervisor", password=password)
    own = "the supervisor's very own words"
    page = browser.opens("/change")
    browser.posts("/change", page, password=password, new_password=own, new_password_confirm=own)
    return browser.opens("/notices")

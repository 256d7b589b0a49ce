"""A program that is told of calls by webhooks. May live here: its address, and what it got."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook

from tests.telephony.phones.people import until

PATIENCE = 60.0


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

"""The pages in a real browser. May live here: serving an application, and signing in with Chromium."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from router.web.assets import FOLDER
from tests.web.conftest import PASSWORD

CHROMIUM = shutil.which("chromium")
PATIENCE_MS = 60_000
NEEDS_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(not (FOLDER / "bootstrap.min.css").exists(), reason="the pages' CSS was never fetched"),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, once for many pages."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application at an address of its own; open streams end with it."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True  # a stream never ends by itself
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["hotline"]["sessions"].get_bind().dispose()


def signed_in(browser: Browser, address: str, user: str = "supervisor", *, width: int = 1440, **context: Any) -> Page:
    """A tab of somebody who has signed in."""
    page = browser.new_context(viewport={"width": width, "height": 900}, **context).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/login")
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("nav.pages", state="attached")
    return page

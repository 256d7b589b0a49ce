"""A call's picture and the fairness page in a browser: time runs down on a phone, nothing scrolls sideways."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from router.web.assets import FOLDER
from tests.store.day import DAY
from tests.web.conftest import PASSWORD
from tests.web.recorded import app_on_the_morning

CHROMIUM = shutil.which("chromium")
PATIENCE_MS = 60_000
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(not (FOLDER / "bootstrap.min.css").exists(), reason="the pages' CSS was never fetched"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="module", params=["zh", "en"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages of the morning, in each language."""
    folder: Path = tmp_path_factory.mktemp("browser")
    app = app_on_the_morning(folder, language=request.param, assets=FOLDER)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["hotline"]["sessions"].get_bind().dispose()


def _signed_in(browser: Browser, address: str, width: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/calls")  # not the board, whose stream never ends
    page.fill("input[name=username]", "supervisor")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/calls*")
    return page


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_each_page_fits_and_the_picture_turns_on_a_phone(browser: Browser, address: str, width: int) -> None:
    page = _signed_in(browser, address, width)
    for path in (f"/calls?date={DAY}", "/calls/c1", "/calls/c2", f"/reports/fairness?from={DAY}&to={DAY}"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(f"{address}/calls/c1")
    assert page.locator("svg.is-tall").is_visible() == (width == 390)
    assert page.locator("svg.is-wide").is_visible() == (width != 390)
    page.goto(f"{address}/reports/fairness?from={DAY}&to={DAY}")
    page.wait_for_function("document.querySelector('img.rounds-picture').naturalWidth > 0", timeout=PATIENCE_MS)
    page.context.close()

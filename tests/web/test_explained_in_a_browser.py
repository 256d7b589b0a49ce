"""A call's picture and the fairness page in a browser: time runs down on a phone, nothing scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from router.web.assets import FOLDER
from tests.store.day import DAY
from tests.web.browsing import NEEDS_A_BROWSER, PATIENCE_MS, chromium, served, signed_in
from tests.web.recorded import app_on_the_morning

pytestmark = NEEDS_A_BROWSER


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module", params=["zh", "en"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages of the morning, in each language."""
    folder: Path = tmp_path_factory.mktemp("browser")
    with served(app_on_the_morning(folder, language=request.param, assets=FOLDER)) as address:
        yield address


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_each_page_fits_and_the_picture_turns_on_a_phone(browser: Browser, address: str, width: int) -> None:
    page = signed_in(browser, address, width=width)
    for path in (f"/calls?date={DAY}", "/calls/c1", "/calls/c2", f"/reports/fairness?from={DAY}&to={DAY}"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(f"{address}/calls/c1")
    assert page.locator("svg.is-tall").is_visible() == (width == 390)
    assert page.locator("svg.is-wide").is_visible() == (width != 390)
    page.goto(f"{address}/reports/fairness?from={DAY}&to={DAY}")
    expect(page.locator("img.rounds-picture")).not_to_have_js_property("naturalWidth", 0, timeout=PATIENCE_MS)
    page.context.close()

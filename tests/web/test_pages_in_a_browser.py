"""All pages in a browser: they fit, break no rule of their own, keep their rows, and go on by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect

from router.web import shared
from router.web.assets import FOLDER
from tests.store.day import DAY
from tests.web.browsing import NEEDS_A_BROWSER, PATIENCE_MS, chromium, served, signed_in
from tests.web.recorded import HOSTILE, NOW, app_on_the_morning

pytestmark = NEEDS_A_BROWSER
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
PAGES = {
    "supervisor": (
        "/board",
        f"/check?date={DAY}&tab=all",
        "/check?date=2026-01-01",
        "/calls",
        "/calls/c1",
        "/calls/c4",
        "/callbacks",
        "/customers?view=all",
        "/customers/1",
        "/customers/blocked",
        "/forms",
        "/forms/1",
        "/forms/1/correct",
        "/forms/new",
        "/day",
        "/reports/fairness",
        "/acts/day",
        "/acts/person/li",
        "/acts/suspend?person=wang",
        "/acts/order/call",
        "/notices",
        "/audit",
        "/account",
        "/device",
        "/change",
    ),
    "administrator": ("/erasure",),
    "consultant": ("/me", "/calls", "/check", "/callbacks", "/customers", "/forms", "/forms/new?call=c1", "/notices"),
}
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def at_ten_to_eleven() -> Iterator[None]:
    """The pages' clock stands on the recorded morning."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared, "now", lambda: NOW)
        yield


@pytest.fixture(scope="module", params=["zh", "en"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages of a busy morning, in each language; one consultant's name is 10 kB of mischief."""
    folder: Path = tmp_path_factory.mktemp("pages")
    with served(app_on_the_morning(folder, language=request.param, assets=FOLDER, busy=True, wang=HOSTILE)) as address:
        yield address


@pytest.fixture
def mends(tmp_path: Path) -> Iterator[str]:
    """The same in Chinese, for tests that change it."""
    with served(app_on_the_morning(tmp_path, assets=FOLDER, busy=True)) as address:
        yield address


def _said(page: Page) -> list[str]:
    """What the browser complains of from now on: broken rules of the page's policy, errors of its scripts."""
    said: list[str] = []
    page.on(
        "console",
        lambda message: (
            said.append(f"{message.text} {message.location}") if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def _live(page: Page) -> None:
    """The first message of the stream has come."""
    page.wait_for_selector("#link .tone-ok")


@pytest.mark.parametrize("width", [390, 768, 1440])
@pytest.mark.parametrize("role", list(PAGES))
def test_each_page_fits_and_breaks_no_rule(browser: Browser, address: str, role: str, width: int) -> None:
    page = signed_in(browser, address, role, width=width)
    said = _said(page)
    for path in PAGES[role]:
        page.goto(address + path, wait_until="domcontentloaded")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("h1").count() == 1, path
        assert page.locator("script:not([src])").count() == 0, path
    assert said == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("role", list(PAGES))
def test_people_with_weak_eyes_or_a_screen_reader_meet_no_serious_fault(
    browser: Browser, address: str, role: str, scheme: str
) -> None:
    page = signed_in(browser, address, role, width=390, color_scheme=scheme)
    found = []
    for path in PAGES[role]:
        page.goto(address + path, wait_until="domcontentloaded")
        page.evaluate(AXE.read_text())  # not by a script element: the pages' policy forbids those
        wrong = page.evaluate("axe.run({resultTypes: ['violations']}).then(result => result.violations)")
        found += [
            (path, fault["id"], fault["nodes"][0]["html"][:120], fault["nodes"][0]["failureSummary"][:160])
            for fault in wrong
            if fault["impact"] in ("serious", "critical")
        ]
    assert found == []
    page.context.close()


def test_a_hostile_name_keeps_its_row(browser: Browser, address: str) -> None:
    page = signed_in(browser, address, width=390)
    for path in ("/board", "/acts/day", "/calls", "/calls/c1", f"/check?date={DAY}"):
        page.goto(address + path, wait_until="domcontentloaded")
        assert page.locator("main").inner_text().count("长") < 500, path
        names = page.locator(".person", has_text="<script>")
        for one in names.all():
            box = one.bounding_box()
            assert box is None or (box["height"] < 60 and box["width"] <= 390), path
    page.goto(f"{address}/board", wait_until="domcontentloaded")
    assert page.locator("#turn-reception-wang .person").inner_text().endswith("…")
    assert page.locator("#turn-reception-wang").bounding_box()["height"] < 120  # type: ignore[index]  # it is there
    page.context.close()


def test_on_a_phone_the_pages_are_behind_one_button_that_needs_no_script(browser: Browser, address: str) -> None:
    page = signed_in(browser, address, width=390, java_script_enabled=False)
    page.goto(f"{address}/calls")
    link = page.locator("nav.pages a[href='/check']")
    assert not link.is_visible()
    page.click("label.menu")
    assert link.is_visible()
    link.click()
    page.wait_for_url("**/check")
    page.context.close()


def test_a_board_that_hears_nothing_looks_stale_and_then_takes_its_acts_away(browser: Browser, mends: str) -> None:
    page = signed_in(browser, mends)
    page.clock.install()
    page.route("**/board/stream", lambda route: route.abort())
    page.goto(f"{mends}/board", wait_until="domcontentloaded")
    board = page.locator("#board")
    expect(board).not_to_have_class(re.compile("is-stale"))
    page.clock.fast_forward(12_000)
    expect(board).to_have_class(re.compile("is-stale"))
    expect(page.locator("#link")).to_have_text(re.compile("停在"))
    before = page.locator("[data-since]").first.inner_text()
    page.clock.fast_forward(20_000)
    expect(page.locator("#silent")).to_be_visible()
    assert board.evaluate("board => board.inert")
    assert page.locator("[data-since]").first.inner_text() == before, "its clocks stand"
    page.context.close()


def test_what_is_open_on_a_live_page_is_not_swapped_away(browser: Browser, mends: str) -> None:
    page = signed_in(browser, mends)
    page.goto(f"{mends}/board", wait_until="domcontentloaded")
    _live(page)
    opened = "board => board.insertAdjacentHTML('afterbegin', '<details open id=opened><summary>x</summary></details>')"
    page.locator("#board").evaluate(opened)
    expect(page.locator("#held")).to_be_visible()
    assert page.locator("#opened").count() == 1
    page.locator("#opened").evaluate("details => details.removeAttribute('open')")
    expect(page.locator("#held")).to_be_hidden()
    expect(page.locator("#opened")).to_have_count(0)
    page.context.close()


def test_the_supervisor_decides_by_keyboard_and_goes_on_to_the_next(browser: Browser, mends: str) -> None:
    page = signed_in(browser, mends)
    page.goto(f"{mends}/check?date={DAY}")
    page.check("[data-keys-switch]")
    page.locator("[data-keys-switch]").blur()
    rows = page.locator("[data-finding]")
    focused = "document.activeElement.id"
    for _ in range(2):
        page.keyboard.press("j")
    assert page.evaluate(focused) == rows.nth(1).get_attribute("id")
    page.keyboard.press("k")
    first, second = (rows.nth(n).get_attribute("id") for n in (0, 1))
    assert page.evaluate(focused) == first
    page.keyboard.press("y")
    page.wait_for_url(f"**#{second}")
    expect(page.locator(f"#{second}")).to_be_focused()
    assert page.locator(f"#{first}").count() == 0, "it waits no more"
    page.keyboard.press("n")
    expect(page.locator(f"#{second} input[name=note]").first).to_be_focused()
    page.keyboard.type("kyn")
    assert page.locator(f"#{second} input[name=note]").input_value() == "kyn", "keys are dead where one types"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: second not in url)
    expect(page.locator("[data-finding]:focus")).to_have_count(1)
    with_trail = page.locator("[data-finding]:has([data-key=e])").first
    with_trail.focus()
    page.keyboard.press("e")
    page.wait_for_url("**/calls/*")
    page.context.close()

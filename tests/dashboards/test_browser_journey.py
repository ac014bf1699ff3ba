"""One reader's way through the dashboards in a real browser: load, language, filter, tile, district, card, back. Nothing leaves this machine."""

import time
from pathlib import Path
from urllib.parse import urlparse

import pytest

CHROMIUM = next(
    (path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome") if Path(path).exists()), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 60_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="NO BROWSER: Chromium is not installed, so nobody has looked at the pages; apt install chromium"
    ),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def tab(browser, address):
    """A fresh page that remembers what went wrong and who was asked."""
    context = browser.new_context(base_url=address, viewport={"width": 1366, "height": 768}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    complaints, hosts = [], set()
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda failure: complaints.append(str(failure)))
    page.on("request", lambda request: hosts.add(urlparse(request.url).hostname) if request.url.startswith(("http", "ws")) else None)
    yield page
    context.close()
    assert complaints == []
    assert hosts == {"127.0.0.1"}


def open_page(tab, href):
    """Load an address and wait until the live page has taken over from the server's own copy."""
    tab.goto(href, wait_until="commit")
    tab.wait_for_selector("#first", state="detached")
    tab.wait_for_selector("#page .js-plotly-plot .main-svg")


def until(tab, expression):
    """Wait for a condition in the page. Playwright's own way evaluates text again and again, which the page's policy forbids."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not tab.evaluate(expression):
        assert time.monotonic() < deadline, f"This never came true: {expression}"
        tab.wait_for_timeout(50)


def test_a_reader_goes_through_the_city(tab):
    open_page(tab, "/")
    assert tab.title() == "Foshan · Overview – OneGate"
    assert tab.locator("html").get_attribute("lang") == "en"
    assert "30.0" in tab.locator(".headline").inner_text()

    tab.get_by_role("link", name="中文").click()
    until(tab, "document.documentElement.lang === 'zh'")
    tab.wait_for_selector("#page h1:has-text('佛山市')")
    assert "lang=zh" in tab.url

    tab.locator("#header details.is-channel > summary").click()
    tab.locator("#header details.is-channel").get_by_role("link", name="网上大厅").click()
    tab.wait_for_selector("#page h1:has-text('网上大厅')")
    assert "lang=zh" in tab.url and "channel=web" in tab.url

    tab.locator(".tiles").get_by_role("link", name="窗口等候").first.click()
    tab.wait_for_selector("#page .tile.is-selected:has-text('窗口等候')")
    assert "tile=wait" in tab.url and "channel=web" in tab.url

    tab.locator(".league").get_by_role("link", name="高明区").click()
    tab.wait_for_selector("#page .trail")
    assert urlparse(tab.url).path == "/district/440608"
    assert "lang=zh" in tab.url and "tile=wait" in tab.url and "channel=web" in tab.url
    assert tab.title() == "高明区 – 一门"

    tab.go_back()
    tab.wait_for_selector("#page h1:has-text('佛山市')")
    assert urlparse(tab.url).path == "/"
    tab.wait_for_selector("#page .tile.is-selected:has-text('窗口等候')")


def test_a_definition_card_opens_beside_the_page_and_escape_closes_it(tab):
    open_page(tab, "/?tile=wait")
    tab.locator(".tile").nth(1).get_by_role("link", name="Definition").click()
    tab.wait_for_selector("#panel .definition h2:has-text('Waiting time')")
    assert "define=wait" in tab.url
    until(tab, "document.activeElement.matches('#panel a.close')")
    tab.keyboard.press("Escape")
    tab.wait_for_selector("#panel .definition", state="detached")
    assert "define" not in tab.url
    assert "tile=wait" in tab.url


def test_the_dark_screen_is_in_the_address_and_reaches_the_charts(tab):
    open_page(tab, "/")
    light = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    tab.get_by_role("link", name="Dark screen").click()
    until(tab, "document.documentElement.dataset.theme === 'dark'")
    assert "theme=dark" in tab.url
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") != light
    until(tab, "document.querySelector('#page .js-plotly-plot')?._fullLayout?.font.color === '#b6c0c8'")


def test_the_keyboard_reaches_content_tiles_and_tables(tab):
    open_page(tab, "/")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to content"
    reached = set()
    for _ in range(60):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.closest('.tile, .league, .filters, .tools, .trust')?.className.split(' ')[0]"))
    assert {"tile", "league", "filters", "tools", "trust"} <= reached
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_a_phone_shows_everything_without_sideways_scrolling(tab):
    tab.set_viewport_size({"width": 390, "height": 844})
    for href in ("/", "/district/440604?tile=wait", "/definitions?lang=zh"):
        tab.goto(href, wait_until="commit")
        tab.wait_for_selector("#first", state="detached")
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_targets_are_at_least_24_pixels_high_and_headings_are_in_order(tab):
    open_page(tab, "/")
    small = tab.evaluate(
        """[...document.querySelectorAll('#header a, #header summary, #header button, #page a, #page summary')]
        .filter(one => one.getClientRects().length && !one.classList.contains('stretch'))
        .filter(one => one.getBoundingClientRect().height < 24).map(one => one.textContent)"""
    )
    assert small == []
    levels = tab.evaluate("[...document.querySelectorAll('#page h1, #page h2, #page h3')].map(one => Number(one.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_a_mark_that_stands_for_a_place_leads_to_it(tab):
    open_page(tab, "/")
    until(tab, "[...document.querySelectorAll('.js-plotly-plot')].some(plot => plot.layout.barmode === 'group')")
    tab.evaluate(
        """(() => { const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.layout.barmode === 'group');
        plot.emit('plotly_click', {points: [{customdata: plot.data[0].customdata[1]}]}); })()"""
    )
    tab.wait_for_selector("#page .trail")
    assert urlparse(tab.url).path == "/district/440608"

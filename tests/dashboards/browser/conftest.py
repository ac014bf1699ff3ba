"""A real browser for the tests: tabs that remember every complaint and every host asked, and the pages of the catalogue with an address of each."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import httpx
import pytest

from dashboards.pages.catalog import PAGES, page_at

HERE = Path(__file__).parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip
PATIENCE = 60_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = "([where, options]) => axe.run(where, {resultTypes: ['violations'], ...options}).then(found => found.violations)"
SIZES = {"laptop": (1366, 768), "phone": (390, 844), "wall": (3840, 2160)}
SETTLED = """(() => {
    if (document.getElementById('first') || !window.store || window.store.getState().isLoading) return false;
    if (document.querySelector('#page > .skeleton') || !document.querySelector('#page h1')) return false;
    const graphs = [...document.querySelectorAll('#page .dash-graph')];
    return document.fonts.status === 'loaded' && graphs.every(graph => graph.querySelector('.main-svg'));
})()"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    why = "NO BROWSER: Chromium is not installed, so nobody has looked at the pages; apt install chromium"
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason=why))


@dataclass(frozen=True)
class Look:
    """How a page is looked at: language, theme and size of the screen."""

    lang: str
    theme: str
    size: str

    def __str__(self) -> str:
        return f"{self.lang}-{self.theme}-{self.size}"


@dataclass
class Tab:
    """One tab of the browser, with what it complained of and which hosts it asked."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    hosts: set[str | None] = field(default_factory=set)

    @classmethod
    def of(cls, context: Any) -> Tab:
        """A new tab that listens."""
        tab = cls(context.new_page())
        tab.page.set_default_timeout(PATIENCE)
        tab.page.on("console", tab._note_console)
        tab.page.on("pageerror", lambda failure: tab.complaints.append(str(failure)))
        tab.page.on("requestfailed", tab._note_failure)
        tab.page.on("request", lambda request: tab._note_host(request.url))
        tab.page.on("websocket", lambda socket: tab._note_host(socket.url))
        return tab

    def _note_console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _note_failure(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # the browser gave it up itself: a download, or an address left meanwhile
            self.complaints.append(f"{request.failure}: {request.url}")

    def _note_host(self, url: str) -> None:
        if url.startswith(("http", "ws")):
            self.hosts.add(urlparse(url).hostname)

    def open(self, href: str) -> Tab:
        """Load an address and wait until the live page has taken over from the server's own copy and every chart is drawn."""
        self.page.goto(href, wait_until="commit")
        return self.settle()

    def go(self, href: str) -> Tab:
        """Follow an address inside the application, as its own links do."""
        if self.page.evaluate("location.pathname + location.search") == href:
            return self.settle()
        move = "href => { history.pushState({}, '', href); window.dispatchEvent(new CustomEvent('_dashprivate_pushstate')); }"
        return self.drawn(lambda: self.page.evaluate(move, href))

    def follow(self, link: Any) -> Tab:
        """Click a link of the page (a locator)."""
        return self.drawn(link.click)

    def drawn(self, act: Callable[[], Any]) -> Tab:
        """Do something that changes the page, and wait until it is drawn anew."""
        self.page.evaluate(
            """() => {
                window.isDrawn = false;
                const watch = new MutationObserver(() => { window.isDrawn = true; watch.disconnect(); });
                watch.observe(document.getElementById('page'), {childList: true, subtree: true, attributes: true});
            }"""
        )
        act()
        self.until("window.isDrawn")
        return self.settle()

    def settle(self) -> Tab:
        """Wait until nothing is being fetched or drawn."""
        self.until(SETTLED)
        return self

    def until(self, expression: str) -> None:
        """Wait for a condition in the page. Playwright's own way evaluates text again and again, which the page's policy forbids."""
        deadline = time.monotonic() + PATIENCE / 1000
        while not self._is_so(expression):
            assert time.monotonic() < deadline, f"This never came true at {self.page.url}: {expression}\n{self.complaints}"
            self.page.wait_for_timeout(30)

    def _is_so(self, expression: str) -> bool:
        from playwright.sync_api import Error

        try:
            return bool(self.page.evaluate(expression))
        except Error:  # the document is being replaced
            return False

    def check(self, name: str, *arguments: Any) -> Any:
        """What a function of checks.js finds in the page."""
        return self.page.evaluate(f"given => {{ {(HERE / 'checks.js').read_text('utf-8')}\nreturn {name}(...given); }}", list(arguments))

    def assert_quiet(self) -> None:
        """Nothing in the console, no error, nobody asked but this machine."""
        assert self.complaints == []
        assert self.hosts <= {"127.0.0.1"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for a module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def context_of(browser, address) -> Iterator[Callable[..., Any]]:
    """The context of a size of screen and options, one for all its tabs: what was fetched and compiled for one is there for the next."""
    made: dict[tuple, Any] = {}

    def find(size: str = "laptop", **options: Any) -> Any:
        key = (size, *sorted(options.items()))
        if key not in made:
            width, height = SIZES[size]
            screen = {"base_url": address, "viewport": {"width": width, "height": height}, "locale": "en-GB"}
            made[key] = browser.new_context(**{**screen, **options})
            made[key].add_init_script("localStorage.setItem('onegate.toured', '1')")  # the invitation to the tour has a test of its own
        return made[key]

    yield find
    for context in made.values():
        context.close()


@pytest.fixture
def new_tab(context_of) -> Iterator[Callable[..., Tab]]:
    """Opens fresh tabs; the test fails if one complains or asks anybody else."""
    made: list[Tab] = []

    def make(size: str = "laptop", **options: Any) -> Tab:
        made.append(Tab.of(context_of(size, **options)))
        return made[-1]

    yield make
    for tab in made:
        tab.page.close()
    for tab in made:
        tab.assert_quiet()


@pytest.fixture
def tab(new_tab) -> Tab:
    """A fresh laptop tab."""
    return new_tab()


@pytest.fixture
def phone(new_tab) -> Tab:
    """A fresh tab on a phone."""
    return new_tab("phone", has_touch=True, is_mobile=True)


@pytest.fixture(scope="module")
def tab_of(context_of) -> Iterator[Callable[[Look], Tab]]:
    """The module's tab for a look, opened at the first call."""
    tabs: dict[Look, Tab] = {}

    def find(look: Look) -> Tab:
        if look not in tabs:
            tabs[look] = Tab.of(context_of(look.size, color_scheme=look.theme)).open(f"/?lang={look.lang}&theme={look.theme}")
        return tabs[look]

    yield find
    for tab in tabs.values():
        tab.page.close()


@pytest.fixture(scope="session")
def axe() -> Callable[..., list[str]]:
    """What axe-core finds wrong in a tab, each with rule, place and markup. It runs under the page's own policy."""
    from axe_playwright_python.base import AXE_SCRIPT

    def run(tab: Tab, within: str = "html") -> list[str]:
        if not tab.page.evaluate("Boolean(window.axe)"):
            tab.page.evaluate(AXE_SCRIPT)
        tab.check("markAlike")
        found = [violation for given in _axe_runs(within) for violation in tab.page.evaluate(AXE, given)]
        return [f"{one['id']} ({one['impact']}): {_where(node)}" for one in found for node in one["nodes"]]

    return run


def _axe_runs(within: str) -> list[list[Any]]:
    """Every rule on everything but contrast, which is measured where it can differ."""
    rest = {"runOnly": RULES, "rules": {"color-contrast": {"enabled": False}}}
    return [
        [{"include": [within]}, rest],
        [{"include": [within], "exclude": ["[data-alike]"]}, {"runOnly": {"type": "rule", "values": ["color-contrast"]}}],
    ]


def _where(node: dict[str, Any]) -> str:
    why = "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])
    return f"{node['target']} {node['html'][:200]} – {why}"


@pytest.fixture(scope="session")
def hrefs(address) -> dict[str, str]:
    """An address of each page of the catalogue by its key; where it takes a code, found as a reader finds it: by links from the others."""
    with httpx.Client(base_url=address, timeout=60) as client:
        return _with_codes({page.key: page.path for page in PAGES if not page.takes_code}, client)


def _with_codes(found: dict[str, str], client: httpx.Client) -> dict[str, str]:
    waiting = list(found.values())
    while waiting and len(found) < len(PAGES):
        href = waiting.pop(0)
        for link in re.findall(r'href="(/[^"]*)"', client.get(href, params={"lang": "en"}).text):
            path = unquote(urlparse(unescape(link)).path)
            page = page_at(path)
            if page is not None and page.key not in found:
                found[page.key] = path
                waiting.append(path)
    return found


def looks() -> list[Look]:
    """Two looks that have every language, theme and size between them; all of them when ONEGATE_SCREENS=all."""
    if os.environ.get("ONEGATE_SCREENS") == "all":
        return [Look(lang, theme, size) for lang in ("en", "zh") for theme in ("light", "dark") for size in ("laptop", "phone")]
    return [Look("en", "light", "laptop"), Look("zh", "dark", "phone")]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`key`: every page; `look`: every look that this run takes. Pages take turns with the two looks; `make screens` gives every page all eight."""
    wanted, keys, found = set(metafunc.fixturenames), [page.key for page in PAGES], looks()
    if {"look", "key"} <= wanted and len(found) == 2:
        turns = [(found[number % 2], key) for number, key in enumerate(keys)]
        metafunc.parametrize(("look", "key"), turns, ids=[f"{look}-{key}" for look, key in turns], scope="module")
        return
    if "look" in wanted:
        metafunc.parametrize("look", found, ids=str, scope="module")
    if "key" in wanted:
        metafunc.parametrize("key", keys if len(found) > 2 else _turn(metafunc.function.__name__, keys), scope="module")


def _turn(test: str, keys: list[str]) -> list[str]:
    """Pages of a test in the quick run: journeys go through all that hold data, the two tests of the keyboard take turns."""
    halves = {"test_tab_reaches_everything_and_shows_where_it_is": keys[::2], "test_enter_follows_a_link_of_the_page": keys[1::2]}
    return halves.get(test, [key for key in keys if key != "gallery"])

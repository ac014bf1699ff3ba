"""What is not a page of the bar: open menus, the definition card, the tour, the wall, paper, an empty installation, an error, a wrong address."""

from __future__ import annotations

import re
import shutil

import duckdb
import pytest

from dashboards.pages.catalog import PAGES
from warehouse.settings import Settings

CHECKS = ("sideways", "cut", "headings", "smallTargets", "withoutWords")
MENUS = ("place", "period", "channel", "compare")


def faults(tab, axe) -> dict[str, list[str]]:
    """What is wrong in what the tab shows, by check."""
    found = {"axe": axe(tab), **{name: tab.check(name) for name in CHECKS}}
    return {name: faulty for name, faulty in found.items() if faulty}


def test_an_open_menu(tab, axe):
    tab.open("/?lang=en&theme=dark")
    for menu in MENUS:
        first = tab.page.locator(f"#header details.is-{menu} a").first
        tab.page.locator(f"#header details.is-{menu} > summary").click()
        assert first.is_visible()
        # an open menu lies over links of the bar below it: they are there again when it closes
        found = [fault for fault in faults(tab, axe).get("axe", []) if "partially obscured" not in fault]
        assert (menu, found) == (menu, [])
        tab.page.keyboard.press("Escape")
        assert not first.is_visible()


def test_an_open_menu_on_a_phone(phone, axe):
    phone.open("/?lang=zh")
    for menu in MENUS:
        summary = phone.page.locator(f"#header details.is-{menu} > summary")
        summary.tap()
        assert (menu, faults(phone, axe)) == (menu, {})
        summary.tap()


@pytest.mark.parametrize(("href", "size"), [("/?lang=en&define=wait", "laptop"), ("/?lang=zh&theme=dark&define=wait", "phone")])
def test_the_definition_card(new_tab, axe, href, size):
    tab = new_tab(size).open(href)
    tab.page.wait_for_selector("#panel .definition h2")
    assert faults(tab, axe) == {}


def test_a_page_is_made_ahead_while_the_pointer_rests_on_its_link(tab):
    tab.open("/?lang=en")
    link = tab.page.locator("#header nav a[href^='/waiting']").first
    with tab.page.expect_request(lambda request: request.method == "HEAD") as asked:
        link.hover()
    assert asked.value.url.endswith(link.get_attribute("href"))
    assert asked.value.response().status in (200, 204)


def test_everything_that_opens_is_open(tab, axe):
    tab.open("/?lang=en")
    tab.page.evaluate("document.querySelectorAll('#page details').forEach(one => { one.open = true; })")
    assert faults(tab, axe) == {}


def test_the_tour_is_offered_once_and_goes_through_the_page(browser, address):
    context = browser.new_context(base_url=address, viewport={"width": 1366, "height": 768}, locale="en-GB")
    page = context.new_page()
    page.goto("/?lang=en")
    page.locator(".tour .start").click()
    steps = 0
    while page.locator(".tour .start").count():
        page.wait_for_selector(".tour[role=dialog]")
        assert page.locator(".is-toured").is_visible()
        page.locator(".tour .start").click()
        steps += 1
    assert steps >= 4
    page.locator(".tour .later").click()
    page.goto("/?lang=en")
    page.wait_for_selector("#page .headline")
    assert page.locator(".tour").count() == 0
    context.close()


def test_the_wall(new_tab):
    tab = new_tab("wall").open("/?lang=zh&theme=dark&wall=1")
    tab.page.wait_for_selector("#wall")
    assert tab.page.evaluate("new DOMMatrix(getComputedStyle(document.getElementById('wall')).transform).a") > 2
    inside = tab.page.frame_locator("#wall")
    inside.locator("#page h1").wait_for()
    assert inside.locator("#header .stops a").count() > 1 and inside.locator("#header .filters").count() == 0
    tab.page.keyboard.press("Escape")
    tab.page.wait_for_selector("#header .filters")
    assert "wall" not in tab.page.url


def test_paper(tab):
    tab.open("/?lang=en")
    tab.page.emulate_media(media="print")
    tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    shown = tab.page.evaluate(
        "['#header .filters', '#header .tools', '.download'].filter(part => document.querySelector(part)?.getClientRects().length)"
    )
    assert shown == []
    assert tab.page.locator("#page h1").is_visible() and tab.page.locator("#page .headline").is_visible()
    assert tab.page.pdf()[:5] == b"%PDF-"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_empty_installation_shows_the_commands(new_tab, axe, client_of, tmp_path, lang):
    with client_of(Settings.load(tmp_path).prepare()) as client:
        tab = new_tab(base_url=str(client.base_url))
        tab.page.goto(f"/?lang={lang}")
        tab.page.wait_for_selector("#page code:has-text('onegate demo')")
        assert faults(tab, axe) == {}
        assert tab.check("foreign", lang, ["OneGate", "English", "PATH", "Python"]) == []


def test_a_page_that_fails_says_so_with_a_number(new_tab, axe, client_of, tiny_city, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(tiny_city.home, home)
    (board,) = (home / "releases").glob("*/board.duckdb")
    board.chmod(0o644)
    with duckdb.connect(str(board)) as con:
        con.execute("drop table ledger_file")  # a release that is not whole
    with client_of(Settings.load(home)) as client:
        tab = new_tab(base_url=str(client.base_url))
        tab.open("/?lang=en")
        assert re.search(r"\b[0-9a-f]{8}\b", tab.page.locator("#page [role=alert]").inner_text())
        assert faults(tab, axe) == {}


def test_an_unknown_place_says_so(tab, axe):
    tab.open("/?lang=en")
    tab.go("/district/999999?lang=en")
    assert "999999" in tab.page.locator("#page").inner_text()
    assert faults(tab, axe) == {}


def test_every_page_of_the_bar_is_a_page_of_the_catalogue(tab):
    tab.open("/?lang=en")
    paths = tab.page.evaluate("[...document.querySelectorAll('#header .pages-bar a')].map(link => link.pathname)")
    assert paths == [page.path for page in PAGES if page.in_menu]

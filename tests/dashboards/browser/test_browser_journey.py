"""One reader's way through the dashboards in a real browser: load, language, filter, tile, district, card, back. Nothing leaves this machine."""

from urllib.parse import urlparse


def test_a_reader_goes_through_the_city(tab):
    tab.open("/")
    assert tab.page.title() == "Foshan · Overview – OneGate"
    assert tab.page.locator("html").get_attribute("lang") == "en"
    assert "30.0" in tab.page.locator(".headline").inner_text()

    tab.page.get_by_role("link", name="中文").click()
    tab.until("document.documentElement.lang === 'zh'")
    tab.page.wait_for_selector("#page h1:has-text('佛山市')")
    assert "lang=zh" in tab.page.url

    tab.page.locator("#header details.is-channel > summary").click()
    tab.page.locator("#header details.is-channel").get_by_role("link", name="网上大厅").click()
    tab.page.wait_for_selector("#page h1:has-text('网上大厅')")
    assert "lang=zh" in tab.page.url and "channel=web" in tab.page.url

    tab.page.locator(".tiles").get_by_role("link", name="窗口等候").first.click()
    tab.page.wait_for_selector("#page .tile.is-selected:has-text('窗口等候')")
    assert "tile=wait" in tab.page.url and "channel=web" in tab.page.url

    tab.page.locator(".league").get_by_role("link", name="高明区").click()
    tab.page.wait_for_selector("#page .trail")
    assert urlparse(tab.page.url).path == "/district/440608"
    assert "lang=zh" in tab.page.url and "tile=wait" in tab.page.url and "channel=web" in tab.page.url
    assert tab.page.title() == "高明区 – 一门"

    tab.page.go_back()
    tab.page.wait_for_selector("#page h1:has-text('佛山市')")
    assert urlparse(tab.page.url).path == "/"
    tab.page.wait_for_selector("#page .tile.is-selected:has-text('窗口等候')")


def test_a_definition_card_opens_beside_the_page_and_escape_closes_it(tab):
    tab.open("/?tile=wait")
    tab.page.locator(".tile").nth(1).get_by_role("link", name="Definition").click()
    tab.page.wait_for_selector("#panel .definition h2:has-text('Waiting time')")
    assert "define=wait" in tab.page.url
    tab.until("document.activeElement.matches('#panel a.close')")
    tab.page.keyboard.press("Escape")
    tab.page.wait_for_selector("#panel .definition", state="detached")
    assert "define" not in tab.page.url
    assert "tile=wait" in tab.page.url


def test_the_dark_screen_is_in_the_address_and_reaches_the_charts(tab):
    tab.open("/")
    light = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    tab.page.get_by_role("link", name="Dark screen").click()
    tab.until("document.documentElement.dataset.theme === 'dark'")
    assert "theme=dark" in tab.page.url
    assert tab.page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    tab.until("document.querySelector('#page .js-plotly-plot')?._fullLayout?.font.color === '#b6c0c8'")


def test_the_keyboard_reaches_content_tiles_and_tables(tab):
    tab.open("/")
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.textContent") == "Skip to content"
    reached = set()
    for _ in range(60):
        tab.page.keyboard.press("Tab")
        reached.add(
            tab.page.evaluate("document.activeElement.closest('.tile, .league, .filters, .tools, .trust')?.className.split(' ')[0]")
        )
    assert {"tile", "league", "filters", "tools", "trust"} <= reached
    assert tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_a_mark_that_stands_for_a_place_leads_to_it(tab):
    tab.open("/")
    tab.until("[...document.querySelectorAll('.js-plotly-plot')].some(plot => plot.layout.barmode === 'group')")
    tab.page.evaluate(
        """(() => { const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.layout.barmode === 'group');
        plot.emit('plotly_click', {points: [{customdata: plot.data[0].customdata[1]}]}); })()"""
    )
    tab.page.wait_for_selector("#page .trail")
    assert urlparse(tab.page.url).path == "/district/440608"

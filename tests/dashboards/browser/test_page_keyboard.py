"""Every page with the keyboard alone: Tab reaches everything, what has the focus can be seen, Enter follows, Escape closes."""

from __future__ import annotations

LISTEN = """() => {
    window.reached = [];
    window.unseen = [];
    const isSeen = (one) => [null, '::before', '::after'].some(part => {
        const style = getComputedStyle(one, part);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    });
    document.addEventListener('focusin', event => {
        const one = event.target;
        window.reached.push(one.dataset.reach || '');
        const box = one.getBoundingClientRect();
        const isOnScreen = box.bottom > 0 && box.top < window.innerHeight;
        if (!isSeen(one)) window.unseen.push(`No focus to be seen on ${one.tagName} ${one.className} ${one.textContent.slice(0, 60)}`);
        if (!isOnScreen) window.unseen.push(`Off the screen: ${one.tagName} ${one.className} ${one.textContent.slice(0, 60)}`);
    });
}"""


def test_tab_reaches_everything_and_shows_where_it_is(tab, key, hrefs):
    tab.open(f"{hrefs[key]}?lang=en")
    wanted = dict(tab.check("reachable"))
    assert len(wanted) > 10
    tab.page.evaluate("document.activeElement.blur()")
    tab.page.evaluate(LISTEN)
    for _ in range(len(wanted) + 1):
        tab.page.keyboard.press("Tab")
    reached = tab.page.evaluate("window.reached")
    assert [name for at, name in wanted.items() if at not in reached] == []
    assert tab.page.evaluate("window.unseen") == []
    assert reached[0] == next(at for at, name in wanted.items() if "Skip to content" in name)


def test_enter_follows_a_link_of_the_page(tab, key, hrefs):
    tab.open(f"{hrefs[key]}?lang=en")
    link = tab.page.locator("#page a[href^='/']:not(.download), #header .pages-bar a:not([aria-current])").locator("visible=true").last
    link.focus()
    href = link.get_attribute("href")
    tab.page.keyboard.press("Enter")
    tab.until(f"location.pathname + location.search === {href!r}")
    tab.settle()
    assert tab.page.locator("#page [role=alert]").count() == 0


def test_a_menu_opens_with_enter_and_closes_with_escape(tab):
    tab.open("/?lang=en")
    summary = tab.page.locator("#header details.is-place > summary")
    summary.focus()
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("Boolean(document.activeElement.closest('details.is-place[open] a'))")
    tab.page.keyboard.press("Escape")
    assert summary.evaluate("one => one === document.activeElement && !one.parentElement.open")


def test_the_link_to_the_content_moves_past_the_bars(tab):
    tab.open("/?lang=en")
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("Boolean(document.activeElement.closest('#page'))")

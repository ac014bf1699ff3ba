"""A journey through every page of the catalogue: filters, drill, export, language, Back; and through a long table. What a page does not have is no step of its journey.

`test_the_overview_has_every_step` sees to it that no step is left out everywhere.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlparse

import openpyxl
import pytest

FIRST_TABLE = "#page .data-table"


@pytest.fixture
def reader(new_tab) -> Iterator[Reader]:
    yield Reader(new_tab(accept_downloads=True))


class Reader:
    """Somebody who uses a page with the mouse. Each step says whether the page has what it needs."""

    def __init__(self, tab) -> None:
        self.tab, self.page = tab, tab.page

    @property
    def asked(self) -> dict[str, str]:
        """What the address says."""
        return {name: values[0] for name, values in parse_qs(urlparse(self.page.url).query).items()}

    @property
    def path(self) -> str:
        return urlparse(self.page.url).path

    @property
    def heading(self) -> str:
        return self.page.locator("#page h1").inner_text()

    def click(self, selector: str, within: str = "") -> bool:
        """Follow the first visible link of a kind; False where there is none."""
        found = self.page.locator(f"{within} {selector}".strip()).locator("visible=true")
        if not found.count():
            return False
        self.tab.follow(found.first)
        return True

    def choose_period(self) -> bool:
        self.page.locator("#header details.is-period > summary").click()
        assert self.click("#header details.is-period a[href*='period=2018-08']")
        assert self.asked["period"] == "2018-08"
        return True

    def choose_channel(self) -> bool:
        self.page.locator("#header details.is-channel > summary").click()
        assert self.click("#header details.is-channel a[href*='channel=web']")
        assert (self.asked["channel"], self.asked["period"]) == ("web", "2018-08")
        return True

    def switch_language(self) -> bool:
        before = self.asked
        assert self.click("#header .tools a[lang=zh]")
        assert self.asked == {**before, "lang": "zh"}
        assert self.page.evaluate("document.documentElement.lang") == "zh"
        assert any("\u4e00" <= letter <= "\u9fff" for letter in self.heading)
        return True

    def go_back(self) -> bool:
        self.page.go_back()
        self.tab.settle()
        assert "lang" not in self.asked
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in self.heading)
        return True

    def sort(self) -> bool:
        """A click on a head sorts by it, another one the other way round."""
        heads = self.page.locator(f"{FIRST_TABLE} th a.sort").locator("visible=true")
        if not heads.count():
            return False
        name = heads.first.inner_text().strip(" ↓↑")
        for _ in range(2):
            self.tab.follow(self.page.locator(f"{FIRST_TABLE} th a.sort", has_text=name).locator("visible=true").first)
            head = self.page.locator(f"{FIRST_TABLE} th[aria-sort] a.sort", has_text=name).locator("visible=true").first
            assert name in head.inner_text() and "sort" in self.asked
        return True

    def find(self) -> bool:
        """Rows that hold the text and no others."""
        box = self.page.locator(f"{FIRST_TABLE} .find input").locator("visible=true")
        if not box.count():
            return False
        text = (
            self.page.locator(f"{FIRST_TABLE}:has(.find) tbody tr th")
            .locator("visible=true")
            .first.inner_text()
            .split("\n")[0]
            .strip()[:60]
            .strip()
        )
        box.first.fill(text)
        box.first.press("Enter")
        self.tab.until("new URL(location.href).searchParams.has('find')")
        self.tab.settle()
        rows = self.page.locator(f"{FIRST_TABLE}:has(.find) tbody tr").locator("visible=true").all_inner_texts()
        key = self.asked["find"].split(":")[0]
        shown = self.page.locator(f"form[data-table='{key}'] input")
        assert shown.input_value() == text and rows
        self.page.go_back()
        self.tab.settle()
        return True

    def turn_page(self) -> bool:
        """The next rows of a long table."""
        if not self.click(".pages a:has-text('Next')", FIRST_TABLE):
            return False
        assert self.asked["at"].endswith(":2")
        self.page.go_back()
        self.tab.settle()
        return True

    def export_table(self, folder: Path) -> bool:
        """The table as CSV and Excel hold the same rows under the same heads."""
        links = self.page.locator("#page a.download[href^='/export/csv/']").locator("visible=true")
        if not links.count():
            return False
        href = links.first.get_attribute("href")
        text = self._saved(links.first, folder / "table.csv").read_text("utf-8-sig")
        excel = self.page.locator(f"#page a.download[href='{href.replace('/csv/', '/xlsx/')}']").first
        book = openpyxl.load_workbook(self._saved(excel, folder / "table.xlsx"))
        assert "\n" in text.strip() and len(book.sheetnames) >= 2
        assert [row for row in csv.reader(io.StringIO(text)) if row]
        return True

    def export_chart(self, folder: Path) -> bool:
        """The chart as a picture of both kinds."""
        buttons = self.page.locator("#page button.save-image").locator("visible=true")
        if not buttons.count():
            return False
        png = self._saved(self.page.locator("#page button.save-image[data-format=png]").locator("visible=true").first, folder / "chart.png")
        svg = self._saved(self.page.locator("#page button.save-image[data-format=svg]").locator("visible=true").first, folder / "chart.svg")
        assert png.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" and svg.read_text("utf-8").startswith("<svg")
        return True

    def _saved(self, button, path: Path) -> Path:
        with self.page.expect_download() as waiting:
            button.click()
        waiting.value.save_as(path)
        return path

    def follow_a_mark(self) -> bool:
        """A mark that stands for something that has a page leads to it."""
        href = self.page.evaluate(
            """(() => { for (const plot of document.querySelectorAll('#page .js-plotly-plot')) for (const trace of plot.data) {
                const marks = [trace.customdata, trace.meta].flat(3).filter(one => typeof one === 'string' && one.startsWith('/') && one !== location.pathname + location.search);
                if (marks.length) { plot.dataset.leads = '1'; return marks[0]; } } return ''; })()"""
        )
        if not href:
            return False
        self.tab.drawn(
            lambda: self.page.evaluate(
                "href => document.querySelector('[data-leads]').emit('plotly_click', {points: [{customdata: href}]})", href
            )
        )
        assert self.page.evaluate("location.pathname + location.search") == href
        assert self.page.locator("#page [role=alert]").count() == 0
        self.page.go_back()
        self.tab.settle()
        return True

    def follow_a_row(self) -> bool:
        """A name in a table leads further down, with a way back up."""
        before = self.page.url
        if not self.click("tbody th a[href^='/']", "#page"):
            return False
        assert self.page.url != before and self.page.locator("#page [role=alert]").count() == 0
        self.page.go_back()
        self.tab.settle()
        assert self.page.url == before
        return True

    def open_a_definition(self) -> bool:
        """The card of a figure opens beside the page and Escape closes it."""
        link = self.page.locator("#page a[href*='define=']").locator("visible=true")
        if not link.count():
            return False
        link.first.click()
        self.page.wait_for_selector("#panel .definition h2")
        self.page.keyboard.press("Escape")
        self.page.wait_for_selector("#panel .definition", state="detached")
        return True

    def steps(self, folder: Path) -> dict[str, Callable[[], bool]]:
        """Everything that somebody may do, in order."""
        return {
            "period": self.choose_period,
            "channel": self.choose_channel,
            "language": self.switch_language,
            "back": self.go_back,
            "export": lambda: self.export_table(folder),
            "picture": lambda: self.export_chart(folder),
            "mark": self.follow_a_mark,
            "row": self.follow_a_row,
            "definition": self.open_a_definition,
        }


def test_a_journey(reader, key, hrefs, tmp_path):
    reader.tab.open(hrefs[key])
    assert unquote(reader.path) == hrefs[key]
    for step in reader.steps(tmp_path).values():
        step()
        reader.tab.assert_quiet()


def test_the_overview_has_every_step(reader, tmp_path):
    reader.tab.open("/")
    taken = {name: step() for name, step in reader.steps(tmp_path).items()}
    assert [name for name, has in taken.items() if not has] == []


def test_a_long_table_sorts_finds_and_turns_its_pages(reader):
    reader.tab.open("/cases")
    assert reader.sort() and reader.find() and reader.turn_page()

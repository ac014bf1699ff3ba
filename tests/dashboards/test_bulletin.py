"""The monthly bulletin: every number in it is the metric's answer, in all three kinds of file and both languages."""

import io
import math
import re
from collections import Counter
from datetime import date, datetime
from html.parser import HTMLParser

import openpyxl
import pytest
from pypdf import PdfReader

from dashboards.bulletin import make_bulletin
from dashboards.bulletin.content import content
from dashboards.bulletin.html import html_of
from dashboards.bulletin.model import Bulletin, Cell
from dashboards.bulletin.pdf import pdf_of
from dashboards.bulletin.xlsx import xlsx_of
from dashboards.gate import Gate
from dashboards.sentences import state_word
from metrics.evaluate import answer

WITHOUT_QUESTION = {
    "targets": {"target", "gap"},
    "sources": {"files", "rows", "aside"},
    "items": {"level"},
}  # set by somebody, or counted by the ledger


@pytest.fixture(scope="module")
def gate(tiny_city) -> Gate:
    return Gate(tiny_city)


@pytest.fixture(scope="module", params=["en-whole", "zh-whole", "en-440608", "zh-440608"])
def bulletin(request, gate) -> Bulletin:
    lang, place = request.param.split("-")
    return content(gate, "2018-10", "" if place == "whole" else place, lang)


@pytest.fixture(scope="module")
def answered(gate):
    """A way to ask one question anew, past every cache of the dashboards."""
    con = gate.holding().release.connect()
    found = {}

    def ask(query, at=""):
        if query not in found:
            found[query] = answer(con, query).rows
        [row] = [row for row in found[query] if not at or row[query.by[0]] == at]
        return row

    yield ask
    con.close()


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def with_fact(bulletin: Bulletin) -> list[Cell]:
    return [cell for cell in bulletin.cells() if cell.fact is not None]


def value_of(row) -> float | None:
    return row["value"] if row["state"] == "value" else None


def test_every_value_is_the_metrics_answer(bulletin, answered):
    checked = Counter()
    for cell in with_fact(bulletin):
        row = answered(cell.fact.query, cell.fact.at)
        if cell.fact.minus is not None:
            expected = value_of(row) - value_of(answered(cell.fact.minus))
            assert cell.value == pytest.approx(expected, abs=1e-12)
        elif cell.fact.times is not None:
            assert cell.value == pytest.approx(row["value"] * answered(cell.fact.times)["value"], rel=1e-9)
        elif cell.fact.field == "interval":
            assert cell.value == pytest.approx((row["low"], row["high"]), rel=1e-12)
        elif cell.fact.field == "n":
            assert (cell.value or 0) == row["n"]
        elif row["state"] != "value":
            assert (cell.value, cell.state) == (None, state_word(row["state"], bulletin.lang))
        else:
            assert cell.value == pytest.approx(row["value"], rel=1e-12)
        checked["change" if cell.fact.minus else cell.fact.field] += 1
    assert checked["value"] > 60
    assert min(checked["change"], checked["interval"], checked["n"]) > 10
    assert checked["adjusted"] > 1


def test_no_number_is_without_a_question_but_those_that_somebody_set(bulletin):
    for section in bulletin.sections:
        loose = [
            cell
            for grid in section.grids
            for row in grid.rows
            for cell in row.cells
            if cell.is_number and cell.value is not None and cell.fact is None
        ]
        allowed = sum(len(WITHOUT_QUESTION.get(grid.key, ())) * len(grid.rows) for grid in section.grids)
        assert len(loose) <= allowed, section.key
    assert all(cell.fact for row in bulletin.summary.rows for cell in row.cells if cell.is_number and cell.value is not None)
    assert all(cell.fact for card in bulletin.cards for cell in (card.main, *card.sure) if cell.value is not None)


class Tables(HTMLParser):
    """The texts of the cells of every table, in their order, and everything else that is written."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[str]] = []
        self.text: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self._cell = False

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "table":
            self.tables.append([])
        if tag == "td":
            self._cell = True
            self.tables[-1].append("")

    def handle_endtag(self, tag):
        self._cell = self._cell and tag != "td"

    def handle_data(self, data):
        self.text.append(data)
        if self._cell:
            self.tables[-1][-1] += data


def read_html(page: bytes) -> Tables:
    parser = Tables()
    parser.feed(page.decode())
    return parser


def grids_of(bulletin: Bulletin):
    return [bulletin.summary, *(grid for section in bulletin.sections for grid in section.grids)]


def test_the_html_says_every_cell(bulletin):
    tables = read_html(html_of(bulletin)).tables
    expected = [[cell.text(bulletin.lang) for row in grid.rows for cell in row.cells] for grid in grids_of(bulletin) if grid.rows]
    assert tables == expected


def test_the_html_says_every_figure_of_the_cards(bulletin):
    text = squeezed("".join(read_html(html_of(bulletin)).text))
    for card in bulletin.cards:
        for cell in (card.main, *card.sure, card.target, *(cell for _, cell in card.lines)):
            assert squeezed(cell.text(bulletin.lang)) in text


def test_the_html_stands_alone(bulletin):
    page = html_of(bulletin)
    read = read_html(page)
    assert b"<script" not in page and b"@import" not in page and b"url(" not in page
    assert {value for _, name, value in read.attributes if name in ("href", "src", "xlink:href")} <= {
        f"#{section.key}" for section in bulletin.sections
    } | {"#summary"}
    assert {value for tag, name, value in read.attributes if tag == "html" and name == "lang"} == {
        {"en": "en-GB", "zh": "zh-CN"}[bulletin.lang]
    }


def pdf_text(pdf: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def test_the_pdf_says_every_number_as_often_as_it_stands(bulletin):
    text = pdf_text(pdf_of(bulletin))
    numbers = Counter(
        squeezed(cell.text(bulletin.lang)) for grid in grids_of(bulletin) for row in grid.rows for cell in row.cells if cell.fact
    )
    assert len(numbers) > 30
    assert {shown: count for shown, count in numbers.items() if shown and text.count(shown) < count} == {}


def test_the_pdf_is_tagged_titled_and_carries_its_fonts(bulletin):
    reader = PdfReader(io.BytesIO(pdf_of(bulletin)))
    root = reader.trailer["/Root"]
    assert reader.metadata.title == bulletin.title
    assert str(root["/Lang"]).startswith(bulletin.lang)
    assert root["/MarkInfo"]["/Marked"]
    fonts = {str(font.get_object()["/BaseFont"]) for page in reader.pages for font in page["/Resources"].get("/Font", {}).values()}
    assert fonts and all("OneGateSans" in name for name in fonts)
    last = f"{len(reader.pages)}/{len(reader.pages)}"
    assert squeezed(reader.pages[-1].extract_text()).endswith(last)


def test_the_first_page_of_the_pdf_is_the_summary(bulletin):
    first = squeezed(PdfReader(io.BytesIO(pdf_of(bulletin))).pages[0].extract_text())
    for sentence in bulletin.headline:
        assert squeezed(sentence) in first
    for card in bulletin.cards:
        assert squeezed(card.name) in first
        assert squeezed(card.main.text(bulletin.lang)).removesuffix("每十万件") in first


def test_the_workbook_holds_every_number_as_a_number(bulletin):
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of(bulletin)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    stored = sorted(cell.value for cell in cells if cell.data_type == "n")
    expected = sorted(number for grid in grids_of(bulletin) for row in grid.rows for cell in row.cells for number in numbers_of(cell))
    assert stored == pytest.approx(expected, rel=1e-9, abs=1e-9)


def numbers_of(cell: Cell) -> list[float]:
    """What a cell of the content is in a sheet: an interval two numbers, a difference of shares in points."""
    if cell.value is None or not cell.is_number:
        return []
    if cell.form == "interval":
        return list(cell.value)
    return [cell.value * 100 if cell.form in ("change", "gap") and cell.kind == "share" else cell.value]


def test_the_workbooks_cover_names_place_month_and_release(bulletin):
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of(bulletin)))
    values = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert {bulletin.title, bulletin.place, bulletin.release, datetime(2018, 10, 31)} <= set(values)


def test_the_tiny_citys_figures_by_hand(gate):
    # 12 of 40 items of each district have level 3; half of the cases are done the same day; 9 in 10 promises are kept; 14 of 16 active ratings are good
    bulletin = content(gate, "2018-10", "", "en")
    shown = {card.key: card.main.value for card in bulletin.cards}
    assert shown == pytest.approx({"depth": 0.3, "wait": 11.05, "spot": 0.5, "promise": 0.9, "cut": 0.85, "satisfaction": 0.875}, abs=0.005)
    assert bulletin.headline[0].replace("\u202f", " ") == "30.0 % of items need one visit at most, 10.0 pts short of the target of 40.0 %."
    assert [line.what for line in bulletin.attention if "Gaoming" in line.said] == ["Waiting at the window"]
    assert bulletin.as_of == date(2018, 10, 31)


def test_a_district_is_marked_among_those_beside_it(gate):
    bulletin = content(gate, "2018-10", "440608", "en")
    league = next(grid for section in bulletin.sections for grid in section.grids if grid.key == "league.wait")
    assert [(row.cells[1].value, row.mark) for row in league.rows] == [("Chancheng", ""), ("Gaoming", "here"), ("Foshan", "whole")]
    waiting = next(card for card in bulletin.cards if card.key == "wait")
    assert waiting.main.value == pytest.approx(23.15, abs=0.01)


def test_the_code_of_the_whole_is_the_whole(gate):
    assert content(gate, "2018-10", "440600", "en") == content(gate, "2018-10", "", "en")


def test_without_a_month_the_latest_complete_one_is_told(gate):
    assert content(gate, "", "", "en").month.key == "2018-10"


def test_an_early_month_without_comparison_says_so(gate):
    bulletin = content(gate, "2016-09", "", "en")
    waiting = next(card for card in bulletin.cards if card.key == "wait")
    assert {cell.text("en") for label, cell in waiting.lines if "2015" in label or "Aug" in label} == {"no value"}
    assert all(math.isfinite(cell.value) for cell in bulletin.cells() if isinstance(cell.value, float))


def test_chinese_bulletins_are_chinese(gate):
    text = "".join(read_html(make_bulletin(gate, "2018-10", "", "zh", ".html")).text)
    words = set(re.findall(r"[A-Za-z]{3,}", text.split("</style>")[-1].split("}")[-1]))
    # names of methods and of the files' own codes stay as they are
    assert words <= {
        "Wilson",
        "Student",
        "Benjamini",
        "Hochberg",
        "SQL",
        "Kaplan",
        "Meier",
        "stat",
        "variant",
        "same",
        "session",
        "window",
        "canonical",
    }


def test_making_it_twice_gives_the_same(gate):
    assert make_bulletin(gate, "2018-10", "", "en", ".html") == make_bulletin(gate, "2018-10", "", "en", ".html")
    assert pdf_text(make_bulletin(gate, "2018-10", "", "en", ".pdf")) == pdf_text(make_bulletin(gate, "2018-10", "", "en", ".pdf"))

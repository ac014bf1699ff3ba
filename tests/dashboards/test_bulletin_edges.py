"""The monthly bulletin where something is missing, provisional, hostile or wrong; and its command."""

import io
import json
import re
from datetime import date
from xml.etree import ElementTree

import openpyxl
import pytest
from pypdf import PdfReader

from dashboards.bulletin import BulletinRefused, drawing, make_bulletin
from dashboards.bulletin.content import content
from dashboards.bulletin.svg import Axis, Bar, Goal, Point, ticks
from dashboards.gate import Gate, NoRelease
from metrics.rollup import build_rollups
from onegate.cli import main
from warehouse.release import publish
from warehouse.settings import Settings

HOSTILE = '=HYPERLINK("http://x.example") <script>alert(1)</script> #panic("x") *b* $x$ \\ @ref & ]'


WORKING_DAYS = """create or replace table ref_working_day as select 'CN' as calendar_id, day::date as day, isodow(day) < 6 as is_working,
    0 as working_day_no, true as is_published from generate_series(date '2014-01-01', date '2019-12-31', interval 1 day) as days(day)"""


@pytest.fixture
def published(tiny_store, tmp_path):
    """A way to publish the tiny city after further statements."""

    def publish_after(*statements: str) -> Gate:
        for statement in (WORKING_DAYS, *statements):
            tiny_store.execute(statement)
        build_rollups(tiny_store)
        settings = Settings.load(tmp_path)
        publish(tiny_store, settings)
        return Gate(settings)

    return publish_after


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u202f", " ").replace("\u00a0", " "))


def pages_of(pdf: bytes) -> list[str]:
    return [plain(page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize(
    ("month", "place", "suffix", "said"),
    [
        ("2018-13", "", ".pdf", "'2018-13' is not a month; write YYYY-MM, for example 2018-10."),
        ("2018-1", "", ".pdf", "'2018-1' is not a month; write YYYY-MM, for example 2018-10."),
        ("2018", "", ".pdf", "'2018' is not a month; write YYYY-MM, for example 2018-10."),
        ("2018-11", "", ".pdf", "There is no data of 2018-11; choose a month from 2016-09 to 2018-10."),
        ("2016-08", "", ".pdf", "There is no data of 2016-08; choose a month from 2016-09 to 2018-10."),
        ("", "999", ".pdf", "No place of this release has the code 999; choose one of 440604 (Chancheng), 440608 (Gaoming)."),
        ("", "", ".docx", "A bulletin is not written as .docx; end its name with .pdf, .xlsx or .html."),
        ("", "", "", "The file's name has no ending; end its name with .pdf, .xlsx or .html."),
    ],
)
def test_what_cannot_be_made_is_refused_with_what_to_do(tiny_city, month, place, suffix, said):
    with pytest.raises(BulletinRefused) as refused:
        make_bulletin(tiny_city, month, place, "en", suffix)
    assert str(refused.value) == said


def test_a_refusal_is_in_the_readers_language(tiny_city):
    with pytest.raises(BulletinRefused, match="^本次发布没有代码为999的地区；可选：440604（禅城区）、440608（高明区）。$"):
        make_bulletin(tiny_city, "", "999", "zh", ".pdf")


def test_without_a_release_there_is_no_bulletin(tmp_path):
    with pytest.raises(NoRelease):
        make_bulletin(Settings.load(tmp_path).prepare(), "", "", "en", ".pdf")


def test_a_month_that_is_not_over_is_marked_in_every_file(published):
    ended = "create or replace table build_as_of as select timestamptz '2018-10-20 23:59:59+08' as as_of_at, date '2018-10-20' as as_of_on"
    gate = published(ended)
    said = "Provisional: October 2018 is not complete. It rests on data to 20 October 2018; figures will still change."
    assert content(gate, "2018-10", "", "en").provisional == said
    assert all("Provisional" in page for page in pages_of(make_bulletin(gate, "2018-10", "", "en", ".pdf")))
    assert make_bulletin(gate, "2018-10", "", "en", ".html").decode().count(said) == 2
    cover = openpyxl.load_workbook(io.BytesIO(make_bulletin(gate, "2018-10", "", "en", ".xlsx"))).worksheets[0]
    assert cover["A1"].value == "Foshan: government services in October 2018 · Provisional"
    assert said in [row[1].value for row in cover.iter_rows()]
    # the latest complete month is the one before
    assert content(gate, "", "", "en").month.key == "2018-09"


def test_no_arrow_is_drawn_of_a_figure_that_still_waits_for_records(late_city):
    bulletin = content(Gate(late_city), "2018-10", "", "en")
    waiting = next(card for card in bulletin.cards if card.key == "wait")
    assert bulletin.provisional == "Provisional, because records are still coming in: Waiting at the window."
    assert plain(waiting.note) == "Provisional: data of halls (Queue tickets) to 24 October 2018"
    rows = {row.cells[0].value: row.cells for row in bulletin.summary.rows}
    assert [cell.text("en") for cell in rows["Waiting at the window"][4:6]] == ["provisional", "provisional"]
    assert "▲" not in "".join(cell.text("en") for _, cell in waiting.lines)


def test_names_are_names_in_every_file(published):
    gate = published(f"update dim_site set name_en = '{HOSTILE.replace(chr(39), chr(39) * 2)}'")
    page = make_bulletin(gate, "2018-10", "", "en", ".html").decode()
    assert "<script" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    book = openpyxl.load_workbook(io.BytesIO(make_bulletin(gate, "2018-10", "", "en", ".xlsx")))
    [cell] = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == HOSTILE]
    assert (cell.data_type, cell.hyperlink, bool(cell.quotePrefix)) == ("s", None, True)
    assert re.sub(r"\s", "", HOSTILE) in re.sub(r"\s", "", "".join(pages_of(make_bulletin(gate, "2018-10", "", "en", ".pdf"))))


def test_a_place_without_any_value_has_no_bulletin(published):
    empty = [f"delete from mart_{name} where district_code = '440608'" for name in ("case", "item", "rating")]
    gate = published(*empty, "delete from mart_ticket where district_code = '440608' and issued_on >= date '2018-01-01'")
    with pytest.raises(BulletinRefused, match=r"No figure of 2018-10 has a value for Gaoming; choose another month or place\."):
        make_bulletin(gate, "2018-10", "440608", "en", ".pdf")


AXIS = Axis(lambda value: f"{value:g} <&>", lambda day: day.isoformat())


def months(values: list[float | None]) -> list[Point]:
    return [Point(date(2017 + place // 12, place % 12 + 1, 1), value) for place, value in enumerate(values)]


@pytest.mark.parametrize(
    ("points", "goal"),
    [
        (months([1.0]), Goal()),
        (months([0.0, 0.0, 0.0]), Goal()),
        (months([None, 2.0, None, 3.0]), Goal(((date(2017, 1, 1), 1.0), (date(2030, 1, 1), 9.0)), '"<target>&')),
        (months([5.0, -5.0]), Goal(((date(2017, 2, 1), 3.0),), "3")),
        ([Point(date(2017, 1, 1), 1.0, 0.5, 1e9, True)], Goal()),
        (months([1e-9, 1e12]), Goal(forecast=(Point(date(2018, 1, 1), 2.0, None, None),))),
    ],
)
def test_a_course_is_always_a_picture(points, goal):
    root = ElementTree.fromstring(drawing.course(points, goal, AXIS, '"<alt>" & more'))
    assert root.attrib["aria-label"] == '"<alt>" & more'
    numbers = re.findall(r"-?\d+\.\d", " ".join(element.attrib.get("points", "") for element in root.iter()))
    assert all(-1 <= float(number) <= drawing.WIDTH + 1 for number in numbers)


def test_nothing_known_is_no_picture():
    assert drawing.course(months([None, None]), Goal(), AXIS, "") == ""
    assert drawing.course([], Goal(), AXIS, "") == ""
    assert drawing.small(months([1.0, None]), "") == ""
    assert drawing.bars([Bar("a", None, None, None, "–")], None, AXIS, "") == ""


def test_bars_begin_at_zero_and_keep_their_ratio():
    bars = [Bar("half", 2.0, 1.0, 3.0, "2"), Bar("<whole>", 4.0, None, None, "4", True), Bar("none", None, None, None, "too few")]
    root = ElementTree.fromstring(drawing.bars(bars, (3.0, "all"), AXIS, "alt"))
    first, second = [element for element in root if element.tag.endswith("rect")]
    assert first.attrib["x"] == second.attrib["x"]
    assert float(first.attrib["width"]) / float(second.attrib["width"]) == pytest.approx(0.5, abs=0.01)
    assert {"half", "<whole>", "none", "too few"} <= {element.text for element in root}


def test_provisional_months_are_dashed():
    points = [*months([1.0, 2.0]), Point(date(2017, 3, 1), 3.0, is_provisional=True)]
    root = ElementTree.fromstring(drawing.course(points, Goal(), AXIS, ""))
    dashed = [
        element.attrib["points"] for element in root if "stroke-dasharray" in element.attrib and element.attrib["points"].count(",") == 2
    ]
    assert len(dashed) == 1


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [(0, 10, [0, 2.5, 5, 7.5, 10]), (0.32, 0.4, [0.32, 0.34, 0.36, 0.38, 0.4]), (-3, 8, [-5, 0, 5, 10]), (5, 5, [4, 6]), (0, 0, [0])],
)
def test_ticks_are_round(low, high, marks):
    assert ticks(low, high) == pytest.approx(marks)


def run(monkeypatch, *arguments: str) -> int:
    """The exit status of the command."""
    monkeypatch.setattr("sys.argv", ["onegate", "report", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(("suffix", "start"), [(".pdf", b"%PDF-"), (".xlsx", b"PK"), (".html", b"<!doctype html>")])
def test_the_command_writes_the_file_and_says_what_it_wrote(tiny_city, tmp_path, monkeypatch, capsys, suffix, start):
    target = tmp_path / f"bulletin{suffix}"
    arguments = ("--home", str(tiny_city.home), "--month", "2018-10", "--district", "440604", "--lang", "zh", "-o", str(target), "--json")
    assert run(monkeypatch, *arguments) == 0
    said = json.loads(capsys.readouterr().out)
    assert target.read_bytes().startswith(start)
    assert said == {
        "file": str(target), "month": "2018-10", "district": "440604", "bytes": target.stat().st_size, "release": Gate(tiny_city).holding().release.stamp,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--month", "1999-01", "-o", "b.pdf"), "onegate: There is no data of 1999-01; choose a month from 2016-09 to 2018-10."),
        (("-o", "b.doc"), "onegate: A bulletin is not written as .doc; end its name with .pdf, .xlsx or .html."),
        (("--lang", "fr", "-o", "b.pdf"), "onegate: A bulletin is written in en or zh, not in 'fr'."),
        (("-o", "no/such/folder/b.html"), "onegate: no/such/folder/b.html cannot be written (No such file or directory); name a file in a folder that exists and is yours."),
    ],
)  # fmt: skip
def test_a_wrong_call_is_one_sentence_and_status_two(tiny_city, tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "--home", str(tiny_city.home), *arguments) == 2
    assert capsys.readouterr().err.splitlines() == [said]
    assert list(tmp_path.iterdir()) == []

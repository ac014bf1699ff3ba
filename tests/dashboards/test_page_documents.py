"""The page of documents: papers handed in although held are the metric's, what they cost people is counted case by case, and it names what is unknown."""

import html
import re
from datetime import date

import pytest

from dashboards.controls import View
from dashboards.course import Course, Scope
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.pages.documents_rows import burden, calls, holders
from dashboards.pages.documents_text import holder_text, paper_finding, paper_name, span_text, way_text
from dashboards.pages.frame import frame_of
from dashboards.periods import Period
from dashboards.readings import Reading
from metrics.evaluate import answer
from metrics.query import Query
from metrics.registry import registry
from metrics.rollup import build_rollups
from warehouse.release import publish
from warehouse.settings import Settings

OCTOBER = Scope((), Period.parse("2018-10"), date(2018, 10, 31))
SPAN = {"start": date(2018, 10, 1), "end": date(2018, 11, 1)}
QUOTE = '"'  # texts of a CSV file stand in quotation marks
SHARE = Reading("value", 0.362, 0.33, 0.39, 1152)


def text_of(response) -> str:
    body = response.text.split('<div id="first">')[1].split('<div id="react-entry-point">')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u202f", " ").split())


def held(reading):
    metric = "exemption_opportunity"
    return Course(Indicator(metric, metric), OCTOBER, {"2018-10": reading}, registry()[metric])


@pytest.fixture
def one_desk(tiny_store, tmp_path) -> Gate:
    """A department D3 with three cases in October, each with a visit: household register with a form, alone, and uploaded."""
    tiny_store.execute("""insert into mart_case by name select 'X' || n as case_id, 'canonical' as source_id, 'D3' as dept_id, 1 as visits, false as is_void,
        true as is_completed, date '2018-10-05' as completed_on, date '2018-10-02' as application_on, [] as dq_flags from range(1, 4) as numbers(n)""")
    tiny_store.execute("""insert into mart_material by name
        select case_id, code as material_code, 'canonical' as source_id, 'D3' as dept_id, date '2018-10-02' as application_on, licence as licence_type,
            true as is_required, given as provided_by, false as is_exempted, true as is_submitted, held as was_available, copies, licence is not null as is_licence_in_stock,
            given = 'paper' as is_carried, case_id <> 'X1' as is_case_held
        from (values ('X1', 'household', 'household', 'paper', true, 1), ('X1', 'form', null, 'paper', false, 1), ('X2', 'household', 'household', 'paper', true, 2),
            ('X3', 'household', 'household', 'upload', true, 1)) as rows (case_id, code, licence, given, held, copies)""")  # fmt: skip
    build_rollups(tiny_store)
    settings = Settings.load(tmp_path)
    publish(tiny_store, settings, extra={})
    return Gate(settings)


def test_visits_that_a_paper_may_spare_lie_between_those_with_nothing_else_and_all(one_desk):
    scope = frame_of(one_desk, View("/documents", period="2018-10", dept="D3")).scope
    (row,) = burden(one_desk, scope).iter_rows(named=True)  # the form is nowhere held: it is no opportunity
    assert row == {
        "material_code": "household", "licence_type": "household", "copies": 4, "cases": 3, "by_licence": 3, "by_record": 0, "visits_low": 1, "visits_high": 2,
    }  # fmt: skip


def test_the_headline_and_the_table_are_the_metrics_answers(client, tiny_city):
    with Gate(tiny_city).holding().con.cursor() as con:
        whole = answer(con, Query("exemption_opportunity", **SPAN)).to_json()["rows"][0]["value"]
        parts = {
            row["material"]: row["value"] for row in answer(con, Query("exemption_opportunity", by=("material",), **SPAN)).to_json()["rows"]
        }
        rate = answer(con, Query("exemption_rate", **SPAN)).to_json()["rows"][0]["value"]
    text = text_of(client.get("/documents?period=2018-10"))
    most = max(parts, key=lambda code: (parts[code], code))
    assert f"People handed in {whole} papers that the city already holds" in text and f"{rate * 100:.1f} % of those required" in text
    assert f"the {paper_name(most, 'en')} alone {parts[most]}." in text
    rows = client.get("/export/csv/papers/documents?period=2018-10").text.replace(QUOTE, "")
    for code, value in parts.items():
        assert re.search(rf"{paper_name(code, 'en')},{value}\b", rows)


def test_choosing_a_paper_lists_its_items_which_add_up_and_lead_on(client, tiny_city):
    response = client.get("/documents?period=2018-10&pick=household")
    assert "Items that ask for it although it is held: Household register" in text_of(response)
    assert re.search(r'href="/item/I440604\d+\?', response.text) and re.search(
        r'href="/cases\?[^"]*figure=exemption_opportunity', response.text
    )
    rows = client.get("/export/csv/items/documents?period=2018-10&pick=household").text
    listed = sum(int(found) for found in re.findall(r"^\W*Item \d+\W+[^,]*,(\d+)", rows, re.M))
    with Gate(tiny_city).holding().con.cursor() as con:
        asked = answer(con, Query("exemption_opportunity", where=(("material", "household"),), **SPAN)).to_json()["rows"][0]["value"]
    assert listed == asked > 0


def test_a_paper_that_nobody_knows_is_shown_by_its_code_and_an_unknown_choice_is_no_error(client):
    assert paper_name("M-0042", "en") == "M-0042"
    text = text_of(client.get("/documents?period=2018-10&pick=nothing"))
    assert "Items that ask for it although it is held: nothing" in text and "No rows for this choice." in text


def test_licences_are_held_by_the_departments_of_the_stock(tiny_city):
    gate = Gate(tiny_city)
    assert holders(gate, frame_of(gate, View(period="2018-10")).scope)["household"] == ["D1"]


def test_calls_of_shared_data_are_found_or_not_by_data_set(tiny_city):
    gate = Gate(tiny_city)
    rows = calls(gate, frame_of(gate, View(period="2018-10", place="440604")).scope)
    # forty cases a month: five calls a case, four of them found
    assert {(row["dataset_code"], row["calls"], row["hits"], row["misses"]) for row in rows.iter_rows(named=True)} == {
        (code, 200, 160, 40) for code in ("population", "business", "household")
    }


def test_what_is_not_provided_is_said(client):
    text = text_of(client.get("/documents?period=2018-10"))
    assert "Which paper was missing is not provided" in text and "does not report failures apart" in text


def test_a_period_without_records_is_told_in_words(client):
    text = text_of(client.get("/documents?period=2014-01"))
    assert re.search(r"already holds?: Not|although|held: Not|No paper was handed in", text) and "NaN" not in text and "None" not in text


def test_the_page_is_chinese_throughout(client):
    text = text_of(client.get("/documents?period=2018-10&lang=zh&pick=household"))
    assert "群众提交了" in text and "户口簿" in text
    assert not re.search(r"\b(papers|licence|handed|Household)\b", text.split("English")[1])


@pytest.mark.parametrize(
    ("reading", "share", "most", "said"),
    [
        (
            Reading("value", 417.0), SHARE, ("Household register", 62.0),
            "People handed in 417 papers that the city already holds (36.2\u202f% of all they handed in); the Household register alone 62.",
        ),
        (Reading("value", 0.0), SHARE, None, "No paper was handed in that the city already held."),
        (Reading("not_provided"), Reading(), None, "Papers handed in although the city holds them: Not provided."),
    ],
)  # fmt: skip
def test_the_finding_says_what_is_there(reading, share, most, said):
    assert paper_finding(held(reading), share, most, "en") == said


def test_a_finding_without_a_leading_paper_still_ends_as_a_sentence():
    assert (
        paper_finding(held(Reading("value", 5.0)), Reading("insufficient_n"), None, "en")
        == "People handed in 5 papers that the city already holds."
    )


def test_short_texts_of_the_table():
    assert (
        holder_text([], "en") == ""
        and holder_text(["Police"], "en") == "Police"
        and holder_text(["Police", "Land", "Tax"], "en") == "Police and 2 more"
    )
    assert [way_text({"by_licence": a, "by_record": b}, "en") for a, b in ((1, 0), (0, 1), (2, 3))] == [
        "E-licence library", "Shared data", "E-licence library, shared data",
    ]  # fmt: skip
    assert span_text(3, 45, "en") == "3–45" and span_text(2, 2, "en") == "2"

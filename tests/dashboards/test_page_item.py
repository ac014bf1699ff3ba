"""The page of one item: a tiny city's item whose cases contradict what it declares; its sentences by themselves."""

import html
import re
import shutil
from datetime import date

import pytest

from dashboards.gate import Gate
from dashboards.pages.item_told import cause_sentence, depth_sentence
from metrics.evaluate import answer
from metrics.query import Query
from warehouse.engine.duckdb import open_store
from warehouse.release import publish
from warehouse.settings import Settings

YEAR = {"start": date(2017, 11, 1), "end": date(2018, 11, 1), "where": (("item", "I4406041"),)}
# item 1 declares no visit since March; its online cases (two a month) came once each, to show originals
STATEMENTS = (
    "update mart_depth_evidence set declared_level = 4, n = 24, k2 = 24, k3 = 24, k4 = 0, verdict = 'contradicted' where item_id = 'I4406041'",
    "update mart_item set valid_to = date '2018-03-01' where item_id = 'I4406041'",
    """insert into mart_item by name select * replace (2 as version, date '2018-03-01' as valid_from, date '9999-12-31' as valid_to, 4 as level_gd_4, 0 as visits_max,
        ['info', 'submit'] as online_steps) from mart_item where item_id = 'I4406041'""",
    "update mart_case set visit_causes = ['original_check'] where item_id = 'I4406041' and is_applied_online",
)


@pytest.fixture(scope="module")
def item_city(tiny_city, tmp_path_factory):
    """A copy of the tiny city with that item, published anew."""
    home = tmp_path_factory.mktemp("item") / "home"
    shutil.copytree(tiny_city.home, home)
    settings = Settings.load(home)
    con = open_store(settings)
    for statement in STATEMENTS:
        con.execute(statement)
    publish(con, settings)
    con.close()
    return settings


def text_of(response) -> str:
    body = response.text.split('<div id="first">')[1].split('<div id="react-entry-point">')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u202f", " ").split())


def test_an_item_is_told_with_its_evidence_its_visits_its_versions_and_its_cases(item_city, client_of):
    with client_of(item_city) as client:
        page = client.get("/item/I4406041?period=2018-10&lang=en")
        text = text_of(page)
        chinese = text_of(client.get("/item/I4406041?period=2018-10&lang=zh&tile=promise_kept_rate"))
    assert "Foshan › Chancheng › Police › Item 1" in text or "Foshan Chancheng Police Item 1" in text
    assert (
        "Declared at level 4 (no visit), but its cases contradict that: 0 of 24 online cases reached it (95 %: 10.0–40.0 %, below 80 %)."
        in text
    )
    assert "What the extra visits were for: checks of originals 24." in text
    assert "24 of 24 online cases needed a visit, though none is declared" in text
    assert "2 versions of its catalogue entry" in text and "2 1 Mar 2018 today 4 0" in text
    assert len(set(re.findall(r'href="/case/([^"?]+)', page.text))) == 10
    assert re.search(r'href="/cases\?[^"]*item=I4406041', page.text) and re.search(r'href="/department/D2', page.text)
    assert "申报4级（零跑动），但被办件否定" in chinese and "承诺按时办结率" in chinese
    assert set(re.findall(r"[A-Za-z]{3,}", chinese)) <= {"OneGate", "English", "CSV", "Excel", "PNG", "SVG", "SQL", "HTML", "PDF", "Item"}


def test_its_figures_are_the_answers_of_the_metrics_over_twelve_months(client, tiny_city):
    listed = text_of(client.get("/item/I4406041?period=2018-10")).split("Its figures, 1 November 2017 to 31 October 2018")[1]
    with Gate(tiny_city).holding().con.cursor() as con:
        for metric, name in (("promise_kept_rate", "Promise kept"), ("online_application_rate", "Applied online")):
            row = answer(con, Query(metric, **YEAR)).to_json()["rows"][0]
            assert f"{name} {row['value'] * 100:.1f} %" in listed
        cases = answer(con, Query("cases_completed", **YEAR)).to_json()["rows"][0]["value"]
    assert f"Cases completed {cases:.0f}" in listed


def test_an_item_that_nobody_knows_says_so(client):
    response = client.get("/item/I0")
    assert response.status_code == 404 and "This release holds no item with the code I0." in text_of(response)


def test_an_item_without_cases_says_so_part_by_part(client):
    text = text_of(client.get("/item/I44060430?period=2018-10"))
    for words in (
        "Nobody has applied for it.",
        "No case was completed in twelve months.",
        "No document of a case is on record for twelve months.",
    ):
        assert words in text
    assert "nan" not in text.lower().split() and "None" not in text.split()


def verdict(said, **changes):
    known = {
        "declared_level": 3,
        "n": 20,
        "k2": 20,
        "k3": 5,
        "k4": 1,
        "verdict": said,
        "low": [0.8, 0.8, 0.11, 0.0],
        "high": [1.0, 1.0, 0.47, 0.2],
    }
    return {**known, **changes}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, "Its cases have not been judged for this month."),
        (verdict(None, declared_level=0), "No level from 1 to 4 is declared for it."),
        (verdict("untested", n=0, low=[], high=[]), "Declared at level 3 (one visit at most); no online case in twelve months tests that."),
        (
            verdict("contradicted"),
            "Declared at level 3 (one visit at most), but its cases contradict that: 5 of 20 online cases reached it (95 %: 11.0–47.0\u202f%, below 80 %).",
        ),
        (
            verdict("insufficient_evidence", declared_level=2, n=4, k2=4, low=[0.5, 0.51, 0, 0]),
            "Declared at level 2 (two visits at most); its cases are too few to tell: 4 of 4 online cases reached it (95 %: 51.0–100.0\u202f%).",
        ),
    ],
)
def test_what_is_said_of_the_declared_depth(found, said):
    assert depth_sentence(found, "en") == said


def test_causes_are_told_only_where_a_level_limits_visits():
    assert cause_sentence(verdict("contradicted"), [("supplement", 3)], "en") == "What the extra visits were for: supplements 3."
    assert cause_sentence(verdict("supported", declared_level=1), [("supplement", 3)], "en") == ""
    assert cause_sentence(verdict("contradicted"), [], "en") == ""

"""The page on depth: items of a tiny city whose cases confirm, contradict or do not test what is declared; its sentences by themselves."""

import html
import re
import shutil
from datetime import date

import polars as pl
import pytest

from dashboards.course import Course, Scope
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.pages.depth_matrix import cells
from dashboards.pages.depth_shares import gap_words
from dashboards.pages.depth_told import cause_words, finding, held_back, qualifier
from dashboards.periods import Period
from dashboards.readings import Reading
from metrics.evaluate import answer
from metrics.query import Query
from metrics.registry import registry
from metrics.rollup import build_rollups
from warehouse.engine.duckdb import open_store
from warehouse.release import publish
from warehouse.settings import Settings

OCTOBER = Scope((), Period.parse("2018-10"), date(2018, 10, 31))
# item, department, declared level, n, k2, k3, k4, its interval at the declared level, verdicts at levels 1 to 4, verdict, unmatched rise
EVIDENCE = """(values
    ('I4406041', 'D2', 4, 24, 24, 24, 0, [.86, .86, .86, 0], [1.0, 1.0, 1.0, .14], ['supported', 'supported', 'supported', 'contradicted'], 'contradicted', true),
    ('I4406042', 'D1', 3, 40, 40, 40, 5, [.91, .91, .91, .05], [1.0, 1.0, 1.0, .26], ['supported', 'supported', 'supported', 'contradicted'], 'supported', false),
    ('I4406043', 'D2', 3, 2, 2, 2, 2, [.34, .34, .34, .34], [1.0, 1.0, 1.0, 1.0], ['insufficient_evidence', 'insufficient_evidence', 'insufficient_evidence', 'insufficient_evidence'], 'insufficient_evidence', false),
    ('I4406044', 'D1', 2, 0, 0, 0, 0, null, null, ['untested', 'untested', 'untested', 'untested'], 'untested', false),
    ('I4406046', 'D1', 0, 0, 0, 0, 0, null, null, ['untested', 'untested', 'untested', 'untested'], null, false)
) as known (item_id, dept_id, declared_level, n, k2, k3, k4, lower_share, upper_share, verdicts, verdict, is_rise_unmatched)"""
ROWS = f"""insert into mart_depth_evidence by name
select item_id, dept_id, declared_level, n, k2, k3, k4, lower_share, upper_share, verdicts[1] as verdict_1, verdicts[2] as verdict_2, verdicts[3] as verdict_3,
    verdicts[4] as verdict_4, verdict, is_rise_unmatched, date '2018-10-01' as month, date '2018-11-01' as until_on, true as is_application_based, '01' as item_type,
    ['person'] as audience, 'housing' as theme, 'commitment' as case_type, '440000' as province_code, '440600' as city_code, '440604' as district_code,
    '440604' as division_code, case when is_rise_unmatched then date '2018-03-01' end as rose_on
from {EVIDENCE}"""
# two cases a month of item 1 were applied for online and needed a visit; all of them to show originals
VISITS = """insert into mart_visit by name
select * exclude (channel_group, is_applied_online, completed_on), channel_group, completed_on as visited_on, 'S1' as place, 'S1' as site_id, 'original_check' as cause,
    false as is_terminal, true as is_linked
from (select case_id, item_id, item_type, audience, theme, case_type, dept_id, province_code, city_code, district_code, town_code, division_code, channel, channel_group,
    is_applied_online, completed_on from mart_case where item_id = 'I4406041' and is_applied_online)"""
CAUSES = "update mart_case set visit_causes = ['original_check'] where item_id = 'I4406041' and is_applied_online"
RISE = """insert into mart_item by name
select * replace (2 as version, date '2018-03-01' as valid_from, 4 as level_gd_4, 0 as visits_max, ['info', 'submit'] as online_steps) from mart_item where item_id = 'I4406041';
    update mart_item set next_version_on = date '2018-03-01' where item_id = 'I4406041' and version = 1"""


@pytest.fixture(scope="module")
def depth_city(tiny_city, tmp_path_factory):
    """A copy of the tiny city with the rows above, published anew."""
    home = tmp_path_factory.mktemp("depth") / "home"
    shutil.copytree(tiny_city.home, home)
    settings = Settings.load(home)
    con = open_store(settings)
    for statement in (
        "delete from mart_depth_evidence",
        ROWS,
        VISITS,
        CAUSES,
        RISE,
        "update mart_item set valid_to = date '2018-03-01' where item_id = 'I4406041' and version = 1",
        "update mart_item set online_steps = ['info'], visits_max = 2 where item_id = 'I4406044'",
    ):
        con.execute(statement)
    build_rollups(con)
    publish(con, settings)
    con.close()
    return settings


@pytest.fixture
def depth_client(depth_city, client_of):
    with client_of(depth_city) as client:
        yield client, depth_city


def text_of(response) -> str:
    body = response.text.split('<div id="first">')[1].split('<div id="react-entry-point">')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u202f", " ").split())


def course(metric, value, low=None, high=None, n=100.0):
    reading = Reading("value" if value is not None else "not_provided", value, low, high, n)
    return Course(Indicator(metric, metric, (("level", 3),)), OCTOBER, {"2018-10": reading}, registry()[metric])


def test_the_headline_says_what_is_declared_what_cases_reached_and_how_many_items_they_contradict(depth_client):
    client, settings = depth_client
    text = text_of(client.get("/depth?period=2018-10&place=440604"))
    with Gate(settings).holding().con.cursor() as con:
        span = {"start": date(2018, 10, 1), "end": date(2018, 11, 1), "where": (("district", "440604"),)}
        declared, observed = (
            answer(con, Query(metric, params=(("level", 3),), **span)).to_json()["rows"][0]["value"]
            for metric in ("declared_depth_share", "observed_depth_share")
        )
    assert f"{declared * 100:.1f} % of items are declared at level 3 or deeper" in text
    assert f"{observed * 100:.1f} % of completed cases reached it" in text
    judged = "Cases contradict the declared level of one item and confirm that of 1; 1 have too few to tell, 1 had none online."
    assert judged in text
    # the year runs on, the evidence ends with the data: it is read there
    assert judged in text_of(client.get("/depth?period=2018&place=440604"))
    assert "What the cases say of single items is not known here." in text_of(client.get("/depth?period=2015"))


def test_an_over_declared_item_stands_with_its_evidence_and_the_causes_of_its_visits(depth_client):
    client, _ = depth_client
    page = client.get("/depth?period=2018-10")
    section = text_of(page).split("Declared too high, by the evidence of the cases")[1].split("Depth by place")[0]
    row = section.split("In 2018 ", 1)[1]
    assert row.startswith("Item 1 Police 4 3 24 24 0.0–14.0 % checks of originals 24")
    assert re.search(r'href="/item/I4406041[^"]*">Item 1', page.text)
    (rows,) = re.findall(r'href="(/cases[^"]*item=I4406041[^"]*side=missed[^"]*)"', page.text)
    listed = client.get(html.unescape(rows)).text
    # two a month in the ten months of 2018 that there are
    assert len(set(re.findall(r'href="/case/(440604[^"?]+)', listed))) == 20


def test_a_cell_of_the_grid_lists_its_items(depth_client):
    client, _ = depth_client
    text = text_of(client.get("/depth?period=2018-10&pick=3-open"))
    picked = text.split("Declared Level 3, cases say too few to tell: 1")[1].split("Declared too high")[0]
    assert "Item 3" in picked and "Item 2" not in picked and "only 2 online cases, too few to tell" in picked
    assert "Close this list" not in text_of(client.get("/depth?period=2018-10&pick=nonsense"))


def test_a_department_has_all_its_items_one_by_one_with_what_holds_each_back(depth_client):
    client, _ = depth_client
    text = text_of(client.get("/depth?period=2018-10&dept=D1"))
    listed = text.split("Items of Housing, one by one, against level 3")[1]
    assert "3 items, 2 of them declared below level 3." in listed
    assert "cannot be applied for online" in listed and "nothing, its cases confirm it" in listed
    assert "Depth by department" not in text


def test_what_was_raised_is_logged_with_what_its_cases_say_now(depth_client):
    client, _ = depth_client
    log = text_of(client.get("/depth?period=2018-10")).split("What departments changed in twelve months")[1]
    assert log.startswith(" 1 levels raised, 0 lowered. Of the raised, cases contradict 1.")
    assert "1 Mar 2018 Item 1 Police 3 4 24 raised, but not in practice" in log


def test_untested_items_are_listed_apart_the_deepest_claim_first(depth_client):
    client, _ = depth_client
    rest = text_of(client.get("/depth?period=2018-10")).split("Not tested by any case, or by too few")[1]
    assert rest.index("Item 3") < rest.index("Item 4")
    assert "2 items, 1 of them declared at level 3 or deeper." in rest


def test_levels_are_links_and_change_what_is_told(depth_client):
    client, _ = depth_client
    page = client.get("/depth?period=2018-10&level=4")
    assert "items are declared at level 4, no visit" in text_of(page)
    assert all(f"level={level}" in page.text for level in (1, 2))
    assert "What holds it back from level 4" in text_of(client.get("/depth?period=2018-10&level=4&dept=D2"))


def test_the_chinese_page_has_no_english_words(depth_client):
    client, _ = depth_client
    text = text_of(client.get("/depth?period=2018-10&lang=zh&dept=D2&pick=4-3"))
    assert set(re.findall(r"[A-Za-z]{3,}", text)) <= {"OneGate", "English", "CSV", "Excel", "PNG", "SVG", "SQL", "HTML", "PDF"}
    assert "原件核验24" in text


def test_every_cell_of_the_grid_rests_on_a_verdict():
    rows = pl.DataFrame(
        {
            "declared_level": [4, 4, 3, 2, 0],
            "seen_level": [3, 3, 3, None, None],
            "verdict": ["contradicted", "contradicted", "supported", "untested", None],
        }
    )
    assert cells(rows).rows() == [(2, "untested", 1), (3, "3", 1), (4, "3", 2)]
    assert cells(rows.head(0)).is_empty()


def test_the_finding_writes_out_what_is_missing():
    said = finding((course("declared_depth_share", 0.378), None), (course("observed_depth_share", None), None), 3, "en")
    assert said == "37.8\u202f% of items are declared at level 3 or deeper, one visit at most. What the cases reached: Not provided."


@pytest.mark.parametrize(
    ("contradicted", "supported", "words"),
    [
        (0, 0, "neither contradict nor confirm"),
        (1, 0, "level of one item"),
        (12, 3, "level of 12 items and confirm that of 3"),
        (0, 4, "level of 0 items"),
    ],
)
def test_the_qualifier_counts_items_by_verdict(contradicted, supported, words):
    counts = {"contradicted": contradicted, "supported": supported, "insufficient_evidence": 7, "untested": 9, "undeclared": 0}
    assert words in qualifier(counts, "en")
    assert qualifier({**counts, "untested": None}, "en") == "What the cases say of single items is not known here."


def row(**changes):
    known = {
        "declared_level": 2,
        "online_steps": ["info", "submit"],
        "visits_max": 2,
        "n": 5,
        "verdict_3": "contradicted",
        "verdict_4": "untested",
    }
    return {**known, **changes}


@pytest.mark.parametrize(
    ("changes", "level", "said"),
    [
        ({}, 3, "2 visits demanded, 1 allowed"),
        ({"visits_max": 1}, 3, "declared lower than its steps and visits allow"),
        ({"online_steps": ["info"]}, 3, "cannot be applied for online"),
        ({"online_steps": None}, 3, "catalogue does not say which steps are online"),
        ({"visits_max": None}, 4, "catalogue does not say how many visits"),
        ({"declared_level": 3}, 3, "people come too often: supplements 2"),
        ({"declared_level": 4}, 4, "no online case in twelve months"),
    ],
)
def test_what_holds_an_item_back_is_first_the_catalogue_then_the_cases(changes, level, said):
    assert held_back(row(**changes), level, [("supplement", 2)], "en") == said


def test_causes_are_words_and_their_absence_too():
    assert cause_words([("original_check", 5), ("pickup_by_choice", 3)], "en") == "checks of originals 5, picking up by choice 3"
    assert cause_words([], "en") == "no visit on record"


def test_a_gap_to_a_target_says_reached_or_short_and_never_a_bare_minus():
    short, reached = gap_words(-0.022, 0.4, "en"), gap_words(0.01, 0.4, "en")
    assert short[1].children == "2.2\u202fpts short" and reached[1].children == "reached"
    assert gap_words(None, None, "en").children == "none"

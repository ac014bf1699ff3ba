"""The page on targets: two targets of a tiny city, what is said of any number of them, the small picture of a course."""

import html
import re
from datetime import date

import pytest

from dashboards.gate import Gate
from dashboards.pages.targets_named import target_name, unit_of
from dashboards.pages.targets_spark import lines, target_spark
from dashboards.pages.targets_told import Stand, finding, qualifier
from metrics.evaluate import answer
from metrics.query import Query
from metrics.target import Target
from metrics.targets import Point, TargetStatus


def text_of(response) -> str:
    body = response.text.split('<div id="first">')[1].split('<div id="react-entry-point">')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u202f", " ").split())


def target(metric="declared_depth_share", params='{"level": 3}', **changes):
    known = {"division_code": None, "district_code": None, "dept_id": None, "channel": None, "op": ">=", "value": 0.4, "baseline": None,
             "baseline_on": None, "due_on": date(2018, 12, 31), "set_on": None, "is_superseded": False}  # fmt: skip
    return Target(id="T", metric=metric, params=params, **{**known, **changes})


def test_every_target_stands_with_value_goal_and_due_date(client, tiny_city):
    page = client.get("/targets?period=2018-10")
    text = text_of(page)
    with Gate(tiny_city).holding().con.cursor() as con:
        span = {"start": date(2018, 10, 1), "end": date(2018, 11, 1), "where": (("city", "440600"),)}
        depth = answer(con, Query("declared_depth_share", params=(("level", 3),), **span)).to_json()["rows"][0]["value"]
        wait = answer(con, Query("queue_wait", params=(("stat", "mean"),), **span)).to_json()["rows"][0]["value"]
    rows = text.split("Where each target stands")[1]
    assert re.search(
        rf"Online depth, level 3 or more Foshan ! At risk behind its path .*? {depth * 100:.1f} % ≥ 40\.0 % from 20\.0 % on 1 Jan 2017 31 Dec 2018",
        rows,
    )
    assert f"{wait:.1f} min" in rows and "≤ 10.0 min" in rows
    assert "1 at risk: Online depth, level 3 or more (Foshan)" in text
    assert "Replaced by a later target" not in text


def test_a_status_and_a_place_are_filters(client):
    page = client.get("/targets?period=2018-10&tile=at_risk")
    listed = text_of(page).split("Where each target stands")[1]
    assert "Online depth" in listed and "Waiting at the window" not in listed
    assert 'aria-current="true"' in page.text.split("status-choices")[1].split("</ul>")[0]
    assert "No target has been set for Gaoming by this date." in text_of(client.get("/targets?period=2018-10&place=440608"))
    assert "No target stands like that." in text_of(client.get("/targets?period=2018-10&tile=missed"))


def test_a_picked_target_shows_its_course_and_all_that_is_known_of_it(client):
    text = text_of(client.get("/targets?period=2018-10&pick=T1"))
    facts = text.split("About this target")[1].split("Where each target stands")[0]
    assert "20.0 % on 1 January 2017" in facts and "10.0 pts below the target" in facts
    assert "Legal basis Not provided" in facts
    assert "Online depth, level 3 or more (Foshan): behind its path" in text


def test_the_table_leaves_with_the_columns_that_the_screen_folds(client):
    written = client.get("/export/csv/targets/targets?period=2018-10").text
    assert re.search(r'0\.2,2017-01-01,"?not named"?,"?share of 0 to 1', written)


def test_the_chinese_page_has_no_english_words(client):
    text = text_of(client.get("/targets?period=2018-10&lang=zh&pick=T1"))
    assert set(re.findall(r"[A-Za-z]{3,}", text)) <= {"OneGate", "English", "CSV", "Excel", "PNG", "SVG", "SQL", "HTML", "PDF"}


def stands(*statuses):
    return [Stand(status, figure, place) for status, figure, place in statuses]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "No target has been set for Foshan by this date."),
        ([("met", "Waiting", "Foshan")], "The only target here is met or on track."),
        ([("missed", "Waiting", "Foshan")], "The only target here is not on track; 1 missed: Waiting (Foshan)."),
        ([("met", "Waiting", "Foshan"), ("on_track", "Depth", "Foshan")], "All 2 targets are met or on track."),
        (
            [("at_risk", "Depth", "Foshan"), ("at_risk", "Depth", "Nanhai"), ("missed", "Waiting", "Foshan"), ("met", "Waiting", "Nanhai")],
            "1 of 4 targets are met or on track; 2 at risk: Depth (Foshan, Nanhai); 1 missed: Waiting (Foshan).",
        ),
        (
            [("at_risk", name, "Foshan") for name in "ABCDEF"],
            "0 of 6 targets are met or on track; 6 at risk: A (Foshan), B (Foshan), C (Foshan) and 3 more.",
        ),
    ],
)
def test_the_finding_counts_and_names(found, said):
    assert finding(stands(*found), "Foshan", "en") == said


def test_what_cannot_be_judged_is_counted_apart():
    assert qualifier(stands(("not_evaluable", "A", "X")), "en") == "One cannot be judged yet."
    assert qualifier(stands(("met", "A", "X")), "en") == ""


@pytest.mark.parametrize(
    ("metric", "params", "name"),
    [
        ("declared_depth_share", '{"level": 3, "scheme": "gd_4"}', "Online depth, level 3 or more"),
        ("declared_depth_share", '{"level": 2}', "Online depth, level 2 or more"),
        ("observed_visit_share", '{"k": 1}', "Visits per case ≤ 1, observed"),
        ("service_points", '{"kind": "terminal"}', "Service points: terminals"),
        ("item_onboarding_rate", '{"item_type": "20"}', "Items on the online hall (public services)"),
        ("never_defined", None, "never_defined"),
    ],
)
def test_a_target_is_called_by_its_figure_and_parameters(metric, params, name):
    assert target_name(target(metric, params), "en") == name


def test_the_unit_is_that_of_the_form_that_was_asked_for():
    assert (unit_of(target()), unit_of(target("queue_wait", '{"stat": "p90"}'))) == ("share", "minutes")


def status(**changes):
    history = tuple(Point(date(2018, month, 28), 0.2 + month / 100) for month in range(1, 11))
    return TargetStatus(
        target(), "at_risk", "forecast_falls_short", now=0.3, measured_on=date(2018, 10, 28), **{"history": history, **changes}
    )


def test_a_small_course_holds_the_values_the_goal_and_the_forecast():
    ahead = (Point(date(2018, 11, 30), 0.31), Point(date(2018, 12, 31), 0.32))
    drawn = lines(status(forecast=ahead))
    assert drawn["value"][-1] == (date(2018, 10, 28), pytest.approx(0.3))
    assert drawn["forecast"] == [drawn["value"][-1], (date(2018, 11, 30), 0.31), (date(2018, 12, 31), 0.32)]
    assert {value for _, value in drawn["path"]} == {0.4} and drawn["path"][-1][0] == date(2018, 12, 31)


def test_a_small_course_follows_the_way_from_where_it_began():
    way = (Point(date(2018, 4, 30), 0.24), Point(date(2018, 12, 31), 0.4))
    begun = target(baseline=0.24, baseline_on=date(2018, 4, 30))
    one = status(path=way)
    drawn = lines(TargetStatus(begun, one.status, one.reason, now=0.3, measured_on=one.measured_on, history=one.history, path=way))
    assert drawn["path"][0] == (date(2018, 4, 30), 0.24) and drawn["path"][-1] == (date(2018, 12, 31), 0.4)


def test_without_a_value_there_is_no_picture():
    assert target_spark(status(history=())) == ""
    assert target_spark(status(history=(Point(date(2018, 10, 31), None),))) == ""

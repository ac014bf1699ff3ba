"""The page of satisfaction: its sentences by themselves, and what it says of the tiny city against the metrics' own answers."""

import html
import re
from datetime import date

import polars as pl
import pytest

from dashboards.controls import View
from dashboards.course import Course, Scope
from dashboards.gate import Gate
from dashboards.indicators import Indicator, Tile
from dashboards.pages.frame import frame_of
from dashboards.pages.satisfaction_bad import bad_cases, outcome_text, stage_counts
from dashboards.pages.satisfaction_control import control_rows, signals_sentence
from dashboards.pages.satisfaction_grades import ask_grades, rating_counts
from dashboards.pages.satisfaction_parts import GOOD, choices, funnel_of, funnel_points
from dashboards.pages.satisfaction_polls import latest, poll_finding
from dashboards.pages.satisfaction_told import (
    funnel_finding,
    grades_finding,
    silence_finding,
    silence_of,
    silence_sentence,
    silence_text,
    stages_finding,
)
from dashboards.pages.satisfaction_year import year_name, year_span
from dashboards.periods import Period
from dashboards.readings import Reading
from metrics.evaluate import answer
from metrics.query import Query
from metrics.registry import registry

OCTOBER = Scope((), Period.parse("2018-10"), date(2018, 10, 31))
SPAN = {"start": date(2018, 10, 1), "end": date(2018, 11, 1)}
YEAR = {"start": date(2017, 11, 1), "end": date(2018, 11, 1)}


def text_of(response) -> str:
    body = response.text.split('<div id="first">')[1].split('<div id="react-entry-point">')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u202f", " ").split())


def ask(gate: Gate, metric: str, span: dict = SPAN, **params) -> dict:
    with gate.holding().con.cursor() as con:
        return answer(con, Query(metric, params=tuple(params.items()), **span)).rows[0]


@pytest.fixture(scope="module")
def october(client):
    return client.get("/satisfaction?period=2018-10")


def test_silence_is_what_the_bounds_leave_open():
    found = silence_of(Reading("value", 0.1, 0.1, 0.98, 1000.0, 1000.0))
    assert found is not None
    assert (found.satisfied, found.dissatisfied, found.silent, found.most) == (
        0.1,
        pytest.approx(0.02),
        pytest.approx(0.88),
        pytest.approx(0.98),
    )
    said = silence_text(found, "en").replace("\u202f", " ")
    assert said.startswith("Of 1,000 completed cases 10.0 % are known to be satisfied and 2.0 % to be dissatisfied; 88.0 % said nothing.")
    assert silence_finding(found, "en").replace("\u202f", " ") == "Anything from 10.0 % to 98.0 % of applicants may be satisfied"
    assert silence_sentence(found, "zh") == "但88.0%的办件无人评价：满意的申请人可能在10.0%到98.0%之间。"


def test_without_an_answer_silence_says_nothing():
    assert silence_of(Reading("not_applicable")) is None
    assert silence_sentence(None, "en") == ""
    assert silence_finding(None, "en") == "What could those who said nothing hide?"


@pytest.mark.parametrize(
    ("default", "said"),
    [
        (Reading("value", 0.643, 0.56, 0.72, 140), "64.3 % of ratings were given by nobody: the system filled them in"),
        (Reading("value", 0.0, 0.0, 0.1, 40), "Every rating was given by a person"),
        (Reading("insufficient_n"), "Ratings by channel"),
    ],
)
def test_default_ratings_are_told_apart(default, said):
    assert grades_finding(default, "en").replace("\u202f", " ") == said


def test_a_funnel_names_nobody_for_chance():
    assert funnel_finding(["inside"] * 3, "department", "en") == "none of 3 departments differs from the whole by more than chance"
    assert funnel_finding(["inside", "low", "low", "high"], "item", "en") == "of 4 items 2 are below and 1 above what chance gives"
    assert funnel_finding([], "channel", "en") == "no channels with ten active ratings"


def test_what_became_of_bad_ratings_in_words():
    counts = {"bad": 14, "contacted": 11, "justified": 6, "rectified": 5}
    assert stages_finding(counts, "en") == "14 given, 11 contacted, 6 found justified, 5 put right"
    assert stages_finding({"bad": 0}, "en") == "nobody gave one"
    told = [("substantiated", True), ("substantiated", False), ("mis_rated", False), ("unsubstantiated", False), (None, True)]
    words = [outcome_text({"verdict": verdict, "is_rectified": fixed, "is_contacted": verdict is None}, "en") for verdict, fixed in told]
    assert words == ["Justified, put right", "Justified, not put right yet", "Declared a mistake", "Found not justified", "Rater contacted"]


def test_twelve_months_end_with_the_period_whatever_its_length():
    for key, first in (("2018-10", date(2017, 11, 1)), ("2018-Q3", date(2017, 10, 1)), ("2017", date(2017, 1, 1))):
        period = Period.parse(key)
        assert period is not None
        assert year_span(Scope((), period, date(2018, 10, 31))) == (first, period.end)
    assert year_name(OCTOBER, "en") == "twelve months to October 2018"


def polls(*rows: tuple) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"name": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "n": pl.Float64}, orient="row"
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((), "Polls: nobody was polled here in the periods shown"),
        ((("June", 0.95, 0.93, 0.97, 500.0),), "Poll of June: 95.0 % satisfied (500 answers)"),
        ((("June", 0.95, 0.94, 0.96, 500.0), ("May", 0.9, 0.89, 0.91, 500.0)), "Polls: 95.0 % satisfied in June, more than in May"),
        ((("June", 0.9, 0.89, 0.91, 500.0), ("May", 0.95, 0.94, 0.96, 500.0)), "Polls: 90.0 % satisfied in June, less than in May"),
        (
            (("June", 0.91, 0.88, 0.94, 90.0), ("May", 0.9, 0.87, 0.93, 90.0)),
            "Polls: 91.0 % satisfied in June, not clearly different from May",
        ),
        ((("June", 0.91, None, None, 90.0), ("May", 0.9, 0.87, 0.93, 90.0)), "Polls: 91.0 % satisfied in June (90 answers)"),
    ],
)
def test_polls_differ_only_by_more_than_chance(rows, said):
    assert poll_finding(polls(*rows), "en").replace("\u202f", " ") == said


def test_the_tile_of_polls_speaks_of_the_last_one():
    figure = Indicator("poll_satisfaction", "poll_satisfaction")
    course = Course(figure, OCTOBER, {"2018-06": Reading("value", 0.95, 0.94, 0.96, 500)}, registry()[figure.metric])
    assert course.now.value is None
    assert (latest(course).now.value, latest(course).scope.period.key) == (0.95, "2018-06")
    nobody = Course(figure, OCTOBER, {}, registry()[figure.metric])
    assert latest(nobody) == nobody


def test_limits_stand_in_the_unit_of_the_line_and_name_what_stands_out():
    """Twenty months of about 300 in 100,000 and one of 3,000, of ten thousand cases each."""
    figure = Indicator("bad", "bad_rating_rate_per_100k")
    months = OCTOBER.period.run_up(21)
    values = [300.0 + 10 * (at % 3) for at in range(20)] + [3000.0]
    readings = {month.key: Reading("value", value, value - 50, value + 50, 1e4, 1e4) for month, value in zip(months, values, strict=True)}
    rows = control_rows(Course(figure, OCTOBER, readings, registry()[figure.metric]))
    last = rows.row(-1, named=True)
    assert last["period"] == "2018-10" and last["upper"] < 3000.0 and last["lower"] >= 0.0
    assert signals_sentence(rows, "en") == "Outside them: Oct 2018."
    assert signals_sentence(rows.with_columns(is_signal=pl.lit(False)), "en") == "No period lies outside them."
    assert signals_sentence(rows.with_columns(upper=pl.lit(None, dtype=pl.Float64)), "en") == "Too few periods for limits."


def test_its_numbers_are_the_answers_of_the_metrics(october, tiny_city):
    """Of twenty ratings a district and month four are by default; one is very bad, one bad."""
    text, gate = text_of(october), Gate(tiny_city)
    good, response, default = (
        ask(gate, metric)["value"] for metric in ("active_good_rating_rate", "response_rate", "default_rating_share")
    )
    bad, poll = ask(gate, "bad_rating_rate_per_100k")["value"], ask(gate, "poll_satisfaction")["value"]
    bounds = ask(gate, "satisfaction_bounds")
    assert default == 8 / 40 and good == 28 / 32
    assert f"{good * 100:.1f} % of active ratings are good." in text
    assert f"Cases that were rated {response * 100:.1f} % observed" in text
    assert f"Ratings that nobody gave {default * 100:.1f} % observed" in text
    assert f"Badly rated cases per 100,000 {bad:,.0f} per 100,000 observed" in text
    assert f"Satisfied, by poll {poll * 100:.0f}.0 % surveyed" in text
    assert f"{(bounds['high'] - bounds['low']) * 100:.1f} % said nothing" in text


def test_counts_of_grades_are_those_of_the_ratings(tiny_city):
    board = frame_of(Gate(tiny_city), View("/satisfaction", period="2018-10")).board()
    ask_grades(board)
    rows = rating_counts(board.ask(), "en")
    active = {row["grade"]: row["count"] for row in rows.iter_rows(named=True) if not row["by_default"]}
    default = {row["grade"]: row["count"] for row in rows.iter_rows(named=True) if row["by_default"]}
    assert active == {1: 2, 2: 2, 3: 2, 4: 2, 5: 24} and default == {1: 0, 2: 0, 3: 0, 4: 0, 5: 8}
    assert set(rows["part"]) == {"All channels"}  # one channel only: it is the whole


def test_the_way_of_bad_ratings_is_counted_on_one_cohort(tiny_city, october):
    """Twelve a district and month: 8 contacted, 7 justified, 6 put right, 5 in time, 4 satisfied afterwards, 1 a mistake, 4 not looked into."""
    counts = stage_counts(frame_of(Gate(tiny_city), View("/satisfaction", period="2018-10", place="440604")))
    per_month = {
        "bad": 12,
        "contacted": 8,
        "justified": 7,
        "rectified": 6,
        "confirmed": 4,
        "in_time": 5,
        "mistaken": 1,
        "unjustified": 0,
        "open": 4,
    }
    assert counts == {name: 12 * count for name, count in per_month.items()}
    in_time = ask(Gate(tiny_city), "rectification_rate", YEAR, variant="on_time")
    assert f"Put right in time {in_time['value'] * 100:.1f} %" in text_of(october)


@pytest.mark.parametrize(
    ("asked", "count"),
    [({"place": "440604"}, 24), ({}, 48), ({"place": "440604", "dept": "D1"}, 24), ({"dept": "D9"}, 0), ({"channel": "web"}, 0)],
)
def test_badly_rated_cases_are_those_of_the_place_filters_and_twelve_months(tiny_city, asked, count):
    """Two a district and month; all of one department, all at the window."""
    found = bad_cases(frame_of(Gate(tiny_city), View("/satisfaction", period="2018-10", **asked)))
    assert found.height == count
    assert set(found["division_code"]) <= ({asked["place"]} if "place" in asked else {"440604", "440608"})
    assert all(date(2017, 11, 1) <= day < date(2018, 11, 1) for day in found["rated_on"])


def test_points_of_the_funnel_are_the_metric_by_department(tiny_city):
    frame = frame_of(Gate(tiny_city), View("/satisfaction", period="2018-10"))
    span = year_span(frame.scope)
    board = frame.board().also("funnel", GOOD, (funnel_of(frame),), span=span).also("funnel.whole", GOOD, (), span=span).ask()
    centre, points = funnel_points(frame, board, funnel_of(frame))
    assert points.select("code", "name", "n", "verdict").rows() == [("D1", "Housing", 384.0, "inside")]
    assert centre == points["value"][0] == ask(Gate(tiny_city), "active_good_rating_rate", YEAR)["value"]


def test_what_can_be_compared_is_what_the_figure_has(tiny_city):
    gate = Gate(tiny_city)
    ratings, poll = Tile("satisfaction", GOOD), Tile("poll", Indicator("poll_satisfaction", "poll_satisfaction"))
    assert choices(frame_of(gate, View("/satisfaction")), ratings) == ["district", "department", "channel", "item"]
    assert choices(frame_of(gate, View("/satisfaction", dept="D1", channel="window")), ratings) == ["district", "item"]
    assert choices(frame_of(gate, View("/satisfaction")), poll) == ["district", "site"]


@pytest.mark.parametrize(
    "query",
    ["pick=channel", "pick=item&tile=bad", "pick=department&tile=response", "tile=poll&pick=site", "place=440604&compare=440608&lang=zh"],
)
def test_every_comparison_has_a_page(client, query):
    response = client.get(f"/satisfaction?period=2018-10&{query}")
    assert response.status_code == 200
    text = text_of(response)
    assert "could not be shown" not in text and "无法显示" not in text
    assert "Satisfaction · Foshan" in text or "满意度 · 禅城区" in text


def test_a_bad_rating_leads_to_its_case_and_shows_nobody(october):
    text = text_of(october)
    assert "96 bad ratings, twelve months to October 2018" not in text  # two a district and month
    assert "48 bad ratings, twelve months to October 2018" in text
    assert 'href="/case/440604' in october.text

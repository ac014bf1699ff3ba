"""The page of handling: sentences by themselves, and what it says of a tiny city in which some cases are late, paused, or were asked for papers."""

import html
import re
import shutil
from datetime import date

import pytest

from dashboards.cards.league_rows import League, Row
from dashboards.cards.long_league import MOST, league_or_pages, long_table
from dashboards.controls import View
from dashboards.course import Course, Scope
from dashboards.figures.survival import Limits
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.markup import to_html
from dashboards.pages.frame import frame_of
from dashboards.pages.handling_curve import Named, curves, horizon, rows_of, within
from dashboards.pages.handling_leagues import floored
from dashboards.pages.handling_overdue import ask_overdue, coming, overdue, overdue_by, overdue_course, title
from dashboards.pages.handling_steps import steps, steps_finding
from dashboards.pages.handling_told import curve_finding, days_finding, days_sentence, overdue_sentence
from dashboards.periods import Period
from dashboards.readings import Reading
from metrics.evaluate import answer
from metrics.query import Query
from metrics.registry import registry
from metrics.rollup import build_rollups
from metrics.statistics.survival import curve, from_start
from warehouse.engine.duckdb import open_store
from warehouse.release import publish
from warehouse.settings import Settings

OCTOBER = Scope((), Period.parse("2018-10"), date(2018, 10, 31))
SPAN = {"start": date(2018, 10, 1), "end": date(2018, 11, 1)}
PROMISE = Indicator("promise", "promise_kept_rate")
TIME = Indicator("handling_time", "handling_time")

WORKING_DAYS = """create or replace table ref_working_day as select 'CN' as calendar_id, day::date as day, isodow(day) < 6 as is_working,
    sum((isodow(day) < 6)::int) over (order by day) as working_day_no, true as is_published
    from generate_series(date '2016-01-01', date '2019-12-31', interval 1 day) as days(day)"""
CASE = """insert into mart_case by name select '440000' as province_code, '440600' as city_code, '440604' as district_code, '440604' as division_code,
    'canonical' as source_id, 'D1' as dept_id, 'I4406041' as item_id, '01' as item_type, ['person'] as audience, 'housing' as theme, 'commitment' as case_type, 'CN' as calendar_id,
    'web' as channel, 'online' as channel_group, true as is_applied_online, false as is_assisted, false as is_void, false as is_order_broken, [] as dq_flags,
    20.0 as legal_working_days, 5.0 as promised_working_days, 0 as supplement_count, """
# Open: due on Monday the 15th; on Wednesday the 31st, the day of the data; on Friday 2 November; and one that is lawfully paused.
OPEN = f"""{CASE} case_id, date '2018-10-08' as application_on, date '2018-10-08' as received_on, date '2018-10-08' as accepted_on, due_on, is_paused as has_open_pause_at_due,
    not is_paused and due_on <= date '2018-10-31' as is_promise_countable, false as is_promise_kept, false as is_completed, false as is_handling_event,
    15 as survival_working_days, 0 as paused_working_days, 23 as e2e_days, false as is_e2e_event
from (values ('LATE', date '2018-10-15', false), ('TODAY', date '2018-10-31', false), ('SOON', date '2018-11-02', false), ('PAUSED', date '2018-10-20', true))
    as cases (case_id, due_on, is_paused)"""
# Asked for papers: two working days until acceptance, then six, four of them paused, and one until the result is there.
ASKED = f"""{CASE.replace("0 as supplement_count", "1 as supplement_count")} 'ASKED' || n as case_id, date '2018-10-01' as application_on, date '2018-10-01' as received_on,
    date '2018-10-03' as accepted_on, date '2018-10-11' as decided_on, date '2018-10-11' as clock_end_on, date '2018-10-12' as completed_on, 'granted' as outcome, true as is_completed,
    2 as waiting_working_days, 2 as handling_working_days, 1 as delivery_working_days, 4 as paused_working_days, 2 as survival_working_days, true as is_handling_event, 11 as e2e_days, true as is_e2e_event,
    date '2018-10-16' as due_on, true as is_promise_countable, true as is_promise_kept, false as has_open_pause_at_due
from range(12) as numbers(n)"""


@pytest.fixture(scope="module")
def handled(tiny_city, tmp_path_factory) -> Settings:
    """The tiny city with a calendar of its own, open cases and cases that were asked for papers."""
    home = tmp_path_factory.mktemp("handled") / "home"
    shutil.copytree(tiny_city.home, home)
    settings = Settings.load(home).prepare()
    con = open_store(settings)
    for statement in (WORKING_DAYS, OPEN, ASKED):
        con.execute(statement)
    build_rollups(con)
    publish(con, settings, extra={})
    con.close()
    return settings


def text_of(response) -> str:
    body = response.text.split('<div id="first">')[1].split('<div id="react-entry-point">')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u202f", " ").split())


def reading(value, low=None, high=None, n=50.0) -> Reading:
    return Reading("value", value, low, high, n)


def days(actual: Reading, promised=7.0, legal=20.0) -> dict[str, Reading]:
    return {"actual": actual, "promised": reading(promised), "legal": reading(legal)}


@pytest.mark.parametrize(
    ("actual", "said"),
    [
        (reading(3.0, 2.5, 3.5), "cases take 4.0 working days less than promised, 15 % of what the law allows"),
        (reading(9.0, 8.0, 10.0), "cases take 2.0 working days longer than promised"),
        (reading(6.5, 5.5, 7.5), "no clear difference between promise and reality"),
        (reading(3.0), "too few cases to compare"),
        (Reading("not_applicable"), "how long do cases take?"),
    ],
)
def test_promise_and_reality_are_told_apart_only_where_the_interval_does(actual, said):
    assert days_finding(days(actual), "en").replace("\u202f", " ") == said


def test_the_three_times_are_told_together_or_not_at_all():
    assert days_sentence(days(reading(3.0, 2.5, 3.5)), "zh").replace("\u202f", "") == "已决定的办件平均用时3.0个工作日，承诺7.0，法定20.0。"
    assert days_sentence(days(Reading("not_provided")), "en") == ""


def test_a_quantile_that_is_not_reached_is_said_to_be_so():
    assert curve_finding(reading(3.0), reading(1.0), "en") == "Half are decided within 3 working days, nine in ten within 1 working day"
    assert (
        curve_finding(reading(3.0), Reading("not_yet_complete"), "en")
        == "Half are decided within 3 working days; nine in ten are not decided yet"
    )
    assert curve_finding(Reading("not_yet_complete"), Reading(), "en") == "Cases still open after so many working days"


@pytest.mark.parametrize(("count", "said"), [(0, "No case was"), (1, "One open case was"), (7, "7 open cases were")])
def test_overdue_cases_are_counted_in_words(count, said):
    kept = reading(0.9, 0.8, 1.0)
    assert overdue_sentence(reading(count), kept, date(2018, 10, 31), "en") == f"{said} past its promised date on 31 October 2018.".replace("were past its", "were past their")  # fmt: skip


def test_nothing_is_said_of_overdue_cases_where_none_was_ever_due():
    nothing, day = Reading("not_provided"), date(2014, 1, 31)
    assert overdue_sentence(reading(0), nothing, day, "en") == ""
    assert overdue_sentence(Reading("errored"), reading(0.9), day, "en") == ""
    assert "2 open cases" in overdue_sentence(reading(2), nothing, day, "en")
    assert title(1, day, "en") == "1 case past its promised date on 31 January 2014"


def test_the_parts_of_the_time_are_those_of_the_rows(handled):
    """Sixty cases of three days with the office and three until the result, twelve of 2 + 2 + 4 + 1."""
    frame = frame_of(Gate(handled), View("/handling", period="2018-10"))
    rows = {row["part"]: row for row in steps(frame).iter_rows(named=True)}
    assert list(rows) == ["all", "asked", "unasked"]
    assert [rows["asked"][part] for part in ("cases", "before", "office", "stopped", "after", "total")] == [12, 2, 2, 4, 1, 9]
    assert [rows["unasked"][part] for part in ("cases", "before", "office", "stopped", "after", "total")] == [60, 0, 3, 0, 3, 6]
    assert rows["all"]["office"] == pytest.approx((60 * 3 + 12 * 2) / 72)
    assert steps_finding(steps(frame), "en").replace("\u202f", " ") == "44 % of it is with the office"  # 204 of 468 days


def test_late_cases_and_those_that_fall_due_next(handled):
    frame = frame_of(Gate(handled), View("/handling", period="2018-10"))
    assert overdue(frame).select("case_id", "days_over", "is_past_legal").rows() == [("LATE", 12, False)]
    assert coming(frame).select("case_id", "days_left").rows() == [("TODAY", 0), ("SOON", 2)]


@pytest.mark.parametrize(
    ("chosen", "late", "next_due"),
    [
        ({"place": "440604"}, 1, 2),
        ({"place": "440608"}, 0, 0),
        ({"channel": "web"}, 1, 2),
        ({"channel": "window"}, 0, 0),
        ({"dept": "D1"}, 1, 2),
    ],
)
def test_both_lists_are_of_the_place_and_the_channel(handled, chosen, late, next_due):
    """They are read once for all: every case of the lists is Chancheng's, from the web."""
    frame = frame_of(Gate(handled), View("/handling", period="2018-10", **chosen))
    assert (overdue(frame).height, coming(frame).height) == (late, next_due)


@pytest.mark.parametrize("period", ["2018-10", "2018-Q4", "2018"])
def test_what_falls_due_on_the_day_of_the_data_is_not_late_in_a_period_that_still_runs(handled, period):
    frame = frame_of(Gate(handled), View("/handling", period=period))
    board = frame.board().want([Indicator("overdue_cases", "overdue_cases")])
    ask_overdue(board, "district")
    board.ask()
    assert overdue_course(board).now.value == overdue(frame).height == 1
    assert overdue_by(board, "district") == {"440604": 1}


def test_its_numbers_are_the_answers_of_the_metrics(handled, client_of):
    with client_of(handled) as client:
        response = client.get("/handling?period=2018-10&tile=open_cases")
    text = text_of(response)
    with Gate(handled).holding().con.cursor() as con:
        [kept] = answer(con, Query("promise_kept_rate", **SPAN)).rows
        [half] = answer(con, Query("handling_time", **SPAN)).rows
        [still] = answer(con, Query("open_cases", **SPAN)).rows
        actual, promised = (answer(con, Query("working_days_per_case", params=(("variant", name),), **SPAN)).rows[0]["value"] for name in ("actual", "promised"))  # fmt: skip
    assert f"{kept['value'] * 100:.1f} % of promised dates are kept." in text
    assert f"Decided cases took {actual:.1f} working days on average, with {promised:.1f} promised and 20.0 allowed by law." in text
    assert f"Half are decided within {half['value']:.0f} working days" in text
    assert f"Open cases {still['value']} observed" in text and still["value"] == 4
    assert "One open case was past its promised date on 31 October 2018." in text
    assert 'href="/case/LATE?' in response.text and "Housing 4 1" in text


def test_the_page_says_so_where_no_case_was_ever_due(client):
    text = text_of(client.get("/handling?period=2014-01"))
    assert "Promise kept: Not provided." in text and "No case that fell due is known for this choice." in text
    assert "No case was past" not in text


def test_in_chinese_and_for_a_place_beside_another(client):
    text = text_of(client.get("/handling?period=2018-09&lang=zh&place=440604&compare=440608"))
    assert "办理时效 · 禅城区 · 2018年9月" in text and "对比" in text
    assert "禅城区40件和高明区20件" in text  # both curves with the cases that they rest on


def test_the_curve_is_drawn_to_the_limits_and_to_where_nearly_all_are_decided(handled):
    [own, before] = curves(frame_of(Gate(handled), View("/handling", period="2018-10")))
    assert (own.curve.n, before.curve.n) == (76, 60)  # four of them still open
    assert rows_of(own)["survival"].to_list() == pytest.approx([64 / 76, 4 / 76])
    assert horizon([own, before], Limits(5.0, 20.0)) == 20.0
    long = Named("x", curve(from_start([(day, 1, 0) for day in range(1, 101)])))
    assert horizon([long], Limits()) == 99.0
    assert within(rows_of(long), 99.0).height == 99


def of(figure: Indicator, code_n: float, value: float = 0.9) -> Course:
    return Course(
        figure, OCTOBER, {"2018-10": Reading("value", value, value - 0.1, value + 0.1, code_n, code_n)}, registry()[figure.metric]
    )


def test_a_median_of_few_cases_stands_beside_no_other():
    assert floored(of(TIME, 9)).now == Reading("insufficient_n", n=9)
    assert floored(of(TIME, 10)).now.value == 0.9


def test_a_long_league_comes_in_pages_those_that_differ_first():
    rows = [Row(f"D{n}", f"Office {n:02}", "", of(PROMISE, 30 + n)) for n in range(MOST + 1)]
    sides = {"D3": -1, "D5": 1, **{f"D{n}": 0 for n in (0, 1, 2, 4)}}
    league = League(rows, of(PROMISE, 1000), "Foshan", "department", sides)
    table = long_table(league, "en")
    assert table.rows["name"].to_list()[:3] == ["Office 05", "Office 03", "Office 04"]
    assert table.rows["verdict"].to_list()[:3] == ["better", "worse", "not different"]
    shown = "".join(to_html(part) for part in league_or_pages(league, View("/handling")))
    assert "1–14 of 15" in shown and "Foshan: 90.0" in shown
    short = "".join(
        to_html(part) for part in league_or_pages(League(rows[:3], of(PROMISE, 1000), "Foshan", "department", sides), View("/handling"))
    )
    assert 'class="league"' in short

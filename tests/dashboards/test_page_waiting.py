"""The page of waiting: what it says of a tiny city, a hall with too few windows at nine, and its sentences by themselves."""

import html
import re
from datetime import date

import polars as pl
import pytest

from dashboards.controls import View
from dashboards.course import Course, Scope
from dashboards.differences import Group, differences
from dashboards.figures.look import Look
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.pages.frame import frame_of
from dashboards.pages.waiting_booking import booking_title
from dashboards.pages.waiting_hours import Hours, ask_hours, conditions_of, hours_of, hours_title, implausible, mismatch
from dashboards.pages.waiting_week import Cell, Pick, Week, peaks_text, runs_of, week_span, week_title
from dashboards.periods import Period
from dashboards.readings import Reading
from metrics.evaluate import answer
from metrics.query import Query
from metrics.registry import registry
from metrics.rollup import build_rollups
from warehouse.release import publish
from warehouse.settings import Settings

OCTOBER = Scope((), Period.parse("2018-10"), date(2018, 10, 31))
MEAN = Indicator("wait", "queue_wait", (("stat", "mean"),))


def text_of(response) -> str:
    body = response.text.split('<div id="first">')[1].split('<div id="react-entry-point">')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u202f", " ").split())


def course(value, low, high, n=40.0, figure=MEAN):
    return Course(figure, OCTOBER, {"2018-10": Reading("value", value, low, high, n)}, registry()[figure.metric])


def test_the_page_says_how_long_people_wait_and_where_that_is_clearly_worse(client):
    text = text_of(client.get("/waiting?period=2018-10"))
    assert "Those served wait 11.1 min on average" in text
    assert "Clearly worse than Foshan as a whole: Gaoming hall (23.1 min)." in text
    assert "The mean is over people who were called" in text and "(below zero or over 8 hours): 0." in text


def test_its_numbers_are_the_answers_of_the_metrics(client, tiny_city):
    text = text_of(client.get("/waiting?period=2018-10&place=440608"))
    span = {"start": date(2018, 10, 1), "end": date(2018, 11, 1), "where": (("district", "440608"),)}
    with Gate(tiny_city).holding().con.cursor() as con:
        for minutes in (5, 10, 15):
            share = answer(con, Query("wait_within_target", params=(("minutes", minutes),), **span)).to_json()["rows"][0]["value"]
            assert f"{minutes} min {share * 100:.1f} %" in text
        given_up = answer(con, Query("queue_abandonment", **span)).to_json()["rows"][0]["value"]
    assert f"Tickets given up {given_up * 100:.1f} % observed" in text


def test_choosing_an_hour_lists_the_halls_at_that_hour_and_a_hall_leads_on_with_it(client):
    response = client.get("/waiting?period=2018-10&pick=1-9")
    assert "Halls on Mondays 9–10 (Nov 2017 to Oct 2018)" in text_of(response)
    assert re.search(r'href="/site/S1\?[^"]*pick=1-9', response.text)


def test_the_page_is_chinese_throughout(client):
    text = text_of(client.get("/waiting?period=2018-10&lang=zh&pick=3"))
    assert "已叫号者平均等候11.1 分钟" in text and "周三" in text
    assert not re.search(r"\b(Mondays|halls|tickets|wait)\b", text.split("English")[1])


@pytest.fixture
def busy_hall(tiny_store, tmp_path) -> Settings:
    """A hall S3 to which forty people come at nine, to two windows, and ten at ten, to four; three days from Monday the 8th."""
    tiny_store.execute("""insert into mart_ticket by name
        select '440000' as province_code, '440600' as city_code, '440604' as district_code, '440604' as division_code, 'S3' as site_id, 'canonical' as source_id,
            day || '-' || hour || '-' || n as ticket_id, 'W' || n % windows as window_point_id, day::timestamp at time zone 'Asia/Shanghai' + to_hours(hour) as issued_at,
            day::date as issued_on, hour as issued_hour, false as is_appointment, 'served' as status, true as is_chain_head, false as is_repeat,
            false as is_implausible, true as is_called, false as is_abandoned, 2.0 as wait_minutes, 5.0 as service_minutes,
            case when n < windows then hour end as window_hour
        from generate_series(date '2018-10-08', date '2018-10-10', interval 1 day) as days(day), (values (9, 40, 2), (10, 10, 4)) as hours (hour, people, windows), range(0, people) as numbers(n)""")  # fmt: skip
    tiny_store.execute("""insert into mart_ticket by name select 'odd' as ticket_id, 'canonical' as source_id, 'S3' as site_id, '440604' as district_code,
        date '2018-10-08' as issued_on, true as is_implausible, true as is_chain_head, true as is_called""")
    build_rollups(tiny_store)
    settings = Settings.load(tmp_path)
    publish(tiny_store, settings, extra={})
    return settings


def hours_at(settings: Settings, pick: Pick) -> Hours:
    board = frame_of(Gate(settings), View("/waiting", period="2018-10", site="S3")).board()
    return hours_of(ask_hours(board, pick).ask(), pick)


def test_arrivals_and_windows_are_those_of_a_day_and_their_mismatch_is_named(busy_hall):
    hours = hours_at(busy_hall, Pick())
    assert hours.frame.select("hour", "arrivals", "open_windows", "wait").rows() == [(9, 40.0, 2.0, 2.0), (10, 10.0, 4.0, 2.0)]
    assert hours.days == 3
    assert hours_title(hours, "en") == "All days 9:00 to 10:00: 40.0 people come to 2.0 windows, clearly more to a window than over the day"
    tuesday = hours_at(busy_hall, Pick("2"))
    assert (tuesday.days, tuesday.frame["tickets"].to_list()) == (1, [40.0, 10.0])


def test_implausible_tickets_are_counted_where_they_are(busy_hall):
    gate, october = Gate(busy_hall), (date(2018, 10, 1), date(2018, 11, 1))
    assert implausible(gate, (("site", "S3"),), october) == 1
    assert implausible(gate, (("site", "S1"),), october) == 0


def test_no_mismatch_is_claimed_of_what_chance_would_do():
    frame = pl.DataFrame({"hour": [9, 10], "arrivals": [1.0, 0.5], "open_windows": [1.0, 1.0], "wait": [None, None], "tickets": [4.0, 2.0]})
    assert mismatch(Hours(frame, 4, week_span(OCTOBER), Pick())) is None
    assert mismatch(Hours(frame.clear(), 0, week_span(OCTOBER), Pick())) is None


@pytest.mark.parametrize(
    ("pick", "found"),
    [("3", Pick("3", "")), ("3-10", Pick("3", "10")), ("8", Pick()), ("3-24", Pick()), ("observed_level:2", Pick()), ("", Pick())],
)
def test_what_a_reader_picked_is_read_from_the_address(pick, found):
    assert Pick.of(View(pick=pick)) == found


def test_hours_that_follow_one_another_are_told_as_one_stretch():
    cells = [
        Cell(day, hour, Reading("value", value, n=20.0), 1)
        for day, hour, value in (("1", "10", 24.0), ("2", "9", 12.0), ("1", "9", 21.0), ("1", "14", 11.0))
    ]
    assert [[cell.hour for cell in run] for run in runs_of(cells)] == [["9", "10"], ["9"], ["14"]]
    assert peaks_text(cells, Look(unit="minutes")).replace("\u202f", " ") == "Mondays 9–11 (21.0–24.0 min) and Tuesdays 9–10 (12.0 min)"


def test_a_week_names_its_worse_side_and_says_when_no_hour_stands_out():
    within = Indicator("within", "wait_within_target", (("minutes", 10),))
    cells = (Cell("1", "9", Reading("value", 0.3, n=30.0), -1), Cell("1", "10", Reading("value", 0.9, n=30.0), 1))
    low = Week(cells, course(0.7, 0.6, 0.8, figure=within), week_span(OCTOBER))
    assert week_title(low, "Within 10 minutes", Look()).replace("\u202f", " ") == "Within 10 minutes: clearly lowest Mondays 9–10 (30.0 %)"
    even = Week((Cell("1", "9", Reading("value", 9.0, n=30.0), 0),), course(9.0, 8.0, 10.0), week_span(OCTOBER))
    assert "no hour clearly stands out" in week_title(even, "Mean wait", Look(unit="minutes"))


def test_a_typical_week_is_of_twelve_months_or_of_the_year():
    assert week_span(OCTOBER) == (date(2017, 11, 1), date(2018, 11, 1))
    assert week_span(Scope((), Period.parse("2018-Q3"), date(2018, 10, 31))) == (date(2017, 10, 1), date(2018, 10, 1))
    assert week_span(Scope((), Period.parse("2017"), date(2018, 10, 31))) == (date(2017, 1, 1), date(2018, 1, 1))


def test_a_gap_between_visitors_is_told_only_when_it_is_clear():
    assert (
        booking_title(course(9.0, 8.0, 10.0), course(3.0, 2.0, 4.0), "en").replace("\u202f", " ")
        == "With an appointment people wait 6.0 min less on average"
    )
    assert "no clear difference" in booking_title(course(9.0, 5.0, 13.0), course(8.0, 3.0, 13.0), "en")
    assert booking_title(course(9.0, 5.0, 13.0), course(None, None, None), "en") == "With and without an appointment"


def test_a_quantile_whose_upper_end_is_not_reached_is_judged_by_its_lower_one_alone():
    whole = course(33.0, 27.0, 41.0)
    sides = differences(
        [Group({"above": course(55.0, 49.0, None), "below": course(20.0, 10.0, None), "near": course(36.0, 22.0, None)}, whole)]
    )
    assert sides == [{"above": 1, "below": None, "near": 0}]


def test_conditions_leave_out_what_tickets_do_not_have():
    assert conditions_of((("district", "440604"), ("department", "D1"), ("site", "S1"))) == (
        "true and district_code = ? and site_id = ?",
        ["440604", "S1"],
    )

"""What a page asks for its figures, and what it makes of the answers: six years are asked at once, only its own periods are shown."""

from datetime import date

import pytest

from dashboards.board import Board
from dashboards.course import Scope
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.periods import Period
from dashboards.readings import Reading, Readings
from metrics.compile import Query

KEPT = Indicator("promise", "promise_kept_rate")
OPEN = Indicator("open", "open_cases")


def month(text):
    return Period(date.fromisoformat(f"{text}-01"))


def board(gate, period):
    scope = Scope((), month(period), date(2018, 10, 31))
    return Board(gate, scope).want([KEPT, OPEN]).want([KEPT], "district").ask()


def answered(gate):
    """How many answers are known once all that was asked is read."""
    for part in list(gate.holding().coming.values()):
        part.answered()
    return len(gate.holding().answers)


def test_another_month_of_the_last_years_finds_everything_answered(tiny_city):
    gate = Gate(tiny_city)
    october = board(gate, "2018-10")
    answers = answered(gate)
    march, earlier = board(gate, "2018-03"), board(gate, "2017-03")
    assert answered(gate) == answers
    for other, period in ((march, "2018-03"), (earlier, "2017-03")):
        assert other.course(KEPT).now == october.course(KEPT).at(month(period))
    assert march.courses(KEPT, "district").keys() == october.courses(KEPT, "district").keys()


def test_what_lies_further_back_is_asked_by_the_years_of_its_run_up(tiny_city):
    gate = Gate(tiny_city)
    board(gate, "2014-12")  # its two years before begin in 2012
    answers = answered(gate)
    board(gate, "2014-11")
    assert answered(gate) == answers
    board(gate, "2015-01")
    assert answered(gate) > answers


def of_district(gate, code, figures):
    scope = Scope((("district", code),), month("2018-10"), date(2018, 10, 31))
    return Board(gate, scope).want(figures).ask()


def test_another_district_finds_its_flows_answered_with_the_first_ones(tiny_city):
    gate = Gate(tiny_city)
    first = of_district(gate, "440604", [KEPT]).course(KEPT)
    answers = answered(gate)
    second = of_district(gate, "440608", [KEPT]).course(KEPT)
    assert answered(gate) == answers
    for code, course in (("440604", first), ("440608", second)):
        direct = Query("promise_kept_rate", ("month",), (("district", code),), date(2018, 10, 1), date(2018, 11, 1))
        [row] = gate.ask([direct]).frames[direct].iter_rows(named=True)
        assert (course.now.value, course.now.low, course.now.n) == (row["value"], row["low"], row["n"])
    assert first.now != second.now


def test_a_stock_that_a_district_has_none_of_is_none_there(tiny_city):
    assert of_district(Gate(tiny_city), "999999", [OPEN]).course(OPEN).now.value == 0


def test_what_lies_outside_the_periods_of_a_page_is_not_read(tiny_city):
    """The tiny city has cases from September 2016 on, in the year of the period shown and after it."""
    march = board(Gate(tiny_city), "2016-03")
    assert march.courses(KEPT, "district") == {}
    assert march.course(KEPT).now == Reading("not_provided")
    gate = Gate(tiny_city)
    october = board(gate, "2016-10").course(KEPT)
    assert october.series.drop_nulls("value")["period"].to_list() == ["2016-09", "2016-10"]
    due = "select avg(is_promise_kept::int) as share from mart_case where is_promise_countable and due_on between '2016-10-01' and '2016-10-31'"
    assert october.now.value == pytest.approx(gate.table(due)["share"][0])


def test_readings_are_made_one_by_one_and_once():
    made = []

    def read(n):
        made.append(n)
        return Reading("value", n / 100, n=n)

    readings = Readings({"2018-09": 20, "2018-10": 40}, read)
    assert (readings["2018-10"], readings["2018-10"], made) == (Reading("value", 0.4, n=40), Reading("value", 0.4, n=40), [40])
    assert (list(readings), len(readings), readings.get("2018-11")) == (["2018-09", "2018-10"], 2, None)
    with pytest.raises(KeyError):
        readings["2018-11"]

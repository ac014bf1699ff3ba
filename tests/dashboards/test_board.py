"""What a page asks for its figures, and what it makes of the answers: whole years are asked, only its own periods are read."""

from datetime import date

import pytest

from dashboards.board import Board
from dashboards.course import Scope
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.periods import Period
from dashboards.readings import Reading, Readings

KEPT = Indicator("promise", "promise_kept_rate")
OPEN = Indicator("open", "open_cases")


def month(text):
    return Period(date.fromisoformat(f"{text}-01"))


def board(gate, period):
    scope = Scope((), month(period), date(2018, 10, 31))
    return Board(gate, scope).want([KEPT, OPEN]).want([KEPT], "district").ask()


def test_another_month_of_a_year_finds_everything_answered(tiny_city):
    gate = Gate(tiny_city)
    october = board(gate, "2018-10")
    answers = len(gate.holding().answers)
    march = board(gate, "2018-03")
    assert len(gate.holding().answers) == answers
    assert march.course(KEPT).now == october.course(KEPT).at(month("2018-03"))
    assert march.courses(KEPT, "district").keys() == october.courses(KEPT, "district").keys()
    board(gate, "2017-03")
    assert len(gate.holding().answers) > answers


def test_what_lies_outside_the_periods_of_a_page_is_not_read(tiny_city):
    """The tiny city has cases from September 2016 on, in the year of the period shown and after it."""
    march = board(Gate(tiny_city), "2016-03")
    assert march.courses(KEPT, "district") == {}
    assert march.course(KEPT).now == Reading("not_provided")
    october = board(Gate(tiny_city), "2016-10").course(KEPT)
    assert list(october.readings) == ["2016-09", "2016-10"]
    assert october.now.value is not None


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

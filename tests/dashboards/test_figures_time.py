"""Lines over time, panels, survival curves and the hours of a day: values in their place, labels beside them, gaps as gaps."""

from datetime import date

import polars as pl
import pytest

from dashboards.figures.hourly import hourly
from dashboards.figures.lines import lines
from dashboards.figures.look import Look
from dashboards.figures.points import runs, unfinished
from dashboards.figures.small_multiples import small_multiples
from dashboards.figures.survival import Limits, stairs, survival
from dashboards.figures.time_axis import ticks
from dashboards.theme import LIGHT

DAYS = Look(unit="working_days")


def course(*values, provisional=0, **named):
    """Months from January 2018; the last ones provisional."""
    rows = [
        {
            "period": f"2018-{month:02}",
            "start": date(2018, month, 1),
            "value": value,
            "low": None if value is None else value - 1,
            "high": None if value is None else value + 1,
            "n": 40.0,
            "state": "value" if value is not None else "not_provided",
            "is_provisional": month > len(values) - provisional,
            **named,
        }
        for month, value in enumerate(values, start=1)
    ]
    return pl.DataFrame(rows, schema_overrides={"value": pl.Float64, "low": pl.Float64, "high": pl.Float64})


def named(figure, name):
    return [trace for trace in figure.data if trace.name == name]


THREE = pl.concat(
    [
        course(5.0, 4.0, 3.0, provisional=1, series="Actual"),
        course(8.0, 8.0, 8.0, series="Promised"),
        course(20.0, None, 20.0, series="Legal"),
    ]
)


def point(value, low=None, high=None, late=False):
    return {"value": value, "low": low, "high": high, "is_provisional": late}


def test_what_is_unfinished_goes_on_from_the_last_settled_value():
    first, second, gap, late = point(1), point(2), point(None), point(3, late=True)
    assert unfinished([first, second, gap, late]) == [second, late]
    assert unfinished([late]) == [late]
    assert unfinished([first, second, point(None, late=True)]) == []
    assert unfinished([{"value": 1}, {"value": 2}]) == [], "a course that does not say so is settled"


def test_intervals_are_parted_where_a_lower_end_is_missing():
    a, b, c = point(1, 0, 2), point(2, 1, 3), point(3, 2, 4)
    half = point(9, low=8)
    assert runs([a, b, point(None), point(None), c]) == [[a, b], [c]]
    assert runs([a, half, b]) == [[a, b]]
    assert runs([half, point(5), half]) == []


def test_lines_carry_their_values_and_only_the_first_its_interval():
    figure = lines(THREE, DAYS).checked()
    assert list(named(figure, "Actual")[0].y) == [5.0, 4.0]
    assert list(named(figure, "Legal")[0].y) == [20.0, None, 20.0] and named(figure, "Legal")[0].connectgaps is False
    (band,) = named(figure, "interval")
    assert list(band.y) == [4.0, 3.0, 5.0, 6.0]
    assert named(figure, "Actual")[0].line.color == LIGHT.accent


def test_lines_are_labelled_with_their_last_complete_values_from_low_to_high():
    figure = lines(THREE, DAYS).checked()
    labels = sorted(figure.layout.annotations, key=lambda note: (note.name == "unit", note.y))
    assert [note.text for note in labels] == [
        "Actual <b>4.0</b>", "Promised <b>8.0</b>", "Legal <b>20.0</b>", "working days",
    ]  # fmt: skip
    assert named(figure, "Actual provisional")[0].line.dash == "dash"
    assert list(named(figure, "Actual provisional")[0].y) == [4.0, 3.0]


def test_a_short_unit_stays_with_its_value():
    figure = lines(course(5.0, 4.5, series="Wait"), Look(unit="minutes")).checked()
    assert [note.text for note in figure.layout.annotations] == ["Wait <b>4.5\u202fmin</b>"]


def test_labels_of_lines_that_end_together_are_pushed_apart():
    figure = lines(pl.concat([course(5.0, 5.0, series="A"), course(5.1, 5.1, series="B"), course(9.0, 9.0, series="C")]), DAYS).checked()
    low, high = figure.layout.yaxis.range
    places = sorted(note.y for note in figure.layout.annotations if note.name != "unit")
    assert places[1] - places[0] >= (high - low) * 17 / 240 - 1e-9
    assert all(low <= place <= high for place in places)


def test_panels_share_one_axis_and_show_the_last_complete_value():
    rows = pl.concat(
        [course(0.2, 0.3, 0.9, provisional=1, part="A", href="/district/1"), course(0.6, 0.7, 0.8, part="B", href="/district/2")]
    )
    figure = small_multiples(rows, Look(), course(0.4, 0.5, 0.5)).checked()
    assert [list(trace.y) for trace in named(figure, "value")] == [[20, 30], pytest.approx([60, 70, 80])]
    assert len(named(figure, "reference")) == 2
    assert [note.text for note in figure.layout.annotations] == ["A<br><b>30.0\u202f%</b>", "B<br><b>80.0\u202f%</b>"]
    assert figure.layout.yaxis.range == figure.layout.yaxis2.range
    assert set(named(figure, "value")[1].customdata) == {"/district/2"}


def test_a_panel_without_values_keeps_its_place_and_says_why():
    figure = small_multiples(pl.concat([course(0.2, part="A"), course(None, part="B")]), Look()).checked()
    assert [note.text for note in figure.layout.annotations] == ["A<br><b>20.0\u202f%</b>", "B<br><b>Not provided</b>"]


def test_at_most_24_panels_are_drawn():
    figure = small_multiples(pl.concat([course(0.2, part=f"P{number}") for number in range(30)]), Look()).checked()
    assert len(figure.layout.annotations) == 24


def curve(name, *points):
    """(day, survival)"""
    return pl.DataFrame(
        [{"name": name, "day": float(day), "survival": s, "low": s - 0.05, "high": min(s + 0.05, 1.0), "at_risk": 50} for day, s in points]
    )


CURVES = pl.concat([curve("Permits", (2, 0.6), (5, 0.2)), curve("Registry", (1, 0.9), (6, 0.7))])


def test_a_survival_curve_starts_with_all_open_and_falls_in_steps():
    figure = survival(CURVES, Look(), Limits(promised=5, legal=20)).checked()
    (line,) = named(figure, "Permits")
    assert (list(line.x), list(line.y)) == ([0, 2, 5], [100, 60, 20])
    assert line.line.shape == "hv"
    assert (
        line.hovertext[1]
        == "<b>Permits</b><br>60.0\u202f% still open after 2\u202fworking days<br>95 %: 55.0–65.0\u202f%<br>50 still being followed"
    )
    assert [(shape.name, shape.x0) for shape in figure.layout.shapes] == [("promised", 5), ("legal", 20)]
    assert figure.layout.xaxis.range[1] > 20


def test_curves_are_named_where_they_lie_furthest_apart():
    figure = survival(CURVES, Look()).checked()
    labels = [note for note in figure.layout.annotations if note.name == "curve"]
    assert {(note.text, note.x) for note in labels} == {("<b>Permits</b>", 5), ("<b>Registry</b>", 5)}


def test_no_more_than_four_curves_are_drawn():
    figure = survival(pl.concat([curve(f"C{number}", (1, 0.9 - number / 10)) for number in range(6)]), Look()).checked()
    assert [trace.name for trace in figure.data if trace.name != "interval"] == ["C0", "C1", "C2", "C3"]


def test_stairs_hold_each_height_up_to_the_next_day():
    assert stairs([0, 2, 5], [1.0, 0.6, 0.2]) == ([0, 2, 2, 5, 5], [1.0, 1.0, 0.6, 0.6, 0.2])


HOURS = pl.DataFrame({"hour": [8, 9, 10], "arrivals": [12.0, 40.0, 33.5], "open_windows": [2.0, 4.0, 4.0], "wait": [None, 6.0, 9.5]})


def test_the_hours_of_a_day_stand_in_panels_over_one_another_from_zero():
    figure = hourly(HOURS, Look(unit="minutes")).checked()
    assert {trace.name: list(trace.y) for trace in figure.data} == {
        "arrivals": [12.0, 40.0, 33.5], "open_windows": [2.0, 4.0, 4.0], "wait": [None, 6.0, 9.5],
    }  # fmt: skip
    assert {trace.yaxis for trace in figure.data} == {"y", "y2", "y3"}
    assert all(axis.range[0] == 0 for axis in (figure.layout.yaxis, figure.layout.yaxis2, figure.layout.yaxis3))
    assert figure.data[0].hovertext[2] == "<b>33.5</b>  Arrivals, 10:00 to 11:00"
    assert figure.data[2].hovertext[0].startswith("<b>no value</b>")


def test_a_panel_that_nobody_delivered_is_left_out():
    figure = hourly(HOURS.drop("wait"), Look(unit="minutes")).checked()
    assert [note.text for note in figure.layout.annotations] == ["<b>Arrivals</b>", "<b>Open windows</b>"]


def test_ticks_are_halves_of_years_for_months_and_years_for_years():
    months = [date(2017 + month // 12, month % 12 + 1, 1) for month in range(18)]
    assert [text for _, text in ticks(months, "en")] == ["Jan<br>2017", "Jul", "Jan<br>2018"]
    assert [text for _, text in ticks([date(year, 1, 1) for year in (2016, 2017)], "zh")] == ["2016", "2017"]
    assert ticks([], "en") == []

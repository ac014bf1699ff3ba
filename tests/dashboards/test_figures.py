"""Figures draw the numbers that they are given: all of them, in their place, and nothing where there is nothing."""

from datetime import date

import polars as pl
import pytest

from dashboards.figures.comparison import comparison, twin_bars
from dashboards.figures.look import Look, span
from dashboards.figures.marks import Scale, sparkline
from dashboards.figures.trend import Extras, trend
from dashboards.standings import path_at
from metrics.target import Target
from metrics.targets import Point, TargetStatus

TYPES = {
    "period": pl.String,
    "start": pl.Date,
    "is_provisional": pl.Boolean,
    "state": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Float64,
}
LOOK = Look()


def standing(value, due_on, baseline=None, begun=None, **more):
    target = Target("t", "x", None, None, None, None, None, ">=", value, baseline, begun, due_on, None, False)
    path = (Point(begun, baseline), Point(due_on, value)) if begun else ()
    return TargetStatus(target, "at_risk", "behind_path", path=path, **more)


def series(*rows):
    """(month, value, low, high, provisional)"""
    filled = [
        {
            "period": f"2018-{m:02}",
            "start": date(2018, m, 1),
            "is_provisional": p,
            "state": "value" if v is not None else "not_applicable",
            "value": v,
            "low": lo,
            "high": hi,
            "n": 50.0,
        }
        for m, v, lo, hi, p in rows
    ]
    return pl.DataFrame(filled, schema=TYPES)


def traces(figure, name):
    return [trace for trace in figure.data if trace.name == name]


def test_a_trend_draws_shares_in_per_cent_and_breaks_at_gaps():
    figure = trend(series((1, 0.1, 0.05, 0.15, False), (2, None, None, None, False), (3, 0.3, 0.25, 0.35, False)), LOOK).checked()
    (line,) = traces(figure, "value")
    assert list(line.y) == [10.0, None, 30.0]
    assert line.connectgaps is False
    assert [note.text for note in figure.layout.annotations] == ["<b>30.0\u202f%</b>"]


def test_the_interval_is_one_closed_band_for_each_unbroken_run():
    rows = [(m, 0.2, 0.1, 0.3, False) for m in (1, 2, 3)] + [(4, None, None, None, False)] + [(m, 0.4, 0.3, 0.5, False) for m in (5, 6)]
    bands = traces(trend(series(*rows), LOOK).checked(), "interval")
    assert [len(band.x) for band in bands] == [6, 4]
    assert list(bands[0].y) == pytest.approx([10, 10, 10, 30, 30, 30])


def test_a_provisional_period_is_dashed_from_the_last_settled_one_and_is_not_labelled():
    figure = trend(series((1, 0.1, None, None, False), (2, 0.2, None, None, False), (3, 0.9, None, None, True)), LOOK).checked()
    (tail,) = traces(figure, "provisional")
    assert list(tail.y) == pytest.approx([20, 90])
    assert tail.line.dash == "dash"
    assert figure.layout.annotations[0].text == "<b>20.0\u202f%</b>"
    assert list(traces(figure, "value")[0].y) == pytest.approx([10, 20])


def test_the_target_path_runs_from_its_baseline_to_its_value_on_the_due_date():
    found = standing(0.4, date(2018, 7, 1), 0.1, date(2018, 1, 1))
    figure = trend(series((1, 0.1, None, None, False), (4, 0.2, None, None, False)), LOOK, Extras(found)).checked()
    (path,) = traces(figure, "target")
    assert (path.x[0], path.x[-1]) == (date(2018, 1, 1), date(2018, 7, 1))
    assert (path.y[0], path.y[-1]) == pytest.approx((10, 40))
    assert path_at(found, date(2018, 4, 1)) == pytest.approx(0.1 + 0.3 * 90 / 181)
    assert path_at(found, date(2019, 1, 1)) == 0.4
    assert path_at(standing(10, date(2018, 7, 1)), date(2018, 2, 1)) == 10


def test_a_forecast_continues_the_line_from_the_month_that_it_was_made_in():
    ahead = (Point(date(2018, 3, 31), 0.3, 0.2, 0.4), Point(date(2018, 4, 30), 0.4, 0.25, 0.55))
    found = standing(0.4, date(2018, 4, 30), measured_on=date(2018, 2, 28), forecast=ahead)
    figure = trend(series((1, 0.1, None, None, False), (2, 0.2, None, None, False)), LOOK, Extras(found)).checked()
    (line,) = traces(figure, "forecast")
    assert list(line.x) == [date(2018, 2, 1), date(2018, 3, 1), date(2018, 4, 1)]
    assert list(line.y) == pytest.approx([20, 30, 40])
    (band,) = traces(figure, "chance")
    assert list(band.y) == pytest.approx([20, 25, 55, 40])
    older = standing(0.4, date(2018, 4, 30), measured_on=date(2015, 2, 28), forecast=ahead)
    assert traces(trend(series((1, 0.1, None, None, False)), LOOK, Extras(older)).checked(), "forecast") == []


@pytest.mark.parametrize(
    "rows", [[], [(1, 0.5, 0.4, 0.6, False)], [(m, None, None, None, False) for m in (1, 2, 3)], [(1, 0.5, None, None, True)]]
)
def test_empty_single_and_missing_series_still_make_a_figure(rows):
    figure = trend(series(*rows), LOOK, Extras(standing(0.6, date(2018, 12, 31)))).checked()
    low, high = figure.layout.yaxis.range
    assert low < high


def test_minutes_are_drawn_as_they_are_and_hours_of_text_are_in_the_readers_language():
    figure = trend(series((1, 4.8, 4.5, 5.1, False), (2, 5.2, 4.9, 5.5, False)), Look("zh", unit="minutes")).checked()
    (line,) = traces(figure, "value")
    assert list(line.y) == [4.8, 5.2]
    assert line.customdata[0].startswith("<b>4.8\u202f分钟</b>  2018年1月")
    assert "95%区间：4.5–5.1\u202f分钟" in line.customdata[0]


def test_axis_ranges_hold_the_values_and_shares_stay_within_bounds():
    low, high = span([96.0, 99.5], LOOK)
    assert low <= 96 and 99.5 <= high <= 102
    assert span([1.0, 50.0], LOOK)[0] == 0
    assert span([], LOOK) == (0, 100)
    assert span([None, None], Look(unit="minutes")) == (0, 1)


PLACES = pl.DataFrame(
    [
        {"code": "1", "name": "Chancheng", "value": 0.5, "low": 0.45, "high": 0.55, "n": 400.0, "href": "/district/1"},
        {"code": "2", "name": "Gaoming", "value": 0.2, "low": None, "high": None, "n": 20.0, "href": "/district/2"},
        {"code": "3", "name": "Sanshui", "value": None, "low": None, "high": None, "n": None, "href": "/district/3"},
    ]
)


def test_a_comparison_shows_each_known_place_with_its_interval_and_its_address():
    figure = comparison(PLACES, LOOK, highlight="1", reference=0.3).checked()
    (dots,) = figure.data
    assert list(dots.x) == [50, 20]
    assert list(dots.customdata) == ["/district/1", "/district/2"]
    assert list(dots.error_x.array) == pytest.approx([5, 0])
    assert list(dots.error_x.arrayminus) == pytest.approx([5, 0])
    assert [name.split("  ")[0] for name in dots.y] == ["Chancheng", "Gaoming"]
    assert dots.marker.color[0] != dots.marker.color[1]
    assert figure.layout.shapes[0].x0 == 30


def test_a_comparison_of_nothing_is_an_empty_figure():
    figure = comparison(PLACES.filter(pl.col("code") == "3"), LOOK).checked()
    assert list(figure.data[0].x) == []


def test_twin_bars_start_at_zero_and_leave_out_what_is_missing():
    places = pl.DataFrame({"name": ["A", "B"], "declared": [0.6, None], "observed": [0.4, 0.3], "href": ["/district/1", "/district/2"]})
    figure = twin_bars(places, LOOK).checked()
    assert figure.layout.xaxis.range[0] == 0
    assert {bar.name: list(bar.x) for bar in figure.data} == {"observed": [40, 30], "declared": [60, None]}
    assert {bar.name: list(bar.text) for bar in figure.data}["declared"] == ["60.0\u202f%", ""]
    assert twin_bars(places.clear(), LOOK).checked().layout.xaxis.range[1] > 0


def test_a_sparkline_keeps_gaps_and_marks_the_last_value():
    image = sparkline([1.0, None, 3.0, 2.0])
    assert image is not None
    assert image.count("M") == 2 and image.count("L") == 1
    assert "cx%3D%2769.0%27" in image
    assert sparkline([None, None]) is None
    assert sparkline([]) is None
    assert "11.0" in sparkline([5.0])


def test_marks_lie_between_0_and_100_per_cent_of_their_scale():
    scale = Scale.around([0.2, None, 0.7])
    assert scale is not None
    assert scale.place(scale.low) == 0 and scale.place(scale.high) == 100 and scale.place(99) == 100
    assert 0 < scale.place(0.2) < scale.place(0.7) < 100
    assert Scale.around([None]) is None

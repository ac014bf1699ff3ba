"""Funnels, bars and maps: who lies outside is named, bars start at zero, outlines keep their holes, names stay inside."""

import math

import polars as pl
import pytest

from dashboards.figures.area_map import Ground, area_map, map_alt
from dashboards.figures.funnel import Limits, funnel, limits_of_shares
from dashboards.figures.hbars import hbars
from dashboards.figures.look import Look
from dashboards.figures.outlines import areas_of, code_of, spots_for_names
from dashboards.figures.shades import shades
from dashboards.theme import LIGHT

CURVE = pl.DataFrame({"n": [10.0, 1000.0], "low_95": [0.3, 0.45], "high_95": [0.7, 0.55], "low_998": [0.2, 0.4], "high_998": [0.8, 0.6]})
HALLS = pl.DataFrame(
    [
        {"code": "a", "name": "Inside", "n": 500.0, "value": 0.5, "href": "/site/a"},
        {"code": "b", "name": "Above", "n": 1000.0, "value": 0.7, "href": "/site/b"},
        {"code": "c", "name": "Below", "n": 1000.0, "value": 0.3, "href": "/site/c"},
        {"code": "d", "name": "Nobody", "n": 0.0, "value": None, "href": "/site/d"},
    ]
)


def named(figure, name):
    return next(trace for trace in figure.data if trace.name == name)


def test_only_points_outside_the_limits_are_named_with_a_sign():
    figure = funnel(HALLS, Look(), Limits(0.5, CURVE, direction=1)).checked()
    points = named(figure, "points")
    assert list(points.y) == pytest.approx([50, 70, 30])
    assert list(points.customdata) == ["/site/a", "/site/b", "/site/c"]
    assert list(points.marker.color) == [LIGHT.accent, LIGHT.good, LIGHT.bad]
    assert {note.text for note in figure.layout.annotations if note.name in list("abcd")} == {"✓ Above", "! Below"}
    assert points.hovertext[2].endswith("below what chance would give")


def test_a_verdict_that_is_given_counts_more_than_the_curve():
    given = HALLS.with_columns(verdict=pl.Series(["high", "inside", "inside", None]))
    figure = funnel(given, Look(), Limits(0.5, CURVE, direction=-1)).checked()
    assert {note.text for note in figure.layout.annotations if note.name in list("abcd")} == {"! Inside"}


def test_without_a_direction_nobody_is_good_or_bad():
    colours = set(named(funnel(HALLS, Look(), Limits(0.5, CURVE)).checked(), "points").marker.color)
    assert colours == {LIGHT.accent, LIGHT.ink}


def test_limits_of_shares_are_those_of_a_binomial_and_close_in_with_size():
    limits = limits_of_shares(0.5, pl.Series([50.0, 40000.0]))
    last = limits.curve.row(-1, named=True)
    assert last["high_95"] == pytest.approx(0.5 + 1.96 * math.sqrt(0.25 / last["n"]), abs=1e-4)
    assert last["high_998"] == pytest.approx(0.5 + 3.09 * math.sqrt(0.25 / last["n"]), abs=1e-4)
    assert limits.curve["high_95"][0] > last["high_95"] and not limits.curve["high_998"].is_nan().any()


def test_sizes_far_apart_are_drawn_on_a_logarithmic_axis():
    far = HALLS.with_columns(n=pl.Series([12.0, 500.0, 900.0, 0.0]))
    assert funnel(far, Look(), Limits(0.5, CURVE)).checked().layout.xaxis.type == "log"
    assert funnel(HALLS, Look(), Limits(0.5, CURVE)).checked().layout.xaxis.type is None


ROWS = pl.DataFrame(
    [
        {"name": "Tax", "value": 0.6, "low": 0.5, "high": 0.7, "n": 90.0, "state": "value", "target": 0.8, "href": "/department/1"},
        {
            "name": "Civil affairs",
            "value": None,
            "low": None,
            "high": None,
            "n": 4.0,
            "state": "insufficient_n",
            "target": None,
            "href": None,
        },
    ]
)


def test_bars_start_at_zero_with_interval_and_target():
    figure = hbars(ROWS, Look()).checked()
    bar, target = named(figure, "value"), named(figure, "target")
    assert list(bar.x) == [60, None] and figure.layout.xaxis.range[0] == 0
    ends = (bar.error_x.array, bar.error_x.arrayminus)
    assert [first for first, _ in ends] == pytest.approx([10, 10]) and [last for _, last in ends] == [None, None]
    assert (list(target.x), list(target.y)) == ([80], [0])
    assert list(bar.customdata) == ["/department/1", ""]
    assert bar.hovertext[0].endswith("Target 80.0\u202f%")


def test_a_row_without_a_value_keeps_its_place_and_says_why():
    assert list(hbars(ROWS, Look()).checked().layout.yaxis.ticktext) == ["Tax  <b>60.0\u202f%</b>", "Civil affairs  <b>Too few cases</b>"]


def test_long_names_stand_over_their_bars():
    figure = hbars(ROWS.with_columns(name=pl.lit("Bureau of housing and urban development")), Look()).checked()
    assert set(figure.layout.yaxis.ticktext) == {""}
    assert figure.layout.annotations[0].text == "Bureau of housing and urban develop…  <b>60.0\u202f%</b>"


def test_below_zero_the_axis_follows_the_values():
    rows = pl.DataFrame({"name": ["A", "B"], "value": [-2.0, 3.0]})
    low, high = hbars(rows, Look(unit="points")).checked().layout.xaxis.range
    assert low < -2 and high > 3


def square(x, y, size):
    return [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]


FEATURES = [
    {
        "id": "1",
        "properties": {"name": "West"},
        "geometry": {"type": "Polygon", "coordinates": [square(113.0, 23.0, 0.3), square(113.1, 23.1, 0.1)]},
    },
    {
        "properties": {"adcode": 2},
        "geometry": {"type": "MultiPolygon", "coordinates": [[square(113.4, 23.0, 0.2)], [square(113.7, 23.2, 0.05)]]},
    },
    {"properties": {"code": "3"}, "geometry": {"type": "Polygon", "coordinates": [square(113.4, 23.4, 0.2)]}},
    {"properties": {"code": "9"}, "geometry": {"type": "Point", "coordinates": [113.0, 23.0]}},
    {"properties": {}, "geometry": {"type": "Polygon", "coordinates": [square(0, 0, 1)]}},
]
AREAS = pl.DataFrame(
    [
        {"code": "1", "name": "West", "value": 0.2, "low": 0.1, "high": 0.3, "n": 90.0, "state": "value", "href": "/district/1"},
        {"code": "2", "name": "East", "value": 0.8, "low": 0.7, "high": 0.9, "n": 90.0, "state": "value", "href": "/district/2"},
        {"code": "3", "name": "North", "value": None, "low": None, "high": None, "n": None, "state": "not_provided", "href": "/district/3"},
    ]
)


def test_areas_are_found_by_code_under_usual_names_and_other_shapes_are_left_out():
    assert [area.code for area in areas_of(FEATURES)] == ["1", "2", "3"]
    assert code_of({"properties": {"gb": "156440604", "town": "7"}}, "town") == "7"
    assert code_of({"properties": None}) == ""


def test_holes_run_against_their_outline_and_parts_are_parted_by_gaps():
    west, east, _ = areas_of(FEATURES)

    def turn(x, y):
        return sum(x[i] * y[i + 1] - x[i + 1] * y[i] for i in range(len(x) - 1))

    cut = west.x.index(None)
    assert turn(west.x[:cut], west.y[:cut]) > 0 > turn(west.x[cut + 1 :], west.y[cut + 1 :])
    assert east.x.count(None) == 1


def test_a_name_stands_inside_its_area_and_not_in_the_hole():
    west = areas_of(FEATURES)[0]
    for spot in west.spots:
        assert 113.0 < spot.x < 113.3 and 23.0 < spot.y < 23.3
        assert not (113.1 < spot.x < 113.2 and 23.1 < spot.y < 23.2)


def test_names_keep_clear_of_one_another_and_of_sites():
    inner = {"properties": {"code": "in"}, "geometry": {"type": "Polygon", "coordinates": [square(113.1, 23.1, 0.1)]}}
    areas = areas_of([FEATURES[0], inner])
    spots = spots_for_names(areas)
    assert abs(spots["1"].y - spots["in"].y) > 0.3 * 0.11
    taken = spots_for_names(areas, [(spots["1"].x, spots["1"].y)])["1"]
    assert (taken.x, taken.y) != (spots["1"].x, spots["1"].y)


def test_a_map_tints_areas_by_class_and_hatches_what_is_not_provided():
    figure = area_map(AREAS, Look(), Ground(FEATURES, selected="2")).checked()
    low, high = shades(LIGHT, 2)
    assert {code: named(figure, code).fillcolor for code in "12"} == {"1": low, "2": high}
    assert named(figure, "3").fillpattern.shape == "/" and named(figure, "1").fillpattern.shape is None
    assert named(figure, "2").line.color == LIGHT.ink
    assert [trace.name for trace in figure.data][:3] == ["1", "3", "2"], "the selected one lies over its neighbours"


def test_a_map_leads_on_and_tells_its_values():
    figure = area_map(AREAS, Look(), Ground(FEATURES)).checked()
    assert named(figure, "1").meta == "/district/1"
    assert named(figure, "1").text == "<b>20.0\u202f%</b>  West<br>95 %: 10.0–30.0\u202f%<br>n = 90"
    assert set(named(figure, "names").customdata) == {"/district/1", "/district/2", "/district/3"}
    shown = [*named(figure, "names").text, *(note.text for note in figure.layout.annotations)]
    assert {"West<br><b>20.0\u202f%</b>", "North<br><b>Not provided</b>", "20.0\u202f% to 80.0\u202f% · hatched: no value"} <= set(shown)
    assert map_alt(AREAS, Look()) == "West 20.0\u202f%, East 80.0\u202f% and North Not provided"


def test_a_map_is_as_high_as_it_is_on_the_ground():
    figure = area_map(AREAS, Look(), Ground(FEATURES)).checked()
    assert figure.layout.yaxis.scaleanchor == "x"
    assert figure.layout.yaxis.scaleratio == pytest.approx(1 / math.cos(math.radians(23.3)))


def test_sites_stand_on_top_with_their_addresses():
    sites = pl.DataFrame(
        {"lon": [113.05, None], "lat": [23.05, None], "name": ["Hall", "Nowhere"], "value": [4.8, 2.0], "href": ["/site/1", "/site/2"]}
    )
    figure = area_map(AREAS, Look(unit="minutes"), Ground(FEATURES, sites=sites)).checked()
    assert figure.data[-1].name == "sites"
    assert (list(figure.data[-1].x), list(figure.data[-1].customdata)) == ([113.05], ["/site/1"])


def test_without_outlines_a_map_says_so():
    figure = area_map(AREAS, Look(), Ground([])).checked()
    assert "No data for this period" in figure.layout.annotations[0].text

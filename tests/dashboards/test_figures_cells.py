"""Grids of cells: every value in its cell, text that can be read on it, and nothing where nothing was counted."""

from datetime import date

import polars as pl
import pytest

from dashboards.figures.calendar import calendar, calendar_alt
from dashboards.figures.heat_map import Grid, heat_map, heat_map_alt
from dashboards.figures.look import Look
from dashboards.figures.matrix import Levels, matrix
from dashboards.figures.shades import blend, ink_on, shades
from dashboards.theme import DARK, LIGHT, contrast

MINUTES = Look(unit="minutes")
GRID = Grid([("mon", "Monday"), ("tue", "Tuesday")], [(9, "9:00"), (10, "10:00"), (11, "11:00")])
LEVELS = Levels([("1", "L1"), ("2", "L2"), ("3", "L3")], [("none", "Untested")])


def cells(*rows):
    """(weekday, hour, value, state)"""
    known = [{"y_key": y, "x_key": x, "value": value, "n": 40.0, "state": state, "href": f"/site/{x}"} for y, x, value, state in rows]
    return pl.DataFrame(known, schema_overrides={"value": pl.Float64})


WAITS = cells(("mon", 9, 2.0, "value"), ("mon", 10, 12.0, "value"), ("tue", 9, None, "insufficient_n"), ("tue", 10, 7.0, "value"))


def trace(figure, name):
    return next(found for found in figure.data if found.name == name)


def test_a_heat_map_puts_each_value_in_its_cell_and_the_address_with_it():
    grid = trace(heat_map(WAITS, MINUTES, GRID).checked(), "cells")
    assert [list(line) for line in grid.z] == [[2.0, 12.0, None], [None, 7.0, None]]
    assert (grid.zmin, grid.zmax) == (2.0, 12.0)
    assert grid.customdata[0][1] == "/site/10" and grid.customdata[1][2] == ""


def test_a_cell_without_a_value_is_a_dash_and_says_why():
    figure = heat_map(WAITS, MINUTES, GRID).checked()
    assert list(trace(figure, "texts").text) == ["2.0", "12.0", "–", "–", "7.0", "–"]
    hovers = trace(figure, "cells").hovertext
    assert hovers[1][0] == "<b>Tuesday, 9:00</b><br>Too few cases"
    assert hovers[1][2] == "<b>Tuesday, 11:00</b><br>Not provided"
    assert hovers[0][1] == "<b>12.0\u202fmin</b>  Monday, 10:00<br>n = 40"


def test_the_first_row_is_on_top_and_shares_are_drawn_in_per_cent():
    figure = heat_map(cells(("mon", 9, 0.25, "value")), Look(), GRID).checked()
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    assert list(figure.layout.yaxis.ticktext) == ["Monday", "Tuesday"]
    assert trace(figure, "cells").z[0][0] == 25.0


def test_text_is_left_out_where_it_would_not_fit_but_dashes_stay():
    hours = [(hour, str(hour)) for hour in range(24)]
    figure = heat_map(cells(*[("mon", hour, 10.5, "value") for hour in range(23)]), MINUTES, Grid([("mon", "Monday")], hours)).checked()
    assert list(trace(figure, "texts").text) == [*[""] * 23, "–"]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_text_on_every_cell_can_be_read(palette):
    rows = [("mon", hour, float(hour), "value") for hour in range(9, 21)]
    columns = [(hour, str(hour)) for hour in range(9, 21)]
    figure = heat_map(cells(*rows), Look(palette=palette, unit="minutes"), Grid([("mon", "Monday")], columns)).checked()
    used = [colour for _, colour in trace(figure, "cells").colorscale]
    inks = set(trace(figure, "texts").textfont.color)
    assert inks == {palette.ink, palette.surface}, "the ink flips between faint and strong cells"
    assert all(contrast(ink_on(ground, palette), ground) >= 4.5 for ground in used)


def test_the_extremes_of_a_heat_map_in_words():
    assert heat_map_alt(WAITS, MINUTES, GRID) == "Highest 12.0\u202fmin (Monday, 10:00); lowest 2.0\u202fmin (Monday, 9:00)."
    assert heat_map_alt(WAITS.clear(), MINUTES, GRID) == "No data for this period"


COUNTS = pl.DataFrame(
    [
        {"row": "1", "column": "1", "count": 20, "href": "/depth?cell=11"},
        {"row": "3", "column": "1", "count": 8, "href": "/depth?cell=31"},
        {"row": "3", "column": "2", "count": 5, "href": "/depth?cell=32"},
        {"row": "2", "column": "3", "count": 4, "href": "/depth?cell=23"},
        {"row": "3", "column": "none", "count": 7, "href": "/depth?cell=3n"},
    ]
)


def test_a_matrix_parts_what_is_declared_too_high_from_what_agrees_and_what_is_untested():
    figure = matrix(COUNTS, MINUTES, LEVELS).checked()
    assert [list(line) for line in trace(figure, "over_declared").z] == [[None] * 4, [None] * 4, [8, 5, None, None]]
    assert [list(line) for line in trace(figure, "agreed").z] == [[20, None, None, None], [None, None, 4, None], [None] * 4]
    assert trace(figure, "beside").z[2][3] == 7
    assert trace(figure, "over_declared").customdata[2][0] == "/depth?cell=31"


def test_a_matrix_counts_both_sides_in_words_and_outlines_the_diagonal():
    figure = matrix(COUNTS, MINUTES, LEVELS).checked()
    said = {note.name: (note.text, note.font.color) for note in figure.layout.annotations}
    assert said["over"] == ("! Declared higher than observed: 13", LIGHT.bad)
    assert said["under"][0] == "Observed higher than declared: 4"
    assert [(shape.x0 + shape.x1) / 2 for shape in figure.layout.shapes] == [0, 1, 2]


def test_a_matrix_leaves_pairs_that_never_occur_blank():
    texts = list(trace(matrix(COUNTS, MINUTES, LEVELS).checked(), "texts").text)
    assert texts == ["20", "", "", "", "", "", "4", "", "8", "5", "", "7"]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_tinted_side_is_of_the_bad_hue_and_readable(palette):
    figure = matrix(COUNTS, Look(palette=palette, unit="items"), LEVELS).checked()
    tints = [colour for _, colour in trace(figure, "over_declared").colorscale]
    assert tints[-1] == blend(palette.surface, palette.bad, 0.42)
    assert all(contrast(palette.ink, tint) >= 4.5 for tint in tints)


def test_shades_run_from_faint_to_strong():
    lightness = [contrast(shade, LIGHT.surface) for shade in shades(LIGHT, 6)]
    assert lightness == sorted(lightness) and len(set(lightness)) == 6
    assert shades(LIGHT, 6)[-1] == LIGHT.accent


DAYS = pl.DataFrame(
    [
        {"row": "Halls", "day": date(2018, 10, 1), "state": "complete"},
        {"row": "Halls", "day": date(2018, 10, 2), "state": "late"},
        {"row": "Ratings", "day": date(2018, 10, 2), "state": "missing"},
    ]
)


def test_a_calendar_says_of_each_source_and_day_what_came():
    figure = calendar(DAYS, MINUTES).checked()
    days = trace(figure, "days")
    assert [list(line) for line in days.z] == [[0, 1], [3, 2]]
    assert days.hovertext[1][1] == "<b>Ratings</b><br>2 October 2018: nothing came"
    assert list(trace(figure, "texts").text) == ["", "!", "", "×"]
    (key,) = [note.text for note in figure.layout.annotations]
    assert all(word in key for word in ("complete", "came late", "nothing came", "not expected"))
    assert calendar_alt(DAYS, MINUTES) == "3 days: 1 complete, 1 came late, 1 nothing came."

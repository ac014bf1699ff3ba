"""Residents within reach of a point, by hand: radius, night, a feed that is missing."""

from __future__ import annotations

from datetime import date

from metrics.evaluate import Query, answer

CELLS = [(100, 400.0, None), (200, 900.0, 900.0), (300, 1000.0, 1400.0), (400, 1400.0, None), (1000, None, None)]


def reach(con, **params):
    [row] = answer(con, Query("reach_15min", params=tuple(params.items()))).rows
    return row["value"] if row["state"] == "value" else row["state"]


def fill(con, make_mart):
    make_mart(con, "mart_population_cell", [
        {"cell_id": f"C{n}", "valid_to": date(9999, 12, 31), "population": population, "nearest_metres": day, "nearest_night_metres": night}
        for n, (population, day, night) in enumerate(CELLS)
    ])  # fmt: skip


def test_residents_within_each_radius_by_day_and_night(con, make_mart):
    fill(con, make_mart)
    make_mart(con, "mart_point", [{"point_id": "P"}])
    assert reach(con) == 0.3  # 600 of 2,000, the border included
    assert [reach(con, radius_m=radius) for radius in (500, 1500)] == [0.05, 0.5]
    assert [reach(con, radius_m=radius, hour_type="night") for radius in (500, 1000, 1500)] == [0, 0.1, 0.25]
    [row] = answer(con, Query("reach_15min")).rows
    assert (row["numerator"], row["denominator"], row["n"], row["low"]) == (600, 2000, 5, None)


def test_without_points_or_without_a_grid_nothing_is_provided(con, make_mart):
    assert reach(con) == "not_provided"
    fill(con, make_mart)
    assert reach(con) == "not_provided"

"""Service points: planned, installed, live; seen by their sessions; coordinates of three systems; how near the residents of a cell are to one."""

from datetime import date

import pytest

OPEN = date(9999, 12, 31)


def point(city, point_id="P", **columns):
    row = {"point_id": point_id, "site_id": f"site of {point_id}", "kind": "terminal", "name_zh": point_id, "division_code": "440604"}
    city.add("service_points", row | columns)


def spans(city, *names):
    return [tuple(row[name] for name in ("valid_from", "valid_to", *names)) for row in city.all("mart_point")]


def test_a_terminal_is_planned_then_installed_then_live_then_gone(city):
    point(city, planned=True, valid_from="2014-08-01")
    point(city, valid_from="2014-08-15", commissioned_on="2014-09-01", decommissioned_on="2016-01-01")
    city.build()
    assert spans(city, "state") == [
        (date(2014, 8, 1), date(2014, 8, 15), "planned"),
        (date(2014, 8, 15), date(2014, 9, 1), "installed"),
        (date(2014, 9, 1), date(2016, 1, 1), "live"),
    ]


def test_without_a_day_of_commissioning_a_hall_is_live_and_a_terminal_is_not(city):
    point(city, "A", kind="hall")
    point(city, "B", kind="terminal")
    city.build()
    assert spans(city, "point_id", "state") == [(date(1900, 1, 1), OPEN, "A", "live"), (date(1900, 1, 1), OPEN, "B", "installed")]


def test_a_planned_point_with_a_day_ahead_stays_planned(city):
    point(city, planned=True, commissioned_on="2014-12-31", valid_from="2014-08-01")
    city.build()
    assert spans(city, "state") == [(date(2014, 8, 1), OPEN, "planned")]


def test_a_terminal_is_seen_for_thirty_days_from_each_session(city):
    point(city, commissioned_on="2014-09-01", valid_from="2014-09-01", valid_to="2015-01-01")
    for number, day in enumerate(("2014-08-20", "2014-09-25", "2014-09-25", "2014-10-25")):
        city.add("sessions", {"session_id": str(number), "channel": "terminal", "started_at": f"{day} 10:00", "point_id": "P"})
    city.build()
    assert spans(city, "is_seen_30_days") == [
        (date(2014, 9, 1), date(2014, 9, 19), True),  # 20 August is the first of its thirty days
        (date(2014, 9, 19), date(2014, 9, 25), False),
        (date(2014, 9, 25), date(2014, 11, 24), True),  # 25 October follows on the last day of the stretch before
        (date(2014, 11, 24), date(2015, 1, 1), False),
    ]


# Pairs published by the open projects eviltransform (GCJ-02) and coordtransform (GCJ-02 and BD-09): the same place in WGS84 and shifted.
SHIFTED = [
    ("WGS-84", 31.1774276, 121.5272106, 31.1774276, 121.5272106),
    ("cgcs2000", 31.1774276, 121.5272106, 31.1774276, 121.5272106),
    ("GCJ-02", 31.17530398364597, 121.531541859215, 31.1774276, 121.5272106),
    ("gcj02", 39.91334545536069, 116.38404722455657, 39.911954, 116.377817),
    ("GCJ-02", 39.915, 116.404, 39.91359571849836, 116.39775550083061),
    ("BD-09", 39.92133699351022, 116.41036949371029, 39.91359571849836, 116.39775550083061),
    ("bd09ll", 39.92133699351022, 116.41036949371029, 39.91359571849836, 116.39775550083061),
    ("GCJ-02", 48.8583, 2.2945, 48.8583, 2.2945),  # outside China nothing is shifted
]


@pytest.mark.parametrize(("crs", "lat", "lon", "wgs_lat", "wgs_lon"), SHIFTED)
def test_coordinates_become_wgs84_within_a_few_metres(city, crs, lat, lon, wgs_lat, wgs_lon):
    point(city, lat=lat, lon=lon, crs=crs)
    city.build()
    found = city.one("mart_point")
    assert (found["wgs_lat"], found["wgs_lon"]) == pytest.approx((wgs_lat, wgs_lon), abs=3e-5)  # 3e-5 degrees are 3.3 m


@pytest.mark.parametrize("crs", [None, "", "local grid"])
def test_coordinates_of_an_unknown_system_are_not_used(city, crs):
    point(city, lat=23.0, lon=113.1, crs=crs)
    city.build()
    assert (city.one("mart_point")["wgs_lat"], city.one("mart_point")["wgs_lon"]) == (None, None)


def cell(city, cell_id="C", **columns):
    row = {"cell_id": cell_id, "division_code": "440604", "lat": 23.0, "lon": 113.1, "crs": "WGS84", "population": 100}
    city.add("population_cells", row | columns)


def test_the_nearest_live_point_by_day_and_by_night(city):
    cell(city)
    point(city, "A", kind="hall", lat=23.009, lon=113.1, crs="WGS84")  # 0.009 degrees of latitude: 1,000.8 m
    point(city, "B", open_24h=True, commissioned_on="2014-09-01", valid_from="2014-09-01", lat=23.01, lon=113.1, crs="WGS84")  # 1,111.9 m
    point(city, "C", kind="window", lat=23.0, lon=113.1, crs="WGS84")  # windows stand in halls and do not count for themselves
    city.build()
    found = [(row["valid_from"], row["nearest_metres"], row["nearest_night_metres"]) for row in city.all("mart_population_cell")]
    assert found == [
        (date(1900, 1, 1), pytest.approx(1000.8, abs=0.1), None),
        (date(2014, 9, 1), pytest.approx(1000.8, abs=0.1), pytest.approx(1111.9, abs=0.1)),
    ]


def test_a_distance_along_a_parallel_shrinks_with_the_latitude(city):
    cell(city, lat=60.0)
    point(city, kind="hall", lat=60.0, lon=113.12, crs="WGS84")  # half of 0.02 degrees of latitude: 1,111.9 m
    city.build()
    assert city.one("mart_population_cell")["nearest_metres"] == pytest.approx(1111.9, abs=0.2)


def test_a_point_beyond_1500_metres_is_not_near(city):
    cell(city)
    point(city, kind="hall", lat=23.0136, lon=113.1, crs="WGS84")  # 1,512 m
    city.build()
    assert city.one("mart_population_cell")["nearest_metres"] is None


def test_a_cell_and_a_point_of_different_systems_meet_in_wgs84(city):
    cell(city, lat=31.1774276, lon=121.5272106, crs="WGS84")
    point(city, kind="hall", lat=31.17530398364597, lon=121.531541859215, crs="GCJ-02")
    city.build()
    assert city.one("mart_population_cell")["nearest_metres"] < 5  # 475 m apart if the systems were mixed


def test_a_cell_of_an_unknown_system_is_left_out_and_a_later_count_replaces_an_earlier_one(city):
    cell(city, "A", crs="local grid")
    cell(city, "B", population=100, population_year=2010)
    cell(city, "B", population=140, population_year=2020, valid_from="2021-05-11")
    city.build()
    assert [(row["cell_id"], row["valid_from"], row["valid_to"], row["population"]) for row in city.all("mart_population_cell")] == [
        ("B", date(1900, 1, 1), date(2021, 5, 11), 100),
        ("B", date(2021, 5, 11), OPEN, 140),
    ]

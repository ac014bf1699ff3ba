"""A city's own GeoJSON: what is read, how it meets division codes, what a file that cannot serve is told."""

import json

import pytest

from dashboards.gate import Gate
from dashboards.maps import MapRefused, map_of, read_features
from warehouse.settings import Settings


def square(code, x, **more):
    ring = [[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]]
    return {"type": "Feature", "id": code, "properties": more, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def write(folder, features, name="city.geojson", **more):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), "utf-8")
    return path


@pytest.fixture
def gate(tiny_city, tmp_path):
    """An installation with the tiny city's releases and a folder of maps of its own."""
    (tmp_path / "releases").symlink_to(tiny_city.releases_dir)
    return Gate(Settings(tmp_path))


def test_areas_are_matched_by_the_property_that_holds_the_codes(gate):
    write(
        gate.maps_dir, [square(1, 0, name="禅城区", adcode=440604), square(2, 1, name="高明区", adcode=440608), square(3, 2, adcode=440699)]
    )
    found = map_of(gate, {"440604", "440608"})
    assert found.map.code == "adcode"
    assert [feature["properties"]["adcode"] for feature in found.map.features] == [440604, 440608]
    assert found.problems == ()


def test_the_id_of_a_feature_serves_as_well(gate):
    write(gate.maps_dir, [square("440604", 0), square("440608", 1)])
    assert map_of(gate, {"440604", "440608"}).map.code == "id"


def test_a_map_of_too_few_places_is_none(gate):
    write(gate.maps_dir, [square("440604", 0)])
    assert map_of(gate, {"440604", "440608", "440605"}).map is None
    assert map_of(gate, set()).map is None


def test_of_several_files_the_one_with_most_places_is_shown(gate):
    write(gate.maps_dir, [square("440604", 0)], "a.geojson")
    write(gate.maps_dir, [square("440604", 5), square("440608", 6)], "b.geojson")
    assert len(map_of(gate, {"440604", "440608"}).map.features) == 2


def test_a_file_that_is_replaced_is_read_again(gate):
    write(gate.maps_dir, [square("440604", 0), square("440608", 1)])
    assert map_of(gate, {"440604", "440608"}).map is not None
    write(gate.maps_dir, [square("1", 0), square("2", 1), square("3", 2)])
    assert map_of(gate, {"440604", "440608"}).map is None


def test_shared_borders_stay_shared_on_the_grid(gate):
    wavy = [[1 + 0.0003 * (step % 3), step / 1000] for step in range(1001)]
    left = {"type": "Polygon", "coordinates": [[[0, 0], *wavy, [0, 1], [0, 0]]]}
    right = {"type": "Polygon", "coordinates": [[[2, 0], *wavy, [2, 1], [2, 0]]]}
    path = write(gate.maps_dir, [{**square(code, 0), "geometry": shape} for code, shape in (("a", left), ("b", right))])
    one, other = ({tuple(point) for point in feature["geometry"]["coordinates"][0][0]} for feature in read_features(path))
    border = {point for point in one if point[0] > 0.5}
    assert border == {point for point in other if point[0] < 1.5}
    assert 2 <= len(border) < 700


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{", "unreadable"),
        ("[1]", "not_a_collection"),
        ('{"features": 3}', "not_a_collection"),
        ('{"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]}}]}', "no_areas"),
        ('{"features": [{"geometry": {"type": "Polygon", "coordinates": [[["x", 2]]]}}]}', "unreadable"),
        ('{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[500000, 2500000], [1, 2]]]}}]}', "not_degrees"),
        ('{"UTF8Encoding": true, "features": []}', "compressed"),
        ("[" * 200_000, "unreadable"),
    ],
)
def test_a_file_that_cannot_serve_says_what_to_do(gate, text, key):
    gate.maps_dir.mkdir(parents=True)
    (gate.maps_dir / "bad.geojson").write_text(text, "utf-8")
    (problem,) = map_of(gate, {"440604"}).problems
    assert isinstance(problem, MapRefused) and problem.key == key
    assert "bad.geojson" in problem.sentence("en") and "bad.geojson" in problem.sentence("zh")


def test_too_large_a_file_is_not_opened(gate, monkeypatch):
    monkeypatch.setattr("dashboards.maps.LARGEST", 10)
    write(gate.maps_dir, [square("440604", 0)])
    assert [problem.key for problem in map_of(gate, {"440604"}).problems] == ["large"]

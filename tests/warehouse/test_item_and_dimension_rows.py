"""Items and their versions, divisions and what lies in them, departments, sources that describe one thing twice."""

from datetime import date

from warehouse.contract import code_list
from warehouse.reference.codes import channel_rows, install_source_priority

DEPTHS = [
    (["info", "submit"], 0, 4, 3),
    (["submit"], 1, 3, 3),
    (["submit", "info"], 2, 2, 2),
    (["submit", "info"], 3, 1, 1),
    (["submit"], 3, 0, 0),
    (["info"], 0, 1, 1),
    (["consult"], 0, 0, 0),
    ([], None, 0, 0),
    (None, 0, None, None),
    (["submit"], None, None, None),
    (["submit", "info"], None, 1, 1),
]


def test_derived_depth(city):
    for number, (steps, visits, _, _) in enumerate(DEPTHS):
        city.item(f"A{number:02}", online_steps=steps, visits_max=visits)
    city.build()
    assert [(row["level_gd_4"], row["level_gd_2013"]) for row in city.all("mart_item")] == [row[2:] for row in DEPTHS]


def test_limits_in_working_days(city):
    city.item("A1", legal_limit=20.2, promised_limit=4.5)
    city.item("A2", legal_limit=14, legal_unit="natural_day", promised_limit=12, promised_unit="hour")
    city.item("A3", case_type="on_the_spot", legal_limit=5, promised_limit=None)
    city.item("A4", legal_limit=None, promised_limit=None, legal_unit="hour")
    city.build()
    found = [(row["legal_working_days"], row["promised_working_days"], row["is_limit_converted"]) for row in city.all("mart_item")]
    assert found == [(21, 5, False), (10, 1.5, True), (5, 0, False), (None, None, False)]


def test_a_version_ends_where_the_next_begins(city):
    city.item(version=None)
    city.item(version=2, valid_from="2023-01-01", valid_to="2023-06-01")
    city.item(version=3, valid_from="2024-01-01")
    city.build()
    found = [(row["version"], row["valid_from"], row["valid_to"], row["next_version_on"]) for row in city.all("mart_item")]
    assert found == [
        (1, date(1900, 1, 1), date(2023, 1, 1), date(2023, 1, 1)),
        (2, date(2023, 1, 1), date(2023, 6, 1), date(2024, 1, 1)),
        (3, date(2024, 1, 1), date(9999, 12, 31), None),
    ]


def test_application_based_types(city):
    for code in code_list("item_type"):
        city.item(code, item_type=code)
    city.build()
    assert {row["item_type"] for row in city.all("mart_item", "not is_application_based")} == {"00", "02", "03", "04", "06"}


def test_an_item_described_twice_is_taken_from_the_first_source_whole(city):
    city.item(source_id="a", theme="a")
    city.item(source_id="b", theme="b")
    city.item(source_id="b", version=2, theme="b")
    city.build()
    assert [(row["version"], row["theme"]) for row in city.all("mart_item")] == [(1, "a")]
    install_source_priority(city.con, {"b": 10})
    city.build()
    assert [(row["version"], row["theme"]) for row in city.all("mart_item")] == [(1, "b"), (2, "b")]


def test_divisions_know_what_they_lie_in(city):
    city.add(
        "divisions",
        {"division_code": "44", "level": 2, "name_zh": "省", "calendar_id": "WEEKDAYS"},
        {"division_code": "4406", "level": 3, "name_zh": "市", "parent_code": "44"},
        {"division_code": "440604", "level": 4, "name_zh": "区", "parent_code": "4406", "calendar_id": "CN"},
        {"division_code": "440604001", "level": 5, "name_zh": "街道", "parent_code": "440604"},
        {"division_code": "440604001007", "level": 6, "name_zh": "社区", "parent_code": "440604001"},
        {"division_code": "440699", "level": 4, "name_zh": "开发区", "parent_code": "4406", "kind": "functional_zone"},
        {"division_code": "999", "level": 4, "name_zh": "孤", "parent_code": "NOWHERE"},
    )
    city.build()
    names = ("division_code", "province_code", "city_code", "district_code", "town_code", "calendar_id", "kind")
    assert [tuple(row[name] for name in names) for row in city.all("dim_division")] == [
        ("44", "44", None, None, None, "WEEKDAYS", "statutory"),
        ("4406", "44", "4406", None, None, "WEEKDAYS", "statutory"),
        ("440604", "44", "4406", "440604", None, "CN", "statutory"),
        ("440604001", "44", "4406", "440604", "440604001", "CN", "statutory"),
        ("440604001007", "44", "4406", "440604", "440604001", "CN", "statutory"),
        ("440699", "44", "4406", "440699", None, "WEEKDAYS", "functional_zone"),
        ("999", None, None, "999", None, "CN", "statutory"),
    ]


def test_dimensions_show_the_version_of_today(city):
    city.events("K", ("submitted", "2024-03-01 09:00"))
    for begins, name in {None: "first", "2024-01-01": "now", "2025-01-01": "later"}.items():
        city.add("departments", {"dept_id": "D1", "name_zh": name, "division_code": "440604", "valid_from": begins})
    city.add("departments", {"dept_id": "D2", "name_zh": "to come", "division_code": "440604", "valid_from": "2025-01-01"})
    city.build()
    assert [row["name_zh"] for row in city.all("dim_department")] == ["now", "to come"]


def test_without_divisions_only_the_code_is_known(city):
    city.item()
    city.events("K", ("submitted", "2024-03-01 09:00"), item_id="A1")
    city.build()
    case = city.one("mart_case")
    assert (case["division_code"], case["district_code"], case["city_code"], case["calendar_id"]) == ("440604", None, None, "CN")


def test_every_channel_has_one_group(city):
    rows = {channel: (group, online) for channel, group, online in channel_rows()}
    assert set(rows) == set(code_list("channel"))
    assert rows["wechat"] == ("online", True) and rows["terminal"] == ("self_service", False) and rows["courier"] == ("other", False)
    assert rows["agent_station"][0] == "staffed" and rows["hotline"][0] == "remote_staffed"

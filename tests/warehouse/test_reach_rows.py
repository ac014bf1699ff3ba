"""Organisations by channel: departments and divisions of the register, what a town offers counting for its district."""

from datetime import date

OPEN = date(9999, 12, 31)


def register(city):
    city.add(
        "divisions",
        {"division_code": "4401", "level": 3, "name_zh": "市"},
        {"division_code": "440103", "level": 4, "name_zh": "区", "parent_code": "4401"},
        {"division_code": "440199", "level": 4, "name_zh": "开发区", "parent_code": "4401", "kind": "functional_zone"},
        {"division_code": "440103001", "level": 5, "name_zh": "街道", "parent_code": "440103"},
        {"division_code": "440103001007", "level": 6, "name_zh": "社区", "parent_code": "440103001"},
    )
    city.add(
        "departments",
        {"dept_id": "D1", "name_zh": "局", "division_code": "4401"},
        {"dept_id": "D2", "name_zh": "局", "division_code": "4401"},
    )


def on_web(city, *items):
    for item in items:
        city.add("item_channels", {"item_id": item, "channel": "web", "func": "apply", "valid_from": "2016-01-01"})


def covered(city):
    return [(row["level"], row["org_id"], row["channel"]) for row in city.all("mart_organisation", "offer = 'any'")]


def test_an_item_covers_its_department_and_every_division_above_it(city):
    register(city)
    city.item("A1", dept_id="D1", division_code="440103001")
    on_web(city, "A1")
    city.build()
    assert covered(city) == [("department", "D1", ["web"]), ("district", "440103", ["web"]), ("town", "440103001", ["web"])]


def test_a_village_is_covered_by_its_own_items_only(city):
    register(city)
    city.item("A1", division_code="440103001007")
    on_web(city, "A1")
    city.build()
    assert ("village", "440103001007", ["web"]) in covered(city)


def test_the_register_is_the_whole_and_zones_are_flagged(city):
    register(city)
    city.build()
    rows = city.all("mart_organisation")
    assert [(row["level"], row["org_id"], row["offer"], row["is_functional_zone"]) for row in rows] == [
        ("department", "D1", "organisation", False),
        ("department", "D2", "organisation", False),
        ("district", "440103", "organisation", False),
        ("district", "440199", "organisation", True),
        ("town", "440103001", "organisation", False),
        ("village", "440103001007", "organisation", False),
    ]


def test_an_organisation_that_is_not_in_the_register_never_counts(city):
    city.item("A1", dept_id="D9", division_code="440103")
    on_web(city, "A1")
    city.build()
    assert city.all("mart_organisation") == []


def test_it_counts_only_while_it_is_in_the_register(city):
    city.add(
        "departments", {"dept_id": "D1", "name_zh": "局", "division_code": "4401", "valid_from": "2017-01-01", "valid_to": "2018-01-01"}
    )
    city.item("A1", dept_id="D1")
    on_web(city, "A1")
    city.build()
    assert [(row["offer"], row["valid_from"], row["valid_to"]) for row in city.all("mart_organisation")] == [
        ("any", date(2017, 1, 1), date(2018, 1, 1)),
        ("organisation", date(2017, 1, 1), date(2018, 1, 1)),
    ]


def test_channels_of_several_items_are_one_stretch(city):
    register(city)
    city.item("A1", dept_id="D1", division_code="4401", valid_to="2017-01-01")
    city.item("A2", dept_id="D1", division_code="4401", valid_from="2016-06-01")
    on_web(city, "A1", "A2")
    city.build()
    found = city.one("mart_organisation", "offer = 'any'")
    assert (found["valid_from"], found["valid_to"], found["channel"]) == (date(2016, 1, 1), OPEN, ["web"])

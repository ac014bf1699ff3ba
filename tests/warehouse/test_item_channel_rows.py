"""Items by channel and function, items around the clock and at universal windows, and the documents and elements of their guides."""

from datetime import date

ALWAYS, OPEN = date(1900, 1, 1), date(9999, 12, 31)


def divisions(city):
    city.add(
        "divisions",
        {"division_code": "4406", "level": 3, "name_zh": "市"},
        {"division_code": "440604", "level": 4, "name_zh": "区", "parent_code": "4406"},
        {"division_code": "440604001", "level": 5, "name_zh": "街道", "parent_code": "440604"},
    )


def offer(city, channel, func="apply", item_id="A1", **columns):
    city.add("item_channels", {"item_id": item_id, "channel": channel, "func": func} | columns)


def offers(city, where):
    return [(row["valid_from"], row["valid_to"], row["channel"]) for row in city.all("mart_item_channel", where)]


def test_the_channels_of_a_function_by_the_days_on_which_they_stay_the_same(city):
    city.item(valid_from="2014-01-01")
    offer(city, "window", valid_from="2014-02-01")
    offer(city, "web", valid_from="2014-03-01", valid_to="2014-04-01")
    offer(city, "app", func="appoint")
    city.build()
    assert offers(city, "func = 'apply'") == [
        (date(2014, 2, 1), date(2014, 3, 1), ["window"]),
        (date(2014, 3, 1), date(2014, 4, 1), ["web", "window"]),
        (date(2014, 4, 1), OPEN, ["window"]),
    ]
    assert offers(city, "func = 'appoint'") == [(date(2014, 1, 1), OPEN, ["app"])]
    assert offers(city, "offer = 'item'") == [(date(2014, 1, 1), OPEN, [])]


def test_an_item_offers_nothing_while_it_is_not_in_force(city):
    city.item(valid_from="2014-01-01")
    city.item(version=2, valid_from="2014-06-01", status="suspended")
    city.item(version=3, valid_from="2014-07-01")
    offer(city, "web")
    offer(city, "web", item_id="unknown item")
    city.build()
    assert offers(city, "offer = 'any'") == [(date(2014, 1, 1), date(2014, 6, 1), ["web"]), (date(2014, 7, 1), OPEN, ["web"])]


def test_around_the_clock_where_a_live_terminal_below_the_division_is_open_at_night(city):
    divisions(city)
    for item, division in (("A1", "4406"), ("A2", "440604001"), ("A3", "4407")):
        city.item(item, division_code=division)
        offer(city, "terminal", item_id=item)
    city.item("A4", division_code="4406")
    offer(city, "web", item_id="A4")
    place = {"site_id": "S", "kind": "terminal", "name_zh": "T", "division_code": "440604", "commissioned_on": "2014-01-01"}
    city.add("service_points", {"point_id": "T1", "open_24h": True, "decommissioned_on": "2015-01-01"} | place)
    city.add(
        "service_points",
        {"point_id": "T2", "open_24h": True} | place | {"commissioned_on": "2014-06-01", "decommissioned_on": "2016-01-01"},
    )
    city.add("service_points", {"point_id": "T3", "open_24h": False} | place)
    city.build()
    rows = city.all("mart_item_channel", "offer = 'all_day'")
    assert [(row["item_id"], row["valid_from"], row["valid_to"], row["channel"]) for row in rows] == [
        ("A1", date(2014, 1, 1), date(2016, 1, 1), ["terminal"])
    ]


def test_at_a_universal_window(city):
    divisions(city)
    city.item("A1", division_code="440604")
    city.item("A2", division_code="4407")
    for item in ("A1", "A2"):
        offer(city, "window", item_id=item)
        offer(city, "web", item_id=item)
    city.add(
        "service_points",
        {"point_id": "W", "site_id": "S", "kind": "window", "name_zh": "W", "division_code": "440604001", "window_mode": "universal"},
    )
    city.build()
    rows = city.all("mart_item_channel", "offer = 'universal_window'")
    assert [(row["item_id"], row["channel"]) for row in rows] == [("A1", ["window"])]


def test_documents_now_and_at_the_baseline(city):
    city.item(valid_from="2014-01-01")
    for code, columns in {
        "id": {"valid_from": "2014-01-01"}, "deed": {"valid_from": "2014-01-01", "valid_to": "2015-01-01"},
        "photo": {"valid_from": "2014-01-01", "required": False}, "proof": {"valid_from": "2014-01-01", "valid_to": "2014-07-01"},
    }.items():  # fmt: skip
        city.add("item_materials", {"item_id": "A1", "material_code": code} | columns)
    city.add("item_materials", {"item_id": "A1", "material_code": "proof", "valid_from": "2014-07-01", "exempt_status": "exempted"})
    city.build()
    names = ("valid_from", "required_materials", "submitted_materials", "baseline_required_materials")
    assert [tuple(row[name] for name in names) for row in city.all("mart_item_guide")] == [
        (date(2014, 1, 1), 3, 3, 3),
        (date(2014, 7, 1), 3, 2, 3),
        (date(2015, 1, 1), 2, 1, 3),
    ]


def test_documents_that_were_never_listed_are_unknown_and_those_all_struck_are_none(city):
    city.item("A1", valid_from="2014-01-01")
    city.item("A2", valid_from="2014-01-01")
    city.add("item_materials", {"item_id": "A2", "material_code": "id", "valid_from": "2014-03-01", "valid_to": "2014-04-01"})
    city.build()
    rows = city.all("mart_item_guide")
    assert [(row["item_id"], row["required_materials"]) for row in rows] == [("A1", None), ("A2", None), ("A2", 1), ("A2", 0)]


def test_the_five_elements_of_a_guide(city):
    city.add("departments", {"dept_id": "D1", "name_zh": "局", "division_code": "440604"})
    city.item("A1", visits_max=1, visit_reason="核验原件")
    city.item("A2", visits_max=1, visit_reason=" ", dept_id="D9", promised_limit=None)
    city.item("A3", visits_max=0, promised_limit=None, case_type="on_the_spot")
    city.add("item_materials", {"item_id": "A1", "material_code": "id"})
    offer(city, "window")
    offer(city, "window", item_id="A3", func="consult")
    city.build()
    names = ("has_department", "has_materials", "has_limit", "has_place", "has_visit_rule", "filled_elements")
    assert [tuple(row[name] for name in names) for row in city.all("mart_item_guide")] == [
        (True, True, True, True, True, 5),
        (False, False, False, False, False, 0),
        (True, False, True, False, True, 3),
    ]


def test_the_baseline_of_steps_is_the_first_version_that_tells_their_number(city):
    city.item(steps_count=None, valid_from="2014-01-01")
    city.item(version=2, steps_count=8, valid_from="2015-01-01")
    city.item(version=3, steps_count=2, valid_from="2016-01-01")
    city.build()
    assert [(row["steps_count"], row["baseline_steps_count"]) for row in city.all("mart_item")] == [(None, 8), (8, 8), (2, 8)]

"""Which rating counts, which material stands, what a queue display shows."""

from datetime import date


def rate(city, rating_id: str, at: str, grade: int, **columns) -> None:
    city.add("ratings", {"rating_id": rating_id, "grade": grade, "rated_at": f"2024-03-{at}", "channel": "wechat"} | columns)


def test_the_latest_valid_rating_per_case_and_rater_counts(city):
    city.events("K", ("submitted", "2024-03-01 09:00"))
    rate(city, "R1", "05 09:00", 1, case_id="K", rater_key="P")
    rate(city, "R2", "06 09:00", 5, case_id="K", rater_key="P")
    rate(city, "R3", "07 09:00", 1, case_id="K", rater_key="P", validity="under_review")
    rate(city, "R4", "05 09:00", 4, case_id="K", rater_key="Q")
    rate(city, "R5", "05 09:00", 2, case_id="K")
    rate(city, "R6", "05 09:00", 2, rater_key="P")
    city.build()
    found = {row["rating_id"]: (row["is_valid"], row["is_latest"], row["is_first"]) for row in city.all("mart_rating")}
    assert found == {
        "R1": (True, False, True),
        "R2": (True, True, False),
        "R3": (False, False, False),
        "R4": (True, True, True),
        "R5": (True, True, True),
        "R6": (True, True, True),
    }


def test_equal_times_go_by_rating_no_then_id(city):
    rate(city, "R2", "05 09:00", 1, case_id="K1", rater_key="P", rating_no=1)
    rate(city, "R1", "05 09:00", 5, case_id="K1", rater_key="P", rating_no=2)
    rate(city, "R3", "05 09:00", 1, case_id="K2", rater_key="P")
    rate(city, "R4", "05 09:00", 5, case_id="K2", rater_key="P")
    city.build()
    assert [row["rating_id"] for row in city.all("mart_rating", "is_latest")] == ["R1", "R4"]


def test_cases_know_active_and_bad_ratings_that_count(city):
    for case in ("K1", "K2", "K3", "K4"):
        city.events(case, ("submitted", "2024-03-01 09:00"))
    rate(city, "R1", "05 09:00", 1, case_id="K1", rater_key="P")
    rate(city, "R2", "06 09:00", 3, case_id="K1", rater_key="P")  # thought better of it
    rate(city, "R3", "06 09:00", 2, case_id="K2", rater_key="P", is_default=True)
    rate(city, "R4", "06 09:00", 1, case_id="K3", rater_key="P", validity="invalid")
    city.build()
    assert [(case["has_active_rating"], case["has_bad_rating"]) for case in city.all("mart_case")] == [
        (True, False),
        (False, True),
        (False, False),
        (False, False),
    ]


def test_a_rating_has_its_own_channel_and_the_cases_attributes_else_the_items(city):
    city.item("A1", theme="birth")
    city.item("B1", dept_id="D2", division_code="440605", valid_from="2024-01-01", theme="old")
    city.item("B1", version=2, dept_id="D3", division_code="440605", valid_from="2024-03-10", theme="new")
    city.events("K", ("submitted", "2024-03-01 09:00", {"channel": "window"}), item_id="A1")
    rate(city, "R1", "05 09:00", 5, case_id="K", item_id="B1")
    rate(city, "R2", "09 09:00", 5, item_id="B1")
    rate(city, "R3", "10 09:00", 5, item_id="B1", case_id="NOT YET")
    rate(city, "R4", "05 09:00", 5)
    city.build()
    found = [(row["item_id"], row["dept_id"], row["theme"], row["channel_group"]) for row in city.all("mart_rating")]
    assert found == [
        ("A1", "D1", "birth", "online"),
        ("B1", "D2", "old", "online"),
        ("B1", "D3", "new", "online"),
        (None, None, None, "online"),
    ]


def test_the_highest_resubmission_of_a_material_stands(city):
    city.events("K", ("submitted", "2024-03-01 09:00", {"channel": "app"}))
    for number, provided in [(2, "elicence"), (None, "not_provided"), (1, "upload")]:
        city.add("case_materials", {"case_id": "K", "material_code": "M1", "provided_by": provided, "resubmission_no": number})
    city.add(
        "case_materials",
        {"case_id": "K", "material_code": "M2", "provided_by": "paper", "required": False, "was_available": True, "copies": 2},
    )
    city.add("case_materials", {"case_id": "NOT YET", "material_code": "M1", "provided_by": "commitment"})
    city.build()
    columns = (
        "material_code",
        "provided_by",
        "is_exempted",
        "is_submitted",
        "is_required",
        "was_available",
        "copies",
        "application_on",
        "channel",
    )
    assert [tuple(row[name] for name in columns) for row in city.all("mart_material")] == [
        ("M1", "elicence", True, False, True, False, 1, date(2024, 3, 1), "app"),
        ("M2", "paper", False, True, False, True, 2, date(2024, 3, 1), "app"),
        ("M1", "commitment", False, False, True, False, 1, None, None),
    ]


def test_a_paper_is_carried_when_its_case_has_a_visit_and_could_be_spared_when_all_its_paper_is_held(city):
    city.add("service_points", {"point_id": "W1", "site_id": "S1", "kind": "window", "name_zh": "W1", "division_code": "440604"})
    for case_id, event in [("AT HOME", "paid"), ("HALF HELD", "onsite_original_check"), ("HELD", "onsite_original_check")]:
        city.events(case_id, ("submitted", "2024-03-01 09:00"), (event, "2024-03-02 09:00", {"point_id": "W1", "channel": "window"}))
        city.add("case_materials", {"case_id": case_id, "material_code": "M1", "provided_by": "paper", "was_available": True})
    city.add("case_materials", {"case_id": "HALF HELD", "material_code": "M2", "provided_by": "paper", "was_available": False})
    city.add("case_materials", {"case_id": "HELD", "material_code": "M2", "provided_by": "upload", "was_available": False})
    city.build()
    columns = ("case_id", "material_code", "is_carried", "is_case_held")
    assert [tuple(row[name] for name in columns) for row in city.all("mart_material")] == [
        ("AT HOME", "M1", False, True),
        ("HALF HELD", "M1", True, False),
        ("HALF HELD", "M2", True, False),
        ("HELD", "M1", True, True),
        ("HELD", "M2", False, True),
    ]


def test_calls_are_changes_of_the_served_number_within_a_day(city):
    shown = [
        ("05 09:00", "A1"),
        ("05 09:05", "A1"),
        ("05 09:10", None),
        ("05 09:15", "A2"),
        ("05 09:20", " "),
        ("05 09:25", "A2"),
        ("06 09:00", "A2"),
    ]
    for at, number in shown:
        city.add(
            "queue_snapshots",
            {"site_id": "S", "queue_code": "Q", "observed_at": f"2024-03-{at}", "waiting": 3, "open_desks": 0, "served_number": number},
        )
    city.add(
        "queue_snapshots",
        {"site_id": "S", "queue_code": "R", "observed_at": "2024-03-05 09:02", "waiting": 0, "open_desks": 0, "served_number": "A1"},
    )
    city.add("queue_snapshots", {"site_id": "S", "queue_code": "R", "observed_at": "2024-03-05 09:03", "waiting": 1, "open_desks": 2})
    city.build()
    found = city.all("mart_queue_snapshot", "queue_code = 'Q'")
    assert [row["is_call"] for row in found] == [True, False, False, True, False, False, True]
    assert {row["is_unstaffed"] for row in found} == {True}
    assert [row["is_unstaffed"] for row in city.all("mart_queue_snapshot", "queue_code = 'R'")] == [False, False]

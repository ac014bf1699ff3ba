"""Application moment, completion, item version: what a case's events say."""

from datetime import date


def test_application_is_the_earliest_of_three_types_even_after_another_event(city):
    city.events(
        "K",
        ("onsite_consult", "2024-03-01 09:00", {"channel": "window"}),
        ("received", "2024-03-05 09:00", {"channel": "wechat"}),
        ("submitted", "2024-03-04 23:30", {"channel": "app", "assisted": True}),
    )
    city.build()
    case = city.one("mart_case")
    assert (case["channel"], case["channel_group"], case["application_on"], case["is_assisted"]) == (
        "app",
        "online",
        date(2024, 3, 4),
        True,
    )
    assert case["received_on"] == date(2024, 3, 5) and case["is_applied_online"]


def test_without_an_application_event_the_earliest_event_stands_in(city):
    city.events("K", ("accepted", "2024-03-05 09:00", {"channel": "window"}), ("decided", "2024-03-06 09:00"))
    city.build()
    case = city.one("mart_case")
    assert (case["channel"], case["application_on"], case["received_on"], case["is_acceptance_imputed"]) == (
        "window",
        date(2024, 3, 5),
        date(2024, 3, 5),
        False,
    )


def test_ties_at_one_instant_go_by_type_order_then_event_id(city):
    at = "2024-03-05 09:00"
    city.events("K1", ("received", at, {"event_id": "a", "channel": "window"}), ("submitted", at, {"event_id": "b", "channel": "web"}))
    city.events("K2", ("submitted", at, {"event_id": "d", "channel": "window"}), ("submitted", at, {"event_id": "c", "channel": "app"}))
    city.build()
    assert [case["channel"] for case in city.all("mart_case")] == ["web", "app"]


def test_the_acceptance_clock_falls_back_in_order(city):
    city.events("K1", ("submitted", "2024-03-04 09:00"), ("received", "2024-03-05 09:00"), ("accepted", "2024-03-06 09:00"))
    city.events("K2", ("submitted", "2024-03-04 09:00"), ("received", "2024-03-05 09:00"))
    city.events("K3", ("submitted", "2024-03-04 09:00"))
    city.build()
    found = [
        (case["accepted_on"].day, case["is_acceptance_imputed"], "acceptance_imputed" in case["dq_flags"]) for case in city.all("mart_case")
    ]
    assert found == [(6, False, False), (5, True, True), (4, True, True)]


def test_completion_follows_the_contracts_list_and_the_earliest_of_each_type(city):
    start = ("submitted", "2024-03-04 09:00")
    decided = ("decided", "2024-03-05 09:00", {"outcome": "granted"})
    city.events(
        "K1",
        start,
        decided,
        ("completed", "2024-03-08 09:00", {"outcome": "closed"}),
        ("completed", "2024-03-07 09:00", {"outcome": "refused"}),
    )
    city.events("K2", start, ("withdrawn", "2024-03-05 08:00", {"outcome": "withdrawn"}), decided)
    city.events(
        "K3",
        start,
        ("withdrawn", "2024-03-05 08:00", {"outcome": "withdrawn"}),
        ("not_accepted", "2024-03-06 08:00", {"outcome": "not_accepted"}),
    )
    city.events("K4", start, ("pre_rejected", "2024-03-05 08:00"))
    city.events("K5", start, decided, ("completed", "2024-03-08 09:00"))
    city.build()
    found = {
        case["case_id"]: (case["is_completed"], case["completed_on"] and case["completed_on"].day, case["outcome"])
        for case in city.all("mart_case")
    }
    assert found == {
        "K1": (True, 7, "refused"),
        "K2": (True, 5, "granted"),
        "K3": (True, 6, "not_accepted"),
        "K4": (False, None, None),
        "K5": (True, 8, "granted"),
    }


def test_clock_end_is_the_decision_else_the_completed_event(city):
    start = ("accepted", "2024-03-04 09:00")
    city.events("K1", start, ("decided", "2024-03-05 09:00"), ("completed", "2024-03-07 09:00"))
    city.events("K2", start, ("completed", "2024-03-07 09:00", {"outcome": "lapsed"}))
    city.events("K3", start, ("withdrawn", "2024-03-07 09:00"))
    city.build()
    found = [
        (case["clock_end_on"], case["handling_working_days"], case["survival_working_days"], case["is_handling_event"])
        for case in city.all("mart_case")
    ]
    assert found == [(date(2024, 3, 5), 1, 1, True), (date(2024, 3, 7), 3, 3, True), (None, None, 3, False)]


def test_item_department_and_division_come_from_the_earliest_event_that_names_one(city):
    city.events(
        "K",
        ("submitted", "2024-03-04 09:00"),
        ("received", "2024-03-05 09:00", {"dept_id": "D7", "item_id": "LATER"}),
        ("accepted", "2024-03-04 10:00", {"item_id": "FIRST", "division_code": "440605", "bundle_id": "B1"}),
    )
    city.build()
    case = city.one("mart_case")
    assert (case["item_id"], case["item_version"], case["dept_id"], case["division_code"], case["bundle_id"]) == (
        "FIRST",
        None,
        "D7",
        "440605",
        "B1",
    )
    assert "item_unknown" in case["dq_flags"]


def test_the_item_version_is_the_one_in_force_at_acceptance(city):
    city.item(version=1, valid_from="2023-01-01", dept_id="OLD", visits_max=2)
    city.item(version=2, valid_from="2024-03-05", valid_to="2024-03-10", dept_id="NEW", visits_max=0)
    for case, day in {"K1": "2022-06-01", "K2": "2024-03-04", "K3": "2024-03-05", "K4": "2024-03-20"}.items():
        city.events(case, ("accepted", f"{day} 09:00"), item_id="A1")
    city.build()
    found = [(case["item_version"], case["dept_id"], case["declared_visits_max"]) for case in city.all("mart_case")]
    assert found == [(1, "OLD", 2), (1, "OLD", 2), (2, "NEW", 0), (2, "NEW", 0)]


def test_void_cases_are_marked_and_their_materials_and_ratings_left_out(city):
    for case, outcome in {"K1": "void", "K2": "technical_delete", "K3": "granted"}.items():
        city.events(case, ("submitted", "2024-03-04 09:00"), ("completed", "2024-03-05 09:00", {"outcome": outcome}))
        city.add("case_materials", {"case_id": case, "material_code": "M", "provided_by": "paper"})
        city.add("ratings", {"rating_id": f"R{case}", "case_id": case, "grade": 1, "rated_at": "2024-03-06 09:00", "channel": "web"})
    city.build()
    assert [case["is_void"] for case in city.all("mart_case")] == [True, True, False]
    assert [row["case_id"] for row in city.all("mart_material")] == ["K3"]
    assert [row["case_id"] for row in city.all("mart_rating")] == ["K3"]


def test_a_case_that_was_deleted_before_it_was_completed_is_void(city):
    city.events("K", ("submitted", "2024-03-04 09:00"), ("other", "2024-03-05 09:00", {"outcome": "technical_delete"}))
    city.build()
    assert city.one("mart_case")["is_void"] is True


def test_same_day_compares_receipt_with_decision_or_completion(city):
    city.events(
        "K1",
        ("submitted", "2024-03-04 09:00"),
        ("received", "2024-03-05 09:00"),
        ("decided", "2024-03-05 10:00"),
        ("completed", "2024-03-08 09:00"),
    )
    city.events("K2", ("submitted", "2024-03-04 09:00"), ("decided", "2024-03-05 10:00"))
    city.events("K3", ("submitted", "2024-03-04 00:10"), ("not_accepted", "2024-03-04 23:50"))
    city.build()
    assert [case["is_decided_same_day"] for case in city.all("mart_case")] == [True, False, True]


def test_order_that_contradicts_itself_is_flagged_and_negative_clocks_are_empty(city):
    city.item()
    city.events("K1", ("submitted", "2024-03-05 09:00"), ("completed", "2024-03-04 09:00"), item_id="A1")
    city.events("K2", ("submitted", "2024-03-05 09:00"), ("completed", "2024-03-05 08:00"), item_id="A1")
    city.events("K3", ("submitted", "2024-03-05 09:00"), ("completed", "2024-03-05 00:00", {"ts_precision": "day"}), item_id="A1")
    city.events("K9", ("submitted", "2024-04-05 09:00"))
    city.build()
    found = [
        (case["is_order_broken"], case["handling_working_days"], case["is_promise_countable"], case["e2e_days"])
        for case in city.all("mart_case", "case_id < 'K9'")
    ]
    assert [row[:3] for row in found] == [(True, None, False), (True, 0, True), (False, 0, True)]


def test_future_times_are_flagged_and_do_not_move_as_of(city):
    city.receive(1, "2024-03-10 12:00:00+08")
    city.events("K", ("submitted", "2024-03-10 09:00"), ("completed", "2034-03-10 09:00"))
    report = city.build_all()
    assert report.as_of == date(2024, 3, 10)
    assert "future_time" in city.one("mart_case")["dq_flags"]
    assert city.con.execute("select as_of_at = timestamptz '2024-03-10 23:59:59.999999+08' from build_as_of").fetchone() == (True,)


def test_without_case_events_as_of_is_the_last_date_of_whatever_was_loaded(city):
    city.receive(1, "2024-03-10 12:00:00+08")
    city.item(valid_from="2024-01-01")
    city.add(
        "elicence_stock", {"stock_on": "2024-02-01", "licence_type": "L", "source_dept_id": "D", "division_code": "4", "valid_count": 1}
    )
    city.add(
        "elicence_stock", {"stock_on": "2044-02-01", "licence_type": "L", "source_dept_id": "D", "division_code": "4", "valid_count": 1}
    )
    assert city.build_all().as_of == date(2024, 2, 1)


def test_nothing_loaded_has_no_as_of_and_builds(city):
    report = city.build_all()
    assert report.as_of is None and report.rows["mart_case"] == 0


def test_end_to_end_days(city):
    start = ("submitted", "2024-03-01 09:00")
    city.events(
        "K1",
        start,
        ("completed", "2024-03-05 09:00", {"outcome": "granted"}),
        ("result_ready", "2024-03-07 09:00"),
        ("delivered", "2024-03-09 09:00"),
    )
    city.events("K2", start, ("completed", "2024-03-05 09:00", {"outcome": "refused"}))
    city.events("K3", start, ("withdrawn", "2024-03-04 09:00", {"outcome": "withdrawn"}))
    city.events("K4", start, ("completed", "2024-03-05 09:00", {"outcome": "granted"}))
    city.events("K5", start)
    city.events("K6", ("submitted", "2024-03-21 09:00"))
    city.build()
    found = [(case["e2e_days"], case["is_e2e_event"]) for case in city.all("mart_case")]
    assert found == [(6, True), (4, True), (3, False), (20, False), (20, False), (0, False)]


def test_a_due_time_that_the_source_publishes_is_judged_by_the_instant(city):
    for case, due in {"K1": "2024-03-05 12:00", "K2": "2024-03-05 08:00", "K3": None}.items():
        city.events(case, ("submitted", "2024-03-04 09:00"), ("completed", "2024-03-05 09:00"))
        city.add("case_deadlines", {"case_id": case, "kind": "published", "due_at": due})
    city.build()
    assert [case["is_published_due_kept"] for case in city.all("mart_case")] == [True, False, None]

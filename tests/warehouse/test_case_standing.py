"""What the case marts say beyond clock and visits: causes of visits, online from end to end, regions, legal limits, age and standing, bundles."""

from pathlib import Path

import pytest
import yaml

from warehouse.reference.codes import visit_policy


@pytest.fixture
def hall(city):
    city.add(
        "divisions",
        {"division_code": "4406", "level": 3, "name_zh": "F"},
        {"division_code": "440604", "level": 4, "name_zh": "C", "parent_code": "4406"},
        {"division_code": "440605", "level": 4, "name_zh": "N", "parent_code": "4406"},
        {"division_code": "440604001", "level": 5, "name_zh": "T", "parent_code": "440604"},
        {"division_code": "4401", "level": 3, "name_zh": "G"},
    )
    for point, site, kind, division in [
        ("W1", "S1", "hall", "440604"), ("V1", "S2", "station", "440604001"), ("N1", "S3", "hall", "440605"), ("C1", "S4", "hall", "4406"),
        ("G1", "S5", "hall", "4401"), ("T1", "S1", "terminal", "440604"),
    ]:  # fmt: skip
        city.add("service_points", {"point_id": point, "site_id": site, "kind": kind, "name_zh": point, "division_code": division})
    city.item(visits_max=0, online_steps=["submit"], legal_limit=10, legal_unit="working_day", supports_courier=True)
    return city


def at(day: int, kind: str = "onsite_other", point: str = "W1", hour: int = 9, **columns) -> tuple:
    return (kind, f"2024-03-{day:02} {hour:02}:00", {"point_id": point, "channel": "window"} | columns)


CAUSES = [
    ([at(5, "onsite_submission"), at(5, "onsite_original_check")], "submission"),
    ([at(5, "onsite_identity_check"), at(5, "onsite_original_check")], "identity_check"),
    ([at(5, "onsite_original_check"), at(5, "onsite_pickup")], "original_check"),
    ([at(5, "onsite_pickup")], "pickup_by_choice"),
    ([at(5)], "other"),
    ([at(4, "supplement_requested", hour=10), at(5, "onsite_original_check")], "supplement"),  # within an open request
    ([at(5, "onsite_original_check", hour=9), at(5, "supplement_requested", hour=10)], "original_check"),  # before the request
    ([at(4, "supplement_requested"), at(5, "supplement_received", hour=8), at(5, hour=9)], "supplement"),  # on the day it was met
    ([at(4, "supplement_requested"), at(5, "supplement_received"), at(6)], "other"),  # after it
    ([at(4, "supplement_requested"), at(5, "onsite_pickup")], "pickup_by_choice"),
    ([at(4, "supplement_requested"), at(5, "supplement_received", on_site=True, actor_kind="applicant")], "supplement"),
    ([at(4, "supplement_requested"), at(5, "onsite_submission")], "supplement"),
    ([at(5, "delivered", on_site=True, actor_kind="agent")], "pickup_by_choice"),
]


def test_every_visit_has_one_cause(hall):
    for number, (events, _) in enumerate(CAUSES):
        hall.events(f"K{number:02}", ("submitted", "2024-03-01 20:00"), *events, item_id="A1")
    hall.build()
    assert [(row["case_id"], row["cause"]) for row in hall.all("mart_visit")] == [
        (f"K{number:02}", cause) for number, (_, cause) in enumerate(CAUSES)
    ]


def test_a_pick_up_is_no_choice_where_nothing_is_sent(city):
    city.item()
    city.events("K", ("submitted", "2024-03-01 20:00"), at(5, "onsite_pickup"), item_id="A1")
    city.build()
    assert city.one("mart_visit")["cause"] == "pickup"


def test_visits_of_tickets_and_void_cases(hall):
    hall.events("K", ("submitted", "2024-03-01 20:00"), ("paid", "2024-03-09 09:00", {"applicant_key": "P"}), item_id="A1")
    hall.events("VOID", at(5), ("completed", "2024-03-06 09:00", {"outcome": "void"}))
    for ticket, day, columns in [
        ("Q1", 5, {"case_id": "K"}),
        ("Q2", 6, {"person_key": "P"}),
        ("Q3", 7, {"case_id": "K", "window_point_id": "T1"}),
    ]:
        hall.add(
            "queue_tickets", {"ticket_id": ticket, "site_id": "S1", "issued_at": f"2024-03-{day:02} 09:00", "status": "served"} | columns
        )
    hall.build()
    found = [(row["place"], row["is_terminal"], row["is_linked"], row["cause"], row["district_code"]) for row in hall.all("mart_visit")]
    assert found == [("S1", False, True, "other", "440604"), ("S1", False, False, "other", "440604"), ("T1", True, True, "other", "440604")]


def test_the_first_visit_too_many_says_why(hall):
    hall.item("A2", visits_max=1, online_steps=["submit"])
    done = ("completed", "2024-03-20 09:00")
    hall.events("K1", ("submitted", "2024-03-01 20:00"), at(5, "onsite_identity_check"), at(6, "onsite_pickup"), done, item_id="A2")
    hall.events("K2", ("submitted", "2024-03-01 20:00"), at(5, "onsite_identity_check"), done, item_id="A2")
    hall.events("K3", ("submitted", "2024-03-01 20:00"), at(5, "onsite_identity_check"), at(6), done, item_id="A1")
    hall.build()
    found = [(case["is_overclaimed"], case["overclaim_cause"]) for case in hall.all("mart_case")]
    assert found == [(True, "pickup"), (False, None), (True, "identity_check")]


POLICIES = [("terminal", at(5, "onsite_other", "T1"), 1), ("station", at(5, "onsite_other", "V1"), 0), ("consultation", at(5, "onsite_consult"), 1),
            ("agent", at(5, actor_kind="agent"), 0), ("pickup", at(5, "onsite_pickup"), 0)]  # fmt: skip


@pytest.mark.parametrize(("kind", "event", "visits"), POLICIES)
def test_each_switch_of_the_policy_turns_its_kind_of_visit(hall, monkeypatch, kind, event, visits):
    turned = visit_policy() | {kind: not visit_policy()[kind]}
    hall.events("K", ("submitted", "2024-03-01 20:00"), event, item_id="A1")
    hall.build()
    assert hall.one("mart_case")["visits"] == 1 - visits
    monkeypatch.setattr("warehouse.reference.codes.visit_policy", lambda: turned)
    hall.build()
    assert hall.one("mart_case")["visits"] == visits


ONLINE = [
    ([("decided", "web"), ("delivered", "web")], None, True),
    ([("decided", "web"), ("delivered", "courier")], None, True),
    ([("completed", "app"), ("delivered", "wechat")], None, True),  # without a decision the completion's channel
    ([("decided", "window"), ("completed", "web"), ("delivered", "web")], None, False),
    ([("decided", "web"), ("delivered", "window")], None, False),
    ([("decided", "web")], None, False),  # no delivery recorded
    ([("decided", "web")], {"mode": "elicence"}, True),
    ([("decided", "web")], {"mode": "courier", "direction": "materials_in"}, False),
    ([("decided", "web")], {"mode": "pickup_locker"}, False),
    ([("delivered", "web")], None, False),  # open
    ([("decided", "web"), ("delivered", "web"), ("onsite_original_check", "window")], None, False),  # somebody came
]


def test_online_from_end_to_end(hall):
    for number, (events, delivery, _) in enumerate(ONLINE):
        steps = [(kind, f"2024-03-04 {9 + hour:02}:00", {"channel": channel}) for hour, (kind, channel) in enumerate(events)]
        hall.events(f"K{number:02}", ("submitted", "2024-03-01 20:00"), *steps, item_id="A1")
        if delivery:
            hall.add("deliveries", {"delivery_id": f"D{number}", "case_id": f"K{number:02}"} | delivery)
    hall.events(
        "OFFLINE",
        ("submitted", "2024-03-01 09:00", {"channel": "window"}),
        ("decided", "2024-03-02 09:00"),
        ("delivered", "2024-03-02 09:00"),
    )
    hall.build()
    assert [case["is_end_to_end_online"] for case in hall.all("mart_case")] == [*(expected for _, _, expected in ONLINE), False]


REGIONS = [
    (at(5), False, 4),
    (at(5, point="V1"), False, 5),  # a town of the same district
    (at(5, point="N1"), True, 4),  # another district
    (at(5, point="C1"), False, 3),  # the city's hall serves its districts
    (at(5, point="G1"), True, 3),  # another city
    (at(5, point="NEW"), False, None),  # nobody knows where that is
    (("received", "2024-03-05 09:00", {"channel": "cross_region_window"}), True, None),
]


def test_regions_and_levels(hall):
    for number, (event, _, _) in enumerate(REGIONS):
        hall.events(f"K{number}", ("submitted", "2024-03-01 20:00"), event, item_id="A1")
    hall.build()
    assert [(case["is_cross_region"], case["handling_site_level"]) for case in hall.all("mart_case")] == [(x, y) for _, x, y in REGIONS]


def test_the_level_is_that_of_the_first_visit_to_a_known_site(hall):
    hall.events("K", ("submitted", "2024-03-01 20:00"), at(4, point="NEW"), at(5, point="V1"), at(6), item_id="A1")
    hall.build()
    assert hall.one("mart_case")["handling_site_level"] == 5


def special(kind: str, at: str, **columns) -> tuple:
    return (kind, f"2024-{at} 09:00", {"special_kind": "extension"} | columns)


# Accepted on Friday 1 March with ten working days: due on Friday 15 March.
LEGAL = [
    ([("decided", "2024-03-15 17:00")], "2024-03-15", True, False),
    ([("decided", "2024-03-18 09:00")], "2024-03-15", True, True),
    ([], "2024-03-15", True, True),  # still open
    ([("supplement_requested", "2024-03-04 09:00"), ("supplement_received", "2024-03-06 09:00"), ("decided", "2024-03-19 09:00")], "2024-03-19", True, False),
    ([special("special_started", "03-14"), ("decided", "2024-03-29 09:00")], "2024-03-29", True, False),  # ten more working days
    ([special("special_ended", "03-14", detail='{"working_days": 2}'), ("decided", "2024-03-20 09:00")], "2024-03-19", True, True),
    ([special("special_started", "03-13"), special("special_ended", "03-14", outcome="refused"), ("decided", "2024-03-18 09:00")], "2024-03-15", True, True),
    ([("withdrawn", "2024-03-10 09:00")], "2024-03-15", False, False),
    ([("withdrawn", "2024-03-20 09:00")], "2024-03-15", True, True),
    ([("completed", "2024-03-20 09:00", {"outcome": "void"})], "2024-03-15", False, False),
]  # fmt: skip


def test_the_legal_due_date(hall):
    for number, (events, _, _, _) in enumerate(LEGAL):
        hall.events(f"K{number}", ("accepted", "2024-03-01 09:00"), *events, item_id="A1")
    hall.events("Z", ("submitted", "2024-04-30 09:00"), item_id="??")  # the day that the figures speak of; an item without limits
    hall.build()
    found = [(str(case["statutory_due_on"]), case["is_statutory_due"], case["is_statutory_breach"]) for case in hall.all("mart_case")]
    assert found == [*((due, is_due, is_late) for _, due, is_due, is_late in LEGAL), ("None", False, False)]


def test_an_open_pause_holds_the_legal_due_date_and_natural_days_run_by_the_calendar(hall):
    hall.item("N1", legal_limit=20, legal_unit="natural_day")
    hall.events("K1", ("accepted", "2024-03-01 09:00"), ("supplement_requested", "2024-03-11 09:00"), item_id="A1")
    hall.events("K2", ("accepted", "2024-03-01 09:00"), item_id="N1")
    hall.events("Z", ("submitted", "2024-04-30 09:00"))
    hall.build()
    paused, natural = hall.all("mart_case", "case_id <> 'Z'")
    assert (paused["is_statutory_due"], paused["is_statutory_breach"], paused["is_open_paused"]) == (False, False, True)
    assert (str(natural["statutory_due_on"]), natural["is_statutory_breach"]) == ("2024-03-21", True)


def test_how_open_cases_stand(hall):
    hall.events("A", ("submitted", "2024-04-23 09:00"))  # six working days before Tuesday 30 April: Sunday 28 April was one
    hall.events("B", ("submitted", "2024-04-22 09:00"))
    hall.events("C", ("submitted", "2024-03-01 09:00"), ("supplement_requested", "2024-03-04 09:00"))
    hall.events("D", ("submitted", "2023-10-01 09:00"), ("received", "2023-11-01 09:00"))  # 181 days without an event
    hall.events("E", ("submitted", "2023-10-01 09:00"), ("received", "2023-11-02 09:00"))  # 180 days
    hall.events("F", ("submitted", "2023-10-01 09:00"), ("completed", "2023-10-20 09:00"))
    hall.events("Z", ("submitted", "2024-04-30 09:00"))
    hall.build()
    found = [(case["open_working_days"], case["open_band"], case["is_open_paused"], case["is_zombie"]) for case in hall.all("mart_case")]
    assert found[:2] == [(6, "6-20", False, False), (7, "6-20", False, False)]
    assert [row[1:] for row in found[2:]] == [
        ("21-45", True, False), ("over-45", False, True), ("over-45", False, False), (None, False, False), ("0-5", False, False),
    ]  # fmt: skip


def test_deemed_acceptance_and_what_counts_as_accepted(hall):
    received = ("received", "2024-03-01 09:00")
    rows = [
        ([("accepted", "2024-03-08 09:00")], None, True),  # five working days later
        ([("accepted", "2024-03-11 09:00")], "2024-03-01", True),  # six
        ([("supplement_requested", "2024-03-05 09:00"), ("accepted", "2024-03-20 09:00")], None, True),
        ([("not_accepted", "2024-03-04 09:00")], None, False),
        ([("completed", "2024-03-01 10:00", {"outcome": "granted"})], None, True),  # on the spot: no acceptance is reported
        ([("withdrawn", "2024-03-05 09:00")], None, False),
        ([], "2024-03-01", True),  # never answered
    ]
    for number, (events, _, _) in enumerate(rows):
        hall.events(f"K{number}", received, *events, item_id="A1")
    hall.events("Z", ("submitted", "2024-04-30 09:00"))
    hall.build()
    found = [(case["deemed_accepted_on"] and str(case["deemed_accepted_on"]), case["is_accepted"]) for case in hall.all("mart_case")]
    assert found == [*((deemed, is_accepted) for _, deemed, is_accepted in rows), (None, False)]


def test_a_bundle_counts_its_cases_and_each_trip_once(hall):
    hall.item("A2", dept_id="D2")
    for case, item, day in [("K1", "A1", 8), ("K2", "A2", 9)]:
        hall.events(case, ("submitted", "2024-03-01 20:00"), at(5), ("completed", f"2024-03-{day:02} 09:00"), item_id=item, bundle_id="B")
    hall.events(
        "K3", ("submitted", "2024-03-02 20:00"), at(6), ("completed", "2024-03-07 09:00", {"outcome": "void"}), item_id="A1", bundle_id="B"
    )
    hall.events("K4", ("submitted", "2024-03-02 20:00"), at(5), item_id="A1", bundle_id="OPEN")
    hall.build()
    done, still = hall.all("mart_bundle")
    assert (done["cases"], done["items"], done["departments"], done["visits"], str(done["completed_on"])) == (2, 2, 2, 1, "2024-03-09")
    assert (done["district_code"], str(done["application_on"])) == ("440604", "2024-03-01")
    assert (still["bundle_id"], still["visits"], still["completed_on"]) == ("OPEN", 1, None)


def test_the_page_prints_the_policy():
    root = Path(__file__).parents[2]
    page = (root / "docs" / "linkage.md").read_text("utf-8")
    for kind, entry in yaml.safe_load((root / "warehouse" / "reference" / "codes.yaml").read_text("utf-8"))["visit_policy"].items():
        assert f"| `{kind}` | {'yes' if entry['counts'] else 'no'} | {entry['en']} | {entry['zh']} |" in page


def test_states_of_an_open_case_follow_one_another_and_pauses_lie_beside_them(hall):
    asked, given = ("supplement_requested", "2024-03-05 09:00"), ("supplement_received", "2024-03-07 09:00")
    hall.events("K", ("submitted", "2024-03-01 09:00"), asked, given, ("completed", "2024-04-02 09:00"))
    hall.events("SAME-DAY", ("submitted", "2024-03-01 09:00"), ("completed", "2024-03-01 19:00"))
    hall.events("VOID", ("submitted", "2024-03-01 09:00"), ("completed", "2024-03-09 19:00", {"outcome": "void"}))
    hall.events("Z", ("submitted", "2023-01-03 09:00"), ("supplement_requested", "2023-01-05 09:00"))
    hall.build()
    found = [(row["case_id"], row["state"], str(row["since_on"]), str(row["until_on"])) for row in hall.all("mart_open_case")]
    assert [row for row in found if row[0] == "K"] == [
        ("K", "0-5", "2024-03-01", "2024-03-11"),
        ("K", "21-45", "2024-04-01", "2024-04-02"),
        ("K", "6-20", "2024-03-11", "2024-04-01"),
        ("K", "paused", "2024-03-05", "2024-03-07"),
    ]
    assert {row[1:] for row in found if row[1] in ("paused", "zombie") and row[0] == "Z"} == {
        ("paused", "2023-01-05", "9999-12-31"),
        ("zombie", "2023-07-05", "9999-12-31"),
    }
    assert {row[0] for row in found} == {"K", "Z"}

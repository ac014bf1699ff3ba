"""Visits: distinct place × local date, by the policy switches of the contract."""

import pytest


@pytest.fixture
def hall(city):
    for point, site, kind in [
        ("H1", "S1", "hall"),
        ("W1", "S1", "window"),
        ("W2", "S1", "window"),
        ("V1", "S2", "station"),
        ("T1", "S1", "terminal"),
    ]:
        city.add("service_points", {"point_id": point, "site_id": site, "kind": kind, "name_zh": point, "division_code": "440604"})
    city.item(visits_max=1, online_steps=["info", "submit"])
    return city


def add_case(hall, case_id: str, *events: tuple, channel: str = "web") -> None:
    """One case of A1, applied for on 1 March and completed on 20 March, with further events."""
    hall.events(case_id, ("submitted", "2024-03-01 20:00", {"channel": channel}), *events, ("completed", "2024-03-20 09:00"), item_id="A1")


def visit(hall, *events: tuple, channel: str = "web") -> dict:
    """That case, built."""
    add_case(hall, "K", *events, channel=channel)
    hall.build()
    return hall.one("mart_case")


def at(day: int, point: str | None = "W1", **columns) -> tuple:
    kind = columns.pop("kind", "onsite_original_check")
    return (kind, f"2024-03-{day:02} 09:00", {"point_id": point, "channel": "window"} | columns)


WHAT_COUNTS = [
    ([], 0, 0),
    ([at(5), at(5, "W2"), at(6)], 2, 0),  # two windows of one hall on one day are one visit
    ([at(5), at(5, "V1")], 2, 0),  # two places on one day are two; stations count
    ([at(5, kind="onsite_consult")], 0, 0),
    ([at(5, kind="onsite_pickup")], 1, 0),
    ([at(5, actor_kind="agent")], 1, 0),
    ([at(5, actor_kind="staff")], 0, 0),  # an inspection
    ([at(5, kind="step_started", on_site=True, actor_kind="applicant")], 1, 0),
    ([at(5, kind="step_started", on_site=True)], 0, 0),  # nobody says that the applicant was there
    ([at(5, kind="step_started", actor_kind="applicant")], 0, 0),
    ([at(5, "T1")], 0, 1),
    ([at(5, "W1", channel="terminal")], 0, 1),
    ([at(5, "T1"), at(5), at(6, "T1")], 1, 2),
    ([at(5, "NEW"), at(5, None), at(5)], 3, 0),  # unknown points are places of their own
]


def test_events_make_visits(hall):
    for number, (events, _, _) in enumerate(WHAT_COUNTS):
        add_case(hall, f"K{number:02}", *events)
    hall.build()
    found = [(case["visits"], case["visits_upper"], case["terminal_visits"]) for case in hall.all("mart_case")]
    assert found == [(visits, visits, terminals) for _, visits, terminals in WHAT_COUNTS]


def test_unknown_points_are_flagged(hall):
    assert "point_unknown" in visit(hall, at(5, "NEW"))["dq_flags"]


def ticket(hall, ticket_id: str, day: int, **columns) -> None:
    row = {"ticket_id": ticket_id, "site_id": "S1", "issued_at": f"2024-03-{day:02} 08:50", "status": "served"}
    hall.add("queue_tickets", row | columns)


def test_served_tickets_of_the_case_are_visits_and_fall_together_with_events(hall):
    ticket(hall, "Q1", 5, case_id="K")
    ticket(hall, "Q2", 6, case_id="K", site_id="S9")
    ticket(hall, "Q3", 7, case_id="K", status="left")
    ticket(hall, "Q4", 8, case_id="K", window_point_id="T1")
    case = visit(hall, at(5))
    assert (case["visits"], case["terminal_visits"]) == (2, 1)


def test_a_tickets_date_is_service_start_then_call_then_issue(hall):
    ticket(hall, "Q1", 4, case_id="K", called_at="2024-03-05 09:00", service_started_at="2024-03-06 09:00")
    ticket(hall, "Q2", 4, case_id="K", called_at="2024-03-06 10:00")
    assert visit(hall)["visits"] == 1


def test_the_upper_bound_adds_the_persons_own_tickets(hall):
    hall.item("A2", dept_id="D1")
    hall.item("B1", dept_id="D2")
    ticket(hall, "Q1", 5, person_key="P", item_id="A1")
    ticket(hall, "Q2", 6, person_key="P", item_id="A2")  # the same department
    ticket(hall, "Q3", 7, person_key="P", item_id="B1")  # another department
    ticket(hall, "Q4", 8, person_key="P")  # an unknown item
    ticket(hall, "Q5", 9, person_key="OTHER", item_id="A1")
    ticket(hall, "Q6", 21, person_key="P", item_id="A1")  # after the last event
    ticket(hall, "Q7", 10, person_key="P", item_id="A1", case_id="ELSE")  # drawn for another case
    ticket(hall, "Q8", 11, person_key="P", item_id="A1", status="left")
    ticket(hall, "Q9", 5, person_key="P", item_id="A1", service_started_at="2024-01-30 09:00")  # 31 days before
    ticket(hall, "Q10", 5, person_key="P", item_id="A1", service_started_at="2024-01-31 09:00")  # 30 days before
    case = visit(hall, at(5), ("paid", "2024-03-02 09:00", {"applicant_key": "P"}))
    assert (case["visits"], case["visits_upper"]) == (1, 4)


def test_observed_level_of_cases_applied_for_online(hall):
    for visits in range(5):
        add_case(hall, f"K{visits}", *[at(5 + number) for number in range(visits)])
    hall.build()
    found = [(case["visits"], case["observed_level"], case["is_overclaimed"], case["declared_level"]) for case in hall.all("mart_case")]
    assert found == [(0, 4, False, 3), (1, 3, False, 3), (2, 2, True, 3), (3, 1, True, 3), (4, 1, True, 3)]


def test_observed_level_of_other_cases(hall):
    case = visit(hall, at(5), at(6), channel="window")
    assert (case["observed_level"], case["is_overclaimed"]) == (1, None)


def test_open_cases_have_no_observed_level(hall):
    hall.events("K", ("submitted", "2024-03-01 20:00"), item_id="A1")
    hall.build()
    assert hall.one("mart_case")["observed_level"] is None


def test_same_session(hall):
    decisions = [("09:00", None), ("09:40", None), ("08:59", None), ("09:41", None), ("09:20", "day")]
    for number, (decided, precision) in enumerate(decisions):
        hall.events(
            f"K{number}", ("submitted", "2024-03-05 08:00"), ("decided", f"2024-03-05 {decided}", {"ts_precision": precision}), item_id="A1"
        )
        ticket(hall, f"Q{number}", 5, case_id=f"K{number}", service_started_at="2024-03-05 09:00", service_ended_at="2024-03-05 09:40")
    hall.build()
    assert [case["is_decided_same_session"] for case in hall.all("mart_case")] == [True, True, False, False, False]


def test_a_case_tells_what_its_visits_were_for_in_order_terminals_apart(hall):
    case = visit(hall, at(9, kind="onsite_pickup"), at(6, "T1"), at(7, "V1"), at(5, kind="onsite_identity_check"))
    assert case["visit_causes"] == ["identity_check", "original_check", "pickup"]


def test_a_case_without_visits_has_no_causes(hall):
    assert visit(hall)["visit_causes"] == []

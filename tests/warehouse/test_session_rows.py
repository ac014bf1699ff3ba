"""Sessions: uses of terminals, contacts, journeys of applications; and the days on which a terminal stood."""

from datetime import date

POINT = {"site_id": "S", "name_zh": "终端", "division_code": "440604"}


def session(city, session_id: str, at: str, **columns) -> None:
    city.add("sessions", {"session_id": session_id, "channel": "web", "started_at": f"2024-{at}"} | columns)


def flagged(city, flag: str) -> list[str]:
    return [row["session_id"] for row in city.all("mart_session", flag)]


def test_a_use_of_a_terminal_reaches_start_and_lasts_three_seconds(city):
    session(city, "S1", "03-01 09:00:00", channel="terminal", reached="start", ended_at="2024-03-01 09:00:03")
    session(city, "S2", "03-01 09:00:00", channel="terminal", reached="submit", ended_at="2024-03-01 09:00:02")  # a restart
    session(city, "S3", "03-01 09:00:00", channel="terminal", reached="view", ended_at="2024-03-01 09:09:00")
    session(city, "S4", "03-01 09:00:00", channel="terminal", reached="outcome")  # its end is not known
    session(city, "S5", "03-01 09:00:00", channel="app", reached="outcome", ended_at="2024-03-01 09:01:00")
    session(city, "S6", "03-01 09:00:00", channel="terminal", reached="start", ended_at="2024-03-01 08:00:00")  # ends before it begins
    city.build()
    assert flagged(city, "is_terminal_use") == ["S1", "S4", "S6"]
    assert [row["seconds"] for row in city.all("mart_session")] == [3.0, 2.0, 540.0, None, 60.0, None]


def test_calls_and_stated_purposes_are_contacts(city):
    session(city, "S1", "03-01 09:00", channel="hotline")
    session(city, "S2", "03-01 09:00", channel="hotline", purpose="repeat")
    session(city, "S3", "03-01 09:00", channel="wechat", purpose="chase_progress")
    session(city, "S4", "03-01 09:00", channel="web", purpose="small talk")
    session(city, "S5", "03-01 09:00", channel="web")
    city.build()
    assert flagged(city, "is_contact") == ["S1", "S2", "S3", "S4"]
    assert flagged(city, "is_failure_demand") == ["S2", "S3"]
    assert [row["purpose"] for row in city.all("mart_session")] == [None, "repeat", "chase_progress", "other", None]


def test_sessions_of_one_account_and_item_within_seven_days_are_one_journey(city):
    common = {"account_key": "P", "item_id": "A1"}
    session(city, "S0", "03-01 08:00", reached="view", **common)  # looked, did not start
    session(city, "S1", "03-01 09:00", reached="start", **common)
    session(city, "S2", "03-08 09:00", channel="app", reached="start", **common)  # seven days after S1: goes on
    session(city, "S3", "03-15 08:00", channel="terminal", reached="outcome", **common)
    session(city, "S4", "03-22 08:01", reached="start", **common)  # more than seven days after S3: begins anew
    session(city, "S5", "03-02 09:00", reached="start", account_key="P", item_id="B1")
    session(city, "S6", "03-02 09:00", channel="hotline", reached="start", account_key="Q", item_id="A1")  # no application by oneself
    session(city, "S7", "03-02 09:00", reached="outcome")
    session(city, "S8", "03-02 09:00", reached="outcome")
    city.events("K", ("submitted", "2024-04-20 09:00"))  # the release's date
    city.build()
    assert flagged(city, "is_journey_start") == ["S1", "S4", "S5", "S7", "S8"]
    assert flagged(city, "is_journey_completed") == ["S1", "S7", "S8"]
    assert flagged(city, "is_followed_up") == ["S1", "S5", "S7", "S8"]  # S4 has until 21 April


def test_an_outcome_after_thirty_days_comes_too_late(city):
    for number, day in enumerate(["03-01", "03-08", "03-15", "03-22", "03-29"], start=1):
        session(city, f"S{number}", f"{day} 09:00", reached="start", account_key="P", item_id="A1")
    session(city, "S6", "04-01 09:00", reached="outcome", account_key="P", item_id="A1")  # 31 days after the first start
    session(city, "S7", "03-01 09:00", reached="start", account_key="Q", item_id="A1")
    for number, day in enumerate(["03-08", "03-15", "03-22", "03-29"], start=8):
        session(city, f"T{number}", f"{day} 09:00", reached="submit", account_key="Q", item_id="A1")
    session(city, "T9z", "03-31 09:00", reached="outcome", account_key="Q", item_id="A1")  # 30 days
    city.build()
    assert [(row["session_id"], row["is_journey_completed"]) for row in city.all("mart_session", "is_journey_start")] == [
        ("S1", False),
        ("S7", True),
    ]


def test_a_session_is_placed_by_its_point_else_its_item_else_its_account(city):
    for code in ("440604", "440605", "440606"):
        city.add("divisions", {"division_code": code, "level": 4, "name_zh": code})
    city.add("service_points", POINT | {"point_id": "T", "kind": "terminal"})
    city.item("A1", division_code="440605", dept_id="D9")
    city.add("accounts", {"account_key": "P", "kind": "person", "registered_on": "2020-01-01", "division_code": "440606"})
    session(city, "S1", "03-01 09:00", point_id="T", item_id="A1", account_key="P")
    session(city, "S2", "03-01 09:00", item_id="A1", account_key="P")
    session(city, "S3", "03-01 09:00", account_key="P")
    session(city, "S4", "03-01 09:00", account_key="Q")
    city.build()
    assert [(row["district_code"], row["site_id"], row["dept_id"]) for row in city.all("mart_session")] == [
        ("440604", "S", "D9"),
        ("440605", None, "D9"),
        ("440606", None, None),
        (None, None, None),
    ]
    assert not {"account_key", "answered_at"} & set(city.one("mart_session", "session_id = 'S1'"))


def test_a_terminal_stands_from_commissioning_to_the_day_before_decommissioning(city):
    city.add("service_points", POINT | {"point_id": "T1", "kind": "terminal", "commissioned_on": "2024-03-03"})
    city.add(
        "service_points",
        POINT | {"point_id": "T2", "kind": "terminal", "commissioned_on": "2020-01-01", "decommissioned_on": "2024-03-04"},
        POINT | {"point_id": "T3", "kind": "terminal", "planned": True, "commissioned_on": "2020-01-01"},
        POINT | {"point_id": "T4", "kind": "terminal", "commissioned_on": "2024-03-09"},
        POINT | {"point_id": "W1", "kind": "window"},
    )
    session(city, "S1", "03-02 09:00", channel="terminal", point_id="T2", reached="start")  # counting begins
    session(city, "S2", "03-04 09:00", channel="terminal", point_id="T1", reached="submit")
    session(city, "S3", "03-04 10:00", channel="terminal", point_id="T1", reached="start")
    session(city, "S4", "03-04 10:00", channel="terminal", point_id="T1", reached="view")
    session(city, "S5", "03-04 10:00", channel="terminal", point_id="T2", reached="start")  # gone that day
    session(city, "S6", "03-05 10:00", channel="terminal", point_id="UNKNOWN", reached="start")
    city.events("K", ("submitted", "2024-03-05 09:00"))
    city.build()
    assert [(row["point_id"], row["day_on"].day, row["uses"]) for row in city.all("mart_terminal_day")] == [
        ("T1", 3, 0),
        ("T1", 4, 2),
        ("T1", 5, 0),
        ("T2", 2, 1),
        ("T2", 3, 0),
    ]


def test_terminals_that_report_no_session_have_no_days(city):
    city.add("service_points", POINT | {"point_id": "T1", "kind": "terminal", "commissioned_on": "2024-03-03"})
    session(city, "S1", "03-02 09:00", reached="start")
    city.build()
    assert city.all("mart_terminal_day") == []
    assert city.one("mart_session")["started_on"] == date(2024, 3, 2)


def test_visitors_are_told_apart_by_a_number_that_is_not_the_applicants(city):
    city.events("K", ("submitted", "2024-03-01 09:00"), item_id="A1", applicant_key="P")
    city.add("case_materials", {"case_id": "K", "material_code": "M", "provided_by": "paper", "resubmission_no": 0})
    for name, account in (("S1", "P"), ("S2", "P"), ("S3", "Q"), ("S4", None), ("S5", None)):
        session(city, name, "03-01 09:00:00", account_key=account)
    city.build()
    first, again, other, *unknown = [row["visitor_no"] for row in city.all("mart_session")]
    assert first == again and len({first, other, *unknown, city.one("mart_applicant_material")["applicant_no"]}) == 5

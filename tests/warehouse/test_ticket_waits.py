"""Waits of queue tickets: calls, abandonment, chains, appointments, repetition, implausible clocks."""


def ticket(city, ticket_id: str, issued: str, status: str = "served", **columns) -> None:
    times = {name: f"2024-03-05 {value}" for name, value in columns.items() if name.endswith("_at")}
    row = {"ticket_id": ticket_id, "site_id": "S1", "issued_at": f"2024-03-05 {issued}", "status": status}
    city.add("queue_tickets", row | columns | times)


def waits(city) -> dict[str, tuple]:
    city.build()
    return {row["ticket_id"]: (row["wait_minutes"], row["is_called"], row["is_chain_abandoned"]) for row in city.all("mart_ticket")}


def test_waits_by_status(city):
    ticket(city, "a", "09:00", "served", called_at="09:08:30", service_ended_at="09:40")
    ticket(city, "b", "09:00", "serving", called_at="09:10")
    ticket(city, "c", "09:00", "no_show", called_at="09:12", service_ended_at="09:20")
    ticket(city, "d", "09:00", "left", service_ended_at="09:30")
    ticket(city, "e", "09:00", "expired")
    ticket(city, "f", "09:00", "cancelled", service_ended_at="09:05")
    ticket(city, "g", "09:00", "waiting")
    ticket(city, "h", "09:00", "served", service_ended_at="09:40")
    assert waits(city) == {
        "a": (8.5, True, False),
        "b": (10, True, False),
        "c": (12, False, True),
        "d": (30, False, True),
        "e": (None, False, True),
        "f": (None, False, False),
        "g": (None, False, False),
        "h": (None, True, False),
    }


def test_abandonment_is_of_the_ticket_itself(city):
    for status in ("left", "no_show", "expired", "cancelled", "served", "transferred"):
        ticket(city, status, "09:00", status)
    city.build()
    assert {row["ticket_id"] for row in city.all("mart_ticket", "is_abandoned")} == {"left", "no_show", "expired"}


APPOINTMENTS = [
    ({"slot_start_at": "10:00", "checkin_at": "09:40", "called_at": "10:06"}, 6),
    ({"slot_start_at": "10:00", "checkin_at": "10:04", "called_at": "10:06"}, 2),
    ({"slot_start_at": "10:00", "checkin_at": "09:40", "called_at": "09:50"}, 0),  # before its slot
    ({"slot_start_at": "10:00", "called_at": "10:06"}, 6),
    ({"appointment_id": "AP", "called_at": "10:36"}, 6),  # the slot of the appointment: 10:30
    ({"appointment_id": "UNKNOWN", "called_at": "09:36"}, 36),
]


def test_appointments_wait_from_slot_or_check_in(city):
    city.add(
        "appointments",
        {
            "appointment_id": "AP",
            "channel": "web",
            "booked_at": "2024-03-01 09:00",
            "slot_start_at": "2024-03-05 10:30",
            "status": "served",
        },
    )
    for number, (columns, _) in enumerate(APPOINTMENTS):
        ticket(city, f"a{number}", "09:00", **columns)
    assert [found[0] for found in waits(city).values()] == [minutes for _, minutes in APPOINTMENTS]
    assert len(city.all("mart_ticket", "is_appointment and not is_implausible")) == len(APPOINTMENTS)


def test_a_chain_is_one_wait_at_its_first_ticket(city):
    ticket(city, "a", "09:00", "transferred", called_at="09:05")
    ticket(city, "b", "09:10", "transferred", called_at="09:30", prev_ticket_id="a", site_id="S2")
    ticket(city, "c", "09:40", "served", called_at="09:41", prev_ticket_id="b")
    assert waits(city) == {"a": (5 + 20 + 1, True, False), "b": (None, False, False), "c": (None, False, False)}
    assert [row["is_chain_head"] for row in city.all("mart_ticket")] == [True, False, False]


def test_a_chain_that_ends_in_abandonment(city):
    ticket(city, "a", "09:00", "transferred", called_at="09:05")
    ticket(city, "b", "09:10", "left", service_ended_at="09:40", prev_ticket_id="a")
    assert waits(city)["a"] == (35, False, True)


def test_long_chains_unknown_predecessors_and_circles(city):
    for number in range(30):
        last = number == 29
        ticket(
            city,
            f"t{number:02}",
            f"09:{number:02}",
            "served" if last else "transferred",
            called_at=f"09:{number:02}:30",
            prev_ticket_id=f"t{number - 1:02}",
        )
    ticket(city, "x", "10:00", "served", called_at="10:01", prev_ticket_id="y")
    ticket(city, "y", "10:00", "served", called_at="10:02", prev_ticket_id="x")
    found = waits(city)
    assert found["t00"] == (15, True, False) and found["t29"] == (None, False, False)
    assert found["x"] == (1, True, False) and found["y"] == (2, True, False)


def test_transfers_and_repetitions_are_of_one_day(city):
    for name, at, more in (("a", "05 23:55", {"status": "transferred"}), ("b", "06 00:01", {"prev_ticket_id": "a", "status": "served"})):
        row = {"ticket_id": name, "site_id": "S1", "issued_at": f"2024-03-{at}", "called_at": f"2024-03-{at}:30", "person_key": "P"}
        city.add("queue_tickets", row | more)
    city.build()
    found = [(row["ticket_id"], row["is_chain_head"], row["is_repeat"], row["wait_minutes"]) for row in city.all("mart_ticket")]
    assert found == [("a", True, False, None), ("b", True, False, 0.5)]


def test_implausible_waits_are_marked_and_empty(city):
    ticket(city, "a", "09:00", called_at="08:59")
    ticket(city, "b", "09:00", called_at="17:00")
    ticket(city, "c", "09:00", called_at="17:01")
    city.build()
    assert [(row["is_implausible"], row["wait_minutes"]) for row in city.all("mart_ticket")] == [(True, None), (False, 480), (True, None)]


def test_repetition_is_by_person_and_site_within_ten_minutes(city):
    ticket(city, "a", "09:00", "left", person_key="P")
    ticket(city, "b", "09:10", "served", person_key="P")
    ticket(city, "c", "09:21", "served", person_key="P")
    ticket(city, "d", "09:22", "served", person_key="P", site_id="S2")
    ticket(city, "e", "09:00", "left")
    ticket(city, "f", "09:01", "served")
    ticket(city, "g", "11:00", "transferred", person_key="T")
    ticket(city, "h", "11:05", "served", person_key="T", prev_ticket_id="g")
    city.build()
    assert [row["ticket_id"] for row in city.all("mart_ticket", "is_repeat")] == ["a"]


def test_service_minutes(city):
    ticket(city, "a", "09:00", service_started_at="09:10", service_ended_at="09:12:30")
    ticket(city, "b", "09:00", service_started_at="09:10", service_ended_at="09:05")
    ticket(city, "c", "09:00", service_ended_at="09:05")
    city.build()
    assert [row["service_minutes"] for row in city.all("mart_ticket")] == [2.5, None, None]


def test_the_district_is_that_of_the_sites_hall(city):
    city.add(
        "divisions",
        {"division_code": "440604", "level": 4, "name_zh": "禅城区"},
        {"division_code": "440605", "level": 4, "name_zh": "南海区"},
    )
    city.add("service_points", {"point_id": "A", "site_id": "S1", "kind": "window", "name_zh": "窗", "division_code": "440605"})
    city.add("service_points", {"point_id": "B", "site_id": "S1", "kind": "hall", "name_zh": "大厅", "division_code": "440604"})
    ticket(city, "a", "09:00", window_point_id="A", item_id="ELSEWHERE")
    ticket(city, "b", "23:59", site_id="S9")
    city.build()
    assert [(row["district_code"], row["issued_hour"]) for row in city.all("mart_ticket")] == [("440604", 9), (None, 23)]
    assert city.one("dim_site")["name_zh"] == "大厅"


def test_one_ticket_marks_each_hour_in_which_a_window_called(city):
    ticket(city, "a", "09:50", called_at="10:05", window_point_id="W1")
    ticket(city, "b", "10:00", called_at="10:20", window_point_id="W1")
    ticket(city, "c", "10:01", called_at="10:10", window_point_id="W2")
    ticket(city, "d", "10:30", called_at="11:00", window_point_id="W1")
    ticket(city, "e", "12:00", called_at="12:05", window_point_id="W1", slot_start_at="12:00")  # an appointment
    ticket(city, "f", "13:00", "no_show", called_at="13:05", window_point_id="W1")
    ticket(city, "g", "14:00", called_at="13:00", window_point_id="W1")  # called before it was issued
    ticket(city, "h", "15:00", called_at="15:05")
    city.build()
    assert {row["ticket_id"]: row["window_hour"] for row in city.all("mart_ticket", "window_hour is not null")} == {
        "a": 10,
        "c": 10,
        "d": 11,
    }

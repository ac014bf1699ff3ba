"""Pauses, due dates and the promise. Working days by the Chinese calendar of 2024: 10–17 February off, Sunday the 18th worked; 4–6 April off, Sunday the 7th worked."""

from datetime import date

AS_OF = ("Z", ("submitted", "2024-12-02 09:00"))  # a case that moves as_of to where the tests want it


def paused(case_id: str, accepted: str, *events: tuple) -> tuple:
    return (case_id, ("accepted", f"{accepted} 09:00"), *events)


def build(city, *cases: tuple) -> dict[str, dict]:
    for case_id, *events in cases:
        city.events(case_id, *events, item_id="A1")
    city.build()
    return {case["case_id"]: case for case in city.all("mart_case")}


def supplement(start: str, end: str | None = None) -> list[tuple]:
    found = [("supplement_requested", f"{start} 10:00")]
    return [*found, ("supplement_received", f"{end} 10:00")] if end else found


def stop(start: str, end: str | None = None) -> list[tuple]:
    kind = {"special_kind": "clock_stop"}
    found = [("special_started", f"{start} 10:00", kind)]
    return [*found, ("special_ended", f"{end} 10:00", kind)] if end else found


def test_due_over_spring_festival(city):
    city.item()
    case = build(city, AS_OF, ("K", ("accepted", "2024-02-08 09:00"), ("decided", "2024-02-21 23:00")))["K"]
    assert (case["due_on"], case["handling_working_days"], case["is_promise_countable"], case["is_promise_kept"]) == (
        date(2024, 2, 21),
        5,
        True,
        True,
    )


def test_overlapping_pauses_count_once(city):
    city.item()
    pauses = supplement("2024-02-19", "2024-02-27") + stop("2024-02-22", "2024-02-28")
    case = build(city, AS_OF, paused("K", "2024-02-08", *pauses, ("decided", "2024-03-04 10:00")))["K"]
    assert (case["paused_working_days"], case["due_on"], case["is_promise_kept"]) == (7, date(2024, 3, 1), False)
    assert case["handling_working_days"] == 6  # 13 working days from 8 February to 4 March, less 7


def test_pauses_one_inside_another_and_apart(city):
    city.item()
    pauses = stop("2024-03-04", "2024-03-15") + supplement("2024-03-06", "2024-03-07") + supplement("2024-03-18", "2024-03-19")
    case = build(city, AS_OF, paused("K", "2024-03-01", *pauses, ("decided", "2024-03-22 10:00")))["K"]
    assert (case["paused_working_days"], case["handling_working_days"]) == (9 + 1, 15 - 10)


def test_two_requests_before_one_answer_are_one_pause(city):
    city.item()
    pauses = [*supplement("2024-03-04"), *supplement("2024-03-05", "2024-03-08")]
    case = build(city, AS_OF, paused("K", "2024-03-01", *pauses, ("decided", "2024-03-11 10:00")))["K"]
    assert (case["paused_working_days"], case["supplement_count"]) == (4, 2)


def test_a_pause_without_an_end_runs_to_the_decision(city):
    city.item()
    case = build(city, AS_OF, paused("K", "2024-03-01", *supplement("2024-03-05"), ("decided", "2024-03-12 10:00")))["K"]
    assert (case["paused_working_days"], case["handling_working_days"], case["is_promise_kept"], case["has_open_pause_at_due"]) == (
        5,
        2,
        True,
        False,
    )


def test_pauses_are_clipped_to_the_clock(city):
    city.item()
    pauses = supplement("2024-02-26", "2024-03-05")  # asked before acceptance
    late = supplement("2024-03-11", "2024-03-20")  # answered after the decision
    case = build(city, AS_OF, paused("K", "2024-03-01", *pauses, *late, ("decided", "2024-03-13 10:00")))["K"]
    assert (case["paused_working_days"], case["handling_working_days"]) == (2 + 2, 8 - 4)


def test_a_clock_stop_ends_only_by_its_own_kind_and_extensions_never_pause(city):
    city.item()
    events = [
        *stop("2024-03-04"),
        ("special_started", "2024-03-05 09:00", {"special_kind": "extension"}),
        ("special_ended", "2024-03-06 09:00", {"special_kind": "extension"}),
        ("supplement_received", "2024-03-06 09:00"),
        ("special_ended", "2024-03-08 09:00", {"special_kind": "clock_stop"}),
    ]
    case = build(city, AS_OF, paused("K", "2024-03-01", *events, ("decided", "2024-03-11 09:00")))["K"]
    assert (case["paused_working_days"], case["due_on"]) == (4, date(2024, 3, 14))


def test_an_open_pause_in_time_suspends_the_promise(city):
    city.item()
    cases = build(city, AS_OF, paused("K", "2024-03-01", *supplement("2024-03-08")))
    case = cases["K"]  # due on 8 March: asked on that very day
    assert (case["has_open_pause_at_due"], case["is_promise_countable"]) == (True, False)
    assert case["survival_working_days"] == 5 and not case["is_handling_event"]


def test_an_open_pause_after_the_due_date_changes_nothing(city):
    city.item()
    case = build(city, AS_OF, paused("K", "2024-03-01", *supplement("2024-03-09")))["K"]  # a Saturday, one day late
    assert (case["due_on"], case["has_open_pause_at_due"], case["is_promise_countable"], case["is_promise_kept"]) == (
        date(2024, 3, 8),
        False,
        True,
        False,
    )


def test_closed_pauses_before_an_open_one_move_the_due_date_first(city):
    city.item()
    pauses = [*supplement("2024-03-04", "2024-03-06"), *stop("2024-03-12")]  # two days: due on 12 March
    case = build(city, AS_OF, paused("K", "2024-03-01", *pauses))["K"]
    assert case["has_open_pause_at_due"] is True


DUE_DATES = [
    ("2024-03-02", 0, "working_day", date(2024, 3, 2)),  # a Saturday: due the same day, never before
    ("2024-03-01", 0, "working_day", date(2024, 3, 1)),
    ("2024-03-02", 1, "working_day", date(2024, 3, 4)),
    ("2024-03-01", 1.2, "working_day", date(2024, 3, 5)),  # rounded up to 2
    ("2024-09-27", 5, "working_day", date(2024, 10, 10)),
    ("2024-03-01", 10, "natural_day", date(2024, 3, 11)),
    ("2024-03-01", 9, "hour", date(2024, 3, 5)),  # 9 hours are 2 working days
    ("2024-03-01", None, "working_day", None),
    ("2024-03-01", 5, None, date(2024, 3, 8)),
]


def test_due_dates_by_unit(city):
    for number, (accepted, limit, unit, _) in enumerate(DUE_DATES):
        city.item(f"A{number}", promised_limit=limit, promised_unit=unit)
        city.events(f"K{number}", ("accepted", f"{accepted} 09:00"), item_id=f"A{number}")
    found = build(city, AS_OF)
    for number, (_, _, unit, due) in enumerate(DUE_DATES):
        case = found[f"K{number}"]
        assert case["due_on"] == due, DUE_DATES[number]
        assert case["is_promise_countable"] is (due is not None), DUE_DATES[number]
        assert ("limit_converted" in case["dq_flags"]) is (unit in ("natural_day", "hour")), DUE_DATES[number]


def test_natural_limits_pause_by_natural_days(city):
    city.item(promised_limit=10, promised_unit="natural_day")
    case = build(city, AS_OF, paused("K", "2024-03-01", *supplement("2024-03-04", "2024-03-11"), ("decided", "2024-03-18 10:00")))["K"]
    assert (case["due_on"], case["is_promise_kept"], case["paused_working_days"]) == (date(2024, 3, 18), True, 5)


def test_who_counts_in_the_promise(city):
    city.item()
    start = ("accepted", "2024-03-01 09:00")  # due on 8 March
    found = build(
        city,
        ("Z", ("submitted", "2024-03-20 09:00")),
        ("K1", start),
        ("K2", start, ("withdrawn", "2024-03-08 10:00")),
        ("K3", start, ("withdrawn", "2024-03-09 10:00")),
        ("K4", start, ("not_accepted", "2024-03-07 10:00")),
        ("K5", start, ("completed", "2024-03-08 23:59", {"outcome": "lapsed"})),
        ("K6", start, ("decided", "2024-03-09 00:01")),
        ("K7", start, ("completed", "2024-03-04 10:00", {"outcome": "void"})),
        ("K8", ("accepted", "2024-03-19 09:00"), ("decided", "2024-03-19 10:00")),  # closed, but due after as_of
        ("K9", start, ("withdrawn", "2024-03-05 10:00"), ("decided", "2024-03-08 10:00")),
    )
    counts = {name: (case["is_promise_countable"], case["is_promise_kept"]) for name, case in found.items() if name != "Z"}
    assert counts == {
        "K1": (True, False),
        "K2": (False, False),
        "K3": (True, False),
        "K4": (False, False),
        "K5": (True, True),
        "K6": (True, False),
        "K7": (False, False),
        "K8": (False, False),
        "K9": (True, True),
    }


def test_a_promise_made_for_one_case_stands_in_for_the_items(city):
    city.events("K", ("accepted", "2024-03-01 09:00"), ("decided", "2024-03-06 10:00"))
    city.add("case_deadlines", {"case_id": "K", "kind": "promised", "due_at": "2024-03-06 09:00"})
    city.build()
    case = city.one("mart_case")
    assert (case["due_on"], case["is_promise_kept"]) == (date(2024, 3, 6), True)


def test_open_and_ended_cases_are_observed_as_long_as_they_were_seen(city):
    city.item()
    found = build(
        city,
        ("Z", ("submitted", "2024-03-20 09:00")),
        ("K1", ("accepted", "2024-03-01 09:00")),
        ("K2", ("accepted", "2024-03-01 09:00"), *supplement("2024-03-05", "2024-03-07"), ("withdrawn", "2024-03-11 10:00")),
    )
    assert [(found[k]["survival_working_days"], found[k]["is_handling_event"]) for k in ("K1", "K2")] == [(13, False), (4, False)]
    assert found["K2"]["handling_working_days"] is None


def test_working_days_before_acceptance_and_until_the_result(city):
    city.item()
    found = build(
        city,
        ("AROUND", ("submitted", "2024-02-08 09:00"), ("accepted", "2024-02-18 09:00"), ("decided", "2024-02-20 09:00"), ("result_ready", "2024-02-26 09:00")),
        ("FIRST", ("accepted", "2024-03-01 09:00"), ("submitted", "2024-03-05 09:00"), ("decided", "2024-03-07 09:00")),
        ("BEYOND", ("submitted", "1989-12-28 09:00"), ("accepted", "2024-03-01 09:00"), ("decided", "2024-03-04 09:00")),  # 1990 to 2060
    )  # fmt: skip
    days = {case: (row["waiting_working_days"], row["delivery_working_days"]) for case, row in found.items()}
    assert days == {"AROUND": (2, 4), "FIRST": (-2, None), "BEYOND": (None, None)}  # the 9th and the 18th were worked


def test_limits_are_those_of_the_version_at_acceptance(city):
    city.item(version=1, valid_from="2023-01-01", valid_to="2024-03-01", promised_limit=5, legal_limit=20, legal_unit="working_day")
    city.item(version=2, valid_from="2024-03-01", promised_limit=10, legal_limit=21, legal_unit="natural_day")
    found = build(city, AS_OF, ("K1", ("accepted", "2024-02-29 09:00")), ("K2", ("accepted", "2024-03-01 09:00")))
    assert [(found[k]["due_on"], found[k]["legal_working_days"]) for k in ("K1", "K2")] == [
        (date(2024, 3, 7), 20.0),
        (date(2024, 3, 15), 15.0),
    ]


def test_the_calendar_is_the_divisions_or_the_nearest_above(city):
    city.add("divisions", {"division_code": "440600", "level": 3, "name_zh": "市", "calendar_id": "WEEKDAYS"})
    city.add("divisions", {"division_code": "440604", "level": 4, "name_zh": "区", "parent_code": "440600", "calendar_id": "NOBODY"})
    city.item()
    case = build(city, AS_OF, ("K", ("accepted", "2024-02-08 09:00")))["K"]
    assert (case["calendar_id"], case["due_on"]) == ("WEEKDAYS", date(2024, 2, 15))


def test_days_beyond_the_published_years_are_provisional(city):
    city.item()
    found = build(city, ("K1", ("accepted", "2024-02-08 09:00"), ("decided", "2024-02-09 09:00")), ("K2", ("accepted", "2045-02-08 09:00")))
    assert ["calendar_provisional" in found[k]["dq_flags"] for k in ("K1", "K2")] == [False, True]

"""Payments and deliveries: what counts as paid and as a result, whose they are, how long a result was under way."""

from datetime import date

VOID = ("completed", "2024-03-01 10:00", {"outcome": "void"})


def deliver(city, delivery_id: str, case_id: str, **columns) -> None:
    city.add("deliveries", {"delivery_id": delivery_id, "case_id": case_id, "mode": "courier", "direction": "result"} | columns)


def test_days_under_way_run_from_dispatch_to_receipt_or_to_the_release(city):
    city.events("K", ("submitted", "2024-03-20 09:00"))
    city.events("VOID", ("submitted", "2024-03-01 09:00"), VOID)
    deliver(city, "D1", "K", dispatched_at="2024-03-01 23:00", received_at="2024-03-02 01:00")
    deliver(city, "D2", "K", dispatched_at="2024-03-15 09:00")
    deliver(city, "D3", "K", dispatched_at="2024-03-05 09:00", received_at="2024-03-04 09:00")  # arrives before it is sent
    deliver(city, "D4", "K", mode="elicence", received_at="2024-03-06 09:00")
    deliver(city, "D5", "K", direction="materials_in", dispatched_at="2024-03-01 09:00", received_at="2024-03-03 09:00")
    deliver(city, "D6", "VOID", dispatched_at="2024-03-01 09:00")
    deliver(city, "D7", "NOT YET", direction=None)
    city.build()
    columns = ("delivery_id", "is_result", "moved_on", "days_under_way", "is_received")
    assert [tuple(row[name] for name in columns) for row in city.all("mart_delivery")] == [
        ("D1", True, date(2024, 3, 1), 1, True),
        ("D2", True, date(2024, 3, 15), 5, False),
        ("D3", True, date(2024, 3, 5), None, True),
        ("D4", True, date(2024, 3, 6), None, True),
        ("D5", False, date(2024, 3, 1), 2, True),
        ("D7", True, None, None, False),
    ]


def test_the_first_result_of_a_department_and_its_first_by_courier_are_kept(city):
    city.item("A1", dept_id="D1")
    city.item("B1", dept_id="D2")
    city.events("K1", ("submitted", "2024-03-01 09:00"), item_id="A1")
    city.events("K2", ("submitted", "2024-03-01 09:00"), item_id="B1")
    deliver(city, "R0", "K1", direction="materials_in", dispatched_at="2024-03-01 09:00")
    deliver(city, "R1", "K1", mode="pickup_window", received_at="2024-03-02 09:00")
    deliver(city, "R2", "K1", dispatched_at="2024-03-04 09:00")
    deliver(city, "R3", "K1", dispatched_at="2024-03-03 09:00")
    deliver(city, "R4", "K2", mode="download", received_at="2024-03-02 09:00")
    deliver(city, "R5", "K2", mode="download", received_at="2024-03-03 09:00")
    deliver(city, "R6", "NOT YET", dispatched_at="2024-03-01 09:00")
    city.build()
    firsts = [(row["dept_id"], row["is_by_courier"], row["delivery_id"]) for row in city.all("mart_first_delivery")]
    assert firsts == [("D1", False, "R1"), ("D1", True, "R3"), ("D2", False, "R4")]


def test_payments_of_void_cases_are_left_out_and_refunds_are_not_paid(city):
    city.item("A1", dept_id="D1")
    city.item("B1", dept_id="D2")
    city.events("K", ("submitted", "2024-03-01 09:00"), item_id="A1")
    city.events("VOID", ("submitted", "2024-03-01 09:00"), VOID)
    paid = {"amount": 40.5, "method": "wechat", "channel": "window", "status": "paid", "paid_at": "2024-03-02 23:30"}
    city.add("payments", paid | {"payment_id": "P1", "case_id": "K", "item_id": "B1"})
    city.add("payments", paid | {"payment_id": "P2", "item_id": "B1", "channel": "app"})
    city.add("payments", paid | {"payment_id": "P3", "case_id": "VOID"})
    city.add("payments", paid | {"payment_id": "P4", "channel": "web", "status": "refunded"})
    city.add(
        "payments",
        paid | {"payment_id": "P5", "channel": "terminal", "status": "requested", "paid_at": None, "requested_at": "2024-03-02 09:00"},
    )
    city.build()
    assert [(row["payment_id"], row["dept_id"], row["is_paid"], row["is_online"], row["paid_on"]) for row in city.all("mart_payment")] == [
        ("P1", "D1", True, False, date(2024, 3, 2)),
        ("P2", "D2", True, True, date(2024, 3, 2)),
        ("P4", None, False, True, date(2024, 3, 2)),
        ("P5", None, False, False, None),
    ]


def test_a_case_tells_how_its_first_result_was_handed_over(city):
    for case in ("LATER", "MATERIALS", "UNDATED", "TIE", "NONE"):
        city.events(case, ("submitted", "2024-03-01 09:00"))
    deliver(city, "L2", "LATER", mode="courier", dispatched_at="2024-03-05 09:00")
    deliver(city, "L1", "LATER", mode="elicence", received_at="2024-03-04 09:00")
    deliver(city, "M1", "MATERIALS", mode="courier", direction="materials_in", dispatched_at="2024-03-02 09:00")
    deliver(city, "M2", "MATERIALS", mode="pickup_window", direction=None, received_at="2024-03-09 09:00")
    deliver(city, "U1", "UNDATED", mode="courier")
    deliver(city, "T2", "TIE", mode="courier", dispatched_at="2024-03-05 09:00")
    deliver(city, "T1", "TIE", mode="download", dispatched_at="2024-03-05 18:00")
    city.build()
    assert {case["case_id"]: case["handed_over_by"] for case in city.all("mart_case")} == {
        "LATER": "elicence", "MATERIALS": "pickup_window", "UNDATED": None, "TIE": "download", "NONE": None,
    }  # fmt: skip

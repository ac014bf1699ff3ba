"""Appointments by their slot, kept or missed."""

from datetime import date


def test_an_appointment_is_dated_by_its_slot_and_placed_by_its_site_else_its_item(city):
    city.add("divisions", *({"division_code": code, "level": 4, "name_zh": code} for code in ("440604", "440605")))
    city.add("service_points", {"point_id": "H", "site_id": "S", "kind": "hall", "name_zh": "厅", "division_code": "440604"})
    city.item("A1", division_code="440605", dept_id="D9", theme="entry")
    slot = {"channel": "wechat", "booked_at": "2024-02-28 20:00", "slot_start_at": "2024-03-01 09:00", "item_id": "A1"}
    for number, (status, site) in enumerate([("served", "S"), ("no_show", "S"), ("cancelled", "S"), ("booked", None), ("checked_in", "?")]):
        city.add("appointments", slot | {"appointment_id": f"P{number}", "status": status, "site_id": site, "person_key": "X"})
    city.build()
    rows = city.all("mart_appointment")
    assert [(row["is_kept"], row["is_missed"]) for row in rows] == [
        (True, False),
        (False, True),
        (False, False),
        (False, False),
        (False, False),
    ]
    assert [row["district_code"] for row in rows] == ["440604", "440604", "440604", "440605", "440605"]
    assert {(row["slot_on"], row["booked_on"], row["channel_group"], row["dept_id"], row["theme"]) for row in rows} == {
        (date(2024, 3, 1), date(2024, 2, 28), "online", "D9", "entry")
    }
    assert "person_key" not in rows[0]

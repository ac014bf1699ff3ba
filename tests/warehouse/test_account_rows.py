"""Accounts: one person on several platforms, and the days on which an account was used."""

from datetime import date

NEVER = date(9999, 12, 31)


def account(city, key: str, registered_on: str, **columns) -> None:
    city.add("accounts", {"account_key": key, "kind": "person", "registered_on": registered_on} | columns)


def test_one_person_on_several_platforms_is_one_account(city):
    account(city, "P", "2020-05-01", verification="basic")
    account(city, "P", "2019-03-01", verification="real_name", closed_on="2022-01-01", source_id="app")
    account(city, "Q", "2020-01-01", verification="none", closed_on="2021-01-01")
    account(city, "Q", "2020-02-01", closed_on="2021-06-01", source_id="app")
    account(city, "R", "2021-01-01", kind="organisation", id_check_ok=True)
    city.build()
    columns = ("registered_on", "closed_on", "is_person", "is_verified", "is_id_checked")
    assert [tuple(row[name] for name in columns) for row in city.all("mart_account")] == [
        (date(2019, 3, 1), NEVER, True, True, False),
        (date(2020, 1, 1), date(2021, 6, 1), True, False, False),
        (date(2021, 1, 1), NEVER, False, False, True),
    ]
    assert "account_key" not in city.all("mart_account")[0]


def test_an_account_is_used_by_sessions_and_by_applications_of_its_holder(city):
    city.add("divisions", {"division_code": "440604", "level": 4, "name_zh": "禅城区"})
    account(city, "P", "2020-05-01", division_code="440604")
    account(city, "Q", "2020-05-01")
    account(city, "IDLE", "2020-05-01")
    for number, at in enumerate(["03-01 09:00", "03-01 17:00", "03-04 09:00"]):
        city.add("sessions", {"session_id": f"S{number}", "channel": "app", "account_key": "P", "started_at": f"2024-{at}"})
    city.add("sessions", {"session_id": "S9", "channel": "app", "started_at": "2024-03-01 09:00"})
    city.events("K1", ("submitted", "2024-03-02 09:00"), channel="window", applicant_key="Q")
    city.events("K2", ("submitted", "2024-03-02 09:00"), channel="window", applicant_key="STRANGER")
    city.events("K3", ("submitted", "2024-03-09 09:00"), ("completed", "2024-03-09 10:00", {"outcome": "void"}), applicant_key="Q")
    city.events("K4", ("submitted", "2024-03-01 23:00"), applicant_key="P")
    city.build()
    found = city.all("mart_account_day")
    first, second = sorted({row["account_no"] for row in found}, key=[row["account_no"] for row in found].count, reverse=True)
    assert sorted((row["account_no"] == first, row["active_on"].day, row["district_code"]) for row in found) == [
        (False, 2, None),
        (True, 1, "440604"),
        (True, 4, "440604"),
    ]
    assert second not in {row["account_no"] for row in city.all("mart_account")} | {row["visitor_no"] for row in city.all("mart_session")}

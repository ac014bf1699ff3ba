"""Licences in the library, records held, data asked for, costs and the cases that they cover, papers handed in again."""

import hashlib
from datetime import date

NEVER = date(9999, 12, 31)


def test_a_count_of_licences_holds_until_the_next_of_its_type_source_and_division(city):
    for day, kind, source, count in [
        ("01-31", "id", "D1", 10),
        ("03-31", "id", "D1", 0),
        ("02-29", "id", "D2", 7),
        ("02-29", "deed", "D1", 3),
    ]:
        row = {"stock_on": f"2024-{day}", "licence_type": kind, "source_dept_id": source, "division_code": "440604", "valid_count": count}
        city.add("elicence_stock", row)
    city.add("elicence_stock", row | {"source_id": "second", "valid_count": 99})  # another source tells of the same day
    city.build()
    columns = ("licence_type", "dept_id", "since_on", "until_on", "licences")
    assert [tuple(row[name] for name in columns) for row in city.all("mart_elicence")] == [
        ("deed", "D1", date(2024, 2, 29), NEVER, 3),
        ("id", "D1", date(2024, 1, 31), date(2024, 3, 31), 10),
        ("id", "D1", date(2024, 3, 31), NEVER, 0),
        ("id", "D2", date(2024, 2, 29), NEVER, 7),
    ]


def test_records_belong_to_the_division_counted_else_the_owners(city):
    city.add(
        "divisions",
        {"division_code": "440604", "level": 4, "name_zh": "禅城区"},
        {"division_code": "4406", "level": 3, "name_zh": "佛山市"},
    )
    city.add("departments", {"dept_id": "D1", "name_zh": "局", "division_code": "440604", "function_code": "f"})
    held = {"dataset_code": "land", "owner_dept_id": "D1"}
    city.add(
        "data_holdings",
        held | {"held_on": "2024-01-01", "records": 5, "division_code": "4406"},
        held | {"held_on": "2024-02-01", "records": 8},
    )
    city.build()
    columns = ("division_code", "function_code", "since_on", "until_on", "records")
    assert [tuple(row[name] for name in columns) for row in city.all("mart_data_holding")] == [
        ("4406", "f", date(2024, 1, 1), date(2024, 2, 1), 5),
        ("440604", "f", date(2024, 2, 1), NEVER, 8),
    ]


def test_shared_data_is_placed_by_the_item_else_by_who_asks(city):
    city.add(
        "divisions",
        {"division_code": "440604", "level": 4, "name_zh": "禅城区"},
        {"division_code": "440605", "level": 4, "name_zh": "南海区"},
    )
    city.add("departments", {"dept_id": "D1", "name_zh": "局", "division_code": "440604"})
    city.item("A1", division_code="440605")
    call = {"called_on": "2024-03-01", "dataset_code": "land", "provider_dept_id": "D9", "consumer_dept_id": "D1", "calls": 10, "hits": 9}
    city.add("data_share_calls", call | {"item_id": "A1"}, call | {"item_id": "*"})
    city.build()
    found = {(row["item_id"], row["district_code"], row["dept_id"], row["calls"], row["hits"]) for row in city.all("mart_data_share")}
    assert found == {("A1", "440605", "D1", 10, 9), (None, "440604", "D1", 10, 9)}


def finish(city, case_id: str, day: str, item_id: str = "A1", **columns) -> None:
    city.events(case_id, ("submitted", f"{day} 09:00"), ("completed", f"{day} 10:00", {"outcome": "granted"}), item_id=item_id, **columns)


def test_costs_are_spread_over_quarters_and_cases_count_where_a_cost_covers_them(city):
    city.item("A1", dept_id="D1")
    city.item("B1", dept_id="D2")
    cost = {"cost_kind": "staff", "allocation_method": "windows", "item_id": "*", "channel": "*"}
    # 60 days, 29 of them in March, 31 in April and May: 600 yuan are 10 a day.
    city.add("costs", cost | {"dept_id": "D1", "period_start": "2024-03-03", "period_end": "2024-05-01", "amount": 600})
    city.add("costs", cost | {"dept_id": "D2", "period_start": "2024-01-01", "period_end": "2024-03-31", "amount": 90, "channel": "window"})
    finish(city, "K1", "2024-03-02")  # the day before the cost begins
    finish(city, "K2", "2024-03-03")
    finish(city, "K3", "2024-05-01")
    finish(city, "K4", "2024-02-01", "B1", channel="window")
    finish(city, "K5", "2024-02-01", "B1", channel="app")  # the cost is one of windows
    finish(city, "K6", "2024-05-01", "B1")
    city.build()
    found = {(row["dept_id"], row["quarter_on"].month, row["cost_kind"], row["yuan"], row["cases"]) for row in city.all("mart_cost")}
    assert found == {
        ("D1", 1, "staff", 290.0, 0),
        ("D1", 4, "staff", 310.0, 0),
        ("D1", 1, None, 0.0, 1),
        ("D1", 4, None, 0.0, 1),
        ("D2", 1, "staff", 90.0, 0),
        ("D2", 1, None, 0.0, 1),
    }


def paper(city, case_id: str, code: str, provided_by: str = "paper", **columns) -> None:
    city.add("case_materials", {"case_id": case_id, "material_code": code, "provided_by": provided_by} | columns)


def test_a_paper_is_handed_in_again_if_the_person_handed_it_in_within_24_months(city):
    for case_id, at, person in [
        ("K1", "2022-03-01 09:00", "P"),
        ("K2", "2024-03-01 09:00", "P"),
        ("K3", "2026-03-02 09:00", "P"),
        ("K4", "2024-03-02 09:00", "Q"),
        ("K5", "2024-03-02 09:00", "Q"),  # the same instant: one visit for two matters
        ("K6", "2024-03-03 09:00", None),
    ]:
        city.events(case_id, ("submitted", at, {"applicant_key": person}))
        paper(city, case_id, "deed")
    paper(city, "K1", "photo", "elicence")
    paper(city, "K2", "photo", "upload")  # the first time by hand
    paper(city, "K3", "photo", "reuse")
    city.build()
    found = [(row["case_id"], row["material_code"], row["is_repeat_submission"]) for row in city.all("mart_applicant_material")]
    assert found == [
        ("K1", "deed", False),
        ("K1", "photo", False),
        ("K2", "deed", True),
        ("K2", "photo", False),
        ("K3", "deed", False),  # a day more than 24 months
        ("K3", "photo", False),
        ("K4", "deed", False),
        ("K5", "deed", False),
    ]
    numbers = {row["case_id"]: row["applicant_no"] for row in city.all("mart_applicant_material")}
    first, second = (int.from_bytes(hashlib.md5(key).digest()[8:], "little") >> 1 for key in (b"P", b"Q"))
    assert numbers == {"K1": first, "K2": first, "K3": first, "K4": second, "K5": second}
    assert "applicant_key" not in city.all("mart_applicant_material")[0]


def test_a_case_knows_what_its_applicant_handed_in(city):
    city.item("A1", id_only=True)
    city.add("item_materials", {"item_id": "A1", "material_code": "M7", "name_zh": "申请人居民身份证"})
    for case_id in ("K1", "K2", "K3", "K4"):
        city.events(case_id, ("submitted", "2024-03-01 09:00"), item_id="A1")
    paper(city, "K1", "id_card")
    paper(city, "K1", "M7", "upload")
    paper(city, "K1", "X", licence_type="id_card")
    paper(city, "K2", "deed", "upload", required=False)
    paper(city, "K3", "deed", "paper")
    paper(city, "K3", "deed", "commitment", resubmission_no=1)
    paper(city, "K3", "photo", "data_share")
    city.build()
    columns = ("submitted_materials", "has_other_paper", "has_commitment", "is_id_only")
    assert [tuple(row[name] for name in columns) for row in city.all("mart_case")] == [
        (3, False, False, True),
        (0, True, False, True),
        (0, False, True, True),
        (0, False, False, True),
    ]


def test_a_licence_is_in_stock_from_the_first_count_of_its_type(city):
    stock = {"licence_type": "deed", "source_dept_id": "D1", "division_code": "440604"}
    city.add("elicence_stock", stock | {"stock_on": "2024-01-31", "valid_count": 0}, stock | {"stock_on": "2024-02-29", "valid_count": 5})
    for case_id, day in [("K1", "2024-02-28"), ("K2", "2024-02-29")]:
        city.events(case_id, ("submitted", f"{day} 09:00"))
        paper(city, case_id, "M", licence_type="deed")
        paper(city, case_id, "N", licence_type="marriage")
        paper(city, case_id, "O")
    city.build()
    assert [(row["case_id"], row["material_code"]) for row in city.all("mart_material", "is_licence_in_stock")] == [("K2", "M")]

"""Papers, licences and shared data: literal rows, and the values that they give by hand."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.evaluate import Query, answer

FIRST, AFTER = date(2024, 3, 1), date(2024, 4, 1)
NEVER = date(9999, 12, 31)
IN_MARCH = {"application_on": date(2024, 3, 5)}


def ask(con, metric, by=(), **params):
    return answer(con, Query(metric, by=by, params=tuple(params.items()), start=FIRST, end=AFTER)).rows


def one(con, metric, **params):
    [row] = ask(con, metric, **params)
    return row


def cases(*rows):
    return [{"case_id": f"K{number}", "is_completed": True} | IN_MARCH | row for number, row in enumerate(rows)]


def materials(*rows):
    return [{"case_id": f"K{number}", "material_code": "M"} | IN_MARCH | row for number, row in enumerate(rows)]


@pytest.mark.parametrize(
    "metric",
    ["materials_per_case", "repeat_submission_rate", "exempted_applicants", "materials_saved_yearly", "elicence_stock", "elicence_use_rate",
     "data_share_hit_rate", "sharing_breadth", "data_holdings", "id_only_observed_share", "exemption_rate", "exemption_opportunity"],
)  # fmt: skip
def test_without_its_feed_a_metric_is_not_provided(con, make_mart, metric):
    make_mart(con, "mart_case", cases({}))
    assert one(con, metric)["state"] == "not_provided"


def test_papers_per_completed_case(con, make_mart):
    make_mart(con, "mart_material", materials({}))
    rows = [{"submitted_materials": papers} for papers in (3, 0, 2, 3)]
    rows += [{"submitted_materials": 9, "is_completed": False}, {"submitted_materials": 9, "is_void": True}]
    rows += [{"submitted_materials": 9, "application_on": date(2024, 4, 1)}]
    make_mart(con, "mart_case", cases(*rows))
    row = one(con, "materials_per_case")
    assert (row["value"], row["numerator"], row["denominator"], row["n"]) == (2, 8, 4, 4)
    # Σ(x − 2)² = 1 + 4 + 0 + 1 = 6; s = √2; t(3) = 3.18245; half = 3.18245 × √2 ÷ 2 = 2.25033
    assert (row["low"], row["high"]) == (pytest.approx(-0.25033, abs=1e-4), pytest.approx(4.25033, abs=1e-4))


def test_papers_handed_in_again_among_those_handed_in(con, make_mart):
    again, once = {"is_submitted": True, "is_repeat_submission": True}, {"is_submitted": True}
    make_mart(con, "mart_applicant_material", materials(*[again] * 2, *[once] * 8, *[{"is_exempted": True}] * 5))
    row = one(con, "repeat_submission_rate")
    assert (row["value"], row["numerator"], row["denominator"]) == (0.2, 2, 10)
    con.execute("delete from mart_applicant_material where case_id = 'K9'")
    assert one(con, "repeat_submission_rate")["state"] == "insufficient_n"


def test_an_applicant_spared_many_papers_counts_once(con, make_mart):
    rows = [(1, True), (1, True), (2, True), (3, False)]
    rows = [{"applicant_no": number, "is_exempted": exempted} for number, exempted in rows]
    make_mart(
        con, "mart_applicant_material", materials(*rows, {"applicant_no": 4, "is_exempted": True, "application_on": date(2024, 2, 29)})
    )
    assert one(con, "exempted_applicants")["value"] == 2


def test_a_year_at_the_pace_of_the_last_thirteen_weeks(con, make_mart):
    # 31 March − 91 days = 31 December: what was applied for on 1 January or later is within the 13 weeks.
    days = [date(2024, 1, 1), date(2024, 3, 31), date(2023, 12, 31), date(2024, 4, 1)]
    rows = [{"is_exempted": True, "application_on": day, "licence_type": "deed"} for day in days]
    make_mart(con, "mart_material", materials(*rows, {"is_exempted": False}))
    row = one(con, "materials_saved_yearly")
    assert (row["value"], row["n"]) == (8, 2)
    assert [(found["licence_type"], found["value"]) for found in ask(con, "materials_saved_yearly", ("licence_type",))] == [("deed", 8)]


def stock(*rows):
    names = ("licence_type", "dept_id", "district_code", "since_on", "until_on", "licences")
    return [{"division_code": row[2]} | dict(zip(names, row, strict=True)) for row in rows]


def test_the_library_holds_the_last_counts(con, make_mart):
    make_mart(
        con,
        "mart_elicence",
        stock(
            ("id", "D1", "A", date(2024, 1, 31), date(2024, 2, 29), 10),
            ("id", "D1", "A", date(2024, 2, 29), date(2024, 4, 30), 15),
            ("id", "D1", "A", date(2024, 4, 30), NEVER, 99),
            ("deed", "D2", "A", date(2023, 12, 31), NEVER, 7),
            ("deed", "D1", "B", date(2024, 3, 31), NEVER, 1),
            ("permit", "D3", "B", date(2024, 3, 1), NEVER, 0),
        ),
    )
    assert one(con, "elicence_stock")["value"] == 15 + 7 + 1
    assert (one(con, "elicence_stock", variant="types")["value"], one(con, "elicence_stock", variant="sources")["value"]) == (2, 2)
    assert {row["district"]: row["value"] for row in ask(con, "elicence_stock", ("district",))} == {"A": 22, "B": 1}
    assert {row["licence_type"]: row["value"] for row in ask(con, "elicence_stock", ("licence_type",))} == {
        "deed": 8,
        "id": 15,
        "permit": 0,
    }
    months = answer(con, Query("elicence_stock", by=("month",), start=date(2024, 1, 1), end=date(2024, 5, 1))).rows
    assert [row["value"] for row in months] == [17, 22, 23, 107]


def test_licences_are_used_where_their_type_is_in_stock(con, make_mart):
    held = {"is_licence_in_stock": True}
    rows = [*[held | {"provided_by": "elicence"}] * 4, *[held | {"provided_by": "paper"}] * 5, held | {"provided_by": "data_share"}]
    make_mart(con, "mart_material", materials(*rows, *[{"provided_by": "elicence"}] * 3))
    assert one(con, "elicence_use_rate")["state"] == "not_provided"  # nobody has told what the library holds
    make_mart(con, "mart_elicence", stock(("id", "D1", "A", date(2024, 1, 1), NEVER, 1)))
    row = one(con, "elicence_use_rate")
    assert (row["value"], row["numerator"], row["denominator"]) == (0.4, 4, 10)


def calls(*rows):
    names = ("dept_id", "item_id", "calls", "hits")
    return [{"called_on": date(2024, 3, 5), "dataset_code": "land"} | dict(zip(names, row, strict=True)) for row in rows]


def test_hits_are_weighed_by_calls(con, make_mart):
    make_mart(con, "mart_data_share", calls(("D1", "I1", 90, 45), ("D2", "I2", 10, 12), ("D3", "I2", 0, 0), ("D2", None, 0, 0)))
    row = one(con, "data_share_hit_rate")
    assert (row["value"], row["numerator"], row["denominator"], row["n"]) == (0.55, 55, 100, 100)
    found = {row["department"]: (row["state"], row["value"]) for row in ask(con, "data_share_hit_rate", ("department",))}
    assert found == {"D1": ("value", 0.5), "D2": ("value", 1.0), "D3": ("not_applicable", None)}


def test_breadth_counts_who_asked_and_for_what(con, make_mart):
    rows = calls(("D1", "I1", 1, 0), ("D1", "I2", 1, 1), ("D2", "I2", 5, 5), ("D3", "I3", 0, 0), ("D4", None, 2, 0))
    make_mart(con, "mart_data_share", rows)
    assert (one(con, "sharing_breadth")["value"], one(con, "sharing_breadth", variant="items")["value"]) == (3, 2)


def test_records_are_a_stock(con, make_mart):
    rows = [
        ("land", "D1", date(2024, 1, 1), date(2024, 3, 31), 100),
        ("land", "D1", date(2024, 3, 31), NEVER, 150),
        ("people", "D1", date(2023, 1, 1), NEVER, 40),
        ("people", "D2", date(2023, 1, 1), NEVER, 0),
        ("people", "D3", date(2024, 4, 1), NEVER, 9),
    ]
    names = ("dataset_code", "dept_id", "since_on", "until_on", "records")
    make_mart(con, "mart_data_holding", [dict(zip(names, row, strict=True)) for row in rows])
    assert (one(con, "data_holdings")["value"], one(con, "data_holdings")["n"]) == (190, 3)
    assert [one(con, "data_holdings", variant=name)["value"] for name in ("owners", "datasets")] == [1, 2]


def test_id_only_cases_that_needed_nothing_else(con, make_mart):
    make_mart(con, "mart_material", materials({}))
    item = {"is_id_only": True}
    rows = [*[item] * 6, *[item | {"has_other_paper": True}] * 3, item | {"has_commitment": True}]
    make_mart(con, "mart_case", cases(*rows, item | {"is_completed": False}, {"is_id_only": False}, item | {"is_void": True}))
    row = one(con, "id_only_observed_share")
    assert (row["value"], row["numerator"], row["denominator"]) == (0.7, 7, 10)
    assert one(con, "id_only_observed_share", variant="commitment")["value"] == 0.1


def test_exemption_counts_every_required_material_and_opportunity_only_those_handed_in(con, make_mart):
    exempted, paper = {"is_required": True, "is_exempted": True}, {"is_required": True, "is_submitted": True}
    other = {"is_required": True, "provided_by": "commitment"}
    rows = [*[exempted] * 4, *[paper | {"was_available": True}] * 3, *[paper] * 2, other]
    make_mart(con, "mart_material", materials(*rows, {"is_exempted": True, "was_available": True}))
    assert (one(con, "exemption_rate")["value"], one(con, "exemption_rate")["denominator"]) == (0.4, 10)
    row = one(con, "exemption_opportunity")
    assert (row["value"], row["numerator"], row["denominator"]) == (3, 3, 5)
    assert one(con, "exemption_opportunity", variant="share")["state"] == "insufficient_n"

"""People drawn for polls."""


def test_who_responds_without_a_grade_has_not_answered_and_a_missing_weight_is_one(city):
    city.add(
        "divisions",
        {"division_code": "440604", "level": 4, "name_zh": "禅城区"},
        {"division_code": "440605", "level": 4, "name_zh": "南海区"},
    )
    city.add("service_points", {"point_id": "H", "site_id": "S", "kind": "hall", "name_zh": "厅", "division_code": "440605"})
    drawn = {"survey_id": "2017", "fielded_on": "2017-12-05"}
    city.add("survey_responses", drawn | {"respondent_key": "A", "responded": True, "grade": 5, "weight": 0.5, "division_code": "440604"})
    city.add("survey_responses", drawn | {"respondent_key": "B", "responded": True, "site_id": "S"})
    city.add("survey_responses", drawn | {"respondent_key": "C", "responded": False, "stratum": "south"})
    city.build()
    columns = ("respondent_no", "is_answered", "answer", "weight", "district_code", "stratum")
    assert [tuple(row[name] for name in columns) for row in city.all("mart_survey")] == [
        (1, True, 5, 0.5, "440604", None),
        (2, False, None, 1.0, "440605", None),
        (3, False, None, 1.0, None, "south"),
    ]
    assert "respondent_key" not in city.all("mart_survey")[0]

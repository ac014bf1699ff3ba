"""Bad ratings and what was done about them, over all attempts."""

from datetime import date


def rate(city, rating_id: str, grade: int, **columns) -> None:
    city.add("ratings", {"rating_id": rating_id, "grade": grade, "rated_at": "2024-03-01 09:00", "channel": "wechat"} | columns)


def follow(city, rating_id: str, attempt: int, **columns) -> None:
    city.add("rating_followups", {"rating_id": rating_id, "attempt": attempt} | columns)


def test_the_attempts_at_one_bad_rating_make_one_row(city):
    city.events("VOID", ("submitted", "2024-03-01 09:00"), ("completed", "2024-03-01 10:00", {"outcome": "void"}))
    rate(city, "R1", 1, real_name=True)
    rate(city, "R2", 2, validity="invalid")
    rate(city, "R3", 2)
    rate(city, "R4", 3)
    rate(city, "R5", 1, case_id="VOID")
    follow(city, "R1", 1, contacted_at="2024-03-02 09:00", verified="unsubstantiated", due_at="2024-03-10 18:00")
    follow(
        city, "R1", 2, contacted_at="2024-03-05 09:00", verified="substantiated", due_at="2024-03-20 18:00", rectified_at="2024-03-20 18:00"
    )
    follow(city, "R1", 3, revisit_at="2024-03-25 09:00", revisit_grade=4)
    follow(city, "R2", 1, verified="mis-rated", due_at="2024-03-10 18:00", rectified_at="2024-03-10 18:01")
    follow(city, "R4", 1, verified="substantiated")
    follow(city, "R5", 1, verified="substantiated")
    follow(city, "NOT YET", 1, verified="substantiated")
    city.build()
    columns = ("rating_id", "is_contacted", "verdict", "due_on", "is_rectified", "is_rectified_on_time", "revisit_on", "revisit_grade")
    assert [tuple(row[name] for name in columns) for row in city.all("mart_followup")] == [
        ("R1", True, "substantiated", date(2024, 3, 20), True, True, date(2024, 3, 25), 4),
        ("R2", False, "mis_rated", date(2024, 3, 10), True, False, None, None),
        ("R3", False, None, None, False, False, None, None),
    ]
    assert [(row["is_real_name"], row["is_valid"]) for row in city.all("mart_followup")] == [(True, True), (False, False), (False, True)]


def test_without_any_follow_up_loaded_there_is_nothing_to_say(city):
    rate(city, "R1", 1, real_name=True)
    city.build()
    assert city.all("mart_followup") == []

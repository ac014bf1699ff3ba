"""Rows of targets, declared figures and what sources sent, through their models."""

from __future__ import annotations

from datetime import date


def test_a_later_target_supersedes_an_earlier_one_of_the_same_scope(city):
    same = {"metric_id": "supplement_rate", "op": "<=", "due_on": date(2018, 12, 31)}
    city.add("targets", {"target_id": "first", "value": 0.1, "set_on": date(2015, 1, 1), **same},
             {"target_id": "second", "value": 0.05, "set_on": date(2016, 1, 1), **same},
             {"target_id": "department", "value": 0.2, "set_on": date(2014, 1, 1), "dept_id": "D1", **same},
             {"target_id": "next", "value": 0.04, "set_on": date(2016, 1, 1), **same | {"due_on": date(2020, 12, 31)}})  # fmt: skip
    city.build()
    assert {row["target_id"]: row["superseded_by"] for row in city.all("mart_target")} == {
        "first": "second", "second": None, "department": None, "next": None,
    }  # fmt: skip
    assert city.one("mart_target", "is_superseded")["target_id"] == "first"


def test_only_plain_percentages_of_a_known_number_can_be_tried(city):
    stated = {"a": "95.58%", "b": " 100 % ", "c": "12:1", "d": "101%", "e": "5349", "f": "95.58%", "g": "95.58%", "h": "95.58%"}
    other = {"f": {"denominator": None}, "g": {"kind": "plan"}, "h": {"denominator": 0}}
    for name, text in stated.items():
        city.add("declared_figures", {"figure_id": name, "stated": text, "denominator": 5349, "kind": "rate"} | other.get(name, {}))
    city.build()
    assert {row["figure_id"] for row in city.all("mart_declared_figure", "is_checkable")} == {"a", "b"}


def test_what_a_source_sent_for_a_day(city):
    """Ten hours from issue to receipt; the served ticket lacks its end; the record dated after its receipt has no delay."""
    city.receive(1, "2024-03-05 20:00:00+08")
    city.add("queue_tickets", {"ticket_id": "t1", "site_id": "hall", "queue_code": "A", "issued_at": "2024-03-05 10:00:00", "called_at": "2024-03-05 10:05:00", "status": "served"},
             {"ticket_id": "t2", "site_id": "hall", "issued_at": "2024-03-05 21:00:00", "status": "left"})  # fmt: skip
    city.events("c1", ("submitted", "2024-02-20 10:00:00"), ("completed", "2024-02-20 11:00:00"), item_id="A1")
    city.build()
    prompt, ahead = (
        city.one("mart_source_day", "feed = 'queue_tickets' and delay_hours = 10"),
        city.one("mart_source_day", "delay_hours is null"),
    )
    assert (prompt["records"], prompt["fields_expected"], prompt["fields_filled"]) == (1, 7, 6)
    assert (ahead["records"], ahead["fields_expected"], ahead["fields_filled"]) == (1, 5, 4)
    old = city.one("mart_source_day", "feed = 'case_events'")  # 346 and 345 hours: told to the day, 15 days
    assert (old["delay_hours"], old["records"], old["fields_expected"], old["fields_filled"]) == (360, 2, 12, 11)

"""Links come, go and change between builds: an incremental build still gives exactly the rows of a full one."""

import random

import pytest

from warehouse.build import model_graph

REFERENCES = ("K1", "K7", "K12", "EXT-1", "EXT-2", "EXT-3")


def contents(city) -> dict[str, list]:
    return {name: sorted(map(repr, city.con.execute(f"select * from {name}").fetchall())) for name in model_graph()}


def one_event(rng: random.Random, number: int, days: tuple[int, int]) -> dict:
    case = rng.randint(1, 24)
    kind = rng.choice(
        ["submitted", "received", "accepted", "decided", "completed", "supplement_requested", "onsite_original_check", "delivered"]
    )
    return {
        "event_id": f"e{number}",
        "case_id": f"K{case}",
        "source_id": f"s{case % 3}" if rng.random() < 0.95 else "s0",
        "event_type": kind,
        "occurred_at": f"2024-03-{rng.randint(*days):02} {rng.randint(8, 17):02}:00",
        "channel": rng.choice(["web", "window"]),
        "item_id": rng.choice(["A1", "A1", "A2"]),
        "applicant_key": f"P{case % 5}",
        "outcome": rng.choice(["granted", "refused", "void"]) if kind in ("decided", "completed") else None,
        "external_case_ref": rng.choice(REFERENCES) if rng.random() < 0.1 else None,
        "bundle_id": "B" if rng.random() < 0.1 else None,
    }


def others(city, rng: random.Random, days: tuple[int, int]) -> None:
    """A ticket, a rating, a material and a delivery of some case."""
    at, case = f"2024-03-{rng.randint(*days):02} 10:00", f"K{rng.randint(1, 24)}"
    ticket = {"ticket_id": f"t{city.rows}", "site_id": "S1", "issued_at": at, "status": "served"}
    city.add("queue_tickets", ticket | {"case_id": rng.choice([case, None]), "person_key": f"P{rng.randint(0, 4)}"})
    city.add(
        "ratings",
        {"rating_id": f"r{city.rows}", "case_id": case, "grade": rng.randint(1, 5), "rated_at": at, "channel": "web", "rater_key": "P1"},
    )
    city.add("case_materials", {"case_id": case, "material_code": rng.choice("MN"), "provided_by": "paper", "resubmission_no": city.rows})
    city.add(
        "deliveries",
        {"delivery_id": f"d{city.rows}", "case_id": case, "mode": rng.choice(["courier", "pickup_window"]), "dispatched_at": at},
    )


def correct(city, rng: random.Random, days: tuple[int, int]) -> None:
    """Overtake or retract a stored event, as loading does."""
    found = city.con.execute("select event_id, source_id from core_case_event where file_id < ? order by 1", [city.file_id]).fetchall()
    event, source = rng.choice(found)
    city.con.execute(
        "insert into history_case_event by name select *, false as is_deleted, false as is_current from core_case_event where event_id = ?",
        [event],
    )
    city.con.execute("delete from core_case_event where event_id = ?", [event])
    if rng.random() < 0.5:
        city.add("case_events", one_event(rng, city.rows, days) | {"event_id": event, "source_id": source})
    else:
        retraction = "insert into history_case_event (event_id, source_id, source_version, file_id, row_no, is_deleted, is_current)"
        city.con.execute(f"{retraction} values (?, ?, 2, ?, 1, true, true)", [event, source, city.file_id])


@pytest.mark.parametrize("seed", [0, *(pytest.param(more, marks=pytest.mark.soak) for more in range(1, 20))])
def test_incremental_equals_full_with_links(city, monkeypatch, seed):
    monkeypatch.setattr("warehouse.build.LARGE_SHARE", 2.0)  # never give up on going case by case
    rng = random.Random(seed)
    for item in ("A1", "A2"):
        city.item(item, visits_max=0, online_steps=["submit"], legal_limit=3, legal_unit="working_day")
    linked = set()
    for step, days in enumerate([(1, 8), (3, 9), (9, 12), (2, 20)], start=1):
        city.file_id = step
        for _ in range(70 if step == 1 else 5):
            city.add("case_events", one_event(rng, city.rows, days))
        for case in (4, 5) if step == 3 else ():  # a link that no seed makes by itself
            link = {"case_id": f"K{case}", "source_id": f"s{case % 3}", "external_case_ref": "R-new"}
            city.add("case_events", one_event(rng, city.rows, days) | link)
        for _ in range(12 if step == 1 else 2):
            others(city, rng, days)
        for _ in range(4 if step > 1 else 0):
            correct(city, rng, days)
        city.build_all()
        by_case = contents(city)
        linked.add(str(by_case["int_link_alias"]))
        city.build_all(full=True)
        assert contents(city) == by_case, step
    assert len(linked) > 1  # the links did change


def two_cases(city) -> None:
    for number in range(12):  # so that two cases are few
        city.events(f"OTHER{number}", ("submitted", "2024-03-01 09:00"), item_id="A1")
    city.events("WEB", ("submitted", "2024-03-04 09:00"), item_id="A1")
    city.events(
        "WIN",
        ("received", "2024-03-05 09:00", {"channel": "window"}),
        ("completed", "2024-03-06 09:00", {"channel": "window"}),
        item_id="A1",
    )


def test_a_reference_that_arrives_later_joins_two_cases_and_its_retraction_parts_them(city):
    city.item()
    two_cases(city)
    city.add("ratings", {"rating_id": "R", "case_id": "WIN", "grade": 1, "rated_at": "2024-03-07 09:00", "channel": "web"})
    city.build_all()
    assert len(city.all("mart_case", "case_id in ('WEB', 'WIN')")) == 2
    city.file_id = 2
    city.events("WIN", ("other", "2024-03-05 10:00", {"external_case_ref": "WEB", "event_id": "REF"}))
    city.build_all()
    case = city.one("mart_case", "case_id in ('WEB', 'WIN')")
    assert (case["case_id"], case["linked_case_count"], case["is_completed"], case["has_bad_rating"]) == ("WEB", 2, True, True)
    assert city.one("mart_rating")["case_id"] == "WEB"
    city.file_id = 3
    city.con.execute(
        "insert into history_case_event by name select * replace (3 as file_id), true as is_deleted, true as is_current from core_case_event where event_id = 'REF'"
    )
    city.con.execute("delete from core_case_event where event_id = 'REF'")
    city.build_all()
    assert [case["case_id"] for case in city.all("mart_case", "case_id in ('WEB', 'WIN')")] == ["WEB", "WIN"]
    assert city.one("mart_rating")["case_id"] == "WIN"


def test_a_build_broken_off_after_the_links_is_made_good_by_the_next(city, monkeypatch):
    from warehouse.models import graph

    city.item()
    two_cases(city)
    city.build_all()
    city.file_id = 2
    city.events("WIN", ("other", "2024-03-05 10:00", {"external_case_ref": "WEB"}))
    sound = graph.models()["int_case_milestone"]
    with monkeypatch.context() as patch:
        patch.setitem(graph.models(), sound.name, graph.Model(sound.name, "select nothing from nowhere", sound.inputs))
        with pytest.raises(Exception, match="nowhere"):
            city.build_all()
    city.build_all()
    assert city.one("mart_case", "case_id in ('WEB', 'WIN')")["linked_case_count"] == 2
    by_case = contents(city)
    city.build_all(full=True)
    assert contents(city) == by_case

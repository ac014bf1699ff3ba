"""Models whose rows belong to parts, days or accounts: a build concerns the parts that files touched, and gives the rows of a full one."""

import random
import re

import pytest
import sqlglot

from warehouse.models import graph


def test_their_inputs_are_written_so_that_they_can_be_narrowed():
    for model in (model for model in graph.models().values() if model.contract and model.contract.part):
        tree = sqlglot.parse_one(model.sql, read="duckdb")
        assert not model.contract.columns[model.contract.part].nullable
        for name in model.contract.incremental:
            written = len(re.findall(rf"\b(?:from|join) {name}\b", model.sql))
            assert 0 < written == sum(table.name == name for table in tree.find_all(sqlglot.exp.Table)), (model.name, name)


def test_tickets_are_rebuilt_for_touched_days_only(city):
    def draw(number: int, day: int, **more: str) -> None:
        city.add(
            "queue_tickets", {"ticket_id": f"t{number}", "site_id": "S", "issued_at": f"2024-03-{day:02} 09:00", "status": "served"} | more
        )

    for number in range(20):
        draw(number, number + 1, **({"appointment_id": "A"} if number == 9 else {}))
    city.build_all()
    city.con.execute("update mart_ticket set queue_code = 'untouched'")
    city.file_id = 2
    draw(20, 5)
    city.add("appointments", {"appointment_id": "A", "site_id": "S", "slot_start_at": "2024-03-10 09:30", "status": "served"})
    city.build_all()
    rebuilt = city.all("mart_ticket", "queue_code is null")
    assert sorted((row["issued_on"].day, row["ticket_id"]) for row in rebuilt) == [(5, "t20"), (5, "t4"), (10, "t9")]


def test_a_day_whose_record_moved_to_another_is_rebuilt_as_well(city):
    for day in range(1, 11):
        city.add("queue_tickets", {"ticket_id": f"t{day}", "site_id": "S", "issued_at": f"2024-03-{day:02} 09:00", "status": "served"})
    city.build_all()
    city.file_id = 2
    city.con.execute(
        "insert into history_queue_ticket by name select *, false as is_deleted, false as is_current from core_queue_ticket where ticket_id = 't3'"
    )
    city.con.execute("delete from core_queue_ticket where ticket_id = 't3'")
    city.add("queue_tickets", {"ticket_id": "t3", "site_id": "S", "issued_at": "2024-03-07 09:00", "status": "left"})
    city.build_all()
    assert [row["ticket_id"] for row in city.all("mart_ticket", "issued_on in (date '2024-03-03', date '2024-03-07')")] == ["t3", "t7"]
    records = {row["day_on"].day: row["records"] for row in city.all("mart_source_day")}
    assert 3 not in records and sum(records.values()) == 10


def test_days_of_use_are_rebuilt_for_accounts_of_new_sessions_and_touched_cases_only(city, monkeypatch):
    monkeypatch.setattr("warehouse.build.LARGE_SHARE", 2.0)
    city.add("accounts", *({"account_key": f"P{n}", "kind": "person", "registered_on": "2024-01-01"} for n in range(20)))
    for number in range(20):
        city.add("sessions", {"session_id": f"s{number}", "channel": "app", "account_key": f"P{number}", "started_at": "2024-03-01 09:00"})
    for number in range(3):
        city.events(f"K{number}", ("submitted", f"2024-03-0{number + 2} 09:00"), applicant_key=f"P{number}")
    city.events("K9", ("completed", "2024-03-20 10:00"))
    city.build_all()
    city.con.execute("update mart_account_day set division_code = 'untouched'")
    city.file_id = 2
    city.add("sessions", {"session_id": "new", "channel": "app", "account_key": "P7", "started_at": "2024-03-05 09:00"})
    city.add("accounts", {"account_key": "P8", "source_id": "another", "kind": "person", "registered_on": "2024-01-01"})
    city.events("K1", ("completed", "2024-03-03 10:00", {"outcome": "void"}))
    city.con.execute(
        "insert into history_case_event by name select *, false as is_deleted, false as is_current from core_case_event where case_id = 'K2'"
    )
    city.con.execute("update core_case_event set applicant_key = 'P3', file_id = 2 where case_id = 'K2'")
    city.build_all()
    rebuilt = [row["active_on"].day for row in city.all("mart_account_day", "division_code is null")]
    # P1 (its case is void now), P2 (lost its case), P3 (has it), P7, P8; the others keep theirs, P0 among them
    assert sorted(rebuilt) == [1, 1, 1, 1, 1, 4, 5]
    assert [
        row["active_on"].day for row in city.all("mart_account_day", "division_code is not null and active_on > date '2024-03-01'")
    ] == [2]


def session(rng: random.Random, number: int, days: tuple[int, int]) -> dict:
    """One session between two days of a year."""
    day = rng.randint(*days)
    return {
        "session_id": f"s{number}",
        "channel": rng.choice(["web", "app", "terminal", "hotline"]),
        "account_key": rng.choice(["A", "B", "C", "D", "E", None]),
        "item_id": rng.choice(["A1", "A2", None]),
        "case_id": rng.choice(["K1", "K2", None]),
        "started_at": f"2024-{1 + day // 28:02}-{1 + day % 28:02} {rng.randint(8, 20):02}:00",
        "reached": rng.choice(["view", "start", "submit", "outcome"]),
    }


def overtake(city, rng: random.Random, days: tuple[int, int]) -> None:
    """Correct or retract a session, as loading does."""
    earlier = city.con.execute("select session_id from core_session where file_id < ? order by all", [city.file_id]).fetchall()
    (name,) = rng.choice(earlier)
    city.con.execute(
        "insert into history_session by name select *, false as is_deleted, false as is_current from core_session where session_id = ?",
        [name],
    )
    city.con.execute("delete from core_session where session_id = ?", [name])
    if rng.random() < 0.5:
        city.add("sessions", session(rng, 0, days) | {"session_id": name})
    else:
        retraction = "insert into history_session (session_id, source_id, source_version, file_id, row_no, is_deleted, is_current)"
        city.con.execute(f"{retraction} values (?, 'canonical', 2, ?, 1, true, true)", [name, city.file_id])


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(more, marks=pytest.mark.soak) for more in range(2, 20))])
def test_sessions_built_by_account_are_those_of_a_full_build(city, monkeypatch, seed):
    monkeypatch.setattr("warehouse.build.LARGE_SHARE", 2.0)
    rng, seen = random.Random(seed), set()
    for item in ("A1", "A2"):
        city.item(item)
    for step, days in enumerate([(1, 40), (30, 50), (45, 60), (60, 75), (76, 110)], start=1):
        city.file_id = step
        for _ in range(40 if step == 1 else 4):
            city.add("sessions", session(rng, city.rows, days))
        for _ in range(2 if step > 1 else 0):
            overtake(city, rng, days)
        row = {"kind": "natural", "registered_on": "2024-01-01", "division_code": rng.choice(["440604", "440605"])}
        city.add("accounts", row | {"account_key": "ABCDE"[step - 1]})
        city.events(
            f"K{step % 2 + 1}", ("submitted", f"2024-{1 + days[1] // 28:02}-{1 + days[1] % 28:02} 09:00"), item_id="A1"
        )  # time goes on
        city.build_all()
        by_part = sorted(map(repr, city.all("mart_session")))
        city.build_all(full=True)
        assert sorted(map(repr, city.all("mart_session"))) == by_part
        seen |= {row["is_followed_up"] for row in city.all("mart_session", "is_journey_start")}
    assert seen == {True, False}


def test_sessions_are_rebuilt_for_touched_accounts_and_journeys_that_had_their_thirty_days(city):
    def begin(number: int, account: str | None, day: str) -> None:
        row = {"session_id": f"s{number}", "channel": "web", "account_key": account, "item_id": "A1", "reached": "start"}
        city.add("sessions", row | {"started_at": f"2024-{day} 09:00"})

    begin(1, "early", "01-05")
    for number in range(2, 12):
        begin(number, f"late{number}" if number < 11 else None, "02-20")
    city.events("K", ("submitted", "2024-02-03 09:00"))  # thirty days are over on 4 February
    city.build_all()
    city.con.execute("update mart_session set hits = 7")
    city.file_id = 2
    begin(12, "late5", "02-21")
    city.events("K", ("accepted", "2024-02-21 09:00"))
    city.build_all()
    rebuilt = {row["session_id"]: row["is_followed_up"] for row in city.all("mart_session", "hits is null")}
    assert rebuilt == {"s1": True, "s5": False, "s12": False}

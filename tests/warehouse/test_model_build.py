"""The build itself: order, contracts, skipping, and that an incremental build equals a full one."""

import random
import re

import pytest
import sqlglot

from warehouse.build import ContractBroken, build_models, model_graph
from warehouse.contract import feeds, tables
from warehouse.models import graph
from warehouse.models.changes import case_tables

DERIVED = ("mart_", "dim_", "int_")


def test_models_read_only_what_exists_and_come_after_what_they_read():
    order = list(graph.models())
    known = {feed.table for feed in feeds().values()} | {
        "ledger_file",
        "ref_working_day",
        "ref_event_type",
        "ref_channel",
        "ref_source_priority",
        "ref_visit_policy",
    }
    for name, inputs in model_graph().items():
        assert inputs <= known | set(order), name
        assert all(order.index(other) < order.index(name) for other in inputs & set(order)), name


def test_every_contract_has_a_model():
    assert set(tables()) <= set(model_graph())


def test_case_grained_models_read_by_case_only_what_names_cases():
    for table in case_tables():
        assert "case_id" in next(feed for feed in feeds().values() if feed.table == table).columns


def test_inputs_of_case_models_are_written_so_that_they_can_be_narrowed():
    by_case = case_tables() | {name for name, model in graph.models().items() if model.follows_cases}
    for model in graph.models().values():
        tree = sqlglot.parse_one(model.sql, read="duckdb")
        for name in model.inputs & by_case if model.follows_cases else ():
            written = len(re.findall(rf"\b(?:from|join) {name} as \w", model.sql))
            assert written == sum(table.name == name for table in tree.find_all(sqlglot.exp.Table)), (model.name, name)


def test_a_model_that_breaks_its_contract_is_refused_by_column(city, monkeypatch):
    model = graph.models()["dim_site"]
    broken = graph.Model("dim_site", "select 1 as site_id, 'x' as surprise", model.inputs)
    monkeypatch.setitem(graph.models(), "dim_site", broken)
    with pytest.raises(
        ContractBroken, match="dim_site .* name_zh is missing.* surprise is not in the contract.* site_id is INTEGER and should be VARCHAR"
    ):
        city.build_all()


def test_nothing_new_rebuilds_nothing(city):
    city.item()
    city.events("K", ("submitted", "2024-03-01 09:00"), item_id="A1")
    assert set(city.build_all().rebuilt) == set(model_graph())
    assert city.build_all().rebuilt == []
    assert set(city.build_all(full=True).rebuilt) == set(model_graph())


def test_new_tickets_leave_other_marts_alone(city):
    city.build_all()
    city.file_id = 2
    city.add("queue_snapshots", {"site_id": "S", "queue_code": "Q", "observed_at": "2024-03-05 09:00", "waiting": 3})
    rebuilt = set(city.build_all().rebuilt)
    assert "mart_queue_snapshot" in rebuilt and "mart_item" not in rebuilt and "mart_ticket" not in rebuilt


def test_a_failed_build_leaves_the_models_as_they_were_and_can_be_repeated(city, monkeypatch):
    city.events("K1", ("submitted", "2024-03-01 09:00"))
    city.build_all()
    city.file_id = 2
    city.events("K2", ("submitted", "2024-03-01 09:00"))
    sound = graph.models()["int_case_clock"]
    with monkeypatch.context() as patch:
        patch.setitem(graph.models(), "int_case_clock", graph.Model(sound.name, "select nothing from nowhere", sound.inputs))
        with pytest.raises(Exception, match="nowhere"):
            city.build_all()
    assert len(city.all("mart_case")) == 1
    city.build_all()
    assert len(city.all("mart_case")) == 2


def test_progress_names_every_model(city):
    seen: list[str] = []
    build_models(city.con, full=False, on_progress=seen.append)
    assert seen[0].startswith("1/") and len(seen) == len(model_graph())


def contents(city) -> dict[str, list]:
    return {name: sorted(map(repr, city.con.execute(f"select * from {name}").fetchall())) for name in model_graph()}


def day_of(rng: random.Random, low: int, high: int) -> str:
    return f"2024-03-{rng.randint(low, high):02} {rng.randint(8, 17):02}:{rng.choice((0, 5, 15, 30)):02}"


def one_event(rng: random.Random, number: int, days: tuple[int, int]) -> dict:
    kind = rng.choice(
        [
            "submitted",
            "received",
            "accepted",
            "supplement_requested",
            "supplement_received",
            "special_started",
            "special_ended",
            "decided",
            "completed",
        ]
        + ["withdrawn", "delivered", "onsite_original_check", "not_accepted"]
    )
    return {
        "event_id": f"e{number}",
        "case_id": f"K{rng.randint(1, 40)}",
        "event_type": kind,
        "occurred_at": day_of(rng, *days),
        "channel": rng.choice(["web", "window", "terminal"]),
        "item_id": rng.choice(["A1", "A2", None, "??"]),
        "point_id": rng.choice(["W1", "W9", None]),
        "special_kind": "clock_stop" if kind.startswith("special") else None,
        "applicant_key": rng.choice(["P1", "P2", "P3", None]),
        "outcome": rng.choice(["granted", "refused", "void", "withdrawn", "lapsed"]) if kind in ("decided", "completed") else None,
    }


def one_ticket(rng: random.Random, number: int, days: tuple[int, int]) -> dict:
    at = day_of(rng, *days)
    return {
        "ticket_id": f"t{number}",
        "site_id": rng.choice(["S1", "S2"]),
        "issued_at": at,
        "called_at": at,
        "service_started_at": at,
        "service_ended_at": at[:11] + "18:00",
        "status": rng.choice(["served", "left", "transferred"]),
        "case_id": rng.choice([None, f"K{rng.randint(1, 40)}"]),
        "person_key": rng.choice(["P1", "P2", "P3"]),
        "item_id": rng.choice(["A1", None]),
        "prev_ticket_id": f"t{rng.randint(1, number)}" if rng.random() < 0.4 else None,
        "appointment_id": rng.choice([None, "a1", "a2", "a3"]),
        "window_point_id": rng.choice(["W1", None]),
    }


def one_appointment(rng: random.Random, _: int, days: tuple[int, int]) -> dict:
    at = day_of(rng, *days)
    return {"appointment_id": rng.choice(["a1", "a2", "a3"]), "site_id": "S1", "booked_at": at, "slot_start_at": at, "status": "served"}


def one_rating(rng: random.Random, number: int, days: tuple[int, int]) -> dict:
    row = {"rating_id": f"r{number}", "case_id": rng.choice([None, f"K{rng.randint(1, 40)}"]), "grade": rng.randint(1, 5)}
    return row | {"rated_at": day_of(rng, *days), "channel": "web", "rater_key": "P1"}


def one_material(rng: random.Random, number: int, _: tuple[int, int]) -> dict:
    row = {"case_id": f"K{rng.randint(1, 40)}", "material_code": rng.choice("MN"), "resubmission_no": number}
    return row | {"provided_by": rng.choice(["paper", "reuse"]), "was_available": rng.random() < 0.5}


def one_payment(rng: random.Random, number: int, days: tuple[int, int]) -> dict:
    return {
        "payment_id": f"p{number}",
        "case_id": rng.choice([None, f"K{rng.randint(1, 40)}"]),
        "item_id": rng.choice(["A1", "A2", None]),
        "amount": rng.randint(1, 99),
        "method": "cash",
        "channel": rng.choice(["web", "window"]),
        "paid_at": day_of(rng, *days),
        "status": rng.choice(["paid", "refunded"]),
    }


def one_delivery(rng: random.Random, number: int, days: tuple[int, int]) -> dict:
    """A result or materials on their way, which may never be received."""
    at = day_of(rng, *days)
    return {
        "delivery_id": f"d{number}",
        "case_id": rng.choice([None, "UNKNOWN", *(f"K{rng.randint(1, 40)}" for _ in range(4))]),
        "mode": rng.choice(["courier", "pickup_window"]),
        "direction": rng.choice(["result", "materials_in", None]),
        "dispatched_at": rng.choice([at, None]),
        "received_at": rng.choice([f"{at[:11]}19:00", None]),
    }


def one_account(rng: random.Random, number: int, _: tuple[int, int]) -> dict:
    """A person's account on some platform."""
    row = {"account_key": f"P{rng.randint(1, 4)}", "source_id": f"platform {number}", "kind": "person", "registered_on": "2024-01-01"}
    return row | {"division_code": rng.choice(["440604", "440605"])}


def one_session(rng: random.Random, number: int, days: tuple[int, int]) -> dict:
    account = rng.choice(["P1", "P2", "P3", "P9", None])
    return {"session_id": f"s{number}", "channel": "app", "account_key": account, "started_at": day_of(rng, *days)}


def supersede(city, rng: random.Random, feed: str, new) -> None:
    """Correct or retract a stored row, as loading does: the old row goes to history with its old file."""
    spec = feeds()[feed]
    key = spec.key[0]
    found = city.con.execute(f"select {key} from {spec.table} where file_id < ? order by 1", [city.file_id]).fetchall()
    if not found:
        return
    name = rng.choice(found)[0]
    city.con.execute(
        f"insert into {spec.history} by name select *, false as is_deleted, false as is_current from {spec.table} where {key} = ?", [name]
    )
    city.con.execute(f"delete from {spec.table} where {key} = ?", [name])
    if rng.random() < 0.5:
        city.add(feed, new | {key: name})
    else:
        city.con.execute(
            f"insert into {spec.history} ({key}, source_id, source_version, file_id, row_no, is_deleted, is_current) values (?, 'canonical', 2, ?, 1, true, true)",
            [name, city.file_id],
        )


MAKERS = {
    "case_events": one_event,
    "queue_tickets": one_ticket,
    "ratings": one_rating,
    "case_materials": one_material,
    "payments": one_payment,
    "appointments": one_appointment,
    "deliveries": one_delivery,
    "sessions": one_session,
    "accounts": one_account,
}


@pytest.mark.parametrize("seed", [0, *(pytest.param(more, marks=pytest.mark.soak) for more in range(1, 20))])
def test_incremental_equals_full(city, monkeypatch, seed):
    monkeypatch.setattr("warehouse.build.LARGE_SHARE", 2.0)  # never give up on going case by case
    rng = random.Random(seed)
    for item in ("A1", "A2"):
        city.item(item, visits_max=1, online_steps=["submit"])
    city.add("service_points", {"point_id": "W1", "site_id": "S1", "kind": "hall", "name_zh": "x", "division_code": "440604"})
    for step, days in enumerate([(1, 10), (5, 14), (15, 16), (16, 28)], start=1):
        city.file_id = step
        for feed, make in MAKERS.items():
            for _ in range((60 if step == 1 else 6) if feed != "accounts" else step % 2):
                city.add(feed, make(rng, city.rows, days))
        if step > 1:
            for feed in ("case_events", "queue_tickets", "ratings", "payments", "appointments", "deliveries", "sessions"):
                supersede(city, rng, feed, MAKERS[feed](rng, city.rows, days))
        city.build_all()
        if step > 1:
            by_case = contents(city)
            city.build_all(full=True)
            assert contents(city) == by_case


def test_incremental_builds_touch_changed_cases_only(city):
    for number in range(40):
        city.events(f"K{number:02}", ("submitted", "2024-03-01 09:00"), ("completed", "2024-03-01 10:00", {"outcome": "refused"}))
    city.build_all()
    city.con.execute("update mart_case set bundle_id = 'untouched'")
    city.file_id = 2
    city.events("K07", ("onsite_pickup", "2024-03-01 09:30", {"channel": "window"}))
    city.build_all()
    assert [case["case_id"] for case in city.all("mart_case", "bundle_id is null")] == ["K07"]
    assert city.one("mart_case", "case_id = 'K07'")["visits"] == 1


def test_changed_items_reach_their_cases(city):
    city.item(theme="before")
    city.events("K", ("submitted", "2024-03-01 09:00"), item_id="A1")
    city.build_all()
    city.file_id = 2
    city.con.execute("delete from core_service_item")
    city.item(theme="after", source_version=2)
    city.build_all()
    assert city.one("mart_case")["theme"] == "after"


def test_a_retracted_material_leaves_the_mart(city):
    for number in range(10):
        city.events(f"K{number}", ("submitted", "2024-03-01 09:00"), ("completed", "2024-03-01 10:00", {"outcome": "refused"}))
        city.add("case_materials", {"case_id": f"K{number}", "material_code": "M", "provided_by": "paper", "resubmission_no": 0})
    city.build_all()
    city.con.execute(
        "insert into history_case_material by name select *, false as is_deleted, false as is_current from core_case_material where case_id = 'K3'"
    )
    city.con.execute(
        "insert into history_case_material by name select * replace (2 as source_version, 2 as file_id), true as is_deleted, true as is_current "
        "from core_case_material where case_id = 'K3'"
    )
    city.con.execute("delete from core_case_material where case_id = 'K3'")
    assert "mart_material" in city.build_all().rebuilt
    assert [row["case_id"] for row in city.all("mart_material")] == [f"K{number}" for number in range(10) if number != 3]

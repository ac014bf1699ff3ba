"""Marts by hand: tables made from their contracts in an in-memory DuckDB, holding literal rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from metrics.evaluate import Store, read_store
from metrics.rollup import build_rollups
from warehouse.contract import Column, tables

Row = dict[str, Any]
MakeMart = Callable[[duckdb.DuckDBPyConnection, str, Iterable[Row]], None]
_BLANK = {"VARCHAR": "", "BOOLEAN": False, "BIGINT": 0, "DOUBLE": 0.0, "VARCHAR[]": [],
          "DATE": date(2024, 1, 1), "TIMESTAMPTZ": "2024-01-01 00:00:00+08"}  # fmt: skip


def blank(column: Column) -> Any:
    """What a column holds when a test does not say: nothing, or an empty value where nothing is not allowed."""
    return None if column.nullable else _BLANK[column.type]


def _columns(name: str) -> str:
    return ", ".join(f"{column.name} {column.type}" for column in tables()[name].columns.values())


@pytest.fixture
def con() -> Iterable[duckdb.DuckDBPyConnection]:
    """An empty store with every mart, as of 2024-06-30."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'Asia/Shanghai'")
        connection.execute(AS_OF)
        connection.execute("; ".join(f"create table {name} ({_columns(name)})" for name in tables()))
        yield connection


@pytest.fixture
def make_mart() -> MakeMart:
    """Insert literal rows into a mart: make_mart(con, name, rows); columns that a row does not name are blank."""

    def insert(connection: duckdb.DuckDBPyConnection, name: str, rows: Iterable[Row]) -> None:
        given = list(rows)
        for row in given:
            assert row.keys() <= tables()[name].columns.keys(), f"{name} has no column {row.keys() - tables()[name].columns.keys()}"
        _insert(connection, name, given)

    return insert


@pytest.fixture(scope="session")
def city() -> Iterable[duckdb.DuckDBPyConnection]:
    """A small city of random but plausible rows in every mart, with its rollups; the same rows in every run."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'Asia/Shanghai'")
        connection.execute(AS_OF)
        chance = random.Random(2014)
        for name, make, number in (
            ("mart_case", _case, 700), ("mart_ticket", _ticket, 500), ("mart_rating", _rating, 400),
            ("mart_material", _material, 400), ("mart_item", _item, 300), ("mart_queue_snapshot", _snapshot, 200),
            ("mart_channel_volume", _volume, 300), ("mart_declared_figure", _declared, 60), ("mart_target", _target, 30), ("mart_interaction", _interaction, 200), ("mart_service_standard", _standard, 200),
        ):  # fmt: skip
            _fill(connection, name, [make(chance, index) for index in range(number)])
        made = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        for name in sorted(tables().keys() - made):
            chance = random.Random(name)  # a mart's rows do not depend on which others there are
            make = _offered if name in ("mart_organisation", "mart_item_channel") else _any_row
            _fill(connection, name, [make(chance, name, index) for index in range(240)])
        build_rollups(connection)
        yield connection


@pytest.fixture(scope="session")
def store(city: duckdb.DuckDBPyConnection) -> Store:
    """What the small city's store has, looked up once."""
    return read_store(city)


def _fill(connection: duckdb.DuckDBPyConnection, name: str, rows: list[Row]) -> None:
    connection.execute(f"create table {name} ({_columns(name)})")
    _insert(connection, name, rows)


AS_OF = "create table build_as_of as select timestamptz '2024-06-30 23:59:59+08' as as_of_at, date '2024-06-30' as as_of_on"
NEXT_VERSIONS = """update mart_item set next_version_on = later.next_on from
    (select item_id, version, lead(valid_from) over (partition by item_id order by version) as next_on from mart_item) as later
    where later.item_id = mart_item.item_id and later.version = mart_item.version"""  # as the model says


def _insert(connection: duckdb.DuckDBPyConnection, name: str, rows: list[Row]) -> None:
    columns = tables()[name].columns
    frame = pl.DataFrame(
        [[row.get(column.name, blank(column)) for column in columns.values()] for row in rows],
        list(columns),
        orient="row",
        infer_schema_length=None,
    )
    connection.register("rows_to_fill", frame.to_arrow())
    connection.execute(f"insert into {name} from rows_to_fill")
    if name == "mart_item":
        connection.execute(NEXT_VERSIONS)


def _any_row(chance: random.Random, name: str, index: int) -> Row:
    """A plausible row of a mart that has no maker of its own, from its contract: known columns as elsewhere, the others by their type."""
    contract = tables()[name]
    known = {**_owner(chance, chance.randrange(40)), **_channel(chance), "site_id": chance.choice(["hall", "branch"])}
    known |= {"dept_id": f"d{index % 5}", "is_by_courier": index % 10 > 4} if name == "mart_first_delivery" else {}
    row = {column.name: known.get(column.name) for column in contract.columns.values()}
    if row.get("channel") and contract.columns["channel"].type == "VARCHAR[]":
        row["channel"] = chance.choice([[], [row["channel"]], ["web", "window"]])
    for column in contract.columns.values():
        if row[column.name] is None and (column.name not in known or not column.nullable):
            row[column.name] = _any_value(chance, column, index, is_key=column.name in contract.key)
    for began, ended in LIFETIMES:
        if row.get(began) and row.get(ended):
            row[began], row[ended] = sorted((row[began], row[ended]))
    return row


def _offered(chance: random.Random, name: str, index: int) -> Row:
    """A row of a mart of offers: by turns the thing itself, which has no channels, and what it offers over the same days."""
    itself, *offers = tables()[name].columns["offer"].codes
    row = _any_row(random.Random(f"{name} {index // 2}"), name, index // 2)
    plain = {"offer": itself, "channel": [], "func": "none"}
    offered = {"offer": chance.choice(offers), "channel": chance.choice([["web"], ["app", "web"], ["window"]]), "func": "apply"}
    return row | {key: value for key, value in (offered if index % 2 else plain).items() if key in row}


LIFETIMES = (
    ("valid_from", "valid_to"),
    ("from_on", "until_on"),
    ("month", "until_on"),
    ("opened_on", "closed_on"),
    ("set_on", "due_on"),
    ("period_start_on", "period_end_on"),
)


def _any_value(chance: random.Random, column: Column, index: int, *, is_key: bool) -> Any:
    if column.codes and not (column.nullable and chance.random() < 0.1):
        return chance.choice(column.codes)
    if column.nullable and chance.random() < 0.2:
        return None
    if column.type == "VARCHAR" and is_key:
        return f"{column.name}-{index}"
    day = _day(chance)
    choices = {
        "VARCHAR": [f"{column.name}-{number}" for number in range(12)],
        "BOOLEAN": [True, True, False],
        "BIGINT": [0, 0, 1, 1, 2, 3, 7],
        "DOUBLE": [0.0, 0.5, 1.0, 4.0, 12.0],
        "VARCHAR[]": [[], ["one"], ["one", "two"]],
        "DOUBLE[]": [[0.1, 0.2, 0.4, 0.8]],
        "BIGINT[]": [[1, 2, 3, 4]],
        "DATE": [day],
        "TIMESTAMPTZ": [f"{day} 10:00:00+08"],
    }
    return chance.choice(choices[column.type])


def _place(chance: random.Random) -> Row:
    district = chance.choice([None, "440604", "440605", "440606"])
    town = chance.choice([None, f"{district}001"]) if district else None
    city = chance.choice(["4406", "4406", "4406", None]) if not district else "4406"
    return {"province_code": "44" if city else None, "city_code": city, "district_code": district, "town_code": town}


def _owner(chance: random.Random, item: int) -> Row:
    place = _place(chance)
    division = place["town_code"] or place["district_code"] or place["city_code"]
    audience = chance.choice([None, [], ["person"], ["person", "enterprise"]])
    return {**place, "division_code": division, "item_id": f"item-{item}" if item else None, "item_type": chance.choice([None, "01", "07", "20"]),
            "audience": audience, "theme": chance.choice([None, "birth", "trade"]), "case_type": chance.choice(["on_the_spot", "commitment", "commitment", None]),
            "dept_id": chance.choice([None, "d1", "d2"]), "function_code": chance.choice([None, "f1"])}  # fmt: skip


def _channel(chance: random.Random) -> Row:
    channel, group = chance.choice(
        [("window", "staffed"), ("web", "online"), ("app", "online"), ("terminal", "self_service"), ("other", "other")]
    )
    return {"channel": channel, "channel_group": group}


def _day(chance: random.Random, first: date = date(2023, 11, 1), days: int = 260) -> date:
    return first + timedelta(days=chance.randrange(days))


def _case(chance: random.Random, index: int) -> Row:
    applied = _day(chance)
    handling = chance.choice([None, 0, 1, 3, 7, 20])
    completed = (
        applied + timedelta(days=chance.choice([-2, 0, 0, 1, 5, 30]))
        if handling is not None
        else chance.choice([None, applied + timedelta(days=9)])
    )
    channel = _channel(chance)
    online, visits = channel["channel_group"] == "online", chance.choice([None, 0, 0, 1, 2, 3])
    observed = (4 - min(visits or 0, 3) if online else 1) if completed else None
    claimed = (visits or 0) > 1 if online and completed and chance.random() < 0.7 else None
    return {
        "case_id": f"case-{index}", **_owner(chance, chance.randrange(90)), **channel, "application_on": applied, "accepted_on": applied + timedelta(days=1),
        "completed_on": completed, "is_completed": completed is not None, "is_void": chance.random() < 0.05, "is_applied_online": online,
        "outcome": chance.choice(["granted", "granted", "refused", "not_accepted", "withdrawn", None]) if completed else None,
        "legal_working_days": chance.choice([None, 0.0, 10.0, 20.0]), "handling_working_days": handling if completed else None,
        "promised_working_days": (None, 0.0, 3.0, 5.0)[index % 4],
        "paused_working_days": chance.choice([None, 0, 2]), "survival_working_days": chance.choice([None, -1, 0, 1, 3, 7, 20]),
        "is_handling_event": chance.random() < 0.8, "due_on": chance.choice([None, applied + timedelta(days=14)]),
        "is_promise_countable": chance.random() < 0.8, "is_promise_kept": chance.random() < 0.7, "is_decided_same_day": chance.random() < 0.5,
        "is_decided_same_session": chance.random() < 0.3, "visits": visits, "visits_upper": None if visits is None else visits + chance.choice([0, 0, 1]),
        "declared_level": chance.choice([None, 1, 2, 3, 4]), "observed_level": observed, "is_overclaimed": claimed,
        "supplement_count": chance.choice([0, 0, 1, 2]), "has_active_rating": chance.random() < 0.3, "has_bad_rating": chance.random() < 0.1,
        "is_published_due_kept": chance.choice([None, True, True, False]) if completed else None, "e2e_days": chance.choice([None, 0, 1, 4, 9, 30]), "is_e2e_event": chance.random() < 0.8,
    }  # fmt: skip


def _ticket(chance: random.Random, index: int) -> Row:
    called = chance.random() < 0.8
    return {
        "ticket_id": f"t-{index}", **_place(chance), "division_code": "440604", "site_id": chance.choice(["hall", "branch"]), "item_id": "item-1",
        "queue_code": chance.choice([None, "A", "B"]), "window_point_id": chance.choice([None, "w1"]), "issued_on": _day(chance),
        "issued_hour": chance.choice([None, 9, 10, 15]), "is_chain_head": chance.random() < 0.95, "is_repeat": chance.random() < 0.05,
        "is_implausible": chance.random() < 0.05, "is_called": called, "is_abandoned": not called and chance.random() < 0.9,
        "wait_minutes": chance.choice([None, 0.0, 0.5, 4.0, 4.2, 5.0, 9.99, 10.0, 10.01, 12.0, 59.5, 480.0]),
        "service_minutes": chance.choice([None, 0.0, 3.3, 10.0, 25.0]) if called else None,
    }  # fmt: skip


def _rating(chance: random.Random, index: int) -> Row:
    latest = chance.random() < 0.8
    return {"rating_id": f"r-{index}", **_owner(chance, chance.randrange(90)), **_channel(chance), "grade": chance.choice([1, 2, 3, 4, 5, 5]),
            "rated_on": _day(chance), "is_valid": latest, "is_active": chance.random() < 0.6, "is_latest": latest, "is_first": chance.random() < 0.7}  # fmt: skip


def _material(chance: random.Random, index: int) -> Row:
    exempted = chance.random() < 0.4
    return {"case_id": f"case-{index}", **_owner(chance, chance.randrange(90)), **_channel(chance), "material_code": chance.choice(["id", "deed"]),
            "licence_type": chance.choice([None, "id_card"]), "application_on": _day(chance), "is_required": chance.random() < 0.8,
            "is_exempted": exempted, "is_submitted": not exempted and chance.random() < 0.9, "was_available": chance.random() < 0.5,
            "copies": chance.choice([1, 1, 2])}  # fmt: skip


def _item(chance: random.Random, index: int) -> Row:
    began = chance.choice([date(1900, 1, 1), _day(chance, date(2022, 1, 1), 900)])
    ended = chance.choice([date(9999, 12, 31), max(began, date(2022, 1, 1)) + timedelta(days=chance.randrange(1, 800))])
    legal = chance.choice([None, 0.0, 10.0, 20.0])
    return {
        **_owner(chance, index // 2 + 1), "version": index % 2 + 1, "valid_from": began, "valid_to": ended,
        "status": chance.choice(["in_force", "in_force", "in_force", "suspended"]), "is_application_based": chance.random() < 0.9,
        "online_steps": chance.choice([None, ["info"], ["submit"], ["submit", "accept", "decide", "result"]]), "visits_max": chance.choice([None, 0, 1, 2, 3]),
        "level_gd_4": chance.choice([None, 0, 1, 2, 3, 4]), "level_gd_2013": chance.choice([None, 0, 1, 2, 3]), "is_on_online_hall": chance.random() < 0.8,
        "legal_working_days": legal, "promised_working_days": chance.choice([None, 0.0, 5.0]), "id_only": chance.random() < 0.3,
        "cross_scope": chance.choice([None, "cross_city"]),
    }  # fmt: skip


def _snapshot(chance: random.Random, index: int) -> Row:
    waiting = chance.choice([0, 0, 1, 4])
    return {"site_id": chance.choice(["hall", "branch"]), "queue_code": chance.choice(["A", "B"]), **_place(chance), "observed_on": _day(chance),
            "waiting": waiting, "is_call": chance.random() < 0.5, "is_unstaffed": waiting > 0 and chance.random() < 0.3}  # fmt: skip


def _volume(chance: random.Random, index: int) -> Row:
    given = chance.choice(["number", "number", "no data", "not applicable"])
    return {**_owner(chance, chance.randrange(90)), **_channel(chance), "period_start_on": _day(chance), "is_reported": given == "number",
            "is_no_data": given == "no data", "applications": float(chance.choice([0, 12, 4000])) if given == "number" else None}  # fmt: skip


def _interaction(chance: random.Random, index: int) -> Row:
    names = ("registration", "authentication", "application", "decision", "issuance", "resolution")
    points = {name: chance.choice(["yes", "yes", "no", "not_applicable"]) for name in names}
    online, offline = sum(status == "yes" for status in points.values()), sum(status == "no" for status in points.values())
    return {**_owner(chance, chance.randrange(90)), **points, "period_start_on": _day(chance), "online_points": online,
            "applicable_points": online + offline, "is_assessed": online + offline > 0, "is_end_to_end": offline == 0 and online > 0}  # fmt: skip


def _standard(chance: random.Random, index: int) -> Row:
    total = chance.choice([None, 0.0, 40.0])
    return {**_owner(chance, chance.randrange(90)), **_channel(chance), "standard_id": f"s-{index}", "period_start_on": _day(chance),
            "is_met": chance.choice([True, True, False, None]), "volume_met": chance.choice([None, 10.0, 38.0]), "volume_total": total,
            "is_volume_known": bool(total)}  # fmt: skip


def _declared(chance: random.Random, index: int) -> Row:
    percent = chance.random() < 0.8
    return {**_place(chance), "figure_id": f"f-{index}", "stated": f"{chance.randrange(10000) / 100}%" if percent else "about a third",
            "denominator": chance.choice([40, 127, 5349]), "kind": chance.choice(["rate", "figure"]), "is_checkable": percent,
            "stated_on": _day(chance), "dept_id": chance.choice([None, "d1"])}  # fmt: skip


def _target(chance: random.Random, index: int) -> Row:
    place = _place(chance)
    return {**place, "division_code": place["district_code"], "target_id": f"target-{index}", "op": chance.choice([">=", "<="]), "value": 0.5,
            "metric_id": chance.choice(["promise_kept_rate", "declared_depth_share", "supplement_rate"]), "due_on": _day(chance),
            "is_superseded": chance.random() < 0.2}  # fmt: skip

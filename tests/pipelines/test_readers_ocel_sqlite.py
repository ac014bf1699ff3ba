"""OCEL 2.0 logs as SQLite databases: they say what JSON and XML say; rows that stand alone are set aside; damaged and hostile databases are refused."""

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pipelines.adapters import ocel_sqlite
from pipelines.adapters.batch import FileRefused, Profile, Tally
from pipelines.adapters.read import read_records
from tests.pipelines.test_readers_ocel import EVENTS, FLAT, OBJECTS, read

ATTRIBUTES = {"submit": ("fee", "online"), "Application": ("district",)}
TABLES = """create table event (ocel_id text primary key, ocel_type text); create table object (ocel_id text primary key, ocel_type text);
create table event_map_type (ocel_type text primary key, ocel_type_map text); create table object_map_type (ocel_type text primary key, ocel_type_map text);
create table object_object (ocel_source_id text, ocel_target_id text, ocel_qualifier text);
create table event_object (ocel_event_id text, ocel_object_id text, ocel_qualifier text, primary key (ocel_event_id, ocel_object_id, ocel_qualifier));"""


def database(*more: str) -> bytes:
    """The log of the JSON tests as the standard lays it out in tables, changed by further statements."""
    with sqlite3.connect(":memory:") as con:
        con.executescript(TABLES)
        for what, listed in (("event", EVENTS), ("object", OBJECTS)):
            for kind in sorted({each["type"] for each in listed}):
                columns = "".join(f', "{name}"' for name in ATTRIBUTES.get(kind, ()))
                changed = ", ocel_changed_field" if what == "object" else ""
                con.execute(f"insert into {what}_map_type values ('{kind}', 'a {kind}')")
                con.execute(f'create table "{what}_a {kind}" (ocel_id text, ocel_time timestamp{changed}{columns})')
            for each in listed:
                con.execute(f"insert into {what} values (?, ?)", [each["id"], each["type"]])
        for each in EVENTS:
            _row(con, "event", each, each["time"], {one["name"]: one["value"] for one in each["attributes"]})
            pairs = [(each["id"], one["objectId"], one["qualifier"]) for one in each["relationships"]]
            con.executemany("insert into event_object values (?, ?, ?)", pairs)
        for each in OBJECTS:
            first, *later = each.get("attributes") or [{}]
            _row(con, "object", each, first.get("time", "1970-01-01 00:00:00"), {first["name"]: first["value"]} if first else {})
            for one in later:
                _row(con, "object", each, one["time"], {"ocel_changed_field": one["name"], one["name"]: one["value"]})
        for statement in more:
            con.execute(statement)
        con.commit()
        return con.serialize()


def _row(con: sqlite3.Connection, what: str, each: dict[str, Any], time: str, values: dict[str, Any]) -> None:
    named = {"ocel_id": each["id"], "ocel_time": time, **{name: "true" if value is True else value for name, value in values.items()}}
    con.execute(f'insert into "{what}_a {each["type"]}" ({", ".join(named)}) values ({", ".join("?" * len(named))})', [*named.values()])


def test_a_database_says_the_same(tmp_path: Path) -> None:
    assert read(tmp_path / "a.sqlite", database()) == (FLAT, [])


def test_through_the_door_and_with_writes_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    con = sqlite3.connect(path)
    con.executescript("pragma journal_mode = wal")
    con.deserialize(database())
    with sqlite3.connect(path) as stored:
        con.backup(stored)
        stored.execute("pragma journal_mode = wal")
    stored.close()
    assert path.read_bytes()[18:20] == b"\2\2"
    tally = Tally()
    batches = list(read_records(path, Profile(object_type="Application"), tally))
    assert (sum(batch.frame.height for batch in batches), tally.records, tally.format) == (4, 4, "ocel")


ALONE = {
    "an event without its row": ("delete from \"event_a decide\"", [2], "E_JSON_SHAPE", 2),
    "a row without its event": ("insert into \"event_a print\" values ('e9', '2024-01-01')", [5], "E_JSON_SHAPE", 4),
    "a second row": ("insert into \"event_a print\" values ('e3', '2024-01-01')", [5], "E_JSON_SHAPE", 4),
    "a relation without its event": ("insert into event_object values ('e9', 'A1', '')", [5], "E_JSON_SHAPE", 4),
    "an event without an id": ("insert into event values (null, 'print')", [5], "E_JSON_SHAPE", 4),
    "binary": ("update \"event_a submit\" set fee = x'00ff'", [1], "E_TYPE_NUM", 3),
    "endless": ("update \"event_a submit\" set fee = 9e999", [1], "E_TYPE_NUM", 3),
    "not text": ("update event set ocel_type = cast(x'ff61' as text) where ocel_id = 'e1'", [1], "E_ENCODING", 3),
    "control": ("update event set ocel_type = 'a' || char(7) where ocel_id = 'e1'", [1], "E_CTRL", 3),
}  # fmt: skip


@pytest.mark.parametrize("kind", ALONE)
def test_a_row_that_is_no_event_is_set_aside_alone(tmp_path: Path, kind: str) -> None:
    statement, numbers, code, kept = ALONE[kind]
    rows, rejects = read(tmp_path / "a.sqlite", database(statement))
    assert (len(rows), rejects) == (kept, [(number, code) for number in numbers])


REFUSED = {
    "another database": (["drop table event_map_type"], "E_OCEL", "no OCEL 2.0 log"),
    "a column is missing": (["drop table event_object", "create table event_object (ocel_event_id, ocel_object_id)"], "E_OCEL", "lacks ocel_qualifier"),
    "a type without a table": (['drop table "event_a print"'], "E_OCEL", "no table 'event_a print'"),
    "a view": (["drop table object", "create view object as select 'A' || value as ocel_id, 'Application' as ocel_type from generate_series(1, 1e9)"], "E_OCEL", "lacks"),
    "a recursive view": (
        ['drop table "event_a print"', 'create view "event_a print" as with recursive n(i) as (select 1 union all select i + 1 from n) select i as ocel_id from n'],
        "E_OCEL", "no table",
    ),
    "worked out": (
        ["drop table event", "create table event (ocel_id text, ocel_type text as (printf('%.900000c', 'x')))", "insert into event values ('e1')"],
        "E_OCEL", "lacks ocel_type",
    ),
    "long": (["update event set ocel_type = printf('%.2000000c', 'x')"], "E_OCEL", "too big"),
    "an object twice": (["drop table object", "create table object (ocel_id text, ocel_type text)", "insert into object values ('A1', 'x'), ('A1', 'x')"], "E_OCEL", "Two objects"),
    "an object without a type": (["update object set ocel_type = null where ocel_id = 'A1'"], "E_OCEL", "An object"),
    "a default that swells": (
        [
            "with recursive n(i) as (select 1 union all select i + 1 from n limit 400) insert into event select 'x' || i, 'submit' from n",
            "insert into \"event_a submit\" (ocel_id, ocel_time) select ocel_id, '2024-01-01' from event",
            f"alter table \"event_a submit\" add column note text default '{'x' * 900_000}'",
        ],
        "E_SIZE", "too much text",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_a_database_that_is_no_log_is_refused(tmp_path: Path, kind: str) -> None:
    statements, code, part = REFUSED[kind]
    with pytest.raises(FileRefused, match=part) as refused:
        read(tmp_path / "a.sqlite", database(*statements))
    assert refused.value.code == code


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocel_sqlite, "MAX_ROWS", 20)
    with pytest.raises(FileRefused, match="too many rows"):
        read(tmp_path / "a.sqlite", database())


def test_the_name_does_not_make_it_a_log(tmp_path: Path) -> None:
    for name, content in (("a.csv", database()), ("a.parquet", database()), ("a.sqlite", b"PAR1" + database())):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileRefused) as refused:
            list(read_records(tmp_path / name))
        assert refused.value.code == "E_TYPE_MISMATCH"


def test_damaged_databases_are_read_or_refused(tmp_path: Path) -> None:
    good, chance, outcomes = database(), random.Random(5), set()
    for _ in range(200):
        content = bytearray(good)
        for _ in range(chance.randint(1, 40)):
            place = chance.randrange(len(content))
            content[place] ^= 1 << chance.randrange(8)
        if chance.random() < 0.2:
            del content[chance.randrange(len(content)) :]
        try:
            rows, rejects = read(tmp_path / "a.sqlite", bytes(content) or b"x")
            outcomes.add("read")
            assert sorted([*(row["_row"] for row in rows), *(row for row, _ in rejects)]) == list(range(1, len(rows) + len(rejects) + 1))
        except FileRefused as refused:
            outcomes.add(refused.code)
    assert outcomes >= {"read", "E_OCEL"}

"""Tables and views of a real PostgreSQL server, which these tests start for themselves as an unprivileged user."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest

from pipelines.ingest import ingest
from pipelines.source import Source, load
from pipelines.transports.position import PullBusy, pulling
from pipelines.transports.pull import PULLED, Pulled, PullFailed, PullUnset, Window, pull
from warehouse.engine.duckdb import open_store
from warehouse.settings import Settings


@pytest.fixture
def city(server: str) -> Iterator[psycopg.Connection]:
    """The department's own connection, on an empty schema."""
    with psycopg.connect(server, autocommit=True) as con:
        con.execute("drop schema if exists hall cascade; create schema hall")
        yield con


@pytest.fixture
def hall(server: str, city: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """An installation that pulls from the department."""
    monkeypatch.setenv("HALL_DSN", server)
    return Hall(tmp_path)


class Hall:
    """A source definition as a city would write it, and what its pulls come to."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.settings = folder, Settings(folder / "home").prepare()

    def source(self, relation: str, dsn: str = "{env: HALL_DSN}", more: str = "") -> Source:
        path = self.folder / "hall_db.yaml"
        path.write_text(
            f"source: hall_db\ntime_zone: Asia/Shanghai\npostgres:\n  dsn: {dsn}\n  relations:\n    - {relation}\n{more}", "utf-8"
        )
        return load(path)

    def pull(self, relation: str, days: tuple[str, str] | None = None) -> Pulled:
        window = Window(date.fromisoformat(days[0]), date.fromisoformat(days[1])) if days else None
        return pull(self.settings, self.source(relation), window)

    def load(self) -> dict[str, int]:
        report = ingest(self.settings, [self.settings.landing_dir], source="hall_db")
        assert not report.refused and not report.ignored
        names = ("read", "accepted", "duplicate", "quarantined")
        return {name: sum(getattr(receipt, name) for receipt in report.receipts) for name in names}

    def events(self) -> list[str]:
        with open_store(self.settings) as con:
            return [row[0] for row in con.execute("select event_id from core_case_event order by 1").fetchall()]


def rows(pulled: Pulled) -> list[dict]:
    return [json.loads(line) for each in pulled.landed for line in each.path.read_text("utf-8").splitlines()]


def ids(pulled: Pulled) -> list[str]:
    return sorted(row["event_id"] for row in rows(pulled))


EVENTS = "{name: case_events, table: hall.events, cursor: changed_at, date: occurred_at}"
TABLE = """create table hall.events (event_id text primary key, case_id text, event_type text, occurred_at timestamptz, channel text, changed_at timestamptz)"""


def event(identity: str, changed: str | None, occurred: str = "2024-03-01 09:00:00+08") -> str:
    stamp = f"'{changed}'" if changed else "null"
    return f"insert into hall.events values ('{identity}', 'c', 'submitted', '{occurred}', 'web', {stamp})"


def test_every_value_comes_as_the_server_holds_it(hall: Hall, city: psycopg.Connection):
    city.execute(
        """create table hall.odd (event_id text, amount numeric, big bigint, words text, list text[], doc json, at timestamptz, wall timestamp, day date, flag bool, none text);
        insert into hall.odd values ('007', 12345678901234567.890, 9007199254740993, E'a "b", c\n\\\\. \t\u4e8b\u9879', '{x,"y,z"}', '{"k":\n [1.50]}',
            '2024-03-01 09:00:00.123456+08', '2024-03-01 09:00:00', '2024-02-29', true, null)"""
    )
    pulled = hall.pull("{name: case_events, table: hall.odd}")
    [landed] = pulled.landed
    assert landed.rows == 1 and landed.path.read_bytes().count(b"\n") == 1
    [row] = rows(pulled)
    assert row == {
        "event_id": "007", "amount": 12345678901234567.890, "big": 9007199254740993, "words": 'a "b", c\n\\. \t事项', "list": ["x", "y,z"],
        "doc": {"k": [1.5]}, "at": "2024-03-01T09:00:00.123456+08:00", "wall": "2024-03-01T09:00:00", "day": "2024-02-29", "flag": True, "none": None,
    }  # fmt: skip
    assert b'"amount":12345678901234567.890,' in landed.path.read_bytes()  # digits that no float could carry


def test_new_rows_ties_and_late_commits_are_all_pulled_and_none_is_loaded_twice(hall: Hall, server: str, city: psycopg.Connection):
    city.execute(TABLE)
    city.execute(event("a", "2024-03-01 10:00:00+08"))
    city.execute(event("b", "2024-03-01 10:00:00+08"))
    with psycopg.connect(server) as slow:
        slow.execute(event("late", "2024-03-01 09:59:00+08"))  # its time is set, its transaction is still open
        assert ids(hall.pull(EVENTS)) == ["a", "b"]
    city.execute(event("tie", "2024-03-01 10:00:00+08"))
    city.execute(event("new", "2024-03-02 10:00:00+08"))
    city.execute("update hall.events set channel = 'app', changed_at = '2024-03-02 11:00:00+08' where event_id = 'a'")
    assert ids(hall.pull(EVENTS)) == ["a", "b", "late", "new", "tie"]
    loaded = hall.load()
    assert loaded["read"] == 7 and loaded["quarantined"] == 0 and loaded["accepted"] + loaded["duplicate"] == 7
    assert (
        hall.events() == ["a", "b", "late", "new", "tie"] == [row[0] for row in city.execute("select event_id from hall.events order by 1")]
    )
    assert ids(hall.pull(EVENTS)) == ["a"]  # the overlap
    assert hall.pull(EVENTS).landed == []  # and not again while nothing changes


def test_the_overlap_is_a_setting_and_numbers_are_cursors_too(hall: Hall, city: psycopg.Connection):
    city.execute("create table hall.log (event_id text, seq bigint); insert into hall.log select 'e' || n, n from generate_series(1, 50) n")
    relation = "{name: case_events, table: hall.log, cursor: seq, overlap: 3}"
    assert hall.pull(relation).rows == 50
    city.execute("insert into hall.log values ('e51', 51)")
    assert ids(hall.pull(relation)) == ["e47", "e48", "e49", "e50", "e51"]


def test_rows_without_a_cursor_value_and_clocks_that_run_ahead_hide_nothing(hall: Hall, city: psycopg.Connection):
    city.execute(TABLE)
    for identity, changed in (("a", "2024-03-01 10:00:00+08"), ("unset", None), ("ahead", "2999-01-01 00:00:00+08")):
        city.execute(event(identity, changed))
    assert ids(hall.pull(EVENTS)) == ["a", "ahead", "unset"]
    city.execute(event("b", "2024-03-02 10:00:00+08"))
    assert ids(hall.pull(EVENTS)) == ["a", "ahead", "b", "unset"]
    city.execute(event("unset2", None))
    assert ids(hall.pull(EVENTS)) == ["ahead", "b", "unset", "unset2"]


def test_a_table_that_was_restored_is_pulled_from_its_beginning(hall: Hall, city: psycopg.Connection):
    city.execute(TABLE)
    city.execute(event("a", "2024-03-01 10:00:00+08"))
    city.execute(event("b", "2024-06-01 10:00:00+08"))
    hall.pull(EVENTS)
    city.execute("delete from hall.events where event_id = 'b'")
    city.execute(event("c", "2024-01-01 10:00:00+08"))
    pulled = hall.pull(EVENTS)
    assert ids(pulled) == ["a", "c"]
    assert pulled.notes == [
        "case_events: the newest row is older than the last pull's; it may have been restored, so everything is pulled again."
    ]


def test_days_are_local_days_of_the_source_one_file_each(hall: Hall, city: psycopg.Connection):
    city.execute(TABLE)
    for identity, occurred in (
        ("before", "2024-02-29 15:59:59+00"), ("first", "2024-02-29 16:00:00+00"), ("last", "2024-03-01 15:59:59.999+00"), ("next", "2024-03-01 16:00:00+00"),
    ):  # fmt: skip
        city.execute(event(identity, None, occurred))
    pulled = hall.pull(EVENTS, ("2024-03-01", "2024-03-04"))
    assert [[json.loads(line)["event_id"] for line in each.path.read_text().splitlines()] for each in pulled.landed] == [
        ["first", "last"],
        ["next"],
    ]
    assert pulled.notes == ["case_events: no rows of 2024-03-03."]
    assert ids(hall.pull(EVENTS)) == ["before", "first", "last", "next"]  # a backfill moves no position


PULL = "from sys import argv; from pathlib import Path; from pipelines.source import load; from pipelines.transports.pull import pull; from warehouse.settings import Settings; pull(Settings(Path(argv[1])), load(Path(argv[2])))"


def test_a_pull_that_is_killed_before_it_remembers_pulls_the_same_rows_again(hall: Hall, city: psycopg.Connection):
    city.execute(TABLE)
    city.execute(event("a", "2024-03-01 10:00:00+08"))
    hall.source(EVENTS)
    command = [sys.executable, "-c", PULL, str(hall.settings.home), str(hall.folder / "hall_db.yaml")]
    killed = subprocess.run(command, env={**os.environ, "ONEGATE_CRASH_AT": PULLED}, check=False, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    [first] = hall.settings.landing_dir.rglob("*.ndjson")
    again = hall.pull(EVENTS)
    assert [each.path.read_bytes() for each in again.landed] == [first.read_bytes()]
    city.execute(event("b", "2024-03-02 10:00:00+08"))
    hall.pull(EVENTS)
    assert hall.load()["quarantined"] == 0
    assert hall.events() == ["a", "b"]


def test_views_and_queries_are_read_on_one_snapshot_and_nothing_is_written(hall: Hall, city: psycopg.Connection):
    city.execute(TABLE)
    city.execute(event("a", "2024-03-01 10:00:00+08"))
    city.execute("create view hall.recent as select * from hall.events; create table hall.seen (n int)")
    city.execute("create function hall.spy() returns text language sql as $$ insert into hall.seen values (1); select 'x' $$")
    assert ids(hall.pull("{name: case_events, table: hall.recent, cursor: changed_at}")) == ["a"]
    assert rows(hall.pull("{name: case_events, query: \"select event_id || '%s' as event_id from hall.events;\"}")) == [{"event_id": "a%s"}]
    with pytest.raises(PullFailed, match="read-only transaction"):
        hall.pull('{name: case_events, query: "select hall.spy() as event_id"}')
    assert city.execute("select count(*) from hall.seen").fetchone() == (0,)


def test_a_column_that_goes_or_changes_its_type_loses_no_row(hall: Hall, city: psycopg.Connection):
    city.execute(TABLE)
    city.execute(event("a", "2024-03-01 10:00:00+08"))
    hall.pull(EVENTS)
    city.execute(
        "alter table hall.events drop column channel, add column channel varchar(20) default 'window', alter column case_id type bigint using 7"
    )
    city.execute("insert into hall.events values ('b', 8, 'submitted', '2024-03-02 09:00:00+08', '2024-03-02 10:00:00+08')")
    hall.pull(EVENTS)
    city.execute("alter table hall.events rename column changed_at to updated_at")
    with pytest.raises(PullFailed, match="changed_at"):
        hall.pull(EVENTS)
    assert hall.load()["quarantined"] == 0
    assert hall.events() == ["a", "b"]


def test_what_takes_too_long_is_given_up_and_leaves_nothing(hall: Hall, city: psycopg.Connection):
    source = hall.source('{name: case_events, query: "select pg_sleep(60)::text as event_id"}', more="  statement_timeout: 1\n")
    with pytest.raises(PullFailed, match="statement timeout"):
        pull(hall.settings, source)
    assert not list(hall.settings.landing_dir.rglob("*.ndjson")) and not list(hall.settings.inbox_dir.glob("*.part"))


def test_the_connection_string_is_named_and_never_shown(hall: Hall, city: psycopg.Connection, server: str, monkeypatch: pytest.MonkeyPatch):
    relation = "{name: case_events, query: select 1 as event_id}"
    with pytest.raises(PullUnset, match="secrets/hall.dsn"):
        pull(hall.settings, hall.source(relation, "{file: hall.dsn}"))
    secret = hall.settings.secrets_dir / "hall.dsn"
    secret.write_text(server + "\n")
    secret.chmod(0o644)
    with pytest.raises(PullUnset, match="chmod 600"):
        pull(hall.settings, hall.source(relation, "{file: hall.dsn}"))
    secret.chmod(0o600)
    assert pull(hall.settings, hall.source(relation, "{file: hall.dsn}")).rows == 1
    monkeypatch.setenv("HALL_DSN", server.replace("host=", "host=/nowhere"))
    with pytest.raises(PullFailed) as failed:
        hall.pull(relation)
    assert "never-shown" not in str(failed.value)


@pytest.mark.parametrize(
    ("relation", "sentence"),
    [
        ("{name: case_events, table: hall.words, cursor: event_id}", "it must be a time or a number that grows"),
        ("{name: nothing, table: hall.words}", "Nothing says what records of hall_db are"),
        ("{name: case_events, table: hall.words}", "no `date` column"),
        ("{name: case_events, table: hall.words, cursor: no}", "write it in quotes"),
        ("{name: case_events}", "needs either `table` or `query`"),
    ],
)
def test_a_definition_that_cannot_work_says_so(hall: Hall, city: psycopg.Connection, relation: str, sentence: str):
    city.execute("create table hall.words (event_id text)")
    with pytest.raises(ValueError, match=sentence):
        hall.pull(relation, ("2024-01-01", "2024-01-02") if "date" in sentence else None)


def test_one_pull_of_a_source_runs_at_a_time(hall: Hall, city: psycopg.Connection):
    refusals: list[str] = []

    def second() -> None:
        with pytest.raises(PullBusy) as refused:
            hall.pull("{name: case_events, query: select 1 as event_id}")
        refusals.append(str(refused.value))

    with pulling(hall.settings, "hall_db"):
        other = threading.Thread(target=second)
        other.start()
        other.join()
    assert refusals == ["hall_db is being pulled by another process; wait until it is done."]
    assert hall.pull("{name: case_events, query: select 1 as event_id}").rows == 1

"""A release is whole, verified, immutable and monotonic, and readers in other processes never notice its making."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from warehouse import release
from warehouse.engine.duckdb import open_readonly, open_store
from warehouse.release import ReleaseRefused
from warehouse.settings import Settings

EVENTS = """
    insert into core_case_event by name select 'e' || i as event_id, 'c' || (i // 2) as case_id, 'submitted' as event_type,
        timestamptz '2024-02-08 09:00:00+08' as occurred_at, date '2024-02-08' as occurred_on, 'web' as channel, 'CANARY-PERSON' as applicant_key,
        '{"phone": "CANARY-DETAIL"}' as detail, 'CANARY-REASON' as reason, 's' as source_id, 1 as source_version, 1 as file_id, i as row_no
    from range(6) t(i)
"""
OVERTAKEN = """insert into history_case_event by name
    select * exclude (file_id), 1 as file_id, false as is_deleted, false as is_current, 2 as overtaken_by from core_case_event where event_id = 'e0'"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "home").prepare()


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_store(settings) as connection:
        connection.execute(EVENTS)
        connection.execute(OVERTAKEN)
        connection.execute(
            """
            create table build_as_of as select timestamptz '2024-02-08 23:59:59+08' as as_of_at, date '2024-02-08' as as_of_on;
            create table mart_case as select distinct case_id, ['a', null] as dq_flags, 0.5 as share from core_case_event;
            create table rollup_case as select count(*) as cases from mart_case;
            create table quality_outcome as select 'unique' as rule;
            """
        )
        yield connection


def test_a_release_holds_what_was_published_and_says_which_it_is(con, settings):
    made = release.publish(con, settings, extra={"metric_definition": "select 'a_metric' as metric_id"})
    assert release.current(settings) == made
    assert made.as_of == date(2024, 2, 8)
    board = made.connect()
    assert board.execute("select stamp, as_of from release_info").fetchall() == [(made.stamp, date(2024, 2, 8))]
    assert board.execute("from rollup_case").fetchall() == [(3,)]
    assert board.execute("select * from mart_case order by case_id limit 1").fetchall() == [("c0", ["a", None], 0.5)]
    assert board.execute("from metric_definition").fetchall() == [("a_metric",)]
    tables = {name for (name,) in board.execute("select table_name from duckdb_tables()").fetchall()}
    assert {"build_as_of", "quality_outcome", "ledger_file", "core_target"} <= tables
    assert not tables & {"core_rating", "ledger_quarantine", "history_case_event"}
    analyst = open_readonly(made.folder / "analyst.duckdb", settings)
    assert analyst.execute("select count(*) from mart_case").fetchall() == [(3,)]
    assert analyst.execute("select count(*) from core_rating").fetchall() == [(0,)]
    assert analyst.execute("select count(distinct event_id) from core_case_event").fetchall() == [(6,)]
    assert analyst.execute("select event_id, overtaken_by from history_case_event").fetchall() == [("e0", 2)]
    assert made.connect_records().execute("select count(*) from core_case_event").fetchall() == [(6,)]


def test_no_person_is_in_the_bytes_of_a_release(con, settings):
    made = release.publish(con, settings)
    con.execute("checkpoint")
    assert b"CANARY-PERSON" in settings.warehouse_path.read_bytes()
    for name in ("board.duckdb", "analyst.duckdb"):
        content = (made.folder / name).read_bytes()
        assert b"c0" in content
        assert b"CANARY" not in content
    columns = "select count(*) from duckdb_columns() where not internal and column_name similar to '.*_key|detail'"
    assert open_readonly(made.folder / "analyst.duckdb", settings).execute(columns).fetchone() == (0,)


def test_a_release_is_sealed_and_its_manifest_tells_what_it_holds(con, settings):
    made = release.publish(con, settings)
    assert {path.name: oct(path.stat().st_mode)[-3:] for path in made.folder.iterdir()} == dict.fromkeys(
        ("board.duckdb", "analyst.duckdb", "manifest.json"), "444"
    )
    manifest = json.loads((made.folder / "manifest.json").read_text("utf-8"))
    assert (manifest["stamp"], manifest["as_of"]) == (made.stamp, "2024-02-08")
    board = manifest["files"]["board.duckdb"]
    assert board["bytes"] == (made.folder / "board.duckdb").stat().st_size
    assert board["tables"]["mart_case"]["rows"] == 3
    assert not list(settings.tmp_dir.glob("release-*"))


def test_nothing_is_current_before_the_first_publication(settings):
    assert release.current(settings) is None
    assert release.find(settings, "20240208T000000Z") is None


def _flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(b"select" if b"select" in content else b"c0")] ^= 1
    path.write_bytes(content)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _change(statement: str):
    def change(path: Path) -> None:
        with duckdb.connect(str(path)) as con:
            con.execute(statement)

    return change


FAULTS = {
    "a flipped byte": _flip_a_byte,
    "a truncated file": _truncate,
    "a lost table": _change("drop table mart_case"),
    "a lost row": _change("delete from mart_case where case_id = 'c1'"),
    "a changed value": _change("update mart_case set share = 0.25 where case_id = 'c1'"),
    "a changed list": _change("update mart_case set dq_flags = ['a'] where case_id = 'c1'"),
    "two values swapped between columns": _change(
        "update core_case_event set channel = event_type, event_type = channel where event_id = 'e1'"
    ),
    "a table too many": _change("create table more as select 1 as one"),
    "a column renamed": _change("alter table mart_case rename share to part"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_release_that_does_not_read_back_is_never_shown(con, settings, fault, request):
    before = release.publish(con, settings)
    draft = release.build_aside(con, settings, {})
    fault(draft.folder / ("analyst.duckdb" if "two values" in request.node.callspec.id else "board.duckdb"))
    with pytest.raises(ReleaseRefused, match="nothing was published"):
        release.verify(draft)
    assert release.current(settings) == before


def test_a_query_that_fails_leaves_the_store_usable_and_the_last_release(con, settings):
    before = release.publish(con, settings)
    with pytest.raises(duckdb.ConversionException):
        release.publish(con, settings, extra={"broken": "select cast(case_id as integer) as n from mart_case"})
    assert release.current(settings) == before
    assert release.publish(con, settings).stamp > before.stamp


def test_what_a_crash_left_behind_is_cleared_and_never_shown(con, settings):
    before = release.publish(con, settings)
    release.build_aside(con, settings, {})
    assert release.current(settings) == before
    after = release.publish(con, settings)
    assert release.stamps(settings) == [before.stamp, after.stamp]
    assert not list(settings.tmp_dir.iterdir())


def test_a_crash_between_name_and_pointer_keeps_the_old_release_and_time_goes_on(con, settings):
    before = release.publish(con, settings)
    orphan = shutil.copytree(before.folder, settings.releases_dir / "29990101T000000Z")
    assert release.current(settings) == before
    after = release.publish(con, settings)
    assert after.stamp == "29990101T000001Z"
    assert orphan.exists()


def test_stamps_increase_even_when_the_clock_goes_back(con, settings):
    noon = datetime(2024, 2, 8, 12, 0, 0, 999, tzinfo=UTC)
    assert release.next_stamp(settings, noon) == "20240208T120000Z"
    made = release.publish(con, settings)
    later = release.next_stamp(settings, noon)
    assert later > made.stamp
    assert release.publish(con, settings).stamp >= later


def test_the_last_five_are_kept_and_the_current_one_always(con, settings):
    made = [release.publish(con, settings).stamp for _ in range(7)]
    assert release.stamps(settings) == made[-5:]
    (settings.releases_dir / "current").write_text(made[2] + "\n")
    for _ in range(6):
        draft = release.build_aside(con, settings, {})
        draft.folder.rename(settings.releases_dir / draft.stamp)
        (settings.releases_dir / draft.stamp / "manifest.json").write_text('{"as_of": null}')
    release.prune(settings)
    assert made[2] in release.stamps(settings)
    assert len(release.stamps(settings)) == 6


def test_two_connections_of_one_process_share_a_release_and_no_setting_can_be_changed(con, settings):
    made = release.publish(con, settings)
    first, second = made.connect(), made.connect()
    assert first.execute("select count(*) from mart_case").fetchone() == second.execute("select count(*) from mart_case").fetchone() == (3,)
    assert second.cursor().execute("select current_setting('TimeZone')").fetchone() == ("Asia/Shanghai",)
    for statement in ("set threads = 1", f"select * from read_blob('{made.folder / 'board.duckdb'}')", "delete from mart_case"):
        with pytest.raises(duckdb.Error):
            second.execute(statement)


READER = """
import sys
from pathlib import Path
from warehouse import release
from warehouse.settings import Settings
settings, seen = Settings(Path(sys.argv[1]), threads=1), []
print("ready", flush=True)
while not (settings.home / "stop").exists():
    now = release.current(settings)
    with now.connect() as con:
        stamp, cases, rolled = con.execute("select stamp, (select count(*) from mart_case), (from rollup_case) from release_info").fetchone()
    if stamp != now.stamp or cases != rolled or (seen and stamp < seen[-1]):
        sys.exit(f"{stamp} of {now.stamp}: {cases} cases, {rolled} rolled up, after {seen[-1:]}")
    if not seen or seen[-1] != stamp:
        seen.append(stamp)
print(len(seen), flush=True)
"""


def test_a_reader_in_another_process_is_never_disturbed(con, settings):
    release.publish(con, settings)
    command = [sys.executable, "-c", READER, str(settings.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reader:
        assert reader.stdout and reader.stdout.readline() == "ready\n"
        for n in range(8):
            con.execute(f"insert into mart_case values ('n{n}', null, 1); update rollup_case set cases = cases + 1")
            release.publish(con, settings)
        time.sleep(0.3)  # so that the reader meets the last one too
        (settings.home / "stop").touch()
        out, err = reader.communicate(timeout=60)
    assert (reader.returncode, err) == (0, "")
    assert 2 <= int(out) <= 9

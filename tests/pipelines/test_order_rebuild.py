"""The warehouse comes again from the archive: by the ledger, by the notes alone, from a backup; quarantine, corrections and key included."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
from pathlib import Path
from runpy import run_path

import pytest
from typer.testing import CliRunner

from onegate.cli import app
from pipelines import quarantine
from pipelines.backup import BackupUnusable, backup, restore
from pipelines.ingest import ingest
from pipelines.rebuild import RebuildFailed, rebuild
from warehouse.content_hash import ContentHash, content_hash
from warehouse.engine.duckdb import StoreMissing, open_store, writing
from warehouse.release import current, publish
from warehouse.settings import Settings

GOLDEN = Path(__file__).parents[1] / "onegate" / "golden"
DOUBTFUL = "rating_id,grade,rated_at,channel\n" + "".join(
    f"D{number},{grade},2024-03-01T09:00:00+08:00,web\n" for number, grade in ((1, 5), (2, 9), (3, 8), (4, 7))
)
CORRECTED = (
    "rating_id,grade,rated_at,channel\nD1,4,2024-03-01T09:00:00+08:00,web\n"  # one key and version, other content: the later arrival wins
)
REBUILDER = """
import os
from pathlib import Path
from pipelines.rebuild import rebuild
from warehouse.settings import Settings
os.environ["ONEGATE_CRASH_AT"] = POINT
rebuild(Settings(Path(HOME), low_water=0))
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation with corrections, a record in quarantine, a refused file and a release; copied by each test."""
    home = tmp_path_factory.mktemp("original") / "home"
    settings = Settings(home, low_water=0).prepare()
    desk = tmp_path_factory.mktemp("desk")
    for name, text in (("ratings-1.csv", DOUBTFUL), ("ratings-2.csv", CORRECTED), ("ratings-3.csv", "nothing\n1\n")):
        (desk / name).write_text(text, "utf-8")
    ingest(settings, [GOLDEN / "platform" / "case_events.csv", GOLDEN / "late", desk])
    ingest(settings, [GOLDEN / "department"], source="department_system")
    ingest(settings, [desk / "ratings-1.csv"])  # known, and so no delivery of its own
    aside = [entry["id"] for entry in quarantine.quarantined(settings)]  # of grades 9, 8 and 7
    quarantine.release(settings, aside[1:2], {"grade": "3"}, quarantine.Decider("clerk", "asked the window"))
    quarantine.dismiss(settings, aside[2:], quarantine.Decider("clerk", "a test of the terminal"))
    with writing(settings) as con:
        con.execute(
            "create table published_snapshot as select 'kept' as word; create table build_as_of as select date '2024-04-30' as as_of_on"
        )
        publish(con, settings)
        con.execute("drop table build_as_of")
    rebuild(settings)  # brings the marts
    return settings


@pytest.fixture
def copy(original: Settings, tmp_path: Path) -> Settings:
    shutil.copytree(original.home, tmp_path / "home")
    return Settings(tmp_path / "home", low_water=0)


def said(*words: str) -> dict:
    """What a command answers in JSON."""
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def hashed(settings: Settings) -> ContentHash:
    with writing(settings) as con:
        return content_hash(con)


def one(settings: Settings, query: str) -> list[tuple]:
    with writing(settings) as con:
        return con.execute(query).fetchall()


def forget_warehouse(settings: Settings) -> None:
    settings.warehouse_path.unlink()


def break_warehouse(settings: Settings) -> None:
    settings.warehouse_path.write_bytes(b"\0" * 9000)


def test_a_lost_warehouse_is_never_taken_for_an_empty_one(copy):
    forget_warehouse(copy)
    with pytest.raises(StoreMissing, match="onegate rebuild"):
        open_store(copy)
    with pytest.raises(StoreMissing):
        ingest(copy, [GOLDEN / "late"])


def test_rebuild_by_the_ledger_gives_the_same_content_and_the_same_ledger(copy):
    ledger = "select * from ledger_file order by file_id"
    before, books = hashed(copy), one(copy, ledger)
    report = rebuild(copy)
    assert (report.from_ledger, report.files, report.differing, report.redefined) == (True, 7, [], [])
    assert hashed(copy).differing(before) == []
    assert hashed(copy).set_aside == before.set_aside
    assert one(copy, ledger) == books
    assert one(copy, "from published_snapshot") == [("kept",)]
    assert one(copy, "select rating_id, grade from core_rating where rating_id like 'D%' order by 1") == [("D1", 4), ("D3", 3)]
    assert one(copy, "select reasons from ledger_quarantine") == [(["E_RANGE:grade"],)] * 3
    decided = "select decision, decided_by, reason from ledger_resolution order by 1"
    assert one(copy, decided) == [("dismissed", "clerk", "a test of the terminal"), ("released", "clerk", "asked the window")]
    [receipt] = ingest(copy, [GOLDEN / "platform" / "ratings.csv"]).receipts  # and the numbers go on
    assert receipt.accepted > 0
    assert one(copy, "select count(*) = count(distinct file_id) from ledger_file") == [(True,)]


@pytest.mark.parametrize("loss", [forget_warehouse, pytest.param(break_warehouse, marks=pytest.mark.soak)])
def test_rebuild_by_the_notes_alone_gives_the_same_content(copy, loss):
    before = hashed(copy)
    loss(copy)
    report = rebuild(copy)
    assert (report.from_ledger, report.files) == (False, 7)
    assert hashed(copy).differing(before) == []


def test_a_rebuild_without_the_key_or_with_a_changed_archive_changes_nothing(copy):
    before = copy.warehouse_path.read_bytes()
    key = copy.secrets_dir / "hmac.key"
    kept = key.read_text()
    key.unlink()
    with pytest.raises(RebuildFailed, match="--new-key"):
        rebuild(copy)
    key.write_text(kept)
    [stored] = [path for path in copy.archive_dir.glob("*/*.csv") if path.read_text("utf-8") == DOUBTFUL]
    stored.chmod(0o600)
    stored.write_text(DOUBTFUL.replace("D2", "D3"), "utf-8")
    with pytest.raises(RebuildFailed, match="not what was loaded"):
        rebuild(copy)
    stored.unlink()
    with pytest.raises(RebuildFailed, match="lacks .*ratings-1"):
        rebuild(copy)
    assert copy.warehouse_path.read_bytes() == before


@pytest.mark.parametrize("point", ["rebuild.replayed", pytest.param("rebuild.replaced", marks=pytest.mark.soak)])
def test_a_rebuild_that_is_killed_leaves_the_old_store_or_the_new(copy, tmp_path, point):
    before = hashed(copy)
    script = tmp_path / "rebuilder.py"
    script.write_text(REBUILDER, "utf-8")
    child = multiprocessing.get_context("forkserver").Process(target=run_path, args=(str(script), {"POINT": point, "HOME": str(copy.home)}))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert hashed(copy).differing(before) == []
    assert copy.warehouse_path.with_name("warehouse.new.duckdb").exists() == (point == "rebuild.replayed")  # the next rebuild clears it


def test_a_backup_is_restored_into_an_empty_home(copy, tmp_path):
    before, folder = hashed(copy), tmp_path / "backup"
    with (copy.secrets_dir / "push.key").open("w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write("secret")
    elsewhere = Settings(tmp_path / "elsewhere", low_water=0)
    made = said("backup", str(folder), "--home", str(copy.home))
    brought = said("restore", str(folder), "--home", str(elsewhere.home))
    asked = said("hash", "--home", str(elsewhere.home))
    assert (before.core, before.set_aside) == (made["core"], made["set_aside"]) == (brought["core"], brought["set_aside"])
    assert (brought["content"], brought["differing"]) == (before.content, []) == (asked["content"], [])
    assert (elsewhere.secrets_dir / "push.key").stat().st_mode & 0o777 == 0o600
    assert one(elsewhere, "from published_snapshot") == [("kept",)]
    now, was = current(elsewhere), current(copy)
    assert now and was and now.stamp == was.stamp
    with pytest.raises(BackupUnusable, match="not empty"):
        restore(elsewhere, folder)


def test_the_next_backup_copies_what_is_new_and_a_damaged_one_is_refused(copy, tmp_path):
    folder = tmp_path / "backup"
    first = backup(copy, folder)
    stored = next(folder.glob("archive/*/*.csv"))
    as_it_was = stored.stat().st_ino
    ingest(copy, [GOLDEN / "platform" / "ratings.csv"])
    second = backup(copy, folder)
    assert len(second["files"]) == len(first["files"]) + 2  # a file and its note
    assert stored.stat().st_ino == as_it_was
    assert len(list(folder.glob("ledger-*"))) == 1
    stored.chmod(0o600)
    stored.write_bytes(stored.read_bytes().replace(b"2024", b"2025"))
    with pytest.raises(BackupUnusable, match="missing or damaged"):
        restore(Settings(tmp_path / "elsewhere"), folder)
    assert not (tmp_path / "elsewhere").exists()

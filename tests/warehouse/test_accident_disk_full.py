"""A disk that fills up: what was accepted stays, a sentence says what to do, and with room again the same call goes through."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.doubt import settle_doubt
from pipelines.ingest import ingest
from pipelines.receipts import IngestReport, Left
from warehouse import release
from warehouse.disk_space import DiskFull, is_full, noticing_full_disk
from warehouse.engine.duckdb import writing
from warehouse.settings import Settings

SIZE = 48_000_000
ROWS, FILES = 12_000, 4


class Disk:
    """A small disk of its own with an installation on it, and a ballast that leaves as little room as a test wants."""

    def __init__(self, mount: Path, desk: Path) -> None:
        self.settings = Settings(mount / "home", low_water=0)
        self._ballast = mount / "ballast"
        self.paths = [_ratings(desk / f"ratings-{number}.csv", number) for number in range(FILES)]

    def leave(self, room: int) -> None:
        """Fill the disk up to so many bytes."""
        self.relieve()
        free = shutil.disk_usage(self._ballast.parent).free
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(4096, free - room))

    def relieve(self) -> None:
        """Make room again."""
        self._ballast.unlink(missing_ok=True)

    def ask(self, query: str) -> list[tuple]:
        with writing(self.settings) as con:
            return con.execute(query).fetchall()

    def check_kept(self, *reports: IngestReport) -> None:
        """What receipts say was accepted is there, once; and nothing else."""
        receipts = {receipt.sha256: receipt for report in reports for receipt in report.receipts if receipt.accepted}
        assert self.ask("select sha256, accepted from ledger_file where status = 'loaded' order by 1") == sorted(
            (receipt.sha256, receipt.accepted) for receipt in receipts.values()
        )
        rows = sum(receipt.accepted for receipt in receipts.values())
        assert self.ask("select count(*), count(distinct rating_id) from core_rating") == [(rows, rows)]


def _ratings(path: Path, number: int) -> Path:
    """A file whose rows hardly shrink when they are packed."""
    dice = random.Random(number)
    rows = [
        f"{dice.randbytes(12).hex()},{dice.randint(1, 5)},2024-03-01T09:00:00+08:00,web,{dice.randbytes(20).hex()}" for _ in range(ROWS)
    ]
    path.write_text("rating_id,grade,rated_at,channel,case_id\n" + "\n".join(rows) + "\n", "utf-8")
    return path


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    mount, desk = tmp_path / "disk", tmp_path / "desk"
    mount.mkdir()
    desk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(mount)], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"THE DISK-FULL TESTS NEED A SMALL DISK and none can be mounted here (run them as root): {made.stderr.strip()}")
    try:
        yield Disk(mount, desk)
    finally:
        subprocess.run(["umount", "--lazy", str(mount)], check=True)


def check_recovery(disk: Disk, room: int) -> None:
    """Load with little room: some files come in or none; then with room again all are there."""
    before = ingest(disk.settings, disk.paths[:1])
    disk.leave(room)
    try:
        tight = ingest(disk.settings, disk.paths[1:])
    except DiskFull as error:
        assert "Make room and try again" in str(error)
        tight = IngestReport()
    else:
        assert len(tight.receipts) + len(tight.refused) == FILES - 1
        assert all(left.reason.startswith("E_DISK_FULL: ") and "Make room and try again" in left.reason for left in tight.refused)
        assert tight.needs_a_person == bool(tight.refused)
    disk.relieve()
    disk.check_kept(before, tight)
    assert not ingest(disk.settings, disk.paths[1:]).refused
    assert disk.ask("select count(*), count(distinct rating_id) from core_rating") == [(ROWS * FILES,) * 2]


@pytest.mark.parametrize("room", [1_000_000, 3_000_000])
def test_nothing_accepted_is_lost_on_a_full_disk_and_it_recovers_by_itself(disk, room):
    check_recovery(disk, room)


@pytest.mark.soak
@pytest.mark.parametrize("room", range(0, 12_000_000, 300_000))
def test_with_any_room_left_nothing_accepted_is_lost(disk, room):
    check_recovery(disk, room)


def test_below_the_low_water_mark_nothing_is_begun(disk):
    ingest(disk.settings, disk.paths[:1])
    careful = Settings(disk.settings.home)  # the mark is a tenth of this small disk
    disk.leave(SIZE // 10)
    report = ingest(careful, disk.paths[1:])
    assert [left.reason.split(":")[0] for left in report.refused] == ["E_DISK_FULL"] * (FILES - 1)
    assert "stay free; nothing was changed" in report.refused[0].reason
    assert len(list(careful.archive_dir.glob("*/*.csv"))) == 1
    with writing(careful) as con, pytest.raises(DiskFull, match="a release needs about"):
        release.publish(con, careful)
    disk.relieve()
    assert not ingest(careful, disk.paths[1:2]).refused


def test_a_disk_that_fills_up_while_publishing_keeps_the_last_release(disk):
    ingest(disk.settings, disk.paths[:1])
    with writing(disk.settings) as con:
        con.execute("create table build_as_of as select date '2024-03-01' as as_of_on; create table mart_rating as from core_rating")
        shown = release.publish(con, disk.settings)
    ingest(disk.settings, disk.paths[1:3])
    with writing(disk.settings) as con:
        con.execute("create or replace table mart_rating as from core_rating; checkpoint")
        disk.leave(600_000)
        with pytest.raises(DiskFull, match="what was accepted before is safe"), noticing_full_disk(disk.settings, "a release"):
            release.build_aside(con, disk.settings, {})
        assert release.current(disk.settings) == shown
        with shown.connect() as board:
            assert board.execute("select count(*) from mart_rating").fetchone() == (ROWS,)
    disk.relieve()
    with writing(disk.settings) as con:
        again = release.publish(con, disk.settings)
    assert again.stamp > shown.stamp
    assert not list(disk.settings.tmp_dir.glob("release-*"))


def test_where_no_disk_can_be_mounted_a_limit_on_files_is_noticed_too(tmp_path):
    """Without root: the system refuses to let a file grow, which is the same to us."""
    path, kept = tmp_path / "grown", resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, kept[1]))
    try:
        with pytest.raises(DiskFull, match="filled up while writing was under way"), noticing_full_disk(Settings(tmp_path), "writing"):
            path.write_bytes(b"0" * 200_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
        signal.signal(signal.SIGXFSZ, before)
    assert is_full(duckdb.IOException("Could not write file: No space left on device"))
    assert not is_full(duckdb.IOException("Could not set lock on file"))


def test_a_commit_in_doubt_is_settled_by_the_ledger(tmp_path):
    settings, path = Settings(tmp_path / "home", low_water=0), _ratings(tmp_path / "ratings.csv", 1)
    began = datetime.now(UTC)
    told = IngestReport(refused=[Left(str(path), "E_DISK_FULL: in doubt"), Left("other", "E_DISK_FULL: not begun")])
    ingest(settings, [path])  # it was loaded after all
    settle_doubt(settings, path, began, told)
    assert [(receipt.file, receipt.read, receipt.accepted) for receipt in told.receipts] == [(str(path), ROWS, ROWS)]
    assert [left.file for left in told.refused] == ["other"]
    before = IngestReport(refused=[Left(str(path), "E_DISK_FULL: in doubt")])
    settle_doubt(settings, path, datetime.now(UTC), before)  # an earlier delivery of it is none of this call's
    assert [left.file for left in before.refused] == [str(path)] and not before.receipts

"""From half a million cases to a city's 5.79 million: the full load and build, then one more day on top of it.

Run: python -m benchmarks.build_scale [--cases 0.5 1 2 5.8] [--keep FOLDER] [--plain]. Prints a line for each point: seconds of ingest and build, seconds
a million cases, peak memory, and what one day's files cost beside the full run, with the making and reading back of the release apart. `--plain` runs
the hand-written script of benchmarks.raw_duckdb on the same files. The largest point takes hours and 60 GB of disk.
"""

from __future__ import annotations

import argparse
import csv
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pipelines.demo.cities import make_city
from warehouse.contract import feeds
from warehouse.release import current
from warehouse.settings import Settings

PER_SCALE = 206_000  # cases of the demo city at scale 1
RELEASE = "Building the release aside"  # from this line on, a build copies marts into the release and reads them back
DATED = re.compile(r"([a-z_]+)-\d{4}(?:Q\d|-\d\d)?")  # a feed's file of a month, quarter or year
PLAIN_MEMORY = "16GB"  # of the hand-written script, which orders all events by key at once and fails with less at 5.8 million cases
PROBE = """import resource, subprocess, sys, time
began = time.monotonic()
with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
    for line in child.stdout:
        print(f"{time.monotonic() - began:.2f}", line, end="", flush=True)
print(f"{time.monotonic() - began:.2f} ended {child.returncode} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024}")"""


@dataclass(frozen=True)
class Spent:
    """Seconds and peak bytes of commands; `release`: seconds of them for copying and reading back a release."""

    seconds: float = 0
    release: float = 0
    peak: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.seconds + other.seconds, self.release + other.release, max(self.peak, other.peak))


def main() -> None:
    """Time each point on files made for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="*", type=float, default=[0.5, 1, 2, 5.8], help="in millions")
    parser.add_argument("--keep", type=Path, help="where files and homes stay afterwards")
    parser.add_argument("--plain", action="store_true")
    given = parser.parse_args()
    print(
        f"{'cases':>10}{'MB':>7}{'ingest':>8}{'build':>8}{'s/million':>11}{'peak GB':>9}{'a day':>7}{'release':>9}{'share':>7}{'ratio':>7}"
    )
    with tempfile.TemporaryDirectory(prefix="onegate-bench-", dir=given.keep) as folder:
        for millions in given.cases:
            _point(Path(given.keep or folder) / f"{millions:g}", millions, plain=given.plain)


def _point(folder: Path, millions: float, *, plain: bool) -> None:
    files, day, home = folder / "files", folder / "day", folder / "home"
    if not files.exists():
        make_city("foshan", files, scale=millions * 1e6 / PER_SCALE)
        hold_back_a_day(files, day)
    size = sum(path.stat().st_size for path in files.rglob("*") if path.is_file())
    read, built = _ingest(files, home), _run(home, "build", "--full")
    cases = _cases(home)
    more = _ingest(day, home) + _run(home, "build")
    full = read + built
    share = (more.seconds - more.release) / (full.seconds - full.release)
    ratio = (
        _watched([sys.executable, "-m", "benchmarks.raw_duckdb", str(files), str(folder / "raw.duckdb"), PLAIN_MEMORY]).seconds
        if plain
        else 0
    )
    print(
        f"{cases:10,}{size / 1e6:7,.0f}{read.seconds:8.0f}{built.seconds:8.0f}{full.seconds / cases * 1e6:11.0f}{full.peak / 1e9:9.2f}"
        f"{more.seconds:7.0f}{more.release:9.0f}{share:7.2f}" + (f"{full.seconds / ratio:7.2f}" if ratio else "      –"),
        flush=True,
    )


def hold_back_a_day(files: Path, day: Path) -> None:
    """Move the rows of the last ordinary day of every feed (as full as its days are on average) out of its last file, into files of their own under `day`."""
    found = [(path, DATED.fullmatch(path.stem)) for path in sorted(files.rglob("*.csv"))]
    for path in {(path.parent, name[1]): path for path, name in found if name}.values():
        head, dates, rows = _dated(path)
        counts = Counter(dates)
        held = max(when for when, number in counts.items() if number >= len(rows) / len(counts))
        target = day / path.relative_to(files)
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(path, head, [row for row, when in zip(rows, dates, strict=True) if when != held])
        _write(target, head, [row for row, when in zip(rows, dates, strict=True) if when == held])


def _dated(path: Path) -> tuple[list[str], list[str], list[list[str]]]:
    """Head, the day of each row, rows."""
    feed = feeds()[path.stem.split("-")[0]]
    with path.open(encoding="utf-8", newline="") as stream:
        head, *rows = csv.reader(stream)
    column = next(head.index(name) for name, kind in feed.columns.items() if kind in ("instant", "date") and name in head)
    return head, [row[column][:10] for row in rows], rows


def _write(path: Path, head: list[str], rows: list[list[str]]) -> None:
    if not rows:
        path.unlink(missing_ok=True)
        return
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([head, *rows])


def _ingest(files: Path, home: Path) -> Spent:
    """Load files by source as they would arrive, through the landing folder; afterwards they are where they were."""
    landing = Settings.load(home).prepare().landing_dir
    landing.rmdir()
    files.rename(landing)
    try:
        return _run(home, "ingest", str(landing))
    finally:
        landing.rename(files)


def _run(home: Path, *command: str) -> Spent:
    return _watched([sys.executable, "-m", "onegate", *command, "--home", str(home)])


def _watched(command: list[str]) -> Spent:
    """Run a command in a process of its own, and look at when it says what."""
    done = subprocess.run([sys.executable, "-c", PROBE, *command], capture_output=True, text=True, check=True)
    *lines, end = done.stdout.splitlines()
    seconds, _, code, peak = end.split()
    if code != "0":
        sys.exit(f"{' '.join(command)} ended with {code}:\n" + "\n".join(lines[-20:]))
    began = next((float(line.split()[0]) for line in lines if RELEASE in line), float(seconds))
    return Spent(float(seconds), float(seconds) - began, int(peak))


def _cases(home: Path) -> int:
    """Cases of the release."""
    release = current(Settings.load(home))
    assert release is not None, "a build that ended well has published"
    with release.connect() as con:
        (cases,) = con.execute("select count(*) from mart_case").fetchone() or (0,)
    return cases


if __name__ == "__main__":
    main()

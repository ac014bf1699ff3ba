"""kill -9 while files are loaded, models built and releases published: nothing accepted is lost or doubled, and nobody ever reads half a release.

A child works through the golden city's files, builds and publishes; it is killed, at a named point or after a random time, and another takes up the
work, until one gets through. What was acknowledged is written down by the child before it goes on, outside the installation: that is the oracle.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from warehouse import release
from warehouse.content_hash import ContentHash, content_hash
from warehouse.crash_point import CRASH_POINTS
from warehouse.engine.duckdb import writing
from warehouse.read_back import read_back
from warehouse.settings import Settings

ROOT = Path(__file__).parents[2]
WORKER = Path(__file__).with_name("accident_worker.py")
GOLDEN = ROOT / "tests" / "onegate" / "golden"
FILES = [
    GOLDEN / "platform" / f"{name}.csv"
    for name in ("divisions", "service_items", "case_events", "case_materials", "ratings", "queue_tickets")
]
LATE = GOLDEN / "late" / "case_events.csv"
DOUBTFUL = "rating_id,grade,rated_at,channel\nD1,5,2024-03-01T09:00:00+08:00,web\nD2,9,2024-03-01T09:00:00+08:00,web\n"
BY_HAND = ("rebuild.replayed", "rebuild.replaced")  # in test_accident_backups.py
KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Site:
    """An installation, the files for it, and the book of what was acknowledged, which lies outside."""

    home: Path
    book: Path
    files: list[Path]

    @property
    def settings(self) -> Settings:
        return Settings(self.home, low_water=0, threads=1)

    def job(self, crash_at: str, then: str) -> dict[str, Any]:
        """What a child is given to do."""
        files = [str(path) for path in self.files]
        return {"home": str(self.home), "book": str(self.book), "files": files, "crash_at": crash_at, "then": then}

    def acknowledged(self) -> list[dict[str, Any]]:
        """Receipts and releases, as far as their lines were written to the end."""
        lines = self.book.read_text("utf-8").split("\n")[:-1] if self.book.exists() else []
        return [json.loads(line) for line in lines]


def work(site: Site, *, then: str = "build") -> None:
    """Do in this process what a child does."""
    run_path(str(WORKER), {"JOB": site.job("", then)})


@pytest.fixture(scope="module")
def children() -> Any:
    """Children are forked from a server that has imported everything and opened nothing, so that each costs what its work costs."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["metrics.rollup", "pipelines.ingest", "warehouse.release", "warehouse.build"])
    return context


def make_site(home: Path) -> Site:
    """A fresh installation with a fixed key, and its files: some rows are corrected and retracted, one cannot be read."""
    site = Site(home / "home", home / "book.jsonl", [*FILES, home / "ratings-doubtful.csv", home / "case_events-late.csv"])
    home.mkdir(exist_ok=True)
    site.settings.prepare()
    (site.settings.secrets_dir / "hmac.key").write_text("5e" * 32, "ascii")
    site.files[-2].write_text(DOUBTFUL, "utf-8")
    site.files[-1].write_text(LATE.read_text("utf-8"), "utf-8")
    return site


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ContentHash]:
    """What the installation must hold in the end, before and after the build."""
    site = make_site(tmp_path_factory.mktemp("undisturbed"))
    found = {}
    for then in ("", "build"):
        work(site, then=then)
        with writing(site.settings) as con:
            found[then] = content_hash(con)
    return found


def run(children: Any, site: Site, crash_at: str = "", after: float | None = None, then: str = "build") -> int:
    """Have a child work; kill it after some seconds if told so. Returns its exit code."""
    child = children.Process(target=run_path, args=(str(WORKER), {"JOB": site.job(crash_at, then)}))
    child.start()
    if after is not None:
        child.join(after)
        child.kill()
    child.join()
    return child.exitcode


def check_kept(site: Site) -> None:
    """Every receipt that was acknowledged is in the ledger once, with its counts; a release that was acknowledged is the current one or older."""
    with writing(site.settings) as con:
        ledger = con.execute("select sha256, read, quarantined from ledger_file where status = 'loaded' order by all").fetchall()
        aside = con.execute("select count(*) from ledger_quarantine").fetchone()
    assert len(ledger) == len({sha256 for sha256, _, _ in ledger})
    receipts = {(entry["sha256"], entry["read"], entry["quarantined"]) for entry in site.acknowledged() if "file" in entry}
    assert receipts <= set(ledger)
    assert aside == (sum(quarantined for _, _, quarantined in ledger),)
    shown = [entry["release"] for entry in site.acknowledged() if "release" in entry]
    now = release.current(site.settings)
    assert not shown or (now is not None and now.stamp >= max(shown))


def check_content(site: Site, wanted: ContentHash) -> None:
    """Nothing is lost or doubled: the content is that of the run that nobody disturbed."""
    with writing(site.settings) as con:
        found = content_hash(con)
    assert found.differing(wanted) == []
    assert (found.content, found.set_aside) == (wanted.content, wanted.set_aside)


@dataclass
class Reader:
    """Reads the current release over and over: it must be whole, as its manifest says, and never older than the one before."""

    site: Site
    reads: int = 0
    faults: list[str] = field(default_factory=list)
    stamps: list[str] = field(default_factory=list)

    def look(self) -> None:
        now = release.current(self.site.settings)
        if now is None:
            return
        self.reads += 1
        if self.stamps and now.stamp < self.stamps[-1]:
            self.faults.append(f"{now.stamp} after {self.stamps[-1]}")
        if self.stamps[-1:] == [now.stamp]:
            return
        self.stamps.append(now.stamp)
        manifest = json.loads((now.folder / "manifest.json").read_text("utf-8"))
        for name, body in manifest["files"].items():
            wanted = {table: [entry["columns"], entry["rows"], entry["hash"]] for table, entry in body["tables"].items()}
            if read_back(now.folder / name) != wanted:
                self.faults.append(f"{now.stamp}/{name} does not read as its manifest says")


@contextmanager
def reading(site: Site) -> Iterator[Reader]:
    """A reader at work in a thread."""
    reader, stop = Reader(site), threading.Event()

    def read() -> None:
        while not stop.wait(0.02):
            try:
                reader.look()
            except Exception as error:  # whatever a reader meets is a fault
                reader.faults.append(repr(error))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield reader
    finally:
        stop.set()
        thread.join()
    reader.look()
    assert reader.faults == []


def test_every_crash_point_is_in_the_code_once_or_more():
    found = {
        name
        for room in ("warehouse", "pipelines", "metrics", "onegate")
        for path in (ROOT / room).rglob("*.py")
        for name in re.findall(r'crash_point\("([a-z_.]+)"\)', path.read_text("utf-8"))
    }
    assert found == set(CRASH_POINTS)


FEW = ("archive.noted:3", "ingest.ledger_written:4", "ingest.committed:2", "build.model_written:30", "release.named")


def test_five_kills_lose_and_double_nothing(tmp_path, children, undisturbed):
    site = make_site(tmp_path)
    with reading(site) as reader:
        for point in FEW:
            assert run(children, site, point) == KILLED, f"nothing was killed at {point}"
            check_kept(site)
        assert reader.reads == 0 and release.current(site.settings) is None
        work(site)
    check_kept(site)
    check_content(site, undisturbed["build"])
    assert reader.stamps == [entry["release"] for entry in site.acknowledged() if "release" in entry]


@pytest.mark.soak
@pytest.mark.parametrize("point", [point for point in CRASH_POINTS if point not in BY_HAND])
def test_a_kill_at_every_point_loses_and_doubles_nothing(tmp_path, children, undisturbed, point):
    then = "build" if point.startswith(("build", "release")) else ""
    site, killed = make_site(tmp_path), 0
    with reading(site):
        for nth in range(1, 13):
            if run(children, site, f"{point}:{nth}", then=then) != KILLED:
                break
            killed += 1
            check_kept(site)
        work(site, then=then)
    assert killed >= 1
    check_content(site, undisturbed[then])


@pytest.fixture(scope="module")
def spans(tmp_path_factory: pytest.TempPathFactory, children: Any) -> dict[str, float]:
    """How long a child takes to load, and to build and publish, so that kills fall anywhere in between on any machine."""
    site, found = make_site(tmp_path_factory.mktemp("spans")), {}
    for then in ("", "build whole"):
        began = time.monotonic()
        assert run(children, site, then=then) == 0
        found[then] = time.monotonic() - began
    return found


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(40))
def test_ten_kills_at_random_while_loading(tmp_path, children, undisturbed, spans, seed):
    dice, killed, site, sites = random.Random(seed), 0, make_site(tmp_path / "0"), 1
    while killed < 10:
        if run(children, site, after=dice.uniform(0, spans[""]), then="") == KILLED:
            killed += 1
            check_kept(site)
        else:  # got through: the next kills hit another installation
            check_content(site, undisturbed[""])
            site, sites = make_site(tmp_path / str(sites)), sites + 1
    work(site, then="")
    check_kept(site)
    check_content(site, undisturbed[""])


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_ten_kills_at_random_while_building_and_publishing(tmp_path, children, undisturbed, spans, seed):
    dice, site, killed = random.Random(seed), make_site(tmp_path), 0
    work(site, then="")
    with reading(site):
        while killed < 10:
            killed += run(children, site, after=dice.uniform(0, spans["build whole"]), then="build whole") == KILLED
            check_kept(site)
        work(site)
    check_content(site, undisturbed["build"])


def test_a_ledger_written_apart_would_be_noticed(tmp_path, undisturbed):
    """The oracle can fail: a file whose line in the ledger is gone is loaded again, and its quarantine shows it."""
    site = make_site(tmp_path)
    work(site, then="")
    with writing(site.settings) as con:
        con.execute("insert into ledger_quarantine from ledger_quarantine")
        con.execute("insert into core_rating from core_rating limit 1")
    with pytest.raises(AssertionError):
        check_kept(site)
    with pytest.raises(AssertionError):
        check_content(site, undisturbed[""])
